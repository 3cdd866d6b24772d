"""Files of an export: one at a time is open, and each is written as its rows come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Written:
    """One finished file; `path` is relative to the folder of the export."""

    path: str
    rows: int
    bytes: int
    sha256: str


class _Parquet:
    """Zstandard, and statistics of every column and page, so that readers skip what a filter rules out."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", write_page_index=True)

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)

    def close(self) -> None:
        self._writer.close()


class _Csv:
    """Of text columns: nothing at all is null, two quotes are an empty text."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = csv.CSVWriter(path, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)

    def close(self) -> None:
        self._writer.close()


class _Json:
    """One array of the objects of the first column, each on a line of its own."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        del schema
        self._file = path.open("w", encoding="utf-8")
        self._before = "[\n"

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            lines: list[Any] = batch.column(0).to_pylist()
            self._file.write(self._before + ",\n".join(lines))
            self._before = ",\n"

    def close(self) -> None:
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


_SINKS: dict[str, type[_Parquet | _Csv | _Json]] = {"parquet": _Parquet, "csv": _Csv, "json": _Json}
KINDS = tuple(_SINKS)


def write(
    folder: Path, name: str, kind: str, batches: Iterable[pa.RecordBatch], partition_by: Sequence[str] = ()
) -> list[Written]:
    """The rows of `batches`, whose last columns are the values of `partition_by`: a file for each of them.

    Rows of one partition follow each other. Without partitions there is one file, and be it empty.
    """
    written = []
    for values, pieces in groupby(_pieces(batches, len(partition_by)), key=itemgetter(0)):
        parts = [
            f"{key}={_NO_VALUE if value is None else quote(str(value), safe=' ')}"
            for key, value in zip(partition_by, values, strict=True)
        ]
        path = folder.joinpath(*parts, f"{name}.{kind}")
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = _fill(path, kind, (piece for _, piece in pieces))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        written.append(Written(path.relative_to(folder).as_posix(), rows, path.stat().st_size, digest))
    return written


def _fill(path: Path, kind: str, pieces: Iterator[pa.RecordBatch]) -> int:
    first = next(pieces)
    rows = 0
    with closing(_SINKS[kind](path, first.schema)) as sink:
        for piece in chain((first,), pieces):
            sink.write(piece)
            rows += piece.num_rows
    return rows


def _pieces(
    batches: Iterable[pa.RecordBatch], parts: int
) -> Iterator[tuple[tuple[Any, ...], pa.RecordBatch]]:
    """Batches cut where a partition ends, each with the values of its partition."""
    for batch in batches:
        width = batch.num_columns - parts
        data = batch.select(range(width))
        if not parts:
            yield (), data
            continue
        start = 0
        for values, run in groupby(
            zip(*(batch.column(width + n).to_pylist() for n in range(parts)), strict=True)
        ):
            length = sum(1 for _ in run)
            yield values, data.slice(start, length)
            start += length
