"""Which backups are kept: of the last hours, days, weeks and months that have one, the newest of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from warehouse.backup_records import moment_of
from warehouse.repository import Repository

_PERIODS = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m"}
# A backup that was begun before an object was found unneeded has ended by then.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Pruned:
    """`kept` tells for each backup why; `objects` are those removed, and `freed` their bytes."""

    kept: Mapping[str, tuple[str, ...]]
    removed: tuple[str, ...]
    objects: int
    freed: int


def kept(ids: Sequence[str], keep: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The backups to keep and what they are kept as. The newest is, whatever the policy."""
    reasons: dict[str, list[str]] = {one: ["newest"] for one in sorted(ids)[-1:]}
    for period, form in _PERIODS.items():
        newest: dict[str, str] = {}
        for one in sorted(ids, reverse=True):
            newest.setdefault(f"{moment_of(one):{form}}", one)
        for one in list(newest.values())[: keep.get(period, 0)]:
            reasons.setdefault(one, []).append(period)
    return {one: tuple(why) for one, why in sorted(reasons.items())}


def prune(
    repository: Repository,
    keep: Mapping[str, int],
    *,
    timeout: float,
    dry_run: bool = False,
    grace: timedelta | None = None,
    now: datetime | None = None,
) -> Pruned:
    """Remove the other backups, then the objects that no backup names.

    In a folder a lock keeps others from writing meanwhile. Elsewhere what a backup being made may count
    on stays for `grace`: young objects, and those of backups removed lately. Raises BackupDamaged,
    before anything is removed, where a record cannot be read: its objects would be lost.
    """
    if grace is None:
        grace = timedelta(0) if repository.storage.folder else GRACE
    limit = (now or datetime.now(UTC)) - grace
    with repository.alone(timeout):
        ids = repository.ids()
        stays = kept(ids, keep)
        gone = [one for one in ids if one not in stays]
        held = {one: set(repository.load(one).chunks()) for one in ids}
        retired = repository.removed()
        recent = [one for one, item in retired.items() if item.modified > limit]
        named = [held[one] for one in (ids if grace else stays)]
        named += [set(repository.load(one, removed=True).chunks()) for one in recent]
        needed = set[str]().union(*named)
        doomed = {
            name: item.size
            for name, item in repository.objects().items()
            if name not in needed and not (grace and item.modified > limit)
        }
        if not dry_run:
            for one in gone:
                repository.retire(one)
            repository.remove_objects(sorted(doomed))
            forgotten = retired.keys() - recent
            repository.forget(sorted(forgotten if grace else {*forgotten, *gone}))
            repository.sweep(limit)
    return Pruned(stays, tuple(gone), len(doomed), sum(doomed.values()))
