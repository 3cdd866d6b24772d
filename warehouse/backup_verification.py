"""Is what was stored still there, to the bit?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from warehouse.backup_records import Chunk, Progress, Record
from warehouse.errors import BackupDamaged
from warehouse.read_ahead import THREADS, ahead
from warehouse.repository import Repository


@dataclass(frozen=True)
class Verified:
    """`wrong` has a line for everything that is not as it was stored; `unused` objects no backup names."""

    backups: tuple[str, ...]
    objects: int
    stored_bytes: int
    unused: int
    wrong: tuple[str, ...]


def verify(
    repository: Repository, ids: Sequence[str], *, quick: bool = False, progress: Progress | None = None
) -> Verified:
    """Read and check every object of these backups; with `quick` only whether it is there, in full size.

    The other backups' records are read too: one that cannot be is told in any case.
    """
    records, wrong = _records(repository)
    chosen = [record for name, record in records.items() if name in ids]
    chunks = {name: chunk for record in chosen for name, chunk in record.chunks().items()}
    there = repository.objects()
    total = sum(chunk.stored_size for chunk in chunks.values())
    if quick:
        found = {
            name: f"objects/{name[:2]}/{name}: {'not as it was stored' if name in there else 'missing'}"
            for name, chunk in chunks.items()
            if name not in there or there[name].size != chunk.stored_size
        }
    else:
        found = dict(_read(repository, list(chunks.values()), total, progress))
    wrong += [f"{line}; {_users(name, chosen)}" for name, line in sorted(found.items())]
    named = {name for record in records.values() for name in record.chunks()}
    return Verified(
        tuple(record.id for record in chosen), len(chunks), total, len(there.keys() - named), tuple(wrong)
    )


def _records(repository: Repository) -> tuple[dict[str, Record], list[str]]:
    records, wrong = {}, []
    for backup_id in repository.ids():
        try:
            records[backup_id] = repository.load(backup_id)
        except BackupDamaged as error:
            wrong.append(error.message.rstrip("."))
    return records, wrong


def _read(
    repository: Repository, chunks: Sequence[Chunk], total: int, progress: Progress | None
) -> Iterator[tuple[str, str]]:
    """What is wrong with each object that is not as it was stored."""
    done = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for chunk, line in ahead(pool, partial(_wrong, repository), chunks):
            done += chunk.stored_size
            if progress:
                progress(done, total)
            if line:
                yield chunk.name, line


def _wrong(repository: Repository, chunk: Chunk) -> str:
    try:
        repository.get(chunk)
    except BackupDamaged as error:
        return error.message.rstrip(".")
    return ""


def _users(name: str, records: Sequence[Record]) -> str:
    """Which files an object is part of."""
    files: Mapping[str, None] = {
        f"{file.path} of {record.id}": None
        for record in records
        for file in record.files
        if any(chunk.name == name for chunk in file.chunks)
    }
    first, *more = files
    return f"part of {first}" + (f" and {len(more)} more" if more else "")
