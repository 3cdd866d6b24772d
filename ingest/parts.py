"""Answers on disk: received in part, continued, unpacked, checked before anyone sees them."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20
_MOST_MEMBERS = 100_000
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Received:
    """What came: the file `path` as it was sent, to be read by `chunks`. `unchanged`: a 304, no body."""

    path: Path
    encoding: str
    headers: Mapping[str, str]
    unchanged: bool = False


@dataclass(frozen=True)
class Part:
    """The beginning of an answer in the file `path`, and beside it what its rest must still agree with."""

    path: Path

    @staticmethod
    def of(folder: Path, url: str) -> Part:
        return Part(folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.part")

    def begin(self, url: str, headers: Mapping[str, str]) -> None:
        """Another answer; what there is of an older one goes first, never to be taken for this one's."""
        self.forget()
        tag = headers.get("etag", "")
        known = {
            "url": url,
            "if_range": tag if tag and not tag.startswith("W/") else headers.get("last-modified", ""),
            "encoding": encoding(headers),
        }
        self._record.write_text(json.dumps(known), encoding="utf-8")

    def resumption(self, url: str) -> dict[str, str]:
        """The headers that ask for the rest only; none where nothing can be continued."""
        known, size = self._known(), self.size()
        if known.get("url") != url or not known.get("if_range") or not size:
            return {}
        return {"Range": f"bytes={size}-", "If-Range": known["if_range"]}

    def continued_by(self, headers: Mapping[str, str]) -> bool:
        """Whether a 206 with these headers is the rest of this answer, to its end, and not of another."""
        known, found = self._known(), _RANGE.fullmatch(headers.get("content-range", ""))
        if not known or not found or int(found[1]) != self.size():
            return False
        name = "etag" if known["if_range"].startswith('"') else "last-modified"
        same = headers.get(name, known["if_range"]) == known["if_range"]
        return same and encoding(headers) == known["encoding"] and found[3] in ("*", str(int(found[2]) + 1))

    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def forget(self) -> None:
        self._record.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def settle(self, target: Path) -> None:
        """It is whole: from now on under a name of its own."""
        self.path.rename(target)
        self._record.unlink(missing_ok=True)

    @property
    def _record(self) -> Path:
        return self.path.with_suffix(".json")

    def _known(self) -> dict[str, str]:
        try:
            known = json.loads(self._record.read_bytes())
        except (OSError, ValueError):
            return {}
        whole = isinstance(known, dict) and known.keys() == {"url", "if_range", "encoding"}
        return known if whole else {}


def encoding(headers: Mapping[str, str]) -> str:
    return headers.get("content-encoding", "identity").strip().lower() or "identity"


def chunks(received: Received) -> Iterator[bytes]:
    """The body as it was before its transfer was compressed.

    Never more than a chunk in memory, however well it was packed. Raises EOFError where it is cut off,
    zlib.error where it is damaged.
    """
    with received.path.open("rb") as file:
        if received.encoding == "gzip":
            yield from _unzipped(file)
        else:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _unzipped(file: BinaryIO) -> Iterator[bytes]:
    """All members of a gzip stream, one after the other."""
    unzip, members = zlib.decompressobj(wbits=31), 1
    while packed := unzip.unconsumed_tail or unzip.unused_data or file.read(_CHUNK_BYTES):
        if unzip.eof:
            unzip, members = zlib.decompressobj(wbits=31), members + 1
        if members > _MOST_MEMBERS:
            raise zlib.error("it is packed in too many pieces")
        yield unzip.decompress(packed, _CHUNK_BYTES)
    if not unzip.eof:
        raise EOFError("the compressed stream has no end")
