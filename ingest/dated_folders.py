"""A folder of dated payloads: each entry whose name begins with a date holds what one fetch brought.

An entry is a subfolder (2022-10, 2022-10-05_v2, git_2022-05-09, 20221005, 2022-10-05T12) or a file
(2022-10-05_pricing.json, 2022-10-05.json.gz). A day stands for its start, a month for its first day, UTC.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.source import Fetched
from warehouse.errors import InvalidInput, PayloadInvalid

_DATED = re.compile(
    r"(?:[A-Za-z]+[_-])?(\d{4})-?(\d{2})(?:-?(\d{2})(?:T(\d{2}):?(\d{2})?)?)?(?!\d)[_. -]*(.*)"
)
_PACKED = {".gz": "gzip", ".zst": "zstd"}
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One dated entry: its name, its moment, and its files by the names of the payloads they are."""

    name: str
    moment: datetime
    files: Mapping[str, Path]

    @property
    def label(self) -> str:
        """Its name and what is in it: another content is another edition."""
        digest = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            with path.open("rb") as stream:
                digest.update(f"{name}\0".encode() + hashlib.file_digest(stream, "sha256").digest())
        return f"{self.name} {digest.hexdigest()[:8]}"


def entries(folder: Path) -> list[Entry]:
    """The dated entries of a folder, the oldest first. Raises InvalidInput where there are none."""
    try:
        found = [entry for path in sorted(folder.iterdir()) if (entry := _entry(path))]
    except OSError as error:
        raise InvalidInput(f"Cannot read {folder}: {error.strerror}.", "Check the path.") from None
    if not found:
        hint = "Name them like 2022-10, 2022-10-05 or 20221005_anything."
        raise InvalidInput(f"Nothing in {folder} has a name that begins with a date.", hint)
    return sorted(found, key=lambda entry: (entry.moment, entry.name))


def _entry(path: Path) -> Entry | None:
    found = _DATED.fullmatch(path.name)
    if not found:
        return None
    year, month, day, hour, minute, rest = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        hint = f"Give {path} another name."
        raise InvalidInput(f"{path.name} begins like a date and is none.", hint) from None
    if path.is_dir():
        files = {_unpacked_name(one.name): one for one in sorted(path.iterdir()) if one.is_file()}
    else:
        files = {_unpacked_name(rest): path}
    return Entry(path.name, moment, files)


def _unpacked_name(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot + ending in _PACKED else name


def kept(files: Mapping[str, Path], name: str) -> Iterator[Fetched]:
    """The payload `name` of a dated entry, if it is there; a file named by its date alone is told by its
    ending."""
    path = files.get(name) or files.get(name.rpartition(".")[2])
    if path:
        yield Fetched(name, f"file:{path.parent.name}/{path.name}", _chunks(path))


def mentions(files: Mapping[str, Path], name: str, texts: Iterable[str]) -> bool:
    """Whether the payload `name` has one of these texts, or cannot be read: whoever fetches it says why."""
    try:
        content = b"".join(chunk for one in kept(files, name) for chunk in one.chunks)
    except PayloadInvalid:
        return True
    return any(text.encode() in content for text in texts)


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked. Raises PayloadInvalid where it cannot be, or is a web page."""
    hint = "Take it out of the folder, or put the right file in its place."
    start = True
    try:
        packed: Any = _PACKED.get(path.suffix)  # None is allowed, which the stubs do not know
        with pa.input_stream(str(path), compression=packed) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                if start and chunk.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
                    raise PayloadInvalid(f"{path} is a web page, or XML, and no payload.", hint)
                start = False
                yield chunk
    except OSError as error:
        raise PayloadInvalid(f"{path} cannot be read: {error}", hint) from None
