"""Files under one fsspec URL: a local folder, an S3 bucket, or whatever else fsspec reaches.

A file is there whole or not at all: object stores write that way, elsewhere a temporary name is moved.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.errors import BackupUnavailable, CloudPricingError, InvalidInput, MissingRequirement

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "memory"}
_PART = ".part"
_NO_CREDENTIALS = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "ProfileNotFound",
}
_CREDENTIALS = "Give them where its library looks: for S3 AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret."
_WHERE = "Check CLOUD_PRICING_BACKUP_URL."


class Item(NamedTuple):
    """What a listing says of a file."""

    size: int
    modified: datetime


class Storage:
    """Safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Raises InvalidInput, MissingRequirement."""
        from fsspec.core import url_to_fs

        # Never in a message: a URL may hold credentials.
        self.shown = re.sub(r"//[^/@]*@", "//", url)
        try:
            # A listing that was remembered would not show what another process wrote.
            found: tuple[AbstractFileSystem, str] = url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            hint = "Run `pip install cloud-pricing-agent[s3]`, or install what fsspec needs for it."
            raise MissingRequirement(f"{self.shown} needs a package: {error}", hint) from None
        except ValueError as error:
            raise InvalidInput(f"{self.shown} is no place for backups: {error}.", _WHERE) from None
        self._files, self._root = found[0], found[1].rstrip("/")
        kinds = self._files.protocol
        self._kinds = {kinds} if isinstance(kinds, str) else set(kinds)

    @property
    def folder(self) -> Path | None:
        """The folder, where it is on this machine."""
        return Path(self._root) if self._kinds & {"file", "local"} else None

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError, BackupUnavailable."""
        with self._translated(missing=True):
            content: bytes = self._files.cat_file(self._path(name))
            return content

    def write(self, name: str, content: bytes) -> None:
        """At once and durable; what was there is replaced."""
        path = self._path(name)
        if self.folder:
            _write_durably(Path(path), content)
            return
        with self._translated():
            if self._kinds & _ATOMIC:
                self._files.pipe_file(path, content)
                return
            temporary = f"{path}.{uuid.uuid4().hex}{_PART}"
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(temporary, content)
            self._files.mv(temporary, path)

    def write_first(self, name: str, content: bytes) -> bool:
        """Like `write`, but False where the file is there already, if the filesystem can tell."""
        path = self._path(name)
        with self._translated():
            if self.folder:
                return _link_durably(Path(path), content)
            if not self._kinds & {"s3", "s3a"}:
                self.write(name, content)
                return True
            try:
                self._files.pipe_file(path, content, mode="create")
            except FileExistsError:
                return False
            return True

    def listed(self, prefix: str) -> dict[str, Item]:
        """The whole files under a prefix, by name."""
        return {name: item for name, item in self._found(prefix).items() if not name.endswith(_PART)}

    def leftovers(self) -> dict[str, Item]:
        """What killed writers left behind."""
        return {name: item for name, item in self._found("").items() if name.endswith(_PART)}

    def remove(self, names: list[str]) -> None:
        with self._translated():
            if self.folder:
                for name in names:
                    Path(self._path(name)).unlink(missing_ok=True)
            elif names:
                self._files.rm([self._path(name) for name in names])

    def _found(self, prefix: str) -> dict[str, Item]:
        with self._translated():
            try:
                found: dict[str, Any] = self._files.find(self._path(prefix).rstrip("/"), detail=True)
            except FileNotFoundError:
                if self.folder:
                    return {}
                raise
        start = len(self._root) + 1
        return {
            path[start:]: Item(int(info["size"]), self._modified(path, info)) for path, info in found.items()
        }

    def _modified(self, path: str, info: dict[str, Any]) -> datetime:
        moment = info.get("LastModified") or info.get("mtime") or info.get("updated")
        if isinstance(moment, int | float):
            return datetime.fromtimestamp(moment, UTC)
        if isinstance(moment, str):
            return datetime.fromisoformat(moment).astimezone(UTC)
        if not isinstance(moment, datetime):
            moment = self._files.modified(path)
        return moment.astimezone(UTC)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _translated(self, missing: bool = False) -> Iterator[None]:
        """What a remote filesystem raises becomes ours; `missing` lets a missing file through."""
        try:
            yield
        except CloudPricingError:
            raise
        except Exception as error:
            if self.folder or (missing and isinstance(error, FileNotFoundError)):
                raise
            said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            if type(error).__name__ in _NO_CREDENTIALS:
                raise MissingRequirement(f"No credentials for {self.shown}: {said}.", _CREDENTIALS) from error
            if isinstance(error, PermissionError):
                raise InvalidInput(f"No access to {self.shown}: {said}.", _CREDENTIALS) from error
            if isinstance(error, FileNotFoundError | NotImplementedError):
                raise InvalidInput(f"{self.shown} cannot be used: {said}.", _WHERE) from error
            raise BackupUnavailable(f"{self.shown} does not answer: {said}.", "Try again later.") from error


def _write_durably(path: Path, content: bytes) -> None:
    temporary = _written_aside(path, content)
    temporary.replace(path)


def _link_durably(path: Path, content: bytes) -> bool:
    temporary = _written_aside(path, content)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def _written_aside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}{_PART}")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return temporary
