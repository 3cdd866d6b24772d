"""What the command line writes for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from agent.terminal import write
from warehouse.contracts import QueryResult


def emit(value: object) -> None:
    """JSON on the output: decimals as numbers, times in ISO 8601, what is not a number as null."""
    # An output in another encoding than UTF-8 is none that JSON may have.
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    write(json.dumps(plain(value), ensure_ascii=ascii_only, allow_nan=False, indent=2) + "\n")


def emit_records(result: QueryResult) -> None:
    """A list of one object a row."""
    names = unique(result.columns)
    emit([dict(zip(names, row, strict=True)) for row in result.rows])


def unique(columns: Sequence[str]) -> list[str]:
    """The names of an object's members; of columns that share a name the later ones get a number."""
    names: list[str] = []
    for name in columns:
        taken = (f"{name}_{number}" for number in range(1, len(columns) + 1))
        names.append(next(one for one in (name, *taken) if one not in names))
    return names


def emit_csv(result: QueryResult) -> None:
    write("".join(csv_lines(result.columns, result.rows)))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The header and each row as text that ends its line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for cells in chain([columns], ([_csv_cell(value) for value in row] for row in rows)):
        writer.writerow(cells)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def plain(value: Any) -> Any:
    """The same value in JSON's types."""
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    found = plain(value)
    # Lists, structures and truth values as JSON writes them.
    return found if isinstance(found, str) else "" if found is None else json.dumps(found, ensure_ascii=False)
