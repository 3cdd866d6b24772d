"""The vectors of a snapshot as one Parquet file: taken along, and put into another Chroma.

The file holds ids, texts, metadata and float32 vectors; its own metadata says of which model and which
snapshot they are. It needs no warehouse to be imported.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.chroma_clients import client_of
from warehouse.embed import document_vectors
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.vectors import (
    COLUMNS,
    Place,
    Servers,
    clients_of,
    collections_in,
    collections_of,
    digest_of,
    identity_of,
    prefix_of,
    read,
    untouched,
    write,
)

if TYPE_CHECKING:
    from chromadb import Collection

_MODEL, _SNAPSHOT, _DIGEST = b"vectors.model", b"vectors.snapshot", b"vectors.digest"
_GROUP = 10_000  # rows
_HINT = "Give a file that vectors were exported to, whole."


@dataclass(frozen=True)
class VectorFile:
    """What a file holds; `snapshot` is the id of the one it was taken of, `digest` over its contents."""

    documents: int
    identity: str
    snapshot: str
    digest: str


def export_vectors(
    source: Place | duckdb.DuckDBPyConnection, path: Path, *, snapshot: str = "", identity: str | None = None
) -> VectorFile:
    """Write the vectors of a snapshot's warehouse, of a Chroma folder or of servers to a file.

    From a warehouse, `identity` names the model, whose vectors it may hold next to another's. The file
    is whole or not there. Raises KnowledgeUnavailable, InvalidInput.
    """
    if isinstance(source, duckdb.DuckDBPyConnection):
        if identity is None:
            raise InvalidInput("Vectors of which model?", "Name the identity that the manifest tells.")
        rows = document_vectors(source, identity)
        _require_whole(rows, identity)
        return _export(rows, path, identity, snapshot)
    taken_of = snapshot or (source.snapshot if isinstance(source, Servers) else source.parent.name)
    with untouched(source) as readable, collections_in(readable) as held:
        return _export(_rows(held), path, identity_of(held), taken_of)


def import_vectors(
    path: Path, target: Place | tuple[str, ...], *, snapshot: str = "", replace: bool = False
) -> VectorFile:
    """Make the collections of `target`, a folder or servers by their URLs, from that file alone.

    On servers they are named with `snapshot`, or with the snapshot of the file. Raises
    KnowledgeUnavailable, and InvalidInput where the file is none of `export_vectors`, or the target
    holds such collections already and `replace` does not say that they may go.
    """
    rows, held = _read(path)
    if isinstance(target, tuple):
        target = Servers(target, snapshot or held.snapshot)
    if isinstance(target, Servers) and not target.snapshot:
        raise InvalidInput(f"{path} does not say of which snapshot it is.", "Name the snapshot.")
    if not replace and _occupied(target):
        raise InvalidInput(
            f"There are vectors in {target} already.", "Name another target, or say that they are replaced."
        )
    if write(rows, target, held.identity) != held.digest:
        raise KnowledgeUnavailable(f"{path} was not read as it was written.", "Import it again.")
    return held


def _export(rows: pa.Table, path: Path, identity: str, snapshot: str) -> VectorFile:
    rows = rows.select([*COLUMNS, "vector"])
    held = VectorFile(rows.num_rows, identity, snapshot, digest_of(rows, identity))
    told = {_MODEL: identity.encode(), _SNAPSHOT: snapshot.encode(), _DIGEST: held.digest.encode()}
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        whole = rows.replace_schema_metadata(told)
        # Vectors do not repeat: a dictionary of them would cost time and space.
        pq.write_table(whole, aside, compression="zstd", row_group_size=_GROUP, use_dictionary=False)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return held


def _read(path: Path) -> tuple[pa.Table, VectorFile]:
    try:
        rows = pq.read_table(path)
        told = rows.schema.metadata or {}
        identity, snapshot, digest = (told[key].decode() for key in (_MODEL, _SNAPSHOT, _DIGEST))
        held = VectorFile(rows.num_rows, identity, snapshot, digest_of(rows, identity))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise InvalidInput(f"{path} holds no exported vectors: {error}", _HINT) from error
    if held.digest != digest:
        raise InvalidInput(f"{path} is damaged: its vectors are not those that were exported.", _HINT)
    return rows, held


def _rows(held: dict[str, Collection]) -> pa.Table:
    def pages() -> Iterator[pa.Table]:
        for name in sorted(held):
            yield from read(held[name])

    found = list(pages())
    if not found:
        raise KnowledgeUnavailable("The collections are empty: there is nothing to export.")
    return pa.concat_tables(found).sort_by("document_id")


def _require_whole(rows: pa.Table, identity: str) -> None:
    if missing := rows.column("vector").null_count:
        raise KnowledgeUnavailable(f"{missing} documents have no vector of {identity}.", "Embed them first.")


def _occupied(target: Place) -> bool:
    if isinstance(target, Path):
        return target.exists() and any(target.iterdir())
    for url in clients_of(target):
        with client_of(url) as client:
            if collections_of(client, prefix_of(target)):
                return True
    return False
