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

if TYPE_CHECKING:
    import pyarrow as pa

router = APIRouter(tags=["sql"])
_BATCH = 1000  # rows
_MOST_BYTES = 64_000_000  # of rows that one response holds


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
    if form != "json":
        return formats.sent(formats.WRITERS[form](iter(batches)), form, headers)
    columns = formats.unique(batches[0].schema.names)
    rest = {"truncated": truncated, "next": None, "found": None}
    body = listing_of(reader.snapshot.id, columns, formats.rows_of(batches), lambda: rest)
    return formats.sent(body, form, headers)


def _cut(found: Iterator[pa.RecordBatch], limit: int) -> tuple[list[pa.RecordBatch], bool]:
    """The first rows, and whether there are more; then the query has ended, however slowly they are sent."""
    kept: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in found:
        kept.append(batch.slice(0, limit - rows))
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows > limit or size > _MOST_BYTES:
            return kept, True
    return kept, False
