"""A price by its id, what it was, and the list prices that changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from agent import periods
from agent.context import Context
from agent.evidence import plain
from agent.history_tools import price_changes
from agent.serving import validators
from agent.serving.asked import AnySnapshot, Limit, Many, OfSnapshot, PriceId, known_providers
from agent.serving.cursors import ThePage
from agent.serving.described import refusals
from agent.serving.listings import Listing, listing
from agent.serving.parts import TheReader
from agent.serving.request_log import tell
from agent.serving.rows import Changes, Interval, PriceTold
from agent.terms import PurchaseOption
from warehouse.errors import UnknownName
from warehouse.reader import Reader

router = APIRouter(tags=["prices"])
Since = Annotated[
    str | None, Field(description="From then on: 2026-11-01, 2026-11, 2026, or back from now: 7d, 2w, 1y.")
]
Until = Annotated[str | None, Field(description="Up to the end of then, written the same way.")]
_SOURCE = ("source", "title", "licence", "homepage", "schedule", "max_age_days")
_BATCH = (
    "batch_id", "parser", "verdict", "row_count", "quarantined", "batch_as_of", "batch_observed_at",
    "payloads", "first_snapshot",
)  # fmt: skip
_BUT_SPOT: list[PurchaseOption] = ["on_demand", "reserved", "savings_plan", "commitment"]
_CITED = ("price_id", "source", "source_url", "observed_at", "as_of")


@router.get("/prices/{price_id}", summary="All of one price", responses={200: {"model": PriceTold}})
def show_price(request: Request, price_id: PriceId, _: AnySnapshot, reader: TheReader) -> Response:
    """In force or as it last was: its parts, its source, the batch that brought it, and how to cite it."""
    row = _price(reader, price_id)
    headers = validators.headers_of(request, reader)
    tell(request, "price", [row])
    attributes = json.loads(row["attributes"] or "null", parse_float=Decimal)
    beside = {*_SOURCE, *_BATCH, "intervals"} - {"source", "batch_id"}
    price = {name: value for name, value in row.items() if name not in beside}
    batch = {name.removeprefix("batch_"): row[name] for name in _BATCH[1:]} | {"batch_id": row["batch_id"]}
    kept = ("sha256", "name", "size", "fetched_at")
    payloads = json.loads(row["payloads"] or "[]")
    told = {
        "snapshot": reader.snapshot.id,
        "price": {**price, "attributes": attributes},
        "components": (attributes or {}).get("components"),
        "intervals": row["intervals"],
        "source": {name: row[name] for name in _SOURCE},
        "batch": {**batch, "payloads": [{name: one.get(name) for name in kept} for one in payloads]},
        "citation": {"title": _title(row), **{name: row[name] for name in _CITED}},
    }
    return JSONResponse(plain(told), headers=headers)


class HistoryAsked(OfSnapshot):
    """A stretch of a price's past."""

    since: Since = None
    until: Until = None
    limit: Limit = 1000
    cursor: str | None = Field(None, description="`next` of the page before.")


@router.get(
    "/prices/{price_id}/history",
    summary="Every interval of one price",
    responses={200: {"model": Listing[Interval]}, **refusals(400, 410)},
)
def show_history(
    request: Request, price_id: PriceId, asked: Annotated[HistoryAsked, Query()], page: ThePage
) -> Response:
    """From when to when it was what, the oldest first."""
    now = datetime.now(UTC)
    price = _price(page.reader, price_id)
    headers = validators.headers_of(request, page.reader, clock=_clock(now, asked.since, asked.until))
    tell(request, "price_history", [price])
    found = page.reader.named(
        "intervals_of",
        price_id=str(price_id),
        since=_moment(asked.since, "since", now),
        until=_moment(asked.until, "until", now, end=True),
        after=page.moment,
        rows=asked.limit + 1,
    )
    rows = found.records()[: asked.limit]
    more = len(found.rows) > asked.limit
    return listing(
        page.reader.snapshot.id,
        rows,
        found.columns,
        truncated=more,
        next=page.next(rows[-1]["valid_from"].isoformat()) if more else None,
        headers=headers,
    )


class ChangesAsked(OfSnapshot):
    """Which changes."""

    since: str = Field("7d", description="From then on: 2026-11-01, 2026-11, 2026, or back: 7d, 2w, 1y.")
    until: Until = None
    min_percent: float = Field(0, ge=0, le=1e9, description="No smaller changes.")
    direction: Literal["up", "down"] | None = Field(None, description="Those that rose, or that fell.")
    machine: Many = Field([], description="Machine, such as m5.xlarge.")
    gpu: Many = Field([], description="Accelerator, such as H100.")
    provider: Many = Field([], description="aws, azure, gcp, ...")
    place: Many = Field([], description="Region, city, country or continent.")
    purchase_option: list[PurchaseOption] = Field([], description="All but spot if left out.")
    sort: Literal["percent", "date"] = Field("percent", description="The largest first, or the latest.")
    grouped: bool = Field(False, description="Equal changes of several regions as one row.")
    limit: Limit = 100


@router.get(
    "/changes", summary="List prices that changed", responses={200: {"model": Changes}, **refusals(400)}
)
def list_changes(request: Request, asked: Annotated[ChangesAsked, Query()], reader: TheReader) -> Response:
    """Old and new price, by how much, since when, when read, and by which source; `found` counts prices."""
    now = datetime.now(UTC)
    headers = validators.headers_of(request, reader, clock=_clock(now, asked.since, asked.until))
    context = Context.of(reader)
    found = price_changes(
        context,
        since=_moment(asked.since, "since", now),
        until=_moment(asked.until, "until", now, end=True),
        min_percent=asked.min_percent,
        direction=asked.direction,
        machines=asked.machine,
        accelerators=asked.gpu,
        providers=known_providers(context, asked.provider),
        places=asked.place,
        purchase_options=asked.purchase_option or _BUT_SPOT,
        sort=asked.sort,
        grouped=asked.grouped,
        rows=asked.limit,
    )
    tell(request, found.tool, found.rows)
    counts = {name: found.figures[name] for name in ("found", "fell", "rose")}
    return listing(reader.snapshot.id, found.rows, truncated=found.truncated, headers=headers, **counts)


def _price(reader: Reader, price_id: UUID) -> Mapping[str, Any]:
    found = reader.named("price_by_id", price_id=str(price_id)).records()
    if not found:
        hint = "The price_id of /v1/offers or of a citation finds it."
        raise UnknownName(f"No price has the id {price_id} in this snapshot.", hint)
    return found[0]


def _title(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[name]) for name in ("name", "provider", "region") if row[name])


def _moment(text: str | None, name: str, now: datetime, *, end: bool = False) -> datetime | None:
    return None if text is None else periods.moment(text, name, now, end=end)


def _clock(now: datetime, *times: str | None) -> str:
    """The minute, where a time is so long ago: what ends in a unit moves with the clock."""
    moves = any(time and time.strip()[-1:].isalpha() for time in times)
    return f"{now:%Y%m%dT%H%M}" if moves else ""
