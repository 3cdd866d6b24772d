"""A user's table, whatever its format, as Arrow with every cell as text and its row numbered."""

from __future__ import annotations

import csv
import functools
import io
import json
import operator
from collections.abc import Iterable
from typing import Any, BinaryIO
from zipfile import BadZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from warehouse.errors import InvalidInput, MissingRequirement

ROW = "row_number"
FORMATS = ("csv", "parquet", "json", "xlsx")


def read_table(content: bytes, name: str) -> pa.Table:
    """The table in `content`, read as the ending of `name` says.

    `row_number` is the row as an editor or spreadsheet counts it: the header is row 1. Empty cells
    are null, blank rows left out. Raises InvalidInput naming the file where it cannot be read.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in FORMATS:
        raise InvalidInput(f"{name}: a .{ending} file cannot be read.", f"Save it as {', '.join(FORMATS)}.")
    try:
        table = _READERS[ending](io.BytesIO(content))
    except (pa.ArrowInvalid, BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{name} cannot be read as {ending}: {error}", "Check the file; save it anew."
        ) from None
    if len(set(table.column_names)) < table.num_columns or not table.num_columns:
        raise InvalidInput(
            f"{name} has no header of distinct column names.", "Name each column once, in row 1."
        )
    columns: dict[str, Any] = {column.strip(): _text(table[column]) for column in table.column_names}
    numbered = pa.table({**columns, ROW: pa.array(range(2, table.num_rows + 2), pa.int64())})
    blank = functools.reduce(operator.and_, (pc.field(column).is_null() for column in columns))
    return numbered.filter(~blank)


def _text(column: Any) -> Any:
    """A column of any type as text, trimmed, with nulls for empty cells."""
    texts: Any = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(texts, pa.scalar("")), pa.scalar(None, pa.string()), texts)


def _csv(stream: BinaryIO) -> pa.Table:
    first = stream.readline().decode("utf-8-sig")
    delimiter = max(",;\t|", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter))
    return pa.csv.read_csv(
        stream,
        read_options=pa.csv.ReadOptions(column_names=header),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string())),
    )


def _parquet(stream: BinaryIO) -> pa.Table:
    return pq.read_table(stream)


def _json(stream: BinaryIO) -> pa.Table:
    """A list of objects, or one object a line; numbers keep the digits they are written with."""
    text = stream.read().decode("utf-8-sig").strip()
    texts = [text] if text.startswith("[") else text.splitlines()
    parsed = [json.loads(line, parse_float=str, parse_int=str) for line in texts if line.strip()]
    return _from_records(parsed[0] if text.startswith("[") else parsed)


def _from_records(records: list[dict[str, Any]]) -> pa.Table:
    header = list(dict.fromkeys(key for record in records for key in record))
    return pa.table({key: cells(record.get(key) for record in records) for key in header})


def _xlsx(stream: BinaryIO) -> pa.Table:
    """The first sheet; its first row is the header."""
    try:
        import openpyxl
    except ImportError:
        hint = "Install it: pip install 'cloud-pricing-agent[excel]'"
        raise MissingRequirement("Reading .xlsx files needs the package openpyxl.", hint) from None
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    filled = [(*row, *[None] * len(header))[: len(header)] for row in rows]
    columns = zip(*filled, strict=True) if filled else [()] * len(header)
    return pa.table({str(name): cells(column) for name, column in zip(header, columns, strict=True)})


def cells(values: Iterable[Any]) -> Any:
    """One column of text."""
    return pa.array([None if value is None else str(value) for value in values], pa.string())


_READERS = {"csv": _csv, "parquet": _parquet, "json": _json, "xlsx": _xlsx}
