"""Rows of a query as text or as a file: for people, for programs, for a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli_records import csv_lines, emit_records, plain, unique
from agent.terminal import cell, show, write
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("table", "csv", "json", "jsonl", "markdown")
FILE_FORMATS = (*FORMATS[1:], "parquet")


def must_be(name: str, known: Sequence[str] = FORMATS) -> None:
    if name not in known:
        hint = "A file is written with --output." if name == "parquet" else f"Use one of {', '.join(known)}."
        raise InvalidInput(f"There is no format {name} here.", hint)


def put(result: QueryResult, name: str) -> None:
    """On the output."""
    if name == "table":
        show(result)
    elif name == "json":
        emit_records(result)  # which knows what the output can hold
    else:
        for text in _texts(result.columns, result.rows, name):
            write(text)


def save(batches: Iterator[pa.RecordBatch], name: str, path: Path) -> int:
    """To a file, batch by batch; the number of rows. A file that could not be finished is not left behind."""
    if not path.parent.is_dir():
        raise InvalidInput(f"There is no folder {path.parent}.", "Make it, or name another file.")
    partial = path.with_name(f"{path.name}.partial")
    try:
        rows = _saved(batches, name, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _saved(batches: Iterator[pa.RecordBatch], name: str, path: Path) -> int:
    first = next(batches)
    count = 0
    if name == "parquet":
        import pyarrow.parquet as pq

        with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
        return count

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        for batch in batches:
            count += batch.num_rows
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_texts(tuple(first.schema.names), rows(), name))
    return count


def _texts(columns: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Iterator[str]:
    return {"csv": csv_lines, "json": _json, "jsonl": _jsonl, "markdown": _markdown}[name](columns, rows)


def _jsonl(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    names = unique(columns)
    for row in rows:
        record = plain(dict(zip(names, row, strict=True)))
        yield json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"


def _json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    before = "["
    for text in _jsonl(columns, rows):
        yield f"{before}\n  {text.rstrip()}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |\n"

    yield line(columns) + line("---" for _ in columns)
    for row in rows:
        yield line(cell(value) for value in row)
