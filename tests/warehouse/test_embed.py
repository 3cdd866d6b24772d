"""Texts become vectors: only new ones, never from the network, and a query without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest

from warehouse import embed
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.settings import settings
from warehouse.statements import statement

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = """
import json, socket, sys
def no_network(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(no_network)
from warehouse import embed
"""


class Recorder:
    """Embeds a text as its length and letter count; remembers what it was given."""

    def __init__(self, model_id: str = "recorder") -> None:
        self.model_id = model_id
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], progress: embed.Progress | None = None) -> embed.Vectors:
        self.seen += texts
        if progress is not None:
            progress(len(texts), len(texts))
        return np.asarray([[len(text), len(set(text))] for text in texts], np.float32)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for table in ("08_documents", "09_embeddings"):
            opened.execute(statement(f"schema/{table}"))
        yield opened


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def write(connection: duckdb.DuckDBPyConnection, document_id: str, text: str, kind: str = "region") -> None:
    connection.execute(
        "INSERT OR REPLACE INTO documents BY NAME SELECT $id AS document_id, $kind AS kind, 'en' AS language, "
        "'Title' AS title, 'summary' AS summary, $text AS text, 'k1, k2' AS keywords, 'test' AS source, "
        "sha256($text) AS content_hash",
        {"id": document_id, "text": text, "kind": kind},
    )


def held(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, list[float]]]:
    query = "SELECT content_hash, model, vector FROM embeddings ORDER BY ALL"
    return connection.execute(query).fetchall()


def run(code: str) -> dict[str, object]:
    """What a fresh process prints as JSON; warnings are errors and the network is closed."""
    command = [sys.executable, "-W", "error", "-c", NO_NETWORK + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_only_new_contents_are_embedded(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, "a", "one text")
    write(connection, "b", "another text")
    write(connection, "b-twin", "another text")
    first = embed.embed_missing(connection, Recorder())
    assert (first.embedded, first.reused) == (2, 0)

    write(connection, "c", "a third text")
    again, calls = Recorder(), list[tuple[int, int]]()
    second = embed.embed_missing(connection, again, lambda done, total: calls.append((done, total)))
    assert (second.embedded, second.reused) == (1, 2)
    assert again.seen == ["Title\na third text"]
    assert calls == [(1, 1)]

    idle = Recorder()
    third = embed.embed_missing(connection, idle)
    assert (third.embedded, third.reused, idle.seen) == (0, 3, [])


def test_a_vector_stays_with_its_text(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(50):
        write(connection, str(number), "x" * (50 - number))
    embed.embed_missing(connection, Recorder())
    query = "SELECT d.text, e.vector FROM documents AS d JOIN embeddings AS e USING (content_hash)"
    for text, vector in connection.execute(query).fetchall():
        assert vector[0] == len(f"Title\n{text}")


def test_another_model_embeds_again_and_forgotten_texts_go(connection: duckdb.DuckDBPyConnection) -> None:
    write(connection, "a", "one text")
    embed.embed_missing(connection, Recorder("first"))
    assert embed.embed_missing(connection, Recorder("second")).embedded == 1
    assert [model for _, model, _ in held(connection)] == ["first", "second"]
    write(connection, "a", "a changed text")
    assert embed.embed_missing(connection, Recorder("second")).embedded == 1
    assert [model for _, model, _ in held(connection)] == ["second"]


def test_a_guide_is_embedded_with_its_questions_and_a_machine_by_its_beginning(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write(connection, "guide", "a guide", kind="guide")
    write(connection, "machine", "m" * 1000, kind="machine")
    recorder = Recorder()
    embed.embed_missing(connection, recorder)
    assert sorted(recorder.seen) == ["Title\nk1, k2\na guide", "m" * 240]


def test_a_query_needs_no_torch_and_no_network() -> None:
    answer = run("""
vector = embed.query_embedder(embed.BUNDLED_ID).encode_query("Quando vale a pena usar spot?")
heavy = [name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules]
print(json.dumps({"heavy": heavy, "length": float((vector ** 2).sum()), "shape": vector.shape}))
""")
    assert answer["heavy"] == []
    assert answer["shape"] == [384]
    assert answer["length"] == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_documents_are_embedded_without_a_network_and_agree_with_queries() -> None:
    answer = run("""
texts = ["spot", "AWS p5.48xlarge is a machine of the p5 family.", "uma região no Brasil " * 30, "H100 " * 400]
document, query = embed.document_embedder(), embed.query_embedder(embed.BUNDLED_ID)
calls = []
vectors = document.encode(texts * 20, lambda done, total: calls.append([done, total]))
alone = [document.encode([text])[0] for text in texts]
print(json.dumps({
    "model": document.model_id,
    "quick": [float(vector @ query.encode_query(text)) for vector, text in zip(vectors, texts)],
    "alone": [float(vector @ one) for vector, one in zip(vectors, alone)],
    "custom": float(document.encode_query(texts[0]) @ vectors[0]),
    "type": str(vectors.dtype), "shape": vectors.shape, "calls": calls,
}))
""")
    assert answer["model"] == embed.BUNDLED_ID
    assert answer["quick"] == pytest.approx([1, 1, 1, 1], abs=0.01)
    assert answer["alone"] == pytest.approx([1, 1, 1, 1], abs=1e-4)
    assert answer["custom"] == pytest.approx(1, abs=1e-4)
    assert (answer["type"], answer["shape"]) == ("float32", [80, 384])
    assert answer["calls"] == [[32, 80], [64, 80], [80, 80]]


def test_a_model_folder_is_named_by_its_contents(tmp_path: Path) -> None:
    copy = tmp_path / "my-model"
    shutil.copytree(embed.bundled_folder(), copy, ignore=shutil.ignore_patterns("*.safetensors"))
    first = embed.SentenceEmbedder(copy).model_id
    assert first.startswith("my-model-")
    assert embed.SentenceEmbedder(copy).model_id == first
    (copy / "config.json").write_text("{}")
    assert embed.SentenceEmbedder(copy).model_id != first


@pytest.mark.usefixtures("fresh_settings")
def test_a_model_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_MODEL", str(tmp_path / "nothing"))
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_EMBEDDING_MODEL") as caught:
        embed.document_embedder()
    assert "modules.json" in caught.value.hint


@pytest.mark.usefixtures("fresh_settings")
def test_vectors_of_another_model_are_refused() -> None:
    with pytest.raises(KnowledgeUnavailable, match="other/float32/8") as caught:
        embed.query_embedder("other/float32/8")
    assert "cloud-pricing refresh" in caught.value.hint
