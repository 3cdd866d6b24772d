"""Housekeeping: verify the snapshot in force, back it up, prune what is old, and rehearse a restore."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import flow

from flows.drill import rehearse
from flows.progress import tell
from warehouse import backup_state, backups, snapshots
from warehouse.errors import BackupDamaged, SnapshotDamaged
from warehouse.settings import Settings, settings


@dataclass(frozen=True)
class BackedUp:
    """The backup that was made, the bytes it added, and the older ones that pruning removed."""

    backup: str
    stored_bytes: int
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Maintained:
    verified: str
    pruned: tuple[str, ...]
    backed_up: BackedUp | None = None


@flow(name="maintain", persist_result=False)
def maintain(keep: int | None = None, save: bool = True) -> Maintained:
    """Verify and back up first: nothing is pruned of a store that is damaged or could not be saved.

    Raises SnapshotDamaged, and what `backup` raises.
    """
    limits = settings()
    with snapshots.publishing(limits.store, limits.lock_timeout):
        verified = _verified(limits)
    saved = _saved(limits) if save else None
    tell("prune")
    with snapshots.publishing(limits.store, limits.lock_timeout):
        pruned = tuple(snapshots.prune(limits.store, keep or limits.keep_snapshots))
    return Maintained(verified, pruned, saved)


@flow(name="backup", persist_result=False)
def backup() -> BackedUp:
    """Save the snapshot in force, then remove the backups that the policy does not keep."""
    return _saved(settings())


@flow(name="drill", persist_result=False)
def drill() -> backup_state.Drill:
    """Restore the newest backup aside, compare it with the store, and write down how it went.

    Raises BackupDamaged where it is not what was saved, or does not answer as the store does.
    """
    limits = settings()
    found = rehearse(limits)
    written = backup_state.note_drill(limits.store, found)
    if found.wrong:
        more = f" and {len(found.wrong) - 1} more" if len(found.wrong) > 1 else ""
        raise BackupDamaged(
            f"The restore drill of backup {found.backup} failed: {found.wrong[0]}{more}",
            f"See {written}, and run `cloud-pricing backup verify`.",
        )
    return found


def _verified(limits: Settings) -> str:
    current = snapshots.load(limits.store)
    if wrong := snapshots.verify(current):
        hint = "Run `cloud-pricing backup restore`, or `cloud-pricing snapshots rollback`."
        raise SnapshotDamaged(f"Snapshot {current.id}: {'; '.join(wrong)}.", hint)
    return current.id


def _saved(limits: Settings) -> BackedUp:
    def told(done: int, total: int) -> None:
        tell("save", done, total)

    made = backups.create(limits, progress=told)
    removed = backups.prune(limits).removed
    return BackedUp(made.record.id, made.record.stored_bytes, removed)
