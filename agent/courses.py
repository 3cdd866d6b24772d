"""How the price of a thing went: of several sources that speak of it, the one to believe at each moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

Row = Mapping[str, Any]
# What tells two things sold apart, whichever source speaks of them.
_THING = (
    "provider",
    "model",
    "kind",
    "region",
    "operating_system",
    "tenancy",
    "zone",
    "purchase_option",
    "term_months",
    "payment",
    "offering_class",
    "currency",
)


def thing_of(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name) if row.get(name) is not None else "") for name in _THING)


def stitched(spans: Iterable[Row]) -> list[dict[str, Any]]:
    """The steps of each thing, oldest first: half-open, without overlaps, each of one source.

    At each moment the source of the lowest rank speaks, unless it has confirmed an open price for too
    long no more, as in `offers`. `follows` says what came before a step: a `change` by the same source,
    another `source`, whose price says nothing of a change, a `gap`, or None.
    """
    found: list[dict[str, Any]] = []
    for _, own in groupby(sorted(spans, key=lambda row: (thing_of(row), row["valid_from"])), key=thing_of):
        found += _steps(list(own))
    return found


def _steps(spans: list[Row]) -> list[dict[str, Any]]:
    ends = {row["valid_to"] for row in spans if row["valid_to"] is not None}
    cuts = [*sorted({row["valid_from"] for row in spans} | ends), None]
    steps: list[dict[str, Any]] = []
    active: list[Row] = []
    waiting = list(reversed(spans))
    for start, end in pairwise(cuts):
        active = [row for row in active if row["valid_to"] is None or row["valid_to"] > start]
        while waiting and waiting[-1]["valid_from"] <= start:
            active.append(waiting.pop())
        if active:
            best = min(active, key=lambda row: _order(row, end))
            _add(steps, {**best, "valid_from": start, "valid_to": end})
    return steps


def _order(row: Row, end: datetime | None) -> tuple[bool, int, str, str]:
    silent = (end or datetime.now(UTC)) - row["confirmed_at"]
    stale = row["valid_to"] is None and silent.days > row["max_age_days"]
    return stale, row["source_rank"], row["source"], row["price_id"]


def _add(steps: list[dict[str, Any]], row: dict[str, Any]) -> None:
    """Continue the last step, or begin another and say how it follows."""
    row["follows"], row["change_percent"] = None, None
    if steps:
        last = steps[-1]
        joins, same_source = last["valid_to"] == row["valid_from"], last["source"] == row["source"]
        if joins and same_source and last["price"] == row["price"]:
            steps[-1] = {**row, **{name: last[name] for name in ("valid_from", "follows", "change_percent")}}
            return
        row["follows"] = "gap" if not joins else "change" if same_source else "source"
        if row["follows"] == "change":
            row["change_percent"] = percent(row["price"], last["price"])
    steps.append(row)


def course(steps: Sequence[Row]) -> list[Row]:
    """The steps that tell how a price went: the longest stretch without another source's other price."""
    stretches: list[list[Row]] = [[steps[0]]]
    for before, row in pairwise(steps):
        if row["follows"] == "source" and row["price"] != before["price"]:
            stretches.append([])
        stretches[-1].append(row)
    return max(stretches, key=_seconds)


def _seconds(stretch: Sequence[Row]) -> float:
    end: datetime = stretch[-1]["valid_to"] or datetime.now(UTC)
    return float((end - stretch[0]["valid_from"]).total_seconds())


def percent(price: Decimal, base: Decimal) -> Decimal | None:
    """To a tenth; a price that was zero has none."""
    return (100 * (price / base - 1)).quantize(Decimal("0.1")) if base else None
