"""Where backups are: objects by the hash of what they hold, and one record for each backup.

`repository.json` says whether it is encrypted, `objects/<aa>/<name>` are chunks, `backups/<id>.json` are
records, and `removed/<id>.json` those that pruning took away lately. Objects are written before the
record that names them, so what a killed run leaves is no backup.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

import pyarrow as pa
from filelock import FileLock, Timeout

from warehouse import backup_records as records
from warehouse.backup_records import Chunk, Record
from warehouse.encryption import SALT_BYTES, Cipher
from warehouse.errors import BackupDamaged, InvalidInput, MissingRequirement, StoreBusy, UnknownName
from warehouse.object_storage import Item, Storage

HEADER = "repository.json"
_OBJECTS, _BACKUPS, _REMOVED, _LOCK = "objects", "backups", "removed", ".lock"
_FORMAT, _PROOF, _LEVEL = 1, b"cloud-pricing backups", 3
_KEYS = "CLOUD_PRICING_BACKUP_KEY or CLOUD_PRICING_BACKUP_KEY_FILE"
_LOST = "Without it nothing can be read: put it back from another copy of this repository."
OTHER = (
    "See `cloud-pricing backup list` for others, and `cloud-pricing backup verify --all` for what is left."
)


class Repository:
    """Safe to share between threads."""

    def __init__(self, storage: Storage, cipher: Cipher | None) -> None:
        self.storage, self._cipher = storage, cipher

    @classmethod
    def open(cls, url: str, secret: bytes | None, *, make: bool = False) -> Self:
        """The repository there; a new one, where there is none and `make` says so.

        Raises UnknownName where there is none, InvalidInput and MissingRequirement where the key is not
        the one it needs, BackupDamaged.
        """
        storage = Storage(url)
        header = _header(storage)
        if header is None:
            if any(storage.listed(folder) for folder in (_BACKUPS, _OBJECTS)):
                raise BackupDamaged(f"{HEADER} in {storage.shown} is missing.", _LOST)
            if make:
                # Where two begin at once, the header of the first is everyone's.
                storage.write_first(HEADER, _new_header(secret))
                header = _header(storage)
        if header is None:
            hint = "Run `cloud-pricing backup create`, or check CLOUD_PRICING_BACKUP_URL."
            raise UnknownName(f"There are no backups in {storage.shown}.", hint)
        return cls(storage, _cipher(storage, header, secret))

    @contextmanager
    def alone(self, timeout: float) -> Iterator[None]:
        """Hold the lock of writers, where the repository is a folder. Raises StoreBusy."""
        folder = self.storage.folder
        if folder is None:
            yield
            return
        try:
            with FileLock(folder / _LOCK, timeout=timeout):
                yield
        except Timeout:
            hint = "Wait for it, or try again later."
            raise StoreBusy(f"Another process writes to the backups in {self.storage.shown}.", hint) from None

    # --- objects

    def name_of(self, content: bytes) -> str:
        return self._cipher.name(content) if self._cipher else hashlib.sha256(content).hexdigest()

    def put(self, name: str, content: bytes) -> Chunk:
        stored: bytes = pa.Codec("zstd", _LEVEL).compress(content, asbytes=True)
        if self._cipher:
            stored = self._cipher.encrypt(stored, name)
        self.storage.write(_object(name), stored)
        return Chunk(name, len(content), len(stored), hashlib.sha256(stored).hexdigest())

    def get(self, chunk: Chunk) -> bytes:
        """Raises BackupDamaged where it is not, to the bit, what was stored."""
        try:
            stored = self.storage.read(_object(chunk.name))
        except FileNotFoundError:
            raise BackupDamaged(f"{_object(chunk.name)}: missing.", OTHER) from None
        content = self._content(chunk, stored)
        if content is None:
            raise BackupDamaged(f"{_object(chunk.name)}: not as it was stored.", OTHER)
        return content

    def _content(self, chunk: Chunk, stored: bytes) -> bytes | None:
        if self._cipher:
            # The tag speaks for every bit, also where a lost object was stored again with another nonce.
            packed = self._cipher.decrypt(stored, chunk.name)
        else:
            packed = stored if hashlib.sha256(stored).hexdigest() == chunk.stored_sha256 else None
        if packed is None:
            return None
        try:
            content: bytes = pa.Codec("zstd").decompress(packed, chunk.size, asbytes=True)
        except (OSError, pa.ArrowException):
            return None
        return content if self.name_of(content) == chunk.name else None

    def objects(self) -> dict[str, Item]:
        """What is stored, by the name of the chunk."""
        return {path.rpartition("/")[2]: item for path, item in self.storage.listed(_OBJECTS).items()}

    def remove_objects(self, names: list[str]) -> None:
        self.storage.remove([_object(name) for name in names])

    # --- records

    def ids(self) -> list[str]:
        """The backups, oldest first."""
        return _ids(self.storage.listed(_BACKUPS))

    def removed(self) -> dict[str, Item]:
        """The backups that were removed lately, and when."""
        return {_id(path): item for path, item in self.storage.listed(_REMOVED).items()}

    def add(self, record: Record) -> None:
        self.storage.write(_record(record.id), self._sealed(record))

    def load(self, backup_id: str, removed: bool = False) -> Record:
        """Raises UnknownName, BackupDamaged."""
        name = _record(backup_id, removed)
        try:
            return self._unsealed(backup_id, self.storage.read(name))
        except FileNotFoundError:
            known = ", ".join(self.ids()[-3:]) or "none"
            hint = "See `cloud-pricing backup list`."
            raise UnknownName(f"Backup {backup_id} does not exist; the newest are {known}.", hint) from None
        except (ValueError, KeyError, TypeError) as error:
            raise BackupDamaged(f"{name}: not as it was stored.", OTHER) from error

    def retire(self, backup_id: str) -> None:
        """Take a record out of the backups. What it names is kept until it is forgotten."""
        self.storage.write(_record(backup_id, True), self.storage.read(_record(backup_id)))
        self.storage.remove([_record(backup_id)])

    def forget(self, backup_ids: list[str]) -> None:
        self.storage.remove([_record(one, True) for one in backup_ids])

    def sweep(self, until: datetime) -> None:
        """Remove what killed writers left before then."""
        left = self.storage.leftovers()
        self.storage.remove([name for name, item in left.items() if item.modified <= until])

    def _sealed(self, record: Record) -> bytes:
        plain = records.sealed(record.to_dict())
        if self._cipher is None:
            return plain
        packed: bytes = pa.Codec("zstd", _LEVEL).compress(plain, asbytes=True)
        secret = base64.b64encode(self._cipher.encrypt(packed, record.id)).decode()
        return records.sealed({"format": _FORMAT, "id": record.id, "size": len(plain), "encrypted": secret})

    def _unsealed(self, backup_id: str, text: bytes) -> Record:
        content: dict[str, Any] = records.unsealed(text)
        if self._cipher is not None:
            packed = self._cipher.decrypt(base64.b64decode(content["encrypted"]), backup_id)
            if packed is None:
                raise ValueError("not encrypted with this key")
            content = records.unsealed(pa.Codec("zstd").decompress(packed, content["size"], asbytes=True))
        record = Record.from_dict(content)
        if record.id != backup_id:
            raise ValueError("the record of another backup")
        return record


def _header(storage: Storage) -> dict[str, Any] | None:
    """None where there is no repository. Raises BackupDamaged."""
    try:
        header = records.unsealed(storage.read(HEADER))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise BackupDamaged(f"{HEADER} in {storage.shown} is not as it was stored.", _LOST) from error
    if header.get("format") != _FORMAT:
        hint = "Use the version of cloud-pricing that wrote it."
        raise InvalidInput(f"The backups in {storage.shown} are of format {header.get('format')}.", hint)
    return header


def _new_header(secret: bytes | None) -> bytes:
    header: dict[str, Any] = {"format": _FORMAT, "encrypted": secret is not None}
    if secret is not None:
        salt = os.urandom(SALT_BYTES)
        check = Cipher.derived(secret, salt).encrypt(_PROOF, HEADER)
        header |= {"kdf": "scrypt", "salt": salt.hex(), "check": check.hex()}
    return records.sealed(header)


def _cipher(storage: Storage, header: dict[str, Any], secret: bytes | None) -> Cipher | None:
    if not header["encrypted"]:
        if secret is not None:
            hint = f"Unset {_KEYS}, or choose another CLOUD_PRICING_BACKUP_URL."
            raise InvalidInput(f"The backups in {storage.shown} are not encrypted, but a key is set.", hint)
        return None
    if secret is None:
        raise MissingRequirement(f"The backups in {storage.shown} are encrypted.", f"Set {_KEYS}.")
    cipher = Cipher.derived(secret, bytes.fromhex(header["salt"]))
    if cipher.decrypt(bytes.fromhex(header["check"]), HEADER) != _PROOF:
        raise InvalidInput(f"The key does not open the backups in {storage.shown}.", f"Check {_KEYS}.")
    return cipher


def _object(name: str) -> str:
    return f"{_OBJECTS}/{name[:2]}/{name}"


def _record(backup_id: str, removed: bool = False) -> str:
    return f"{_REMOVED if removed else _BACKUPS}/{backup_id}.json"


def _id(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _ids(paths: dict[str, Item]) -> list[str]:
    return sorted(name for name in map(_id, paths) if records.ID.fullmatch(name))
