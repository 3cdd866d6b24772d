"""The collections of a snapshot, in its `chroma` folder or on Chroma servers: write, read, remove.

Opening a Chroma folder rewrites files in it. A published folder is therefore only ever copied. On
servers a collection is called `<snapshot id>.<shard>`, so that snapshots live side by side.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from warehouse.chroma_clients import (
    FROM_FOLDER,
    FROM_SERVER,
    WRITING,
    client_of,
    translated,
)
from warehouse.contracts import Document
from warehouse.embed import Vectors
from warehouse.errors import KnowledgeUnavailable
from warehouse.shards import GUIDES, server_of, shard_of

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

DATABASE = "chroma.sqlite3"
_DATES = ("valid_from", "valid_to")
_PAGE = 1000
# What a collection holds of a document besides its vector, in this order.
COLUMNS = (*(column.name for column in fields(Document)), "content_hash")


@dataclass(frozen=True)
class Servers:
    """The collections of one snapshot on Chroma servers."""

    urls: tuple[str, ...]
    snapshot: str

    def __str__(self) -> str:
        return f"snapshot {self.snapshot} on {', '.join(self.urls)}"


Place: TypeAlias = Path | Servers


def clients_of(place: Place) -> tuple[Path | str, ...]:
    """What a client is opened on: the folder, or each URL."""
    return (place,) if isinstance(place, Path) else place.urls


def hint_of(place: Place) -> str:
    return FROM_FOLDER if isinstance(place, Path) else FROM_SERVER


def prefix_of(place: Place) -> str:
    return "" if isinstance(place, Path) else f"{place.snapshot}."


def collections_of(client: ClientAPI, prefix: str = "") -> dict[str, Collection]:
    """The collections by shard."""
    with translated("Listing the collections"):
        held = client.list_collections()
    return {one.name.removeprefix(prefix): one for one in held if one.name.startswith(prefix)}


def identity_of(collections: Mapping[str, Collection]) -> str:
    """Of which model the vectors are. Raises KnowledgeUnavailable where they are of several."""
    found = {str((one.metadata or {}).get("model")) for one in collections.values()}
    if len(found) != 1:
        raise KnowledgeUnavailable(f"The vectors are of {' and '.join(sorted(found))}.", FROM_FOLDER)
    return found.pop()


@contextmanager
def collections_in(place: Place, seconds: float = WRITING) -> Iterator[dict[str, Collection]]:
    """The collections of a place by shard, all of them. Raises KnowledgeUnavailable where there is none."""
    with ExitStack() as opened:
        found: dict[str, Collection] = {}
        for one in clients_of(place):
            client = opened.enter_context(client_of(one, seconds))
            found |= collections_of(client, prefix_of(place))
        if not found:
            raise KnowledgeUnavailable(f"There are no vectors in {place}.", hint_of(place))
        yield found


def write(rows: pa.Table, place: Place, identity: str) -> str:
    """Write documents and vectors, sorted by document_id; returns the digest of what was written.

    What a folder held before is gone, and so is what servers held of this snapshot. `rows` has COLUMNS
    and `vector`.
    """
    clear(place)
    shards: dict[str, list[int]] = {GUIDES: []}  # an empty knowledge base still says which model it is of
    for row, record in enumerate(rows.select(["kind", "provider"]).to_pylist()):
        shards.setdefault(shard_of(record["kind"], record["provider"]), []).append(row)
    targets = clients_of(place)
    if isinstance(place, Path):
        place.mkdir(parents=True)
    for target in targets:
        with client_of(target, WRITING) as client:
            for name in sorted(shards):
                if isinstance(target, Path) or server_of(name, place_urls(place)) == target:
                    chosen = rows.take(pa.array(shards[name], pa.int64()))
                    _fill(client, prefix_of(place) + name, chosen, identity, hint_of(place))
    return digest_of(rows, identity)


def place_urls(place: Place) -> tuple[str, ...]:
    return () if isinstance(place, Path) else place.urls


def clear(place: Place) -> None:
    """Remove the collections of a place; whatever else its servers hold stays."""
    if isinstance(place, Path):
        shutil.rmtree(place, ignore_errors=True)
        return
    for url in place.urls:
        with client_of(url, WRITING) as client, translated(f"Removing collections on {url}", FROM_SERVER):
            for collection in collections_of(client, prefix_of(place)).values():
                client.delete_collection(collection.name)


def _fill(client: ClientAPI, name: str, rows: pa.Table, identity: str, hint: str) -> None:
    with translated(f"Writing the collection {name}", hint):
        # The inner product orders unit vectors as the cosine does, and keeps them bit by bit.
        collection = client.create_collection(
            name,
            metadata={"model": identity},
            configuration={"hnsw": {"space": "ip"}},
            embedding_function=None,
        )
        for batch in rows.to_batches(max_chunksize=min(_PAGE, client.get_max_batch_size())):
            records = batch.select(COLUMNS).to_pylist()
            collection.add(
                ids=[record["document_id"] for record in records],
                embeddings=matrix(batch),
                documents=[record["text"] for record in records],
                metadatas=[_metadata(record) for record in records],
            )


def matrix(rows: pa.Table | pa.RecordBatch) -> Vectors:
    """The column `vector`, one row a vector."""
    column: Any = rows.column("vector")
    whole: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(whole.flatten(), np.float32).reshape(len(whole), -1)


def _metadata(record: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in record.items() if key not in {"document_id", "text"}}
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in kept.items()
        if value is not None
    }


def read(collection: Collection) -> Iterator[pa.Table]:
    """The records of a collection by the page: COLUMNS and `vector`."""
    with translated(f"Reading the collection {collection.name}"):
        for start in range(0, collection.count(), _PAGE):
            page: Any = collection.get(
                include=["documents", "metadatas", "embeddings"], limit=_PAGE, offset=start
            )
            records = [
                _record(*row) for row in zip(page["ids"], page["documents"], page["metadatas"], strict=True)
            ]
            yield table(records, np.asarray(page["embeddings"], np.float32))


def table(records: Iterable[Mapping[str, Any]], vectors: Vectors) -> pa.Table:
    kinds = {name: pa.date32() if name in _DATES else pa.string() for name in COLUMNS}
    held = list(records)
    columns = {name: pa.array([record.get(name) for record in held], kinds[name]) for name in COLUMNS}
    flat = pa.array(np.asarray(vectors, np.float32).ravel())
    return pa.table(columns | {"vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])})


def _record(document_id: str, text: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    dates = {name: date.fromisoformat(metadata[name]) for name in _DATES if name in metadata}
    return {**metadata, **dates, "document_id": document_id, "text": text}


def copy_of(folder: Path, target: Path) -> None:
    """Copy a published `chroma` folder. Raises KnowledgeUnavailable where there is none."""
    if not (folder / DATABASE).is_file():
        raise KnowledgeUnavailable(f"There are no vectors in {folder}.", FROM_FOLDER)
    with translated(f"Copying the vectors of {folder}"):
        shutil.copytree(folder, target)


@contextmanager
def untouched(place: Place) -> Iterator[Place]:
    """The place itself where it is on servers, and a copy of a folder, which opening would rewrite."""
    if not isinstance(place, Path):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="cloud-pricing-") as scratch:
        copy_of(place, Path(scratch) / "chroma")
        yield Path(scratch) / "chroma"


def logical_digest(place: Place) -> str:
    """What `write` returned, read back: over ids, content hashes and vectors, wherever they are kept.

    A folder is read through a copy, so that it stays as it is.
    """
    with untouched(place) as readable, collections_in(readable) as held:
        lines = [line for one in held.values() for page in read(one) for line in _lines(page)]
        return _sealed(lines, identity_of(held))


def digest_of(rows: pa.Table, identity: str) -> str:
    return _sealed([line for batch in rows.to_batches(_PAGE) for line in _lines(batch)], identity)


def _lines(rows: pa.Table | pa.RecordBatch) -> Iterator[str]:
    ids, hashes = rows.column("document_id").to_pylist(), rows.column("content_hash").to_pylist()
    for document_id, content, vector in zip(ids, hashes, matrix(rows).astype("<f4"), strict=True):
        yield f"{document_id}\n{content}\n{hashlib.sha256(vector.tobytes()).hexdigest()}\n"


def _sealed(lines: list[str], identity: str) -> str:
    return hashlib.sha256("".join([f"{identity}\n", *sorted(lines)]).encode()).hexdigest()
