"""The shapes that data is sent in: a listing of rows, or one thing; each names its snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from agent.evidence import plain
from agent.serving.formats import dumped

Row = TypeVar("Row")
Money = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Exact, as text.", examples=["98.32"])]


class Listing(BaseModel, Generic[Row]):
    """Rows of one snapshot."""

    snapshot: str = Field(description="The snapshot all rows are of.", examples=["20261201T163452Z-c0246c01"])
    columns: list[str] = Field(description="The members of each row, in their order.")
    rows: list[Row]
    truncated: bool = Field(description="Whether more rows meet the conditions than were sent.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")
    found: int | None = Field(
        description="How many rows meet the conditions; null where that is not counted."
    )


def listing(
    snapshot: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str] | None = None,
    *,
    truncated: bool = False,
    next: str | None = None,
    found: int | None = None,
    headers: Mapping[str, str],
    **beside: Any,
) -> JSONResponse:
    """All rows at once; `beside` are further members."""
    said = {
        "snapshot": snapshot,
        "columns": list(columns or (rows[0] if rows else ())),
        "rows": rows,
        "truncated": truncated,
        "next": next,
        "found": found,
        **beside,
    }
    return JSONResponse(plain(said), headers=dict(headers))


def listing_of(
    snapshot: str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    rest: Callable[[], dict[str, Any]],
) -> Iterator[bytes]:
    """The same as its rows come; `rest` is what is known after the last."""
    yield f'{{"snapshot":{dumped(snapshot)},"columns":{dumped(list(columns))},"rows":['.encode()
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}{dumped(row)}".encode()
    yield f"],{dumped(rest())[1:]}".encode()
