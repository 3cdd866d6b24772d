"""The formats feeds come in, read as streams: CSV columns, members of archives, items of JSON."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, BinaryIO, cast

import duckdb
import pyarrow as pa
import pyarrow.csv

from ingest import json_items
from ingest.source import Payload
from warehouse.errors import PayloadInvalid
from warehouse.settings import settings

BLOCK_BYTES = 4 << 20
_CHUNK_BYTES = 1 << 20
_REPORT = "The feed may have changed its format; the last good data stays in force."


def csv_rows(
    source: Payload | BinaryIO,
    columns: Mapping[str, pa.DataType],
    *,
    skip_rows: int = 0,
    delimiter: str = ",",
    optional: Sequence[str] = (),
    null_values: Sequence[str] = ("",),
) -> pa.RecordBatchReader:
    """These columns of a CSV with a header, streamed; quoted values may hold line breaks.

    The first `skip_rows` lines are not part of it. A column that is missing is PayloadInvalid, of the
    `optional` ones null; so is a row with more or fewer fields than the header.
    """
    stream = source.open() if isinstance(source, Payload) else source
    name = source.record.name if isinstance(source, Payload) else "the file"
    try:
        reader = pa.csv.open_csv(
            stream,
            read_options=pa.csv.ReadOptions(skip_rows=skip_rows, block_size=BLOCK_BYTES),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=_conversion(columns, null_values),
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise PayloadInvalid(f"{name} is not the CSV that was expected: {error}", _REPORT) from None
    return pa.RecordBatchReader.from_batches(
        pa.schema(list(columns.items())), _complete(reader, name, set(columns) - set(optional))
    )


def csv_table(
    payload: Payload, columns: Mapping[str, pa.DataType], *, skip_rows: int = 0, optional: Sequence[str] = ()
) -> pa.Table:
    """What `csv_rows` reads, whole and on all cores: for what is kept in memory anyway."""
    name = payload.record.name
    try:
        table = _line_by_line(payload, columns, skip_rows)
        if table is None:
            with payload.open() as stream:
                table = _at_once(stream, columns, skip_rows, breaks=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise PayloadInvalid(f"{name} is not the CSV that was expected: {error}", _REPORT) from None
    for _ in _complete(table.to_batches(), name, set(columns) - set(optional)):
        pass
    return table


def _line_by_line(payload: Payload, columns: Mapping[str, pa.DataType], skip_rows: int) -> pa.Table | None:
    """The table, or None where some value goes on over the end of a line.

    Taking every line for a row, blocks are found without looking for quotes, and then read side by side.
    """
    with payload.open() as stream, _Lines(stream) as lines:
        try:
            table = _at_once(cast(BinaryIO, lines), columns, skip_rows, breaks=False)
        except pa.ArrowInvalid:
            return None
    return table if table.num_rows == lines.count - skip_rows - 1 else None


def _at_once(stream: BinaryIO, columns: Mapping[str, pa.DataType], skip_rows: int, breaks: bool) -> pa.Table:
    return pa.csv.read_csv(
        stream,
        read_options=pa.csv.ReadOptions(skip_rows=skip_rows, block_size=BLOCK_BYTES),
        parse_options=pa.csv.ParseOptions(newlines_in_values=breaks),
        convert_options=_conversion(columns, ("",)),
    )


class _Lines(io.RawIOBase):
    """A stream that counts the lines read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._breaks = 0
        self._open = False

    @property
    def count(self) -> int:
        return self._breaks + self._open

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._breaks += data.count(b"\n")
        self._open = not data.endswith(b"\n") if data else self._open
        return data


def _conversion(columns: Mapping[str, pa.DataType], null_values: Sequence[str]) -> pa.csv.ConvertOptions:
    return pa.csv.ConvertOptions(
        column_types=dict(columns),
        include_columns=list(columns),
        include_missing_columns=True,
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=list(null_values),
    )


