"""Tools about the past: what things cost then, how their prices went, and what changed of late.

At every moment the price is that of one source, chosen as `offers` chooses among those that speak of
the time. Where the source changes the price may differ without having moved: that is no change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from agent import filters, periods
from agent.context import Context
from agent.courses import course, percent, stitched, thing_of
from agent.evidence import Finding
from agent.filters import Names
from agent.terms import Payment, PurchaseOption, Tenancy
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput

Row = Mapping[str, Any]
_ALL = 1000
_OF_DAYS = ("first_day", "last_day", "days", "tied")


def price_history(
    context: Context,
    machines: list[str],
    places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    term_months: int | None = None,
    payment: Payment | None = None,
    since: date | None = None,
    last_day: date | None = None,
) -> Finding:
    """Every hourly price a machine has had, oldest first, with each step's change in percent."""
    result = _told(
        context,
        "history_of",
        since,
        last_day,
        machines=filters.machine_names(context, machines),
        regions=filters.regions(context, places),
        operating_system=operating_system,
        tenancy=tenancy,
        purchase_options=list(purchase_options or ("on_demand",)),
        term_months=term_months,
        payment=payment,
    )
    return _finding("price_history", result, since, last_day)


def price_on(
    context: Context,
    machines: list[str],
    since: date,
    last_day: date | None = None,
    places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    term_months: int | None = None,
    payment: Payment | None = None,
    count: int = 1,
    hours: Decimal | None = None,
) -> Finding:
    """What a machine, or `count` of them for `hours` each, cost on past days; when each price held."""
    how: dict[str, Any] = {"operating_system": operating_system, "tenancy": tenancy, "payment": payment}
    how |= {"purchase_options": purchase_options, "term_months": term_months}
    found = price_history(context, machines, places, **how, since=since, last_day=last_day or since)
    if hours is not None:
        used = {"machines": max(1, count), "hours": hours}
        totals = (row["price"] * used["machines"] * hours for row in found.rows)
        rows = tuple({**row, **used, "total": total} for row, total in zip(found.rows, totals, strict=True))
        found = replace(found, rows=rows)
    return replace(found, tool="price_on")


def spot_days(
    context: Context,
    machines: list[str],
    places: Names = None,
    operating_system: str = "linux",
    since: date | None = None,
    last_day: date | None = None,
    dearest: bool = False,
    rows: int = 20,
) -> Finding:
    """The days on which a machine's spot price was lowest, or highest, and of which days any is held."""
    found = context.named(
        "spot_days_of",
        machines=filters.machine_names(context, machines),
        regions=filters.regions(context, places),
        operating_system=operating_system,
        since=since,
        last_day=last_day,
        dearest=dearest,
        rows=max(1, min(rows, _ALL)),
    ).records()
    figures = {name: found[0][name] for name in _OF_DAYS} if found else {}
    kept = tuple({name: row[name] for name in row if name not in _OF_DAYS} for row in found)
    return Finding("spot_days", {}, kept, figures)


def token_price_history(
    context: Context,
    model: str,
    provider: str | None = None,
    since: date | None = None,
    last_day: date | None = None,
    kind: str | None = None,
) -> Finding:
    """Every price per million tokens a language model has had, of input and output or one kind."""
    models = [f"{one.provider}/{one.model}" for one in filters.llm_models(context, model, provider)]
    result = _told(context, "token_history", since, last_day, models=models, kind=kind)
    finding = _finding("token_price_history", result, since, last_day)
    order = {at: index for index, at in enumerate(models)}
    rows = sorted(finding.rows, key=lambda row: order[f"{row['provider']}/{row['model']}"])
    return replace(finding, rows=tuple(rows))


def accelerator_history(
    context: Context,
    accelerators: list[str],
    since: date,
    last_day: date,
    providers: Names = None,
    places: Names = None,
    purchase_option: PurchaseOption = "on_demand",
) -> Finding:
    """Each provider's lowest hourly price of one accelerator, month by month, where it changed."""
    result = context.named(
        "accelerator_history",
        accelerators=filters.accelerator_names(context, accelerators),
        providers=filters.provider_names(providers),
        regions=filters.regions(context, places),
        purchase_option=purchase_option,
        since=periods.at(since),
        until=periods.at(last_day),
        rows=_ALL,
    )
    rows = tuple(result.records())
    figures: dict[str, Any] = {"since": since, "last_day": last_day}
    return Finding("accelerator_history", {}, rows, figures | _market(rows), result.truncated)


