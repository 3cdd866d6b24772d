"""API keys: made, checked and revoked. What is kept of a key does not let anyone in."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from agent.serving.caller import Right
from warehouse.errors import InvalidInput, Permanent, StoreBusy, UnknownName

PREFIX = "cpk_"  # by which masking and secret scanners know a key: `cpk_` and 64 hexadecimal digits
_NAME = re.compile(r"[\w.-]{1,64}")  # nothing that masking takes for an address
_LOCK_SECONDS = 10.0


class Key(BaseModel, frozen=True):
    """`digest` is what is kept of its secret."""

    name: str
    scopes: tuple[Right, ...]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    digest: str

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


_LIST = TypeAdapter(tuple[Key, ...])


class Keys:
    """The keys of a store. A running server sees what another process changes at its next request."""

    def __init__(self, store: Path) -> None:
        self._path = store / "state" / "keys.json"
        self._seen: tuple[int, ...] = ()
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """In the order of their creation, expired ones too. Raises Permanent."""
        try:
            at = self._path.stat()
        except FileNotFoundError:
            return ()
        # Writers replace the file, so that another one is there after each change.
        seen = (at.st_ino, at.st_mtime_ns, at.st_size)
        if seen != self._seen:
            self._keys, self._seen = self._read(), seen
        return self._keys

    def usable(self) -> bool:
        """Whether there is a key that lets anyone in."""
        return any(not key.expired for key in self.all())

    def of(self, secret: str) -> Key | None:
        """The key whose secret this is, unless it has expired."""
        digest = _digest(secret)
        found = [key for key in self.all() if hmac.compare_digest(key.digest, digest)]
        return next((key for key in found if not key.expired), None)

    def create(self, name: str, scopes: Sequence[Right], expires_at: datetime | None = None) -> str:
        """A new key's secret, which cannot be had again. Raises InvalidInput, StoreBusy, Permanent."""
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is no name for a key.", "Use up to 64 letters, digits and the signs . _ -"
            )
        secret = PREFIX + secrets.token_hex(32)
        with self._changing():
            keys = self.all()
            if any(key.name == name for key in keys):
                raise InvalidInput(
                    f"There is a key {name} already.",
                    f"Choose another name, or run `cloud-pricing keys revoke {name}` first.",
                )
            made = Key(
                name=name,
                scopes=tuple(dict.fromkeys(scopes)),
                created_at=datetime.now(UTC),
                expires_at=expires_at,
                digest=_digest(secret),
            )
            self._write((*keys, made))
        return secret

    def revoke(self, name: str) -> None:
        """Raises UnknownName, StoreBusy, Permanent."""
        with self._changing():
            keys = self.all()
            left = tuple(key for key in keys if key.name != name)
            if left == keys:
                raise UnknownName(
                    f"There is no key {name}.", "`cloud-pricing keys list` shows those there are."
                )
            self._write(left)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path.with_suffix(".lock"), timeout=_LOCK_SECONDS):
                yield
        except Timeout:
            raise StoreBusy("Another process changes the keys.", "Try again.") from None

    def _read(self) -> tuple[Key, ...]:
        try:
            return _LIST.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            raise Permanent(
                f"{self._path} cannot be read, or is no list of keys.",
                "Restore it, or move it away and create new keys.",
            ) from None

    def _write(self, keys: tuple[Key, ...]) -> None:
        descriptor, name = mkstemp(dir=self._path.parent, prefix=".keys-")  # for its owner only
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(_LIST.dump_json(keys, indent=1))
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _digest(secret: str) -> str:
    """One round of SHA-256 is enough: slow hashes are for what can be guessed, and 256 random bits cannot."""
    return sha256(secret.encode()).hexdigest()
