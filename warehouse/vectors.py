"""The Chroma folder of a snapshot: one collection per provider, and one for all that has none.

Opening a Chroma folder rewrites files in it. A published folder is therefore only ever copied.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.errors import CloudPricingError, KnowledgeUnavailable
from warehouse.statements import statement

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

GUIDES = "docs_guides"
DATABASE = "chroma.sqlite3"
_METADATA = (
    "kind",
    "language",
    "provider",
    "entity",
    "title",
    "summary",
    "keywords",
    "source",
    "content_hash",
)
_HINT = "Run `cloud-pricing refresh` for a new snapshot, or `cloud-pricing snapshots rollback`."
# Chroma keeps its open folders in a table of the process that it does not lock.
_OPENING = threading.Lock()


def shard_of(provider: str | None) -> str:
    """The collection that holds a provider's documents."""
    if provider is None:
        return GUIDES
    return "docs_" + (re.sub(r"[^a-z0-9.-]+", "_", provider.lower()).strip("_.-") or "other")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Whatever Chroma, its Rust part or SQLite raise becomes KnowledgeUnavailable."""
    try:
        yield
    except CloudPricingError:
        raise
    except Exception as error:
        line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise KnowledgeUnavailable(f"{doing} failed: {line}", _HINT) from error


def open_client(folder: Path) -> ClientAPI:
    """A client on an existing folder, or on a new one. Close it: the process keeps it open otherwise."""
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    with _OPENING, translated(f"Opening the vectors in {folder}"):
        try:
            return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        except Exception:
            # It remembers a folder that it failed to open, and would fail on its replacement.
            if str(folder) not in SharedSystemClient._identifier_to_refcount:
                SharedSystemClient._identifier_to_system.pop(str(folder), None)
            raise


def collections_of(client: ClientAPI) -> dict[str, Collection]:
    """The collections by name. Raises KnowledgeUnavailable where there is none: `fill` leaves one."""
    with translated("Listing the collections"):
        collections = {collection.name: collection for collection in client.list_collections()}
    if not collections:
        raise KnowledgeUnavailable("The vectors are empty, as of a folder that was damaged.", _HINT)
    return collections


def close_client(client: ClientAPI) -> None:
    closing: Any = client  # the protocol that Chroma declares lacks it
    with _OPENING:
        closing.close()


@contextmanager
def client_of(folder: Path) -> Iterator[ClientAPI]:
    client = open_client(folder)
    try:
        yield client
    finally:
        close_client(client)


def fill(connection: duckdb.DuckDBPyConnection, folder: Path, model_id: str) -> None:
    """Write `documents` and their vectors of one model into `folder`, a snapshot's `chroma`.

    What the folder held before is gone. Raises KnowledgeUnavailable where a document has no vector.
    """
    rows = connection.execute(statement("embed/vectors"), {"model": model_id}).to_arrow_table()
    if missing := rows.column("vector").null_count:
        raise KnowledgeUnavailable(f"{missing} documents have no vector of {model_id}.", "Embed them first.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards: dict[str, list[int]] = {}
    for place, provider in enumerate(rows.column("provider").to_pylist()):
        shards.setdefault(shard_of(provider), []).append(place)
    # An empty knowledge base still says which model it is of.
    shards.setdefault(GUIDES, [])
    with client_of(folder) as client:
        for name in sorted(shards):
            _fill_shard(client, name, rows.take(pa.array(shards[name], pa.int64())), model_id)


def _fill_shard(client: ClientAPI, name: str, rows: pa.Table, model_id: str) -> None:
    with translated(f"Writing the collection {name}"):
        # The inner product orders unit vectors as the cosine does, and keeps them bit by bit.
        collection = client.create_collection(
            name,
            metadata={"model": model_id},
            configuration={"hnsw": {"space": "ip"}},
            embedding_function=None,
        )
        for batch in rows.to_batches(max_chunksize=client.get_max_batch_size()):
            texts: dict[str, Any] = batch.select(["document_id", "text", "vector"]).to_pydict()
            collection.add(
                ids=texts["document_id"],
                embeddings=np.stack(texts["vector"]).astype(np.float32),
                documents=texts["text"],
                metadatas=[_without_nulls(row) for row in batch.select(_METADATA).to_pylist()],
            )


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def copy_of(folder: Path, target: Path) -> None:
    """Copy a published `chroma` folder. Raises KnowledgeUnavailable where there is none."""
    if not (folder / DATABASE).is_file():
        raise KnowledgeUnavailable(f"There are no vectors in {folder}.", _HINT)
    with translated(f"Copying the vectors of {folder}"):
        shutil.copytree(folder, target)


def logical_digest(source: Path | ClientAPI) -> str:
    """SHA-256 over the collections' names, ids, content hashes and vectors, whatever the files are.

    A folder is read through a copy, so that it stays as it is.
    """
    if not isinstance(source, Path):
        return _digest(source)
    with tempfile.TemporaryDirectory(prefix="cloud-pricing-") as scratch:
        copy_of(source, Path(scratch) / "chroma")
        with client_of(Path(scratch) / "chroma") as client:
            return _digest(client)


def _digest(client: ClientAPI) -> str:
    digest = hashlib.sha256()
    with translated("Reading the vectors"):
        for _, collection in sorted(collections_of(client).items()):
            held: Any = collection.get(include=["embeddings", "metadatas"])
            digest.update(f"{collection.name}\n{collection.metadata}\n".encode())
            for place in sorted(range(len(held["ids"])), key=held["ids"].__getitem__):
                digest.update(f"{held['ids'][place]}\n{held['metadatas'][place]['content_hash']}\n".encode())
                digest.update(np.asarray(held["embeddings"][place], "<f4").tobytes())
    return digest.hexdigest()
