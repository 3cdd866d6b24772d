"""The knowledge base of a snapshot: what a question finds, and what opening it must not do."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.documents import guides
from warehouse import embed
from warehouse.contracts import Document
from warehouse.errors import KnowledgeUnavailable
from warehouse.knowledge import Knowledge, fill, logical_digest
from warehouse.statements import statement
from warehouse.vectors import client_of

ROOT = Path(__file__).resolve().parents[2]
SEARCH = """
import json, sys
from pathlib import Path
from typing import Any
from warehouse.knowledge import Knowledge
with Knowledge.open(Path(sys.argv[1]), Path(sys.argv[2])) as knowledge:
    hits = knowledge.search("quando vale a pena usar spot?", language="pt")
print(json.dumps({"torch": "torch" in sys.modules, "first": hits[0].document.document_id}))
"""


def machine(provider: str, name: str, english: str, keywords: str = "") -> list[Document]:
    texts = {"en": f"{name} is a machine with {english}.", "pt": f"{name} é uma máquina com {english}."}
    return [
        Document(
            document_id=f"machine/{provider}/{name}/{language}",
            kind="machine",
            language=language,
            title=f"{provider} {name}",
            text=text,
            source="test",
            provider=provider,
            entity=name,
            keywords=f"{name}, {keywords}",
            summary=english,
        )
        for language, text in texts.items()
    ]


def guide(name: str, language: str, title: str, text: str, keywords: str) -> Document:
    return Document(f"guide/{name}/{language}", "guide", language, title, text, "test", keywords=keywords)


REGIONS = {"aws/sa-east-1": "São Paulo", "azure/brazilsouth": "São Paulo", "aws/us-east-1": "Virginia"}
DOCUMENTS = [
    *machine("aws", "p5.48xlarge", "192 vCPUs and 8 NVIDIA H100", "H100, NVIDIA H100"),
    *machine("aws", "g5.48xlarge", "192 vCPUs and 8 NVIDIA A10G", "A10G"),
    *machine("aws", "m5.xlarge", "4 vCPUs and 16 GiB of memory"),
    *machine("aws", "m5.2xlarge", "8 vCPUs and 32 GiB of memory"),
    *machine("azure", "Standard_D4s_v3", "4 vCPUs and 16 GiB of memory", "D4s_v3"),
    *[
        Document(
            f"region/{key}/{language}",
            "region",
            language,
            key.split("/")[1],
            f"{key.split('/')[1]}: {city}",
            "test",
            provider=key.split("/")[0],
            entity=key.split("/")[1],
            keywords=f"{city}, Brasil" if city == "São Paulo" else city,
        )
        for key, city in REGIONS.items()
        for language in ("en", "pt")
    ],
    *[
        Document(
            f"provider/{name}/{language}", "provider", language, name, f"{name} sells.", "test", name, name
        )
        for name in ("aws", "azure", "openai")
        for language in ("en", "pt")
    ],
    *[
        Document(
            f"accelerator/H100/{language}",
            "accelerator",
            language,
            "NVIDIA H100",
            "80 GiB of HBM3",
            "test",
            entity="H100",
            keywords="H100, NVIDIA H100, nvidia-h100-80gb",
        )
        for language in ("en", "pt")
    ],
    guide("spot-instances", "en", "When to use spot", "Spot is spare capacity.", "When is spot worth it?"),
    guide(
        "spot-instances",
        "pt",
        "Quando usar spot",
        "Capacidade ociosa.",
        "Quando vale a pena usar spot?, preemptível",
    ),
    guide("savings-plans", "en", "Savings plans", "Commit to spend per hour.", "savings plan, commitment"),
    guide(
        "savings-plans",
        "pt",
        "Savings plans",
        "Compromisso de gasto.",
        "savings plan, Vale a pena?, compromisso",
    ),
    guide(
        "egress", "en", "Data leaving the cloud", "Egress is billed by the gigabyte.", "egress, data transfer"
    ),
]


def warehouse(documents: list[Document]) -> duckdb.DuckDBPyConnection:
    """Documents and their vectors, made by the quick model: it agrees with the one for documents."""
    connection = duckdb.connect()
    for table in ("08_documents", "09_embeddings"):
        connection.execute(statement(f"schema/{table}"))
    quick = embed.query_embedder(embed.BUNDLED_ID)
    for document in documents:
        content = hashlib.sha256(repr(document).encode()).hexdigest()
        row = {**asdict(document), "content_hash": content}
        names = ", ".join(f"${name} AS {name}" for name in row)
        connection.execute(f"INSERT INTO documents BY NAME SELECT {names}", row)
        vector = quick.encode_query(f"{document.title}\n{document.keywords}\n{document.text}").tolist()
        connection.execute("INSERT INTO embeddings VALUES (?, ?, ?)", [content, embed.BUNDLED_ID, vector])
    return connection


def published(folder: Path, documents: list[Document]) -> Path:
    with warehouse(documents) as connection:
        fill(connection, folder / "chroma", embed.BUNDLED_ID)
    return folder


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("snapshots") / "20261122T190000Z-0a1b2c3d", DOCUMENTS)


@pytest.fixture(scope="module")
def knowledge(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    with Knowledge.open(snapshot, tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def ids(knowledge: Knowledge, text: str, **wanted: Any) -> list[str]:
    return [hit.document.document_id for hit in knowledge.search(text, **wanted)]


def test_every_provider_has_a_collection_and_all_others_share_one(snapshot: Path, tmp_path: Path) -> None:
    shutil.copytree(snapshot / "chroma", tmp_path / "chroma")
    with client_of(tmp_path / "chroma") as client:
        counts = {collection.name: collection.count() for collection in client.list_collections()}
    assert counts == {"docs_aws": 14, "docs_azure": 6, "docs_openai": 2, "docs_guides": 7}


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


def test_hits_carry_the_whole_document_and_why_it_was_found(knowledge: Knowledge) -> None:
    (hit,) = knowledge.search("H100", limit=1, language="en")
    assert hit.document == next(one for one in DOCUMENTS if one.document_id == "accelerator/H100/en")
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
    assert len(hits) == len(REGIONS)
    assert ids(knowledge, "openai", kinds={"provider"})[0].startswith("provider/openai/")
    assert knowledge.search("spot", kinds=set()) == []


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "🙂", '" OR * NEAR(', "a" * 5000, " ".join(map("w{}".format, range(5000)))]
)
def test_any_text_can_be_searched(knowledge: Knowledge, text: str) -> None:
    assert len(knowledge.search(text, limit=3)) in (0, 3)


def test_every_guide_is_first_for_the_questions_it_answers(tmp_path: Path) -> None:
    held = guides(ROOT / "data" / "knowledge")
    with Knowledge.open(published(tmp_path / "guides", held), tmp_path / "cache") as opened:
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


def test_a_published_folder_is_never_touched(snapshot: Path, tmp_path: Path) -> None:
    before = fingerprint(snapshot)
    with Knowledge.open(snapshot, tmp_path) as opened:
        opened.search("spot")
    logical_digest(snapshot / "chroma")
    assert fingerprint(snapshot) == before
    assert [path.name for path in tmp_path.iterdir()] == [snapshot.name]


def test_the_digest_is_of_the_contents(snapshot: Path, tmp_path: Path) -> None:
    again = published(tmp_path / "again", DOCUMENTS)
    digest = logical_digest(snapshot / "chroma")
    assert logical_digest(again / "chroma") == digest
    with client_of(again / "chroma") as client:
        client.get_collection("docs_guides").query(query_embeddings=[[0.1] * 384], n_results=1)
        assert logical_digest(client) == digest
    assert logical_digest(again / "chroma") == digest
    for changed in (DOCUMENTS[:-1], [*DOCUMENTS[:-1], replace(DOCUMENTS[-1], text="changed")]):
        assert logical_digest(published(tmp_path / "changed", changed) / "chroma") != digest


def test_filling_replaces_what_a_folder_held(tmp_path: Path) -> None:
    published(tmp_path / "one", DOCUMENTS)
    published(tmp_path / "one", DOCUMENTS[:2])
    with Knowledge.open(tmp_path / "one", tmp_path / "cache") as opened:
        assert ids(opened, "savings plan", limit=50, language="en") == ["machine/aws/p5.48xlarge/en"]


def test_an_empty_knowledge_base_finds_nothing(tmp_path: Path) -> None:
    with Knowledge.open(published(tmp_path / "empty", []), tmp_path / "cache") as opened:
        assert opened.search("spot") == []


def test_a_document_without_a_vector_is_refused(tmp_path: Path) -> None:
    with warehouse(DOCUMENTS) as connection, pytest.raises(KnowledgeUnavailable, match="29 documents"):
        fill(connection, tmp_path / "chroma", "another-model")


def test_missing_vectors_are_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeUnavailable, match="no vectors") as caught:
        Knowledge.open(tmp_path / "nothing", tmp_path / "cache")
    assert "cloud-pricing" in caught.value.hint
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("damage", [b"not a database", b""])
def test_damaged_vectors_are_an_error(snapshot: Path, tmp_path: Path, damage: bytes) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(snapshot, broken)
    (broken / "chroma" / "chroma.sqlite3").write_bytes(damage)
    with pytest.raises(KnowledgeUnavailable), Knowledge.open(broken, tmp_path / "cache") as opened:
        opened.search("spot")


@pytest.mark.parametrize("file", ["lexicon-1.sqlite3", "chroma/chroma.sqlite3"])
def test_a_damaged_working_copy_is_made_again(snapshot: Path, tmp_path: Path, file: str) -> None:
    Knowledge.open(snapshot, tmp_path).close()
    (tmp_path / snapshot.name / file).write_bytes(b"not a database")
    with Knowledge.open(snapshot, tmp_path) as opened:
        assert ids(opened, "savings plan", language="pt")[0] == "guide/savings-plans/pt"


def test_processes_make_and_share_one_copy(snapshot: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", SEARCH, str(snapshot), str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], answers
    for output, _ in answers:
        assert json.loads(output) == {"torch": False, "first": "guide/spot-instances/pt"}
    assert [path.name for path in tmp_path.iterdir()] == [snapshot.name]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in /proc")
def test_closing_leaves_nothing_open(snapshot: Path, tmp_path: Path) -> None:
    def cycle(number: int) -> int:
        with Knowledge.open(snapshot, tmp_path / str(number)) as opened:
            opened.search("spot")
        return len(os.listdir("/proc/self/fd"))

    first = cycle(0)
    assert max(cycle(number) for number in range(1, 6)) <= first + 2
