"""What a backup is: the record of its files and of the chunks they are made of."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple, Self, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]  # bytes done, bytes in all

ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
VECTORS = "vectors.parquet"
_FORMAT = 1


class Chunk(NamedTuple):
    """A piece of a file: its object, its size, and what is stored for it."""

    name: str
    size: int
    stored_size: int
    stored_sha256: str


@dataclass(frozen=True)
class SavedFile:
    """`path` is relative to the store, with slashes."""

    path: str
    size: int
    sha256: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class Record:
    """One backup. `snapshot` is what the pointer named; `snapshots` are all it holds, and their times.

    `stored_bytes` is what its own new objects took.
    """

    id: str
    created_at: datetime
    snapshot: str
    snapshots: Mapping[str, datetime]
    files: tuple[SavedFile, ...]
    stored_bytes: int

    @property
    def snapshot_created_at(self) -> datetime:
        return self.snapshots[self.snapshot]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    def chunks(self) -> dict[str, Chunk]:
        return {chunk.name: chunk for file in self.files for chunk in file.chunks}

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "id": self.id,
            "created_at": self.created_at.isoformat(),
            "snapshot": self.snapshot,
            "snapshots": {name: moment.isoformat() for name, moment in self.snapshots.items()},
            "stored_bytes": self.stored_bytes,
            "files": [
                {"path": file.path, "size": file.size, "sha256": file.sha256, "chunks": file.chunks}
                for file in self.files
            ],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        files = tuple(
            SavedFile(**{**file, "chunks": tuple(Chunk(*chunk) for chunk in file["chunks"])})
            for file in content["files"]
        )
        if outside := [file.path for file in files if not _inside(file.path)]:
            raise ValueError(f"{outside[0]} is outside the store")
        times = {name: datetime.fromisoformat(moment) for name, moment in content["snapshots"].items()}
        return cls(
            content["id"],
            datetime.fromisoformat(content["created_at"]),
            content["snapshot"],
            times,
            files,
            content["stored_bytes"],
        )


def _inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and "\\" not in path


def new_id(now: datetime) -> str:
    """Ids sort as their times do, those of one second too."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{secrets.token_hex(2)[:3]}"


def moment_of(backup_id: str) -> datetime:
    """To the second."""
    return datetime.strptime(backup_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def sealed(content: Mapping[str, Any]) -> bytes:
    """JSON with its own digest."""
    return (json.dumps({**content, "seal": _digest(content)}, indent=1, sort_keys=True) + "\n").encode()


def unsealed(text: bytes) -> dict[str, Any]:
    """Raises ValueError where it is not, to the byte, what was sealed."""
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError("no JSON object")
    content.pop("seal", None)
    if sealed(content) != text:
        raise ValueError("its seal is broken")
    return content


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
