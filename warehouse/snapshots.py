"""Snapshots: immutable, published folders; building one aside, pointing at it, going back.

A store holds `snapshots/<id>/` and the file `CURRENT`, which names the one in force and is moved
last, atomically. A folder being built is `snapshots/.building-<id>`; one that a killed run left
behind is removed by the next publisher. Nothing writes to a published folder.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.errors import NoSnapshot, SnapshotDamaged, StoreBusy, UnknownName
from warehouse.integrity import MANIFEST as MANIFEST
from warehouse.integrity import checksums, sha256_of
from warehouse.manifest import Manifest as Manifest

WAREHOUSE = "warehouse.duckdb"
CHROMA = "chroma"
VALIDATION = "validation"
_POINTER = "CURRENT"
_BUILDING = ".building-"
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_STAMP = "%Y%m%dT%H%M%SZ"  # sorts as time does
_REFRESH = "Run `cloud-pricing refresh` first."
_GO_BACK = (
    "Run `cloud-pricing snapshots rollback` to go back to the one before; "
    "without one, `cloud-pricing refresh --replay` with today's date builds it anew."
)


@dataclass(frozen=True)
class Snapshot:
    """One published folder."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def warehouse(self) -> Path:
        return self.folder / WAREHOUSE


def folder_of(store: Path, snapshot_id: str) -> Path:
    return store / "snapshots" / snapshot_id


def published(store: Path) -> list[str]:
    """Ids of all published snapshots, oldest first."""
    root = store / "snapshots"
    names = (entry.name for entry in root.iterdir()) if root.is_dir() else iter(())
    return sorted(name for name in names if _ID.fullmatch(name) and (root / name / MANIFEST).is_file())


def current_id(store: Path) -> str | None:
    """The id in force; None before anything was published. Raises SnapshotDamaged for no id at all."""
    pointer = store / _POINTER
    if not pointer.is_file():
        return None
    found = pointer.read_bytes().decode("ascii", "replace").strip()
    if _ID.fullmatch(found):
        return found
    known = published(store)
    raise SnapshotDamaged(
        f"{pointer} names no snapshot: it is {'damaged' if found else 'empty'}.",
        f"`cloud-pricing snapshots rollback {known[-1]}` puts the newest one in force."
        if known
        else "No snapshot is left: remove that file, then run `cloud-pricing refresh`.",
    )


def as_of(store: Path, moment: datetime) -> Snapshot:
    """The newest snapshot published at or before `moment` (UTC, by the second), in force or not.

    Raises NoSnapshot, UnknownName where none is that old, SnapshotDamaged.
    """
    known = published(store)
    if not known:
        raise NoSnapshot(f"No snapshot in {store}.", _REFRESH)
    until = f"{moment.astimezone(UTC):{_STAMP}}"
    then = [name for name in known if name.partition("-")[0] <= until]
    if not then:
        raise UnknownName(
            f"No snapshot was published by {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC; "
            f"the oldest kept is {known[0]}.",
            "Name a later time, or bring an older one back: `cloud-pricing backup restore --at`.",
        )
    return load(store, then[-1])


def load(store: Path, snapshot_id: str | None = None) -> Snapshot:
    """The snapshot in force, or the named one; a unique beginning of an id is enough.

    Raises NoSnapshot, UnknownName, SnapshotDamaged.
    """
    wanted = current_id(store) if snapshot_id is None else snapshot_id
    if wanted is None:
        raise NoSnapshot(f"No snapshot in {store}.", _REFRESH)
    matches = [name for name in published(store) if name.startswith(wanted)]
    if len(matches) != 1:
        known = ", ".join(published(store)[-3:]) or "none"
        what = "is not unique" if matches else "does not exist"
        raise UnknownName(
            f"Snapshot {wanted} {what}; the newest are {known}.", "See `cloud-pricing snapshots list`."
        )
    folder = folder_of(store, matches[0])
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"{MANIFEST} of snapshot {matches[0]} cannot be read.", _GO_BACK) from error
    return Snapshot(folder, manifest)


@contextmanager
def publishing(store: Path, timeout: float) -> Iterator[None]:
    """Hold the store's lock as its only publisher, and remove what killed ones left behind.

    Raises StoreBusy after `timeout` seconds. The lock dies with the process that holds it.
    """
    (store / "snapshots").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store / ".publish.lock", timeout=timeout):
            for leftover in (store / "snapshots").glob(f"{_BUILDING}*"):
                shutil.rmtree(leftover)
            (store / f"{_POINTER}.new").unlink(missing_ok=True)
            yield
    except Timeout:
        raise StoreBusy(
            "Another process publishes to this store.", "Wait for it, or try again later."
        ) from None


def new_id(now: datetime, inputs: str) -> str:
    return f"{now.astimezone(UTC):{_STAMP}}-{inputs[:8]}"


