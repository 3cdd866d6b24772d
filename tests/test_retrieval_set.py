"""The labelled queries of `benchmarks/retrieval`: well formed, and the guides among them found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from benchmarks.retrieval.labelled import HALVES, STYLES, UNANSWERABLE, Labelled, read
from benchmarks.retrieval.measure import Found, Quality
from ingest.documents import guides
from warehouse import embed
from warehouse.contracts import Document
from warehouse.knowledge import Knowledge, fill
from warehouse.shards import subject_of
from warehouse.statements import statement

SYNONYMS = Path(__file__).resolve().parent.parent / "data" / "knowledge"
QUERIES = read()
ANSWERABLE = [one for one in QUERIES if one.expects]
UNANSWERED = [one for one in QUERIES if not one.expects]
GUIDES = guides()
SUBJECT = re.compile(
    r"(machine|family|region|service)/[^/]+/.+"
    r"|(provider|accelerator|model|guide)/[^/]+"
    r"|comparison/accelerator/[^/]+"
    r"|digest/[^/]+/(\d{4}-W\d{2}|\*)"
)


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_there_are_enough_of_every_sort() -> None:
    assert len(ANSWERABLE) >= 240
    assert len(UNANSWERED) >= 40
    languages = Counter(one.language for one in QUERIES)
    assert languages.keys() == {"en", "pt"}
    assert abs(languages["en"] - languages["pt"]) <= 0.05 * len(QUERIES)
    styles = Counter(one.style for one in ANSWERABLE)
    assert styles.keys() == set(STYLES)
    assert styles["typo"] >= len(ANSWERABLE) / 4
    assert styles["paraphrase"] >= len(ANSWERABLE) / 3
    halves = Counter(one.half for one in QUERIES)
    assert halves.keys() == set(HALVES)
    assert abs(halves["tune"] - halves["held"]) <= 0.05 * len(QUERIES)


def test_what_has_no_answer_says_why_not() -> None:
    assert {one.style for one in UNANSWERED} == set(UNANSWERABLE)


def test_no_query_is_asked_twice() -> None:
    assert [query for query, times in Counter(plain(one.query) for one in QUERIES).items() if times > 1] == []


def test_no_query_is_the_title_or_a_listed_question_of_a_guide() -> None:
    said = {plain(part) for one in GUIDES for part in (one.title, *re.split(r", |\?", one.keywords))}
    # A topic of a word or two is what people type; a whole question of ours is not theirs.
    assert [one.query for one in QUERIES if plain(one.query) in said and len(one.query.split()) > 2] == []


def test_no_query_is_the_title_of_a_card() -> None:
    """Titles begin with the provider or the maker, as in `AWS m5.large` and `NVIDIA H100`."""
    title = re.compile(r"(AWS|Azure|Google Cloud|NVIDIA|AMD|Google) [\w.-]*\d[\w.-]*", re.IGNORECASE)
    assert [one.query for one in QUERIES if title.fullmatch(one.query)] == []


def test_subjects_are_well_formed() -> None:
    assert [
        (one.query, subject)
        for one in ANSWERABLE
        for subject in one.expects
        if not SUBJECT.fullmatch(subject)
    ] == []


def test_the_expected_guides_exist() -> None:
    held = {one.document_id.rpartition("/")[0] for one in GUIDES}
    expected = {subject for one in ANSWERABLE for subject in one.expects if subject.startswith("guide/")}
    assert expected <= held
    assert {one.document_id.split("/")[1] for one in GUIDES} == {
        subject.split("/")[1] for subject in expected
    }


def test_patterns_accept_what_they_name() -> None:
    one = Labelled("", "en", "broad", "tune", ("family/aws/r[3-8]*", "model/*claude*sonnet*"))
    asked = ("family/aws/r6g", "family/aws/m6g", "model/claude-sonnet-4-5", "model/claude-opus-4-5")
    assert [one.accepts(subject) for subject in asked] == [True, False, True, False]


class QuickDocuments:
    """The real model in its form for queries: its vectors agree with the other's, and torch stays unloaded."""

    model_id = embed.BUNDLED_ID

    def encode(self, texts: Sequence[str], progress: embed.Progress | None = None) -> embed.Vectors:
        quick = embed.QuickEmbedder()
        return np.stack([quick.encode_query(text) for text in texts])


