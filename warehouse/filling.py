"""A snapshot's knowledge base is written: the index of names and words, and the collections of vectors.

Where vectors go to servers, `servers/<snapshot id>.json` in the store says so before the first of them
is written, and is removed after the last: what killed publishers and pruned snapshots leave there is
found again, and nothing of another store is touched.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import lexicon_build
from warehouse.chroma_clients import translated
from warehouse.contracts import Document
from warehouse.embed import PROJECTION, document_vectors, write_projection
from warehouse.errors import KnowledgeUnavailable
from warehouse.integrity import sha256_of
from warehouse.lexicon import Lexicon
from warehouse.log import get_logger
from warehouse.opened_vectors import OpenedVectors
from warehouse.vectors import COLUMNS, Place, Servers, clear, write
from warehouse.working_copies import CHROMA, LEXICON

_log = get_logger("knowledge")
_LEDGER = "servers"
_MANIFEST = "manifest.json"


def fill(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    identity: str,
    *,
    servers: Servers | None = None,
    synonyms: Path | None = None,
) -> dict[str, Any]:
    """Write the index and the vectors of `documents` for the snapshot in `folder`.

    Vectors go to `servers` where they are given, else to `folder`/chroma. `synonyms` is the folder of
    synonyms.csv and glossary.csv. Returns what the manifest tells of it: model, digest of the vectors,
    servers, and the number of documents by kind. Raises KnowledgeUnavailable where a document has no vector.
    """
    rows = document_vectors(connection, identity)
    if missing := rows.column("vector").null_count:
        raise KnowledgeUnavailable(f"{missing} documents have no vector of {identity}.", "Embed them first.")
    folder.mkdir(parents=True, exist_ok=True)
    said = lexicon_build.read_synonyms(synonyms) if synonyms else []
    glossary = lexicon_build.read_glossary(synonyms) if synonyms else {}
    (folder / LEXICON).unlink(missing_ok=True)
    with translated(f"Writing the index of {folder.name}"):
        lexicon_build.build(folder / LEXICON, _documents(rows), said, {"model": identity}, glossary)
    write_projection(connection, identity, folder)
    digest = write(rows, servers or folder / CHROMA, identity)
    return {
        "model": identity,
        "digest": digest,
        "servers": list(servers.urls) if servers else [],
        "documents": dict(sorted(Counter(rows.column("kind").to_pylist()).items())),
    }


def _documents(rows: pa.Table) -> list[Document]:
    names = [name for name in COLUMNS if name != "content_hash"]
    return [Document(**record) for record in rows.select(names).to_pylist()]


def place_of(folder: Path) -> Place:
    """Where the vectors of the snapshot in `folder` are, as its manifest says."""
    try:
        told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["knowledge"].get("servers")
    except (OSError, ValueError, KeyError, AttributeError):
        told = None
    return Servers(tuple(told), folder.name) if told else folder / CHROMA


def damage(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What is wrong with the knowledge base of the snapshot in `folder`, in a line; None where nothing is.

    `files` are its manifest's. A server that is away is no damage, one that has lost collections is.
    """
    parts = (CHROMA, LEXICON, PROJECTION)
    expected = {name: told for name, told in files.items() if name.partition("/")[0] in parts}
    for name, told in sorted(expected.items()):
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != told["size"] or sha256_of(path) != told["sha256"]:
            return f"{name} is not as it was published"
    place = place_of(folder)
    if LEXICON not in expected:
        return f"{LEXICON} was not published"
    if isinstance(place, Servers):
        return _lost(folder, place)
    return None if any(name.startswith(f"{CHROMA}/") for name in expected) else "no vectors were published"


def _lost(folder: Path, place: Servers) -> str | None:
    with (
        closing(Lexicon(folder / LEXICON)) as lexicon,
        closing(OpenedVectors(place, lexicon.kinds)) as opened,
    ):
        try:
            return opened.lost()
        except KnowledgeUnavailable as error:
            _log.warning("servers_not_checked", problem=error.message)
            return None


def promise(store: Path, servers: Servers) -> None:
    """Write down that collections of a snapshot will be on these servers."""
    path = _entry(store, servers.snapshot)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"servers": servers.urls}) + "\n", encoding="utf-8")


def sweep(store: Path, kept: Collection[str]) -> list[str]:
    """Remove from servers what this store put there for other snapshots than `kept`; returns their ids.

    A server that is away keeps its share until the next time.
    """
    removed = []
    for path in sorted((store / _LEDGER).glob("*.json")):
        if path.stem in kept:
            continue
        try:
            clear(Servers(_urls(path), path.stem))
        except KnowledgeUnavailable as error:
            _log.warning("not_swept", snapshot=path.stem, problem=error.message)
            continue
        path.unlink()
        removed.append(path.stem)
    return removed


def _urls(path: Path) -> tuple[str, ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8"))["servers"])


def _entry(store: Path, snapshot: str) -> Path:
    return store / _LEDGER / f"{snapshot}.json"