def _market(rows: Sequence[Row]) -> dict[str, Any]:
    """The lowest price of all on the first day there is one, and on the last."""
    if not rows:
        return {}
    first_day = min(row["day"] for row in rows)
    begins = [row for row in rows if row["day"] == first_day]
    ends = [row for row in rows if row["latest"]] or [max(rows, key=lambda row: row["day"])]
    first, last = (min(found, key=lambda row: row["price_usd_gpu_hour"]) for found in (begins, ends))
    change = percent(last["price_usd_gpu_hour"], first["price_usd_gpu_hour"])
    each = [
        percent(steps[-1]["price_usd_gpu_hour"], steps[0]["price_usd_gpu_hour"])
        for _, own in groupby(rows, key=lambda row: row["provider"])
        if (steps := list(own))
    ]
    return {"first": first, "last": last, "change_percent": change, "each_percent": each}


def price_changes(
    context: Context,
    since: datetime | date | None = None,
    until: datetime | date | None = None,
    min_percent: float = 0.0,
    direction: Literal["up", "down"] | None = None,
    machines: Names = None,
    accelerators: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    purchase_options: list[PurchaseOption] | None = None,
    sort: Literal["percent", "date"] = "percent",
    grouped: bool = True,
    rows: int = 20,
) -> Finding:
    """List prices that changed, the largest change first; equal changes in several regions are one row."""
    start, end = _moment(since), _moment(until)
    if start and end and start >= end:
        raise InvalidInput("The time asked for ends before it begins.", "Give an earlier start.")
    result = context.named(
        "changes_of",
        since=start,
        until=end,
        min_percent=min_percent,
        direction=direction,
        machines=filters.machine_names(context, machines),
        accelerators=filters.accelerator_names(context, accelerators),
        providers=filters.provider_names(providers),
        not_providers=filters.provider_names(not_providers),
        regions=filters.regions(context, places),
        purchase_options=list(purchase_options) if purchase_options else None,
        sort=sort,
        grouped=grouped,
        rows=max(1, min(rows, _ALL)),
    )
    found = result.records()
    counts = {name: int(found[0][name]) if found else 0 for name in ("found", "fell", "rose", "lines")}
    kept = tuple({name: row[name] for name in row if name not in counts} for row in found)
    days = {"since": start, "until": end, "last_day": end and periods.before(end)}
    return Finding("price_changes", {}, kept, {**counts, **days}, counts["lines"] > len(kept))


def _moment(of: datetime | date | None) -> datetime | None:
    if isinstance(of, datetime):
        return of if of.tzinfo else of.replace(tzinfo=UTC)
    return periods.at(of) if of else None


def _told(
    context: Context, query: str, since: date | None, last_day: date | None, **asked: Any
) -> QueryResult:
    """What sources say of the time; where none speaks of it, all they say."""
    start, end = (since and periods.at(since)), (last_day and periods.after(last_day))
    if start and end and start >= end:
        raise InvalidInput("The time asked for ends before it begins.", "Give an earlier start.")
    result = context.named(query, **asked, since=start, until=end, rows=_ALL)
    if result.rows or (start is None and end is None):
        return result
    return context.named(query, **asked, since=None, until=None, rows=_ALL)


def _finding(tool: str, result: QueryResult, since: date | None, last_day: date | None) -> Finding:
    """The steps; `courses` tells from which price to which each thing went, as one source tells it."""
    start, end = (since and periods.at(since)), (last_day and periods.after(last_day))
    rows = stitched(result.records())
    for row in rows:
        within = (end is None or row["valid_from"] < end) and (
            start is None or row["valid_to"] is None or row["valid_to"] > start
        )
        row["within"] = within
    figures = {"since": since, "last_day": last_day, "courses": _courses(rows)}
    return Finding(tool, {}, tuple(rows), figures, result.truncated)


def _courses(rows: Sequence[Row]) -> list[dict[str, Any]]:
    found = []
    for _, steps in groupby(rows, key=thing_of):
        told = course(list(steps))
        found.append(
            {"from": told[0]["valid_from"], "change_percent": percent(told[-1]["price"], told[0]["price"])}
        )
    return found
