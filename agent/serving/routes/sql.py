"""`POST /v1/sql`: the rows of one guarded SELECT, as JSON, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent.serving import formats
from agent.serving.asked import OfSnapshot
from agent.serving.described import refusals
from agent.serving.formats import Format
from agent.serving.listings import Listing, listing_of
from agent.serving.parts import SNAPSHOT, TheReader, needs
from agent.serving.request_log import tell
from warehouse.errors import InvalidInput
from warehouse.settings import settings

if TYPE_CHECKING:
    import pyarrow as pa

router = APIRouter(tags=["sql"])
_BATCH = 16  # rows, which are in memory before they can be counted
_MOST_BYTES = 64 << 20  # of rows that one response holds
_MOST_WRITTEN, _BYTES_WRITTEN = 1000, 1 << 20  # rows, of about so many bytes, that are written at once


class Statement(BaseModel):
    """One SELECT."""

    model_config = ConfigDict(extra="forbid")

    sql: str = Field(
        min_length=1,
        max_length=100_000,
        description="Over the tables and views of the snapshot; `DESCRIBE offers` tells their columns.",
        examples=["SELECT provider, count(*) AS offers FROM offers GROUP BY provider ORDER BY provider"],
    )
    parameters: dict[str, str | int | float | bool | None] = Field(
        {}, description="Values for $name; dates and decimals as text.", examples=[{}]
    )
    limit: int = Field(1000, ge=1, le=100_000, description="Rows to send at most.")


class SqlAsked(OfSnapshot):
    """Where and how."""

    format: Format | None = Field(None, description="Goes before Accept.")


@router.post(
    "/sql",
    summary="One SELECT over the snapshot",
    dependencies=[needs("sql")],
    responses={
        200: {
            "model": Listing[dict[str, Any]],
            "content": {"text/csv": {}, formats.MEDIA["parquet"]: {}},
            "description": "The rows; X-Truncated tells whether there are more.",
        },
        **refusals(406),
    },
)
def run_sql(
    request: Request,
    statement: Statement,
    asked: Annotated[SqlAsked, Query()],
    reader: TheReader,
) -> Response:
    """Read-only: anything but one SELECT is refused, as are files, the network and settings.

    It may run as long as the setting CLOUD_PRICING_QUERY_TIMEOUT says. Decimals are exact, as text.
    """
    tell(request, "query_sql", query=statement.sql)
    form = formats.chosen(request, asked.format)
    found = reader.stream(statement.sql, statement.parameters, rows=_BATCH, within="query_timeout")
    batches, truncated = _cut(found, statement.limit)
    priced = [row for batch in batches[:2] for row in formats.column_of(batch, "price_id")]
    tell(request, "query_sql", priced, statement.sql, sum(batch.num_rows for batch in batches))
    headers = {SNAPSHOT: reader.snapshot.id, "X-Truncated": str(truncated).lower(), "Vary": "Accept"}
    seconds = settings().query_timeout
    if form != "json":
        return formats.sent(request, formats.WRITERS[form](iter(batches)), form, headers, seconds)
    columns = formats.unique(batches[0].schema.names)
    rest = {"truncated": truncated, "next": None, "found": None}
    body = listing_of(reader.snapshot.id, columns, formats.rows_of(batches), lambda: rest)
    return formats.sent(request, body, form, headers, seconds)


def _cut(found: Iterator[pa.RecordBatch], limit: int) -> tuple[list[pa.RecordBatch], bool]:
    """The first rows, and whether there are more; then the query has ended, however slowly they are sent.

    Raises InvalidInput where not even the first rows are small enough to send.
    """
    kept: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in found:
        size += batch.nbytes
        if size > _MOST_BYTES:
            break
        kept.append(batch.slice(0, limit - rows))
        rows += batch.num_rows
        if rows > limit:
            break
    else:
        return _joined(kept, rows, size), False
    if not rows:
        raise InvalidInput(f"The first rows are larger than {_MOST_BYTES >> 20} MiB.", "Select less of each.")
    return _joined(kept, rows, size), True


def _joined(kept: list[pa.RecordBatch], rows: int, size: int) -> list[pa.RecordBatch]:
    """The same rows in batches that are small enough to be written one at a time; the first is empty."""
    import pyarrow as pa

    at_once = max(1, min(_MOST_WRITTEN, rows * _BYTES_WRITTEN // max(1, size)))
    return [kept[0], *pa.Table.from_batches(kept).combine_chunks().to_batches(max_chunksize=at_once)]
