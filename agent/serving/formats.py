"""Rows as JSON, CSV or Parquet, by `?format=` or Accept, written batch by batch as they come."""

from __future__ import annotations

import io
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Literal

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agent.evidence import plain
from agent.serving.caller import caller_of
from agent.serving.held_bodies import HeldBodies
from agent.serving.problems import RejectedError
from warehouse.errors import InvalidInput, QueryInterrupted

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["json", "csv", "parquet"]
MEDIA: Mapping[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
_IN_MEMORY = 1 << 20  # bytes of a response that are kept there
_PIECE = 256 << 10
Cell = Callable[[Any], Any]


def chosen(request: Request, asked: Format | None) -> Format:
    """The format asked for, else the one that Accept likes best. Raises RejectedError (406)."""
    if asked:
        return asked
    accept = ", ".join(request.headers.getlist("accept")) or "*/*"
    liked = {name: _quality(accept, media) for name, media in MEDIA.items()}
    best = max(liked, key=lambda name: liked[name])
    if liked[best] <= 0:
        known = ", ".join(MEDIA.values())
        raise RejectedError(406, f"There is no {accept} of this.", f"Accept one of {known}.")
    return best


def _quality(accept: str, media: str) -> float:
    """What Accept says of a media type; its most specific range decides."""
    found = {}
    for part in accept.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        try:
            found[name] = float(given)
        except ValueError:
            found[name] = 0.0
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((found[name] for name in ranges if name in found), 0.0)


def sent(
    request: Request,
    body: Iterator[bytes],
    form: Format,
    headers: Mapping[str, str],
    seconds: float = math.inf,
) -> StreamingResponse:
    """The whole body, of which only the beginning is kept in memory; a client may read it slowly.

    Raises InvalidInput for a value that cannot be written, QueryInterrupted after `seconds` of writing,
    RejectedError where too much waits to be read.
    """
    held: HeldBodies = request.app.state.parts.held
    kept, ends = _Kept(held, caller_of(request.scope).id), time.monotonic() + seconds
    with ExitStack() as unless_sent:
        unless_sent.callback(kept.close)
        try:
            for piece in body:
                kept.write(piece)
                if time.monotonic() > ends:
                    said = f"Writing the rows as {form} takes longer than {seconds:g} seconds."
                    raise QueryInterrupted(said, "Select less, or raise CLOUD_PRICING_QUERY_TIMEOUT.")
        except (ValueError, OverflowError, TypeError, NotImplementedError) as error:
            # A type that the format lacks, or a time beyond those of Python.
            hint = "Cast it to text: CAST(x AS VARCHAR)."
            raise InvalidInput(f"A value cannot be written as {form}: {error}.", hint) from None
        unless_sent.pop_all()
    size = {"Content-Length": str(kept.size)}
    return _Sent(kept, MEDIA[form], {**headers, **size})


class _Kept:
    """A body; once it is large it counts among those that its caller has not read."""

    def __init__(self, held: HeldBodies, caller: str) -> None:
        self._held, self._caller = held, caller
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` does
        self._counted = self.size = 0

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > _IN_MEMORY:
            self._held.grow(self._caller, self.size - self._counted)
            self._counted = self.size
        self._file.write(piece)

    def pieces(self) -> Iterator[bytes]:
        with closing(self):
            self._file.seek(0)
            while piece := self._file.read(_PIECE):
                yield piece

    def close(self) -> None:
        self._file.close()
        if self._counted:
            self._held.shrink(self._caller, self._counted)
            self._counted = 0

    def __del__(self) -> None:
        self.close()  # its client went away before the first piece was sent


class _Sent(StreamingResponse):
    """Lets go of its body as soon as it is sent, or its client has gone."""

    def __init__(self, kept: _Kept, media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(kept.pieces(), media_type=media_type, headers=headers)
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._kept.close()


def csv_of(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """A header and a line for each row; nothing at all is null, two quotes are an empty text."""
    import pyarrow as pa
    from pyarrow import csv

    writer = None
    out = _Outbox()
    for batch in batches:
        columns = zip(unique(batch.schema.names), batch.columns, strict=True)
        text = pa.RecordBatch.from_pydict({name: _texts(column) for name, column in columns})
        writer = writer or csv.CSVWriter(out, text.schema)
        writer.write_batch(text)
        if batch.num_rows:
            yield out.taken()
    yield out.taken()


def parquet_of(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """One file, of a row group for each batch."""
    import pyarrow as pa
    from pyarrow import parquet

    first = next(batches)
    names = unique(first.schema.names)
    schema = pa.schema([field.with_name(name) for field, name in zip(first.schema, names, strict=True)])
    out = _Outbox()
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in chain((first,), batches):
            if batch.num_rows:
                writer.write_batch(batch.rename_columns(names))
                yield out.taken()
    yield out.taken()


WRITERS = {"csv": csv_of, "parquet": parquet_of}


def rows_of(
    batches: Iterable[pa.RecordBatch], cells: Mapping[str, Cell] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows in JSON's types: money exact, as text. `cells` reads what a column holds as text."""
    for batch in batches:
        names = unique(batch.schema.names)
        columns = [
            _values(column, (cells or {}).get(name))
            for name, column in zip(names, batch.columns, strict=True)
        ]
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))


def column_of(batch: pa.RecordBatch, name: str) -> list[dict[str, Any]]:
    """One column as rows; none where the batch has no such column, or several."""
    if batch.schema.names.count(name) != 1:
        return []
    return [{name: one} for one in batch[name].to_pylist()]


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def unique(names: Iterable[str]) -> list[str]:
    """Of columns that share a name the later ones get a number."""
    taken: list[str] = []
    for name in names:
        number, free = 0, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.append(free)
    return taken


def _values(column: pa.Array[Any], read: Cell | None = None) -> list[Any]:
    import pyarrow as pa

    kind, values = column.type, column.to_pylist()
    if read is not None:
        return [None if one is None else plain(read(one)) for one in values]
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return values
    if pa.types.is_decimal(kind) and not kind.scale:  # what DuckDB's sums of integers are
        return [None if one is None else int(one) for one in values]
    return [plain(one) for one in values]


def _texts(column: pa.Array[Any]) -> pa.Array[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column
    found = (one if one is None or isinstance(one, str) else dumped(one) for one in _values(column))
    return pa.array(found, pa.string())


class _Outbox(io.BytesIO):
    """A file that is taken away while it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
