"""The objects of one array in a JSON document of any size, without ever holding the document.

A block of bytes is scanned at once: which quotes are escaped, what lies inside a string, how deep each
bracket is. Only the few characters that lead to the array are looked at one by one; within it a block
is cut at the commas of the array's own depth, and stays the memory it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.errors import PayloadInvalid

EACH = "*"
_BLOCK_BYTES = 8 << 20
_LARGEST_ITEM = 256 << 20
_KEY_BYTES = 512
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*$', re.DOTALL)
_REPORT = "The feed may have changed its format; the last good data stays in force."

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]


@dataclass
class _State:
    """What the bytes so far leave open."""

    depth: int = 0
    in_string: bool = False
    escaping: bool = False


@dataclass(frozen=True)
class _Scan:
    """The structural characters of a block: where, which, and the depth after each."""

    places: _Places
    kinds: _Bytes
    depths: _Places

    def at_most(self, depth: int) -> Iterator[tuple[int, int, int]]:
        """Those that open, close or stand at `depth` or less, one by one."""
        closing = (self.kinds == ord("}")) | (self.kinds == ord("]"))
        near = self.depths + closing <= depth
        yield from zip(
            self.places[near].tolist(), self.kinds[near].tolist(), self.depths[near].tolist(), strict=True
        )


def items(
    stream: BinaryIO,
    path: Sequence[str],
    what: str,
    block_bytes: int = _BLOCK_BYTES,
    largest_item: int = _LARGEST_ITEM,
) -> Iterator[Any]:
    """The items of the array at `path`, as JSON text: one pa.LargeStringArray a block.

    With `*` as the last step the members of the object there: texts of the form `"key": value`.
    Raises PayloadInvalid, naming `what`, where there is no such array or the document ends inside it.
    """
    rest, named = _find(stream, _Route(tuple(path), what), block_bytes), _named(path, what)
    begun = False
    while True:
        block = stream.read(block_bytes)
        data = rest + block
        scan = _scan(np.frombuffer(data, np.uint8), _State())
        ends = scan.places[(scan.depths == -1)]
        end = int(ends[0]) if len(ends) else None
        commas = scan.places[(scan.kinds == ord(",")) & (scan.depths == 0)]
        if end is not None:
            commas = commas[commas < end]
        begun = begun or len(commas) > 0
        last = int(commas[-1]) + 1 if len(commas) else 0
        filled = bool(data[last:end].strip())
        if end is not None and begun and not filled:
            raise PayloadInvalid(f"{named} has a comma with nothing after it.", _REPORT)
        stops = [end] if end is not None and filled else []
        bounds = np.array([0, *(commas + 1).tolist(), *stops], np.int64)
        if len(bounds) > 1:
            yield _texts(data, bounds, commas, named)
        if end is not None:
            return
        if not block:
            raise PayloadInvalid(f"{named} is cut off.", _REPORT)
        rest = data[last:]
        if len(rest) > largest_item:
            raise PayloadInvalid(f"{named} has an item larger than any can be.", _REPORT)


def _named(path: Sequence[str], what: str) -> str:
    return f"{what}: {'.'.join(path) or 'the list'}"


def _texts(data: bytes, bounds: _Places, commas: _Places, named: str) -> Any:
    """The texts between the bounds, as slices of a copy of `data` in which the commas are blank."""
    text = np.frombuffer(data, np.uint8)[: bounds[-1]].copy()
    text[commas[commas < len(text)]] = ord(" ")
    held: Any = (bounds, text)  # numpy's arrays are buffers, which the stubs do not know
    offsets, characters = map(pa.py_buffer, held)
    texts: Any = pa.LargeStringArray.from_buffers(len(bounds) - 1, offsets, characters)
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid as error:
        raise PayloadInvalid(f"{named} is not UTF-8: {error}", _REPORT) from None
    return texts


def _scan(data: _Bytes, state: _State) -> _Scan:
    """The structure of a block that begins in `state`, which is moved to its end."""
    quotes = data == ord('"')
    quotes[_escaped(data, state)] = False
    inside = np.cumsum(quotes, dtype=np.int64) + state.in_string & 1
    opening = (data == ord("{")) | (data == ord("["))
    closing = (data == ord("}")) | (data == ord("]"))
    structural = (opening | closing | (data == ord(",")) | (data == ord(":"))) & (inside == 0)
    places = np.flatnonzero(structural)
    steps = opening[places].astype(np.int64) - closing[places]
    depths = np.cumsum(steps) + state.depth
    if len(data):
        state.in_string = bool(inside[-1])
        state.depth = int(depths[-1]) if len(depths) else state.depth
    return _Scan(places, data[places], depths)


def _escaped(data: _Bytes, state: _State) -> _Places:
    """The places after a backslash that is not itself escaped."""
    slashes = np.flatnonzero(data == ord("\\"))
    starts = np.diff(slashes, prepend=-2) != 1
    run = np.cumsum(starts) - 1
    first = slashes[starts]
    offset = slashes - first[run] if len(slashes) else slashes
    if state.escaping and len(slashes) and slashes[0] == 0:
        offset = np.where(run == 0, offset + 1, offset)
    escaping: _Places = slashes[offset % 2 == 0]
    escaped: _Places = escaping + 1
    if state.escaping:
        escaped = np.concatenate(([0], escaped))
    state.escaping = bool(len(escaping) and escaping[-1] == len(data) - 1)
    within: _Places = escaped[escaped < len(data)]
    return within


def _find(stream: BinaryIO, route: _Route, block_bytes: int) -> bytes:
    """Read up to the bracket that opens the array; what was read after it is returned."""
    tail, state = b"", _State()
    while block := stream.read(block_bytes):
        data = tail + block
        for place, kind, depth in _scan(np.frombuffer(block, np.uint8), state).at_most(route.depth):
            here = place + len(tail)
            if route.arrives(kind, depth, data, here):
                return data[here + 1 :]
        tail = data[-_KEY_BYTES:]
    raise route.missing


class _Route:
    """The way to the array: how many keys of the path have been met, and whether a value comes next."""

    def __init__(self, path: tuple[str, ...], what: str) -> None:
        each = path[-1:] == (EACH,)
        self._keys = path[:-1] if each else path
        self._opener = ord("{") if each else ord("[")
        self._met, self._awaiting = 0, True
        self.depth = len(path) + 1
        self.missing = PayloadInvalid(f"{_named(path, what)} is not there.", _REPORT)

    def arrives(self, kind: int, depth: int, data: bytes, place: int) -> bool:
        if self._awaiting:
            self._awaiting = False
            arrived = self._met == len(self._keys)
            if kind != (self._opener if arrived else ord("{")):
                raise self.missing
            return arrived
        if kind == ord(":") and depth == self._met + 1:
            key = _KEY.search(data, max(0, place - _KEY_BYTES), place)
            self._awaiting = key is not None and key[1] == self._keys[self._met].encode()
            self._met += self._awaiting
        elif kind in (ord("}"), ord("]")) and depth <= self._met:
            raise self.missing
        return False