def _complete(reader: Iterable[pa.RecordBatch], name: str, required: set[str]) -> Iterator[pa.RecordBatch]:
    """The batches of `reader`; a required column in which there is nothing at all is missing."""
    rows, empty = 0, set(required)
    try:
        for batch in reader:
            rows += batch.num_rows
            empty = {column for column in empty if batch.column(column).null_count == batch.num_rows}
            yield batch
    except (pa.ArrowInvalid, OSError) as error:
        raise PayloadInvalid(f"{name} cannot be read to its end: {error}", _REPORT) from None
    if rows and empty:
        raise PayloadInvalid(f"{name} has no column {', '.join(sorted(empty))}.", _REPORT)


def unzipped(payload: Payload, member: str) -> BinaryIO:
    """A member of a zip archive as a temporary file. PayloadInvalid where it is missing or too large."""
    limit = settings().payload_bytes
    try:
        with (
            payload.open() as packed,
            _seekable(packed) as archive_file,
            zipfile.ZipFile(archive_file) as archive,
        ):
            if archive.getinfo(member).file_size > limit:
                raise PayloadInvalid(f"{member} in {payload.record.name} is too large.", _REPORT)
            with archive.open(member) as packed_member:
                return _seekable(packed_member, limit)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise PayloadInvalid(f"{payload.record.name} has no {member}: {error}", _REPORT) from None


def _seekable(stream: IO[bytes], limit: int | None = None) -> BinaryIO:
    file = tempfile.SpooledTemporaryFile(max_size=64 << 20)  # noqa: SIM115 - the caller's to close
    while chunk := stream.read(_CHUNK_BYTES):
        file.write(chunk)
        if limit is not None and file.tell() > limit:
            raise PayloadInvalid("An archive's member is larger than it says.", _REPORT)
    file.seek(0)
    return cast(BinaryIO, file)


def json_rows(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    payloads: Iterable[Payload],
    path: Sequence[str],
    columns: Mapping[str, str],
    required: Sequence[str],
) -> pa.RecordBatchReader:
    """The objects of the arrays at `path` as batches; see `Workspace.load_items`."""
    each = list(path[-1:]) == [json_items.EACH]
    texts = {name: "JSON" if kind == "JSON" else "VARCHAR" for name, kind in columns.items()}
    structure = json.dumps(texts)
    empty = pa.table({"item": pa.array([], pa.string())})

    def batches() -> Iterator[pa.Table]:
        missing = set(required)
        for payload in payloads:
            with payload.open() as stream:
                for block in json_items.items(stream, path, payload.record.name):
                    table = _typed(
                        connection, statement, block, structure, columns, each, payload.record.name
                    )
                    missing = {one for one in missing if table[one].null_count == table.num_rows}
                    url = pa.repeat(pa.scalar(payload.record.url, pa.string()), table.num_rows)
                    yield table.append_column("payload_url", url)
        if missing and required:
            raise PayloadInvalid(f"No item of the feed has {', '.join(sorted(missing))}.", _REPORT)

    schema = _typed(connection, statement, empty["item"], structure, columns, each).schema
    schema = schema.append(pa.field("payload_url", pa.string()))
    return pa.RecordBatchReader.from_batches(
        schema, (batch for table in batches() for batch in table.cast(schema).to_batches())
    )


def _typed(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    texts: Any,
    structure: str,
    columns: Mapping[str, str],
    each: bool,
    what: str = "",
) -> pa.Table:
    """One block as a table. Numbers pass as text: JSON's own digits become the DECIMAL, no float."""
    try:
        connection.register("items", pa.table({"item": texts}))
        rows = connection.execute(statement, {"structure": structure, "each": each}).to_arrow_table()
        kept = ["item_key", *columns] if each else list(columns)
        kinds = {**columns, "item_key": "VARCHAR"}
        typed = [duckdb.ColumnExpression(name).cast(duckdb.type(kinds[name])).alias(name) for name in kept]
        return connection.from_arrow(rows).select(*typed).to_arrow_table()
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise PayloadInvalid(
            f"{what}: an item cannot be read: {str(error).splitlines()[0]}", _REPORT
        ) from None
    finally:
        connection.unregister("items")
