"""Backups of a store by its settings: make, list, verify, restore, prune. The door to all about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from warehouse import backup_creation, backup_restore, backup_verification, retention
from warehouse.backup_creation import Created as Created
from warehouse.backup_records import VECTORS as VECTORS
from warehouse.backup_records import Progress as Progress
from warehouse.backup_records import Record as Record
from warehouse.backup_records import SavedFile as SavedFile
from warehouse.backup_restore import Restored as Restored
from warehouse.backup_state import LastBackup, note_backup
from warehouse.backup_verification import Verified as Verified
from warehouse.errors import BackupDamaged, InvalidInput, UnknownName
from warehouse.log import get_logger
from warehouse.repository import Repository
from warehouse.retention import Pruned as Pruned
from warehouse.settings import Settings

_log = get_logger("backups")
_LIST = "See `cloud-pricing backup list`."
OWN_DISK = (
    "These backups are on the store's own disk, and are lost with it: "
    "CLOUD_PRICING_BACKUP_URL names another place."
)


def url_of(limits: Settings) -> str:
    return limits.backup_url or str(limits.store.absolute() / "backups")


def is_on_own_disk(limits: Settings) -> bool:
    return not limits.backup_url


def opened(limits: Settings) -> Repository:
    """The repository of the settings. Raises UnknownName, InvalidInput, MissingRequirement, BackupDamaged."""
    return Repository.open(url_of(limits), secret_of(limits))


def secret_of(limits: Settings) -> bytes | None:
    """What keys are derived from. An empty one is an oversight: it would leave backups unencrypted."""
    name, secret = "CLOUD_PRICING_BACKUP_KEY", b""
    if limits.backup_key is not None and limits.backup_key_file is not None:
        raise InvalidInput(f"{name} and {name}_FILE are both set.", "Unset one of them.")
    if limits.backup_key is not None:
        secret = limits.backup_key.get_secret_value().encode()
    elif limits.backup_key_file is not None:
        name += "_FILE"
        try:
            secret = limits.backup_key_file.expanduser().read_bytes()
        except OSError as error:
            raise InvalidInput(f"{name} cannot be read: {error.strerror}.", "Change or unset it.") from None
    else:
        return None
    if not secret.strip():
        raise InvalidInput(f"{name} is empty.", "Change or unset it.")
    return secret.strip()


def create(
    limits: Settings,
    *,
    snapshot: str | None = None,
    every: bool = False,
    payloads: bool | None = None,
    progress: Progress | None = None,
) -> Created:
    """Save the store; see `backup_creation.create`."""
    repository = Repository.open(url_of(limits), secret_of(limits), make=True)
    made = backup_creation.create(
        limits.store,
        repository,
        snapshot=snapshot,
        every=every,
        payloads=limits.backup_payloads if payloads is None else payloads,
        timeout=limits.lock_timeout,
        progress=progress,
    )
    record, where = made.record, repository.storage.shown
    note_backup(limits.store, LastBackup(record.id, record.created_at, record.snapshot, where))
    _log.info("backed_up", backup=record.id, snapshot=record.snapshot, files=len(record.files),
              size=record.size, stored=record.stored_bytes)  # fmt: skip
    return made


def listed(limits: Settings) -> dict[str, Record | BackupDamaged]:
    """The backups by id, oldest first; one that cannot be read hides no other."""
    repository = opened(limits)
    found: dict[str, Record | BackupDamaged] = {}
    for backup_id in repository.ids():
        try:
            found[backup_id] = repository.load(backup_id)
        except BackupDamaged as error:
            found[backup_id] = error
    return found


def verify(
    limits: Settings,
    backup: str | None = None,
    *,
    every: bool = False,
    quick: bool = False,
    progress: Progress | None = None,
) -> Verified:
    """Check the named backup, the newest one, or `every` one. Raises UnknownName."""
    repository = opened(limits)
    ids = repository.ids() if every else [_named(repository, backup)]
    return backup_verification.verify(repository, ids, quick=quick, progress=progress)


def restore(
    limits: Settings,
    backup: str | None = None,
    *,
    at: datetime | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
) -> Restored:
    """Bring the named backup, the newest, or the newest of a moment back. See `backup_restore.restore`."""
    repository = opened(limits)
    record, snapshot = found(repository, backup, at)
    done = backup_restore.restore(
        store or limits.store,
        repository,
        record,
        snapshot=snapshot,
        timeout=limits.lock_timeout,
        progress=progress,
    )
    _log.info("restored", backup=record.id, snapshot=done.snapshot, files=done.written, size=done.size)
    return done


def restore_vectors(
    limits: Settings,
    target: str,
    backup: str | None = None,
    at: datetime | None = None,
    *,
    replace: bool = False,
) -> tuple[Record, int]:
    """Fill a Chroma folder or server from a backup's vectors alone; returns which, and how many."""
    repository = opened(limits)
    record, _ = found(repository, backup, at)
    return record, backup_restore.restore_vectors(repository, record, target, replace)


def prune(limits: Settings, *, keep: Mapping[str, int] | None = None, dry_run: bool = False) -> Pruned:
    """Remove the backups the policy does not keep. See `retention.prune`."""
    keep = limits.backup_keep if keep is None else keep
    done = retention.prune(opened(limits), keep, timeout=limits.lock_timeout, dry_run=dry_run)
    if not dry_run:
        _log.info("pruned", removed=done.removed, objects=done.objects, freed=done.freed)
    return done


def found(
    repository: Repository, backup: str | None = None, at: datetime | None = None
) -> tuple[Record, str]:
    """A backup, and which of its snapshots is meant. Raises UnknownName, InvalidInput, BackupDamaged."""
    if backup is not None and at is not None:
        raise InvalidInput("A backup and a moment are both named.", "Name one of them.")
    if at is None:
        record = repository.load(_named(repository, backup))
        return record, record.snapshot
    records = [repository.load(one) for one in repository.ids()]
    held = sorted(
        ((moment, one.created_at, name, one) for one in records for name, moment in one.snapshots.items()),
        key=lambda entry: entry[:2],
    )
    # By the second, as ids of snapshots tell it.
    then = [entry for entry in held if entry[0].replace(microsecond=0) <= at.astimezone(UTC)]
    if then:
        return then[-1][3], then[-1][2]
    _named(repository, None)
    oldest, _, name, record = held[0]
    raise UnknownName(
        f"No backup holds a snapshot published by {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC; the oldest is "
        f"{name} of {oldest:%Y-%m-%d %H:%M}, in backup {record.id}.",
        _LIST,
    )


def _named(repository: Repository, backup: str | None) -> str:
    """A unique beginning of an id is enough; without one the newest is meant."""
    ids = repository.ids()
    if not ids:
        shown = repository.storage.shown
        raise UnknownName(f"There are no backups in {shown}.", "Run `cloud-pricing backup create` first.")
    if backup is None:
        return ids[-1]
    matches = [one for one in ids if one.startswith(backup)]
    if len(matches) != 1:
        what = "is not unique" if matches else "does not exist"
        raise UnknownName(f"Backup {backup} {what}; the newest are {', '.join(ids[-3:])}.", _LIST)
    return matches[0]
