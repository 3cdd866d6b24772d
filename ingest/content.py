"""What a table says, whatever the order of its rows: the rows in one order, and a hash of them.

Each column becomes its distinct values in ascending order and the place of every row among them. Rows
are then sorted and hashed as small integers; a text that stands in many rows is looked at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.settings import settings

_CHUNK_ROWS = 100_000
_LARGEST_KEY = 2**63
_UNTOLD = "observed_at"  # when rows were seen is no part of what they say

_Places = npt.NDArray[np.int32]
_Order = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Column:
    """The distinct `values`, ascending, and of each row the place of its value; null comes after all."""

    values: Any
    places: _Places

    @property
    def size(self) -> int:
        return len(self.values) + 1

    def taken(self, order: _Order) -> _Column:
        return _Column(self.values, self.places[order])

    def rows(self) -> list[Any]:
        """The values of the rows in chunks."""
        starts = range(0, len(self.places), _CHUNK_ROWS)
        pieces = (self.places[start : start + _CHUNK_ROWS] for start in starts)
        return [
            self.values.take(pa.array(piece, mask=piece == len(self.values), type=pa.int32()))
            for piece in pieces
        ]


def ordered(table: pa.Table) -> tuple[pa.Table, str]:
    """`table` with its rows in ascending order, column by column, nulls last; and the hash of the rows."""
    names = table.column_names
    with ThreadPoolExecutor(settings().threads) as pool:
        ranked = list(pool.map(_ranked, table.columns))
        told = [one for name, one in zip(names, ranked, strict=True) if name != _UNTOLD]
        untold = [one for name, one in zip(names, ranked, strict=True) if name == _UNTOLD]
        order = _order([*told, *untold], table.num_rows)
        ranked = list(pool.map(lambda one: one.taken(order), ranked))
        digest = pool.submit(_digest, dict(zip(names, ranked, strict=True)))
        pieces = list(pool.map(_Column.rows, ranked))
    columns: list[Any] = [
        pa.chunked_array(rows, column.type) for rows, column in zip(pieces, table.schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=table.schema), digest.result()


def _ranked(column: Any) -> _Column:
    encoded = column.dictionary_encode()  # the chunks share one dictionary
    values = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], column.type)
    ascending: Any = pc.array_sort_indices(values)
    place = np.empty(len(values) + 1, np.int32)
    place[ascending.to_numpy()] = np.arange(len(values), dtype=np.int32)
    place[-1] = len(values)
    codes = [chunk.indices.fill_null(len(values)).to_numpy() for chunk in encoded.chunks]
    return _Column(values.take(ascending), place[np.concatenate([*codes, np.empty(0, np.int32)])])


def _order(columns: Sequence[_Column], rows: int) -> _Order:
    """The rows' order. As many columns as fit share one integer of 64 bits, the first the highest."""
    keys = [np.zeros(rows, np.int64)]
    size = 1
    for column in columns:
        if size * column.size >= _LARGEST_KEY:
            keys.append(np.zeros(rows, np.int64))
            size = 1
        keys[-1] = keys[-1] * column.size + column.places
        size *= column.size
    return np.lexsort(keys[::-1])


def _digest(columns: dict[str, _Column]) -> str:
    """Over the values as text and the rows' places among them, column by column."""
    digest = hashlib.sha256()
    for name, column in columns.items():
        if name == _UNTOLD:
            continue
        texts = column.values.cast(pa.string())
        lengths = np.asarray(pc.binary_length(texts), np.int64)
        _, _, characters = texts.buffers()
        digest.update(f"{name} {len(texts)} {len(column.places)}\n".encode() + lengths.tobytes())
        digest.update(memoryview(characters)[: int(lengths.sum())] if characters else b"")
        digest.update(column.places.tobytes())
    return digest.hexdigest()
