"""Whole databases as feeds give them away: archives of one file a record, SQL dumps. Read as streams."""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.source import Payload
from warehouse.errors import PayloadInvalid
from warehouse.settings import settings

_BLOCK_BYTES = 8 << 20
_LARGEST_MEMBER = 16 << 20
_REPORT = "The feed may have changed its format; the last good data stays in force."


def members(payload: Payload, wanted: re.Pattern[str]) -> Iterator[bytes]:
    """The files of a .tar.gz whose whole path is `wanted`, in the archive's order.

    Raises PayloadInvalid where it is no such archive, is cut off, or unpacks to more than a payload may.
    """
    left = settings().payload_bytes
    name = payload.record.name
    try:
        with payload.open() as packed, tarfile.open(fileobj=packed, mode="r|gz") as archive:
            for member in archive:
                left -= member.size
                if left < 0:
                    raise PayloadInvalid(f"{name} unpacks to more than any payload may.", _REPORT)
                if not member.isfile() or not wanted.fullmatch(member.name):
                    continue
                file = archive.extractfile(member)
                if file is None or member.size > _LARGEST_MEMBER:
                    raise PayloadInvalid(f"{name}: {member.name} is too large for one record.", _REPORT)
                yield file.read()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise PayloadInvalid(f"{name} is no whole archive: {error}", _REPORT) from None


def dumped_rows(payload: Payload, table: str, mentioning: Iterable[str]) -> tuple[list[str], pa.Table]:
    """The columns of a table in an .sql.xz dump of SQLite, and as `row` its rows with one of these values.

    A row is what stands between the brackets of `INSERT INTO <table> VALUES(…);`, one a line. The dump
    is never in memory: what is kept are the rows. Raises PayloadInvalid where the table is missing.
    """
    quoted = rf'"?{re.escape(table)}"?'
    opened = re.compile(rf"^CREATE TABLE (?:IF NOT EXISTS )?{quoted} ?\(\n(.*?)^\);".encode(), re.M | re.S)
    row = re.compile(rf"^INSERT INTO {quoted} VALUES\((.*)\);$".encode(), re.M)
    texts = "|".join(f"'{re.escape(text)}'" for text in mentioning)
    columns: list[str] = []
    rows: list[pa.Array[Any]] = []
    name = payload.record.name
    try:
        with payload.open() as packed, lzma.open(packed) as stream:
            for block in _line_blocks(stream, name):
                created = opened.search(block)
                if created:
                    columns = re.findall(r'^\s*"?([a-z_]+)"? [A-Z]', created[1].decode(), re.M)
                found = pa.array(row.findall(block), pa.binary()).cast(pa.large_string())
                rows.append(found.filter(pc.match_substring_regex(found, texts)))
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise PayloadInvalid(f"{name} cannot be read to its end: {error}", _REPORT) from None
    if not columns:
        raise PayloadInvalid(f"{name} has no table {table}.", _REPORT)
    return columns, pa.Table.from_arrays([pa.chunked_array(rows, pa.large_string())], ["row"])


def _line_blocks(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Large pieces that end where a statement does."""
    left, rest = settings().payload_bytes, b""
    while block := stream.read(_BLOCK_BYTES):
        left -= len(block)
        if left < 0 or len(rest) > _LARGEST_MEMBER:
            raise PayloadInvalid(f"{name} unpacks to more than any payload may.", _REPORT)
        data = rest + block
        end = data.rfind(b";\n") + 2
        if end > 1:
            yield data[:end]
            rest = data[end:]
        else:
            rest = data
    yield rest
