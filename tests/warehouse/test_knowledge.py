"""What a question finds in the knowledge base."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.documents import guides
from warehouse.contracts import Document
from warehouse.knowledge import Knowledge

ROOT = Path(__file__).resolve().parents[2]
Publish = Callable[..., Path]


@pytest.fixture(scope="module")
def knowledge(stored_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    with Knowledge.open(stored_folder, tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def ids(knowledge: Knowledge, text: str, **wanted: Any) -> list[str]:
    return [hit.document.document_id for hit in knowledge.search(text, **wanted)]


@pytest.mark.parametrize(
    ("question", "language", "first"),
    [
        ("quando vale a pena usar spot?", "pt", "guide/spot-instances/pt"),
        ("quando vale a pena usar spot?", "en", "guide/spot-instances/en"),
        ("when should I use spot", None, "guide/spot-instances/en"),
        ("o que é savings plan", "pt", "guide/savings-plans/pt"),
        ("preço da P5.48XLARGE na aws", "pt", "machine/aws/p5.48xlarge/pt"),
        ("standard d4s v3", "en", "machine/azure/Standard_D4s_v3/en"),
        ("Standard_D4s_v3?", "en", "machine/azure/Standard_D4s_v3/en"),
        ("d4s-v3", "en", "machine/azure/Standard_D4s_v3/en"),
        ("what is an h100", "en", "accelerator/H100/en"),
        ("m5.xlarge", "en", "machine/aws/m5.xlarge/en"),
        ("openai", "pt", "provider/openai/pt"),
    ],
)
def test_the_first_hit(knowledge: Knowledge, question: str, language: str | None, first: str) -> None:
    assert ids(knowledge, question, language=language)[0] == first


def test_a_name_matches_without_its_accents(knowledge: Knowledge) -> None:
    found = ids(knowledge, "regioes em sao paulo", language="pt")
    assert set(found[:2]) == {"region/aws/sa-east-1/pt", "region/azure/brazilsouth/pt"}


def test_a_subject_is_found_once_and_in_another_language_where_it_must(knowledge: Knowledge) -> None:
    found = ids(knowledge, "egress: quanto custa tirar dados da nuvem", language="pt", limit=20)
    assert found[0] == "guide/egress/en"
    assert len({key.rpartition("/")[0] for key in found}) == len(found)
    assert all(key.endswith("/pt") for key in found[1:])


def test_hits_carry_the_whole_document_and_why_it_was_found(
    knowledge: Knowledge, documents: list[Document]
) -> None:
    (hit,) = knowledge.search("H100", limit=1, language="en")
    assert hit.document == next(one for one in documents if one.document_id == "accelerator/H100/en")
    assert hit.matched == ("vector", "words", "name")
    assert hit.score > 0


def test_a_provider_leaves_its_own_documents_and_those_of_nobody(knowledge: Knowledge) -> None:
    hits = knowledge.search("4 vCPUs and 16 GiB of memory", provider="azure", limit=30)
    assert {hit.document.provider for hit in hits} == {"azure", None}
    assert hits[0].document.entity == "Standard_D4s_v3"
    assert {hit.document.provider for hit in knowledge.search("spot", provider="nobody")} == {None}


def test_kinds_are_kept_to(knowledge: Knowledge) -> None:
    hits = knowledge.search("H100 em São Paulo", kinds={"region"}, limit=30)
    assert {hit.document.kind for hit in hits} == {"region"}
    assert len(hits) == 3
    assert ids(knowledge, "openai", kinds={"provider"})[0].startswith("provider/openai/")
    assert knowledge.search("spot", kinds=set()) == []


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "🙂", '" OR * NEAR(', "a" * 5000, " ".join(map("w{}".format, range(5000)))]
)
def test_any_text_can_be_searched(knowledge: Knowledge, text: str) -> None:
    assert len(knowledge.search(text, limit=3)) in (0, 3)


def test_every_guide_is_first_for_the_questions_it_answers(publish: Publish, tmp_path: Path) -> None:
    held = guides(ROOT / "data" / "knowledge")
    with Knowledge.open(publish(tmp_path / "guides", held), tmp_path / "cache") as opened:
        for document in held:
            for question in re.findall(r"(?:^|, )([^,?]+[?])", document.keywords):
                assert ids(opened, question, language=document.language)[0] == document.document_id, question


def test_a_document_can_be_fetched_by_its_id(knowledge: Knowledge) -> None:
    found = knowledge.get("guide/spot-instances/pt")
    assert found is not None
    assert found.title == "Quando usar spot"
    assert knowledge.get("guide/nothing/pt") is None


def test_threads_share_one_knowledge_base(knowledge: Knowledge) -> None:
    alone = ids(knowledge, "savings plan", language="pt")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: ids(knowledge, "savings plan", language="pt"), range(64)))
    assert found == [alone] * 64
