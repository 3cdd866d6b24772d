"""What helps a question to be found, and what is found to be about nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from warehouse.asked import Synonym
from warehouse.contracts import Document
from warehouse.errors import InvalidInput
from warehouse.knowledge import Knowledge
from warehouse.lexicon_build import read_synonyms

ROOT = Path(__file__).resolve().parents[2]


def digest(week: str, first: date, text: str) -> Document:
    return Document(
        f"digest/aws/{week}/en", "digest", "en", f"AWS price changes of {week}", text, "test", "aws",
        valid_from=first,
    )  # fmt: skip


MORE = [
    digest("2026-W45", date(2026, 11, 2), "Prices of m5 machines fell by ten percent in Ireland."),
    digest("2026-W46", date(2026, 11, 9), "Prices of g5 machines rose by five percent in Ohio."),
    Document(
        "service/aws/AmazonS3/en", "service", "en", "Amazon S3", "Object storage, priced since November.",
        "test", "aws", "AmazonS3", valid_from=date(2026, 11, 10),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def knowledge(
    publish: object,
    documents: list[Document],
    urls: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Knowledge]:
    assert callable(publish)
    folder = tmp_path_factory.mktemp("words") / f"words-{len(urls)}"
    publish(folder, [*documents, *MORE], *urls, synonyms=ROOT / "data" / "knowledge")
    with Knowledge.open(folder, tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def first(knowledge: Knowledge, text: str, language: str = "en") -> str:
    hits = knowledge.search(text, language=language, signals=("words", "name"), gated=False)
    return hits[0].document.document_id


@pytest.mark.parametrize(
    ("question", "language", "found"),
    [
        ("savigns plan", "en", "guide/savings-plans/en"),
        ("when is sopt worth it", "en", "guide/spot-instances/en"),
        ("egres", "en", "guide/egress/en"),
        ("Standrad_D4s_v3", "en", "machine/azure/Standard_D4s_v3/en"),
        ("m5.xlrage", "en", "machine/aws/m5.xlarge/en"),
        ("comprimisso de gasto", "pt", "guide/savings-plans/pt"),
        ("regiao em virginai", "pt", "region/aws/us-east-1/pt"),
    ],
)
def test_a_slip_is_no_obstacle(knowledge: Knowledge, question: str, language: str, found: str) -> None:
    assert first(knowledge, question, language) == found


@pytest.mark.parametrize("name", ["m5.3xlarge", "p4.48xlarge", "g6.48xlarge"])
def test_the_figures_of_a_name_are_never_corrected(knowledge: Knowledge, name: str) -> None:
    hits = knowledge.search(name, signals=("name",), gated=False)
    assert [hit.document.document_id for hit in hits] == []


@pytest.mark.parametrize(
    ("question", "language", "found"),
    [
        ("máquina preemptível", "pt", "guide/spot-instances/pt"),
        ("interruptible capacity", "en", "guide/spot-instances/en"),
        ("saída de dados", "pt", "guide/egress/en"),
        ("planos de economia", "pt", "guide/savings-plans/pt"),
    ],
)
def test_other_words_for_the_same(knowledge: Knowledge, question: str, language: str, found: str) -> None:
    assert first(knowledge, question, language) == found


@pytest.mark.parametrize(
    "text",
    [
        "how do I bake a chocolate cake",
        "receita de bolo de cenoura com cobertura",
        "who won the football world cup",
        "quem ganhou o jogo do Corinthians ontem?",
        "xqzt vrblf wnnk",
        "the meaning of life",
        "melhor época para plantar tomates",
    ],
)
def test_nothing_is_found_where_nothing_is_relevant(knowledge: Knowledge, text: str) -> None:
    assert knowledge.search(text) == []
    assert knowledge.search(text, signals=("words", "name")) == []
    assert len(knowledge.search(text, signals=("vector",), gated=False)) == 5


def test_a_day_leaves_what_held_on_it(knowledge: Knowledge) -> None:
    def found(day: date | None) -> set[str]:
        return {hit.document.document_id for hit in knowledge.search("Amazon S3 storage", on=day, limit=20)}

    assert "service/aws/AmazonS3/en" in found(None) & found(date(2026, 11, 10))
    assert "service/aws/AmazonS3/en" not in found(date(2026, 11, 9))
    assert "guide/spot-instances/en" in found(date(2020, 1, 1))  # it holds on any day


def test_a_day_leaves_the_digest_of_its_week(knowledge: Knowledge) -> None:
    def weeks(day: date | None) -> set[str]:
        hits = knowledge.search("AWS price changes", kinds={"digest"}, on=day, limit=20)
        return {hit.document.document_id.split("/")[2] for hit in hits}

    assert weeks(None) == {"2026-W45", "2026-W46"}
    assert weeks(date(2026, 11, 8)) == {"2026-W45"}
    assert weeks(date(2026, 11, 9)) == {"2026-W46"}
    assert weeks(date(2026, 11, 16)) == set()


def test_every_hit_says_of_which_snapshot_it_is(knowledge: Knowledge) -> None:
    hits = knowledge.search("spot", limit=10)
    assert {hit.snapshot for hit in hits} == {knowledge.snapshot}


def test_the_table_of_synonyms_is_whole(tmp_path: Path) -> None:
    pairs = read_synonyms(ROOT / "data" / "knowledge")
    assert Synonym("pt", "placa de vídeo", "gpu graphics card") in pairs
    assert len({pair[:2] for pair in pairs}) == len(pairs)
    assert {pair.language for pair in pairs} == {"en", "pt"}
    assert read_synonyms(tmp_path) == []
    (tmp_path / "synonyms.csv").write_text("language,term,expansion\nen,spot,\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"synonyms\.csv, line 2"):
        read_synonyms(tmp_path)
