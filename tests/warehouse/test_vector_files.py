"""Vectors as one Parquet file, out of any store and into any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from warehouse.contracts import Document
from warehouse.embed import BUNDLED_ID
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.knowledge import Knowledge, Servers, export_vectors, import_vectors, logical_digest, place_of
from warehouse.vectors import clear

SNAPSHOT = "20261122T190000Z-0f11e000"


@pytest.fixture
def file(knowledge_folder: Path, tmp_path: Path) -> Path:
    export_vectors(place_of(knowledge_folder), tmp_path / "vectors.parquet")
    return tmp_path / "vectors.parquet"


def digest_of(folder: Path) -> str:
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["knowledge"]
    return str(told["digest"])


def test_a_file_says_of_what_it_is(file: Path, knowledge_folder: Path, documents: list[Document]) -> None:
    rows = pq.read_table(file)
    assert rows.num_rows == len(documents)
    assert rows.column("document_id").to_pylist() == sorted(one.document_id for one in documents)
    assert {"kind", "language", "provider", "parent", "valid_from", "text", "content_hash"} <= set(
        rows.column_names
    )
    assert str(rows.schema.field("vector").type) == "fixed_size_list<element: float>[384]"
    told = {key.decode(): value.decode() for key, value in rows.schema.metadata.items()}
    assert told["vectors.model"] == BUNDLED_ID
    assert told["vectors.snapshot"] == knowledge_folder.name
    assert told["vectors.digest"] == digest_of(knowledge_folder)


def test_every_store_gives_the_same_file(
    stored_folder: Path, file: Path, tmp_path: Path, documents: list[Document]
) -> None:
    made = export_vectors(place_of(stored_folder), tmp_path / "other.parquet")
    assert (made.documents, made.identity) == (len(documents), BUNDLED_ID)
    assert made.snapshot == stored_folder.name
    assert made.digest == digest_of(stored_folder)
    one, other = (pq.read_table(path) for path in (file, tmp_path / "other.parquet"))
    assert one.drop_columns(["content_hash"]).equals(other.drop_columns(["content_hash"]))


def test_a_warehouse_gives_the_same_file(file: Path, tmp_path: Path, documents: list[Document]) -> None:
    from tests.warehouse.conftest import warehouse

    with warehouse(documents) as connection:
        export_vectors(connection, tmp_path / "other.parquet", snapshot=SNAPSHOT, identity=BUNDLED_ID)
        with pytest.raises(InvalidInput, match="which model"):
            export_vectors(connection, tmp_path / "none.parquet")
        with pytest.raises(KnowledgeUnavailable, match="no vector of a/float32/3"):
            export_vectors(connection, tmp_path / "none.parquet", identity="a/float32/3")
    assert not (tmp_path / "none.parquet").exists()
    one, other = (pq.read_table(path) for path in (file, tmp_path / "other.parquet"))
    assert one.equals(other)


def test_into_an_empty_folder(file: Path, knowledge_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / SNAPSHOT / "chroma"
    held = import_vectors(file, target)
    assert held.snapshot == knowledge_folder.name
    assert logical_digest(target) == digest_of(knowledge_folder)
    with Knowledge.open(target.parent, tmp_path / "cache") as opened:
        assert opened.degraded is None
        first = opened.search("quando vale a pena usar spot?", language="pt")[0]
    assert first.document.document_id == "guide/spot-instances/pt"


def test_into_other_servers(file: Path, servers: Any, knowledge_folder: Path) -> None:
    urls = tuple(server.url for server in servers)
    try:
        import_vectors(file, urls, snapshot=SNAPSHOT)
        assert logical_digest(Servers(urls, SNAPSHOT)) == digest_of(knowledge_folder)
        with pytest.raises(InvalidInput, match="already"):
            import_vectors(file, urls, snapshot=SNAPSHOT)
        import_vectors(file, urls, snapshot=SNAPSHOT, replace=True)
        assert logical_digest(Servers(urls, SNAPSHOT)) == digest_of(knowledge_folder)
    finally:
        clear(Servers(urls, SNAPSHOT))


def test_what_a_folder_holds_is_replaced_only_when_told(file: Path, tmp_path: Path) -> None:
    import_vectors(file, tmp_path / "chroma")
    with pytest.raises(InvalidInput, match="already"):
        import_vectors(file, tmp_path / "chroma")
    assert import_vectors(file, tmp_path / "chroma", replace=True).documents


def test_a_file_that_is_none_or_damaged_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    (tmp_path / "text").write_text("not Parquet", encoding="utf-8")
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    rows = pq.read_table(file)
    pq.write_table(rows.slice(1), tmp_path / "fewer")
    pq.write_table(rows.replace_schema_metadata({}), tmp_path / "unmarked")
    for name in ("text", "cut", "fewer", "unmarked", "missing"):
        with pytest.raises(InvalidInput, match=name):
            import_vectors(tmp_path / name, tmp_path / "chroma")
    assert not (tmp_path / "chroma").exists()
