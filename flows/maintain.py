"""Housekeeping: verify the snapshot in force and prune old ones."""

from __future__ import annotations

from dataclasses import dataclass

from prefect import flow

from warehouse import snapshots
from warehouse.errors import SnapshotDamaged
from warehouse.settings import settings


@dataclass(frozen=True)
class Maintained:
    verified: str
    pruned: tuple[str, ...]


@flow(name="maintain", persist_result=False)
def maintain(keep: int | None = None) -> Maintained:
    """Verify first: nothing is pruned while the snapshot in force is damaged. Raises SnapshotDamaged."""
    limits = settings()
    with snapshots.publishing(limits.store, limits.lock_timeout):
        current = snapshots.load(limits.store)
        wrong = snapshots.verify(current)
        if wrong:
            hint = "Run `cloud-pricing snapshots rollback`."
            raise SnapshotDamaged(f"Snapshot {current.id}: {'; '.join(wrong)}.", hint)
        return Maintained(current.id, tuple(snapshots.prune(limits.store, keep or limits.keep_snapshots)))
