"""How much the rows of a query take, counted as they come, so that wide ones do not fill the memory."""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.errors import InvalidInput

_MOST_BYTES = 64 << 20  # of text and lists


def bounded_rows(cursor: duckdb.DuckDBPyConnection, most: int) -> list[tuple[Any, ...]]:
    """The first `most` rows. Raises InvalidInput where they are larger than 64 MiB."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while len(rows) < most and (row := cursor.fetchone()) is not None:
        size += sum(map(_bytes, row))
        if size > _MOST_BYTES:
            said = f"The first {len(rows) + 1} rows are larger than {_MOST_BYTES >> 20} MiB."
            raise InvalidInput(said, "Select less of each, or fewer.")
        rows.append(row)
    return rows


def _bytes(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple):
        return 8 * len(value) + sum(map(_bytes, value))
    if isinstance(value, dict):
        return _bytes(list(value.items()))
    return 0
