"""A backup is made: what of a store is saved, cut into chunks, and stored unless it is already.

Saved are snapshots, staging, fetches and payloads, and the vectors of the snapshot in a file of their
own. Left out are caches, logs, locks, temporary names, other snapshots, and the backups themselves.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import snapshots
from warehouse.backup_records import VECTORS, Chunk, Progress, Record, SavedFile, new_id
from warehouse.errors import BackupDamaged, CloudPricingError, SnapshotDamaged, StoreBusy
from warehouse.read_ahead import THREADS, WAITING
from warehouse.repository import Repository

# Four blocks of DuckDB, cut where blocks begin: of a copied warehouse only the changed ones are new.
_CHUNK_BYTES = 1 << 20
_DUCKDB_HEADERS = 3 << 12
_FOLDERS = {"backups", "cache", "drills", "logs", "snapshots"}
_FILES = (".lock", ".new", ".part", ".backup")
_PAYLOADS = "payloads"


@dataclass(frozen=True)
class Created:
    """`reused` counts the bytes of the record that were stored before; `notes` say what is not as usual."""

    record: Record
    reused: int
    notes: tuple[str, ...] = ()


def create(
    store: Path,
    repository: Repository,
    *,
    snapshot: str | None = None,
    every: bool = False,
    payloads: bool = True,
    timeout: float = 10.0,
    progress: Progress | None = None,
) -> Created:
    """Save the snapshot in force or the named one, or `every` one that is kept, and what it was made of.

    Raises NoSnapshot, UnknownName, SnapshotDamaged before anything is stored of a damaged one,
    StoreBusy, BackupUnavailable.
    """
    main = snapshots.load(store, snapshot)
    others = [snapshots.load(store, name) for name in snapshots.published(store) if every and name != main.id]
    chosen = [*others, main]
    for one in chosen:
        _require_whole(one)
    (store / "cache").mkdir(exist_ok=True)
    with (
        repository.alone(timeout),
        tempfile.TemporaryDirectory(prefix="vectors-", dir=store / "cache") as scratch,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        known, notes = _stored(repository)
        found = dict(_paths(store, chosen, payloads, repository.storage.folder))
        notes += _exported(main, Path(scratch) / VECTORS, found)
        chunks = _Chunks(repository, pool, known)
        drafts = _drafts(found, chunks, progress)
        _require_as_published(chosen, drafts)
        now = datetime.now(UTC)
        record = Record(
            id=new_id(now),
            created_at=now,
            snapshot=main.id,
            snapshots={one.id: one.manifest.created_at for one in chosen},
            files=tuple(draft.finished(chunks.known) for draft in drafts),
            stored_bytes=chunks.stored_bytes,
        )
        repository.add(record)
    return Created(record, record.size - chunks.new_bytes, tuple(notes))


def _require_whole(snapshot: snapshots.Snapshot) -> None:
    if wrong := snapshots.verify(snapshot):
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        hint = "Bring it back with `cloud-pricing backup restore`, or `cloud-pricing snapshots rollback`."
        told = f"Snapshot {snapshot.id} is not saved, as it is damaged: {'; '.join(wrong[:3])}{more}."
        raise SnapshotDamaged(told, hint)


def _require_as_published(chosen: Sequence[snapshots.Snapshot], drafts: Sequence[_Draft]) -> None:
    """What was read to be stored, too: a disk may fail between two readings."""
    read = {draft.path: draft.sha256 for draft in drafts}
    for one in chosen:
        for name, entry in one.manifest.files.items():
            if read.get(f"snapshots/{one.id}/{name}") != entry["sha256"]:
                hint = "Check the disk, then `cloud-pricing snapshots verify`."
                raise SnapshotDamaged(f"{name} of snapshot {one.id} reads otherwise now.", hint)


def _stored(repository: Repository) -> tuple[dict[str, Chunk], list[str]]:
    """The chunks that are there as a record says. A record that cannot be read vouches for none."""
    there, known, notes = repository.objects(), dict[str, Chunk](), list[str]()
    for backup_id in repository.ids():
        try:
            held = repository.load(backup_id).chunks()
        except BackupDamaged as error:
            notes.append(f"An older backup is damaged: {error.message}")
            continue
        known |= {
            name: chunk
            for name, chunk in held.items()
            if name in there and there[name].size == chunk.stored_size
        }
    return known, notes


def _paths(
    store: Path, chosen: Sequence[snapshots.Snapshot], payloads: bool, backups: Path | None
) -> Iterator[tuple[str, Path]]:
    """What is saved, by its path in the store."""
    for one in chosen:
        for name in (*one.manifest.files, snapshots.MANIFEST):
            yield f"snapshots/{one.id}/{name}", one.folder / name
    for path in sorted(store.iterdir()):
        if path.name.startswith((".", "CURRENT")) or path.name.endswith(_FILES):
            continue
        if path.is_file():
            yield path.name, path
        elif path.name not in _FOLDERS and (payloads or path.name != _PAYLOADS) and path != backups:
            yield from _below(path, store)


def _below(folder: Path, store: Path) -> Iterator[tuple[str, Path]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith(_FILES):
                path = Path(place) / name
                yield path.relative_to(store).as_posix(), path


def _exported(snapshot: snapshots.Snapshot, path: Path, found: dict[str, Path]) -> list[str]:
    """Add the vectors to what is saved, if the warehouse has them; its own file holds them anyway."""
    from warehouse.vector_files import export_vectors

    try:
        with duckdb.connect(str(snapshot.warehouse), read_only=True) as connection:
            identity = snapshot.manifest.knowledge.get("model")
            export_vectors(connection, path, snapshot=snapshot.id, identity=identity)
    except (CloudPricingError, duckdb.Error) as error:
        line = str(error).splitlines()[0]
        return [f"The vectors are saved inside {snapshots.WAREHOUSE} only, not as a file: {line}"]
    found[VECTORS] = path
    return []


@dataclass(frozen=True)
class _Draft:
    """A file that has been read; its chunks may still be on their way."""

    path: str
    size: int
    sha256: str
    names: tuple[str, ...]

    def finished(self, known: dict[str, Chunk]) -> SavedFile:
        return SavedFile(self.path, self.size, self.sha256, tuple(known[name] for name in self.names))


class _Chunks:
    """Stores what is new with a few threads; no more than a few chunks are in memory at once."""

    def __init__(self, repository: Repository, pool: ThreadPoolExecutor, known: dict[str, Chunk]) -> None:
        self._repository, self._pool, self.known = repository, pool, known
        self._waiting: dict[str, Future[Chunk]] = {}
        self.new_bytes = self.stored_bytes = 0

    def add(self, content: bytes) -> str:
        name = self._repository.name_of(content)
        if name not in self.known and name not in self._waiting:
            if len(self._waiting) >= WAITING:
                self._settle(next(iter(self._waiting)))
            self._waiting[name] = self._pool.submit(self._repository.put, name, content)
        return name

    def finish(self) -> None:
        for name in list(self._waiting):
            self._settle(name)

    def _settle(self, name: str) -> None:
        chunk = self._waiting.pop(name).result()
        self.known[name] = chunk
        self.new_bytes += chunk.size
        self.stored_bytes += chunk.stored_size


def _drafts(found: dict[str, Path], chunks: _Chunks, progress: Progress | None) -> list[_Draft]:
    drafts, done = [], 0
    try:
        total = sum(path.stat().st_size for path in found.values())
        for name, path in found.items():
            drafts.append(_read(name, path, chunks))
            done += drafts[-1].size
            if progress:
                progress(done, total)
    except FileNotFoundError as error:
        hint = "Something else changes the store: try again."
        raise StoreBusy(f"{error.filename} went away while it was saved.", hint) from error
    chunks.finish()
    return drafts


def _read(name: str, path: Path, chunks: _Chunks) -> _Draft:
    digest, size, names = hashlib.sha256(), 0, []
    first = _DUCKDB_HEADERS if path.suffix == ".duckdb" else _CHUNK_BYTES
    with path.open("rb") as stream:
        while content := stream.read(_CHUNK_BYTES if size else first):
            digest.update(content)
            size += len(content)
            names.append(chunks.add(content))
    return _Draft(name, size, digest.hexdigest(), tuple(names))
