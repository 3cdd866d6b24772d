"""The Chroma folder of a snapshot: what it holds, and what opening it must not do."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from warehouse.chroma_clients import client_of
from warehouse.contracts import Document
from warehouse.embed import BUNDLED_ID
from warehouse.errors import KnowledgeUnavailable
from warehouse.knowledge import Knowledge, fill, logical_digest
from warehouse.statements import statement

ROOT = Path(__file__).resolve().parents[2]
Publish = Callable[..., Path]
SEARCH = """
import json, sys
from pathlib import Path
from typing import Any
from warehouse.knowledge import Knowledge
with Knowledge.open(Path(sys.argv[1]), Path(sys.argv[2])) as knowledge:
    hits = knowledge.search("quando vale a pena usar spot?", language="pt")
print(json.dumps({"torch": "torch" in sys.modules, "first": hits[0].document.document_id}))
"""


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_level_1_is_two_collections_and_every_provider_has_one_below(
    knowledge_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(knowledge_folder / "chroma", tmp_path / "chroma")
    with client_of(tmp_path / "chroma") as client:
        counts = {collection.name: collection.count() for collection in client.list_collections()}
    assert counts == {"docs_guides": 5, "docs_overview": 14, "docs_aws": 8, "docs_azure": 2}


def test_the_index_is_published_and_needs_no_copy(knowledge_folder: Path, tmp_path: Path) -> None:
    assert (knowledge_folder / "lexicon.sqlite3").is_file()
    with Knowledge.open(knowledge_folder, tmp_path) as opened:
        assert opened.search("spot")
    assert [path.name for path in (tmp_path / knowledge_folder.name).iterdir()] == ["chroma"]


def test_a_published_folder_is_never_touched(knowledge_folder: Path, tmp_path: Path) -> None:
    before = fingerprint(knowledge_folder)
    with Knowledge.open(knowledge_folder, tmp_path) as opened:
        opened.search("spot")
    logical_digest(knowledge_folder / "chroma")
    assert fingerprint(knowledge_folder) == before
    assert [path.name for path in tmp_path.iterdir()] == [knowledge_folder.name]


def test_the_digest_is_of_the_contents(
    knowledge_folder: Path, publish: Publish, documents: list[Document], tmp_path: Path
) -> None:
    told = json.loads((knowledge_folder / "manifest.json").read_text(encoding="utf-8"))["knowledge"]
    digest = logical_digest(knowledge_folder / "chroma")
    assert told["digest"] == digest
    again = publish(tmp_path / "again", documents)
    assert logical_digest(again / "chroma") == digest
    with client_of(again / "chroma") as client:
        client.get_collection("docs_guides").query(query_embeddings=[[0.1] * 384], n_results=1)
    assert logical_digest(again / "chroma") == digest
    for changed in (documents[:-1], [*documents[:-1], replace(documents[-1], text="changed")]):
        assert logical_digest(publish(tmp_path / "changed", changed) / "chroma") != digest


def test_the_manifest_tells_what_is_held(knowledge_folder: Path) -> None:
    told = json.loads((knowledge_folder / "manifest.json").read_text(encoding="utf-8"))["knowledge"]
    assert told["model"] == BUNDLED_ID
    assert told["servers"] == []
    assert told["documents"] == {"accelerator": 2, "guide": 5, "machine": 10, "provider": 6, "region": 6}


def test_filling_replaces_what_a_folder_held(
    publish: Publish, documents: list[Document], tmp_path: Path
) -> None:
    publish(tmp_path / "one", documents)
    publish(tmp_path / "one", documents[:2])
    with Knowledge.open(tmp_path / "one", tmp_path / "cache") as opened:
        hits = opened.search("H100", limit=50, language="en")
    assert [hit.document.document_id for hit in hits] == ["machine/aws/p5.48xlarge/en"]


def test_an_empty_knowledge_base_finds_nothing(publish: Publish, tmp_path: Path) -> None:
    with Knowledge.open(publish(tmp_path / "empty", []), tmp_path / "cache") as opened:
        assert opened.search("spot") == []


def test_a_document_without_a_vector_is_refused(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for table in ("08_documents", "09_embeddings", "20_projections"):
            connection.execute(statement(f"schema/{table}"))
        columns = ", ".join(
            f"'x' AS {name}" for name in ("document_id", "kind", "language", "title", "summary")
        )
        rest = "'x' AS text, '' AS keywords, 'test' AS source, 'hash' AS content_hash"
        connection.execute(f"INSERT INTO documents BY NAME SELECT {columns}, {rest}")
        with pytest.raises(KnowledgeUnavailable, match="1 documents have no vector of a/float32/3"):
            fill(connection, tmp_path / "one", "a/float32/3")


@pytest.fixture
def broken(knowledge_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(knowledge_folder, tmp_path / "20261122T190000Z-0badbad0"))


def test_without_its_vectors_and_its_index_a_knowledge_base_does_not_open(
    broken: Path, tmp_path: Path
) -> None:
    shutil.rmtree(broken / "chroma")
    (broken / "lexicon.sqlite3").write_bytes(b"not a database")
    with pytest.raises(KnowledgeUnavailable, match="no vectors") as caught:
        Knowledge.open(broken, tmp_path / "cache")
    assert "cloud-pricing" in caught.value.hint


@pytest.mark.parametrize("damage", [b"not a database", b"", None])
def test_names_and_words_answer_without_vectors(broken: Path, tmp_path: Path, damage: bytes | None) -> None:
    if damage is None:
        shutil.rmtree(broken / "chroma")
    else:
        (broken / "chroma" / "chroma.sqlite3").write_bytes(damage)
    with Knowledge.open(broken, tmp_path / "cache") as opened:
        assert opened.degraded
        found = opened.find("savings plans", language="pt")
        assert found.hits[0].document.document_id == "guide/savings-plans/pt"
        assert {signal for hit in found.hits for signal in hit.matched} == {"words", "name"}
        assert found.degraded == opened.degraded
        assert found.shards == ()
        assert opened.search("chocolate cake recipe") == []


def test_a_lost_collection_degrades_the_search(broken: Path, tmp_path: Path) -> None:
    with client_of(broken / "chroma") as client:
        client.delete_collection("docs_aws")
    with Knowledge.open(broken, tmp_path / "cache") as opened:
        assert "docs_aws" in (opened.degraded or "")
        assert opened.search("p5.48xlarge")[0].document.entity == "p5.48xlarge"


def test_a_failure_of_chroma_in_a_search_is_no_failure_of_the_search(broken: Path, tmp_path: Path) -> None:
    with Knowledge.open(broken, tmp_path / "cache") as opened:
        assert opened.degraded is None
        with client_of(tmp_path / "cache" / broken.name / "chroma") as client:
            client.delete_collection("docs_guides")
        hits = opened.search("savings plan", language="pt")
        assert hits[0].document.document_id == "guide/savings-plans/pt"
        assert "docs_guides" in (opened.degraded or "")


def test_a_lost_index_is_made_again_from_the_texts_of_the_vectors(
    broken: Path, documents: list[Document], tmp_path: Path
) -> None:
    (broken / "lexicon.sqlite3").write_bytes(b"not a database")
    with Knowledge.open(broken, tmp_path / "cache") as opened:
        assert opened.degraded is None
        assert opened.search("p5.48xlarge")[0].document.document_id == "machine/aws/p5.48xlarge/en"
        assert [opened.get(one.document_id) for one in documents] == documents
    made = {path.name for path in (tmp_path / "cache" / broken.name).iterdir()}
    assert made == {"chroma", "lexicon.sqlite3"}


def test_a_damaged_working_copy_is_made_again(knowledge_folder: Path, tmp_path: Path) -> None:
    Knowledge.open(knowledge_folder, tmp_path).close()
    (tmp_path / knowledge_folder.name / "chroma" / "chroma.sqlite3").write_bytes(b"not a database")
    with Knowledge.open(knowledge_folder, tmp_path) as opened:
        assert opened.degraded is None
        assert opened.search("savings plans", language="pt")[0].matched == ("vector", "words", "name")


def test_processes_make_and_share_one_copy(knowledge_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", SEARCH, str(knowledge_folder), str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], answers
    for output, _ in answers:
        assert json.loads(output) == {"torch": False, "first": "guide/spot-instances/pt"}
    assert [path.name for path in tmp_path.iterdir()] == [knowledge_folder.name]


def held_open(folder: Path) -> list[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # closed since it was listed
            links.append(str(descriptor.readlink()))
    return [link for link in links if link.startswith(str(folder))]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="lists open files in /proc")
def test_closing_leaves_no_file_open(knowledge_folder: Path, tmp_path: Path) -> None:
    with Knowledge.open(knowledge_folder, tmp_path) as opened:
        opened.search("spot")
        assert held_open(tmp_path) != []
    deadline = time.monotonic() + 10  # Chroma's own threads let go a moment later
    while held_open(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert held_open(tmp_path) == []