def require_warehouse(snapshot: Snapshot) -> None:
    """Raises SnapshotDamaged where the warehouse is not what was published: built upon, it would be
    sealed as good."""
    expected = snapshot.manifest.files.get(WAREHOUSE, {}).get("sha256")
    if not snapshot.warehouse.is_file() or sha256_of(snapshot.warehouse) != expected:
        raise SnapshotDamaged(f"{WAREHOUSE} of snapshot {snapshot.id} is not as it was published.", _GO_BACK)


def begin(store: Path, snapshot_id: str, current: Snapshot | None) -> Path:
    """A folder to build in, holding a copy of the warehouse of `current`, if there is one."""
    folder = store / "snapshots" / f"{_BUILDING}{snapshot_id}"
    folder.mkdir(parents=True)
    if current is not None:
        shutil.copyfile(current.warehouse, folder / WAREHOUSE)
    return folder


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest, with the checksum of every other file, into a finished folder."""
    sealed = replace(manifest, files=checksums(folder))
    sealed = replace(sealed, seal=sealed.digest())
    _write_durably(folder / MANIFEST, sealed.to_json())
    return sealed


def publish(store: Path, folder: Path, manifest: Manifest) -> Snapshot:
    """Give a sealed folder its name, then point at it. The pointer never names an unfinished folder."""
    placed = place(store, folder, manifest)
    point(store, manifest.id)
    return placed


def place(store: Path, folder: Path, manifest: Manifest) -> Snapshot:
    """Give a sealed folder its name; a damaged one of that name goes, and what was copied of it."""
    for path in sorted(folder.rglob("*")):
        _sync(path)
    target = folder_of(store, manifest.id)
    doomed = store / "snapshots" / f"{_BUILDING}{manifest.id}-damaged"
    if target.exists():
        target.rename(doomed)
        shutil.rmtree(store / "cache" / "chroma" / manifest.id, ignore_errors=True)
    folder.rename(target)
    _sync(target.parent)
    shutil.rmtree(doomed, ignore_errors=True)
    return Snapshot(target, manifest)


def point(store: Path, snapshot_id: str) -> None:
    """Move the pointer: one rename, so that a reader sees the old id or the new one."""
    _write_durably(store / f"{_POINTER}.new", snapshot_id + "\n")
    (store / f"{_POINTER}.new").replace(store / _POINTER)
    _sync(store)


def rollback(store: Path, snapshot_id: str | None = None, *, force: bool = False) -> Snapshot:
    """Point at the named snapshot, or at the one before the one in force. Nothing is removed.

    Raises SnapshotDamaged where it is not as it was published, unless by `force`.
    """
    snapshot = load(store, _before(store) if snapshot_id is None else snapshot_id)
    wrong = [] if force else verify(snapshot)
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise SnapshotDamaged(
            f"Snapshot {snapshot.id} is damaged ({wrong[0]}{more}); nothing was changed.",
            "Name another (`cloud-pricing snapshots list`), bring its files back "
            "(`cloud-pricing backup restore`), or go back to it all the same with --force.",
        )
    point(store, snapshot.id)
    return snapshot


def _before(store: Path) -> str:
    """What the one in force was built from; by age, where its manifest cannot say.

    After a rollback and a refresh the one before in time is the one that was left for good reason.
    """
    now, known = current_id(store) or load(store).id, published(store)
    try:
        previous = load(store, now).manifest.previous
    except (SnapshotDamaged, UnknownName):
        previous = None
    before = [name for name in known if name < now]
    if previous in known:
        return str(previous)
    if not before:
        raise UnknownName(f"There is no snapshot before {now}.", "See `cloud-pricing snapshots list`.")
    return before[-1]


def verify(snapshot: Snapshot) -> list[str]:
    """What is wrong with a published folder, one line a file; empty when it is as it was sealed."""
    expected, found = snapshot.manifest.files, checksums(snapshot.folder)
    whole = (snapshot.manifest.seal, snapshot.id) == (snapshot.manifest.digest(), snapshot.folder.name)
    lines = [] if whole else [f"{MANIFEST}: changed since it was published"]
    lines += [f"{name}: missing" for name in sorted(expected.keys() - found.keys())]
    lines += [f"{name}: not in the manifest" for name in sorted(found.keys() - expected.keys())]
    for name in sorted(expected.keys() & found.keys()):
        if expected[name] != found[name]:
            lines.append(f"{name}: changed since it was published")
    return lines


def prune(store: Path, keep: int) -> list[str]:
    """Remove the oldest snapshots but the newest `keep`; never the one in force."""
    in_force = current_id(store)
    removed = [name for name in published(store)[:-keep] if name != in_force]
    for name in removed:
        # Renamed first: a half-removed folder must not look published.
        doomed = store / "snapshots" / f"{_BUILDING}{name}"
        folder_of(store, name).rename(doomed)
        shutil.rmtree(doomed)
        shutil.rmtree(store / "cache" / "chroma" / name, ignore_errors=True)
    return removed


def _write_durably(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