def card(subject: str, title: str, english: str, portuguese: str, keywords: str = "") -> list[Document]:
    kind, owner, *_ = subject.split("/")
    provider = None if kind == "accelerator" else owner
    return [
        Document(
            f"{subject}/{language}", kind, language, title, text, "test",
            provider=provider, entity=subject.rpartition("/")[2], keywords=keywords, summary=text,
        )
        for language, text in (("en", english), ("pt", portuguese))
    ]  # fmt: skip


CARDS = [
    *card("provider/aws", "AWS", "AWS sells machines by the hour.", "A AWS vende máquinas por hora.", "Amazon"),
    *card("provider/azure", "Azure", "Azure sells machines.", "O Azure vende máquinas.", "Microsoft Azure"),
    *card("provider/openai", "OpenAI", "OpenAI sells tokens.", "A OpenAI vende tokens.", "ChatGPT, GPT"),
    *card("region/aws/sa-east-1", "AWS sa-east-1 – São Paulo", "A region in Brazil.", "Uma região no Brasil.", "Brazil, Brasil"),
    *card("region/aws/us-east-1", "AWS us-east-1 – Ashburn", "A region in the US.", "Uma região nos EUA.", "Virginia"),
    *card("region/azure/japaneast", "Azure japaneast – Tokyo", "A region in Japan.", "Uma região no Japão.", "Tóquio"),
    *card("machine/aws/m5.large", "AWS m5.large", "2 vCPUs, 8 GiB, 0.096 USD per hour.", "2 vCPUs, 8 GiB, 0,096 USD por hora."),
    *card("machine/aws/p5.48xlarge", "AWS p5.48xlarge", "8 × NVIDIA H100.", "8 × NVIDIA H100.", "H100"),
    *card("accelerator/H100", "NVIDIA H100", "80 GiB of HBM3.", "80 GiB de HBM3.", "NVIDIA H100 80GB"),
    *card("accelerator/L4", "NVIDIA L4", "24 GiB of GDDR6.", "24 GiB de GDDR6."),
]  # fmt: skip


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """Our own guides among a few cards."""
    documents = [*GUIDES, *CARDS]
    columns = {field.name: [getattr(one, field.name) for one in documents] for field in fields(Document)}
    keys = [f"{number:064x}" for number in range(len(documents))]
    folder = tmp_path_factory.mktemp("snapshots") / "20261122T190000Z-0a1b2c3d"
    with duckdb.connect() as connection:
        for table in ("08_documents", "09_embeddings", "20_projections"):
            connection.execute(statement(f"schema/{table}"))
        connection.register("written", pa.table({**columns, "content_hash": keys}))
        connection.execute("INSERT INTO documents BY NAME FROM written")
        embed.embed_missing(connection, QuickDocuments())
        fill(connection, folder, embed.BUNDLED_ID, synonyms=SYNONYMS)
    with Knowledge.open(folder, folder.parent / "cache") as opened:
        yield opened


@pytest.mark.parametrize(("language", "least"), [("en", 0.5), ("pt", 0.7)])
def test_guides_are_found(knowledge: Knowledge, language: str, least: float) -> None:
    """The floors are what was measured, less a margin."""
    asked = [
        one
        for one in ANSWERABLE
        if one.language == language and all(subject.startswith("guide/") for subject in one.expects)
    ]
    assert len(asked) > 50
    found = []
    for one in asked:
        hits = knowledge.search(one.query, language=language)
        found.append(Found(one, tuple(subject_of(hit.document.document_id) for hit in hits), ()))
    missed = [one.asked.query for one in found if one.rank is None]
    assert Quality.of(found).recall >= least, missed
