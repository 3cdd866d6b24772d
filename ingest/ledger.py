"""What was read of which payloads, and since when: one file a scope, one line a reading, only appended to.

A line is whole where it ends in a full stop. What a killed run left half is passed over, and read again
from its payloads. The moments of a scope's readings sort as texts do.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ingest.aside import aside, settle
from ingest.landing import slug, written
from warehouse.contracts import Batch, Scope

_END = " ."


class Reading(NamedTuple):
    """The batches a parser made of payloads that were what their scope is since `moment`."""

    moment: str
    payloads: str
    parser: str
    batches: tuple[str, ...]

    @classmethod
    def of(cls, moment: datetime, hashes: Sequence[str], parser: str, batches: Iterable[str]) -> Reading:
        return cls(written(moment), payloads_key(hashes), parser_key(parser), tuple(batches))

    @property
    def since(self) -> datetime:
        return datetime.fromisoformat(self.moment)


def payloads_key(hashes: Sequence[str]) -> str:
    return _short("\n".join(sorted(hashes)))


def parser_key(parser: str) -> str:
    return _short(parser)


def readings(staging: Path, source: str, scope: Scope) -> list[Reading]:
    """All readings of a scope, in the order they were made."""
    return _read(_path(_folder(staging), source, scope))


def every_scope(staging: Path) -> Iterator[list[Reading]]:
    """The readings of every scope of every source."""
    yield from map(_read, sorted(_folder(staging).glob("*/*.txt")))


def append(staging: Path, source: str, scope: Scope, reading: Reading) -> None:
    _append(_path(_folder(staging), source, scope), [reading])


def recreate(staging: Path, batches: Callable[[], Iterable[Batch]]) -> None:
    """Write the readings anew from the batches' own records, where they are lost."""
    if _folder(staging).exists() or not staging.exists():
        return
    found: dict[tuple[str, Scope], list[Reading]] = defaultdict(list)
    for one in sorted(batches(), key=lambda batch: batch.observed_at):
        hashes = [payload.sha256 for payload in one.payloads]
        found[one.source, one.scope].append(Reading.of(one.observed_at, hashes, one.parser, [one.batch_id]))
    if not found:
        return
    with aside(staging) as temporary:
        for (source, scope), made in found.items():
            _append(_path(temporary, source, scope), made)
        try:
            settle(temporary, _folder(staging))
        except OSError:  # another run was first
            if not _folder(staging).exists():
                raise


def _folder(staging: Path) -> Path:
    return staging / "readings"


def _path(folder: Path, source: str, scope: Scope) -> Path:
    return folder / source / f"{slug(scope)}.txt"


def _append(path: Path, made: Iterable[Reading]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A line of its own even after one that was cut off; one write, so that lines of two runs do not mix.
    lines = (" ".join((one.moment, one.payloads, one.parser, *one.batches)) for one in made)
    with path.open("ab", buffering=0) as file:
        file.write("".join(f"\n{line}{_END}\n" for line in lines).encode())
        os.fsync(file.fileno())


def _read(path: Path) -> list[Reading]:
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    lines = [line.split(" ") for line in text.split("\n") if line.endswith(_END)]
    return [Reading(one[0], one[1], one[2], tuple(one[3:-1])) for one in lines if len(one) > 3]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
