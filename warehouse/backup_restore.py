"""A backup becomes a store again: fetched aside, checked twice, then put in place, the pointer last."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from warehouse import snapshots
from warehouse.backup_records import VECTORS, Progress, Record, SavedFile
from warehouse.errors import BackupDamaged, CloudPricingError, InvalidInput
from warehouse.integrity import sha256_of
from warehouse.read_ahead import THREADS, ahead
from warehouse.repository import OTHER, Repository

_BATCH = "batch.json"


@dataclass(frozen=True)
class Restored:
    """`snapshot` is in force now. `written` files are new, of the `kept` ones `differing` are other than
    in the backup; `snapshots` were put in place, `whole` ones were there as they should be."""

    backup: str
    snapshot: str
    written: int
    size: int
    kept: int
    differing: tuple[str, ...]
    snapshots: tuple[str, ...]
    whole: tuple[str, ...]


def restore(
    store: Path,
    repository: Repository,
    record: Record,
    *,
    snapshot: str | None = None,
    timeout: float = 10.0,
    progress: Progress | None = None,
) -> Restored:
    """Put what is missing or damaged back, and `snapshot`, else the backup's own, in force.

    A file that is there is never overwritten, but in a damaged snapshot. Raises BackupDamaged,
    StoreBusy, BackupUnavailable; then the store is as it was.
    """
    with snapshots.publishing(store, timeout):
        whole = tuple(name for name in record.snapshots if _is_whole(store, name, record))
        missing, kept, differing = _compared(store, record, whole)
        scratch = store / "snapshots" / f".building-restore-{record.id}"
        try:
            fetch(repository, missing, scratch, progress)
            found = [_checked(scratch, name) for name in record.snapshots if name not in whole]
            # A batch is there when its record is.
            for file in sorted(missing, key=lambda file: (file.path.endswith(_BATCH), file.path)):
                if not file.path.startswith("snapshots/"):
                    (store / file.path).parent.mkdir(parents=True, exist_ok=True)
                    (scratch / file.path).rename(store / file.path)
            for one in found:
                snapshots.place(store, one.folder, one.manifest)
            snapshots.point(store, snapshot or record.snapshot)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return Restored(
        record.id,
        snapshot or record.snapshot,
        len(missing),
        sum(file.size for file in missing),
        kept,
        tuple(differing),
        tuple(one.id for one in found),
        whole,
    )


def restore_vectors(repository: Repository, record: Record, target: str, replace: bool = False) -> int:
    """Fill a Chroma folder, or servers by their URLs, from the backup's vectors alone; returns how many.

    Several URLs are separated by commas. Raises InvalidInput where the target holds vectors already
    and `replace` does not say that they may go, or the backup none.
    """
    from warehouse.vector_files import import_vectors

    files = [file for file in record.files if file.path == VECTORS]
    if not files:
        raise InvalidInput(f"Backup {record.id} has no vectors as a file.", "Restore the whole of it.")
    place = tuple(target.split(",")) if target.startswith(("http://", "https://")) else Path(target)
    with tempfile.TemporaryDirectory(prefix="cloud-pricing-") as scratch:
        fetch(repository, files, Path(scratch))
        return import_vectors(
            Path(scratch) / VECTORS, place, snapshot=record.snapshot, replace=replace
        ).documents


def fetch(
    repository: Repository, files: Sequence[SavedFile], folder: Path, progress: Progress | None = None
) -> None:
    """Write files under `folder`, each checked against its record. Raises BackupDamaged."""
    done, total = 0, sum(file.size for file in files)
    with ThreadPoolExecutor(THREADS) as pool:
        chunks = (chunk for file in files for chunk in file.chunks)
        contents = (content for _, content in ahead(pool, repository.get, chunks))
        for file in files:
            for size in _written(folder / file.path, file, contents):
                done += size
                if progress:
                    progress(done, total)


def _written(path: Path, file: SavedFile, contents: Iterator[bytes]) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for _ in file.chunks:
            content = next(contents)
            digest.update(content)
            stream.write(content)
            yield len(content)
        stream.flush()
        os.fsync(stream.fileno())
    if digest.hexdigest() != file.sha256:
        raise BackupDamaged(f"{file.path} of the backup is not what was saved.", OTHER)


def _is_whole(store: Path, snapshot_id: str, record: Record) -> bool:
    """Whether the store has this snapshot as the backup has it."""
    folder = snapshots.folder_of(store, snapshot_id)
    saved = f"snapshots/{snapshot_id}/{snapshots.MANIFEST}"
    expected = next((file.sha256 for file in record.files if file.path == saved), None)
    try:
        same = sha256_of(folder / snapshots.MANIFEST) == expected
        return same and not snapshots.verify(snapshots.load(store, snapshot_id))
    except (OSError, CloudPricingError):
        return False


def _compared(store: Path, record: Record, whole: Sequence[str]) -> tuple[list[SavedFile], int, list[str]]:
    """The files to fetch, how many are left as they are, and which of these differ."""
    missing, kept, differing = [], 0, []
    for file in record.files:
        top, _, rest = file.path.partition("/")
        path = store / file.path
        if file.path == VECTORS:
            continue
        if top == "snapshots" and rest.partition("/")[0] in whole:
            kept += 1
        elif top == "snapshots" or not path.exists():
            missing.append(file)
        else:
            kept += 1
            if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
                differing.append(file.path)
    return missing, kept, differing


def _checked(scratch: Path, snapshot_id: str) -> snapshots.Snapshot:
    """The snapshot that was fetched, if its own manifest says so too."""
    try:
        found = snapshots.Snapshot(
            scratch / "snapshots" / snapshot_id,
            snapshots.Manifest.from_json(
                (scratch / "snapshots" / snapshot_id / snapshots.MANIFEST).read_text(encoding="utf-8")
            ),
        )
        wrong = snapshots.verify(found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"Snapshot {snapshot_id} of the backup has no manifest.", OTHER) from error
    if wrong:
        raise BackupDamaged(f"Snapshot {snapshot_id} of the backup: {'; '.join(wrong[:3])}.", OTHER)
    return found
