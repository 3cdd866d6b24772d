"""Prices of named machines: one region, many, none; estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.render import formats
from agent.render.differences import write_difference
from agent.render.missing import explain_missing
from agent.render.page import TERMS, Page, Row, each_place, tied
from agent.render.terms import cite, way, ways, write_components
from agent.understand.reading import Intent, Reading
from agent.understand.usage import HOURS

COLUMNS = (
    "provider",
    "instance_type",
    "region",
    "purchase_option",
    "operating_system",
    "price_hour",
    "price_month",
)
OWN = (*COLUMNS, "currency", *TERMS)


def write_prices(page: Page, reading: Reading, context: Context) -> None:
    primary = next(iter(context.found("price_of")), None)
    if primary and primary.rows:
        _write_price(page, reading, primary.rows, primary.figures)
    else:
        explain_missing(page, reading, context)


def _write_price(page: Page, reading: Reading, rows: Sequence[Row], figures: Mapping[str, Any]) -> None:
    ordered = sorted(rows, key=lambda row: -row["price_usd_hour"]) if reading.dearest else list(rows)
    best, last = tied(ordered), ordered[-1]
    regions = {(row["provider"], row["region"]) for row in rows}
    values = {
        "machine": best[0]["instance_type"],
        "rate": page.rate(best[0]),
        "regions": page.regions(best),
        "region": page.region(best[0]),
        "cite": cite(page, *best),
        "month": page.month(best[0]),
    }
    if reading.intent is Intent.CHEAPEST:
        page.add("price.dearest" if reading.dearest else "price.cheapest", **values)
    elif len(regions) == 1:
        page.add("price.one", **values)
        _write_discount(page, best[0])
        _write_ways(page, ordered)
    elif len(tied(ordered)) == len(ordered):
        page.add("price.ties", **values)
    else:
        page.add("price.range", **values, **_dearest(page, last, len(regions)))
    if reading.statistic and len(regions) > 1:
        _write_middle(page, reading, figures)
    if reading.availability and reading.intent is not Intent.CHEAPEST:
        codes = dict.fromkeys(str(row["region"]) for row in rows)
        page.add("price.available", count=len(codes), regions=page.joined(codes))
    if (
        reading.intent is Intent.CHEAPEST
        and not reading.dearest
        and last["price_usd_hour"] > best[0]["price_usd_hour"]
    ):
        percent = (100 * (last["price_usd_hour"] / best[0]["price_usd_hour"] - 1)).quantize(Decimal("0.1"))
        page.add("price.spread", **_dearest(page, last, len(regions)), percent=page.number(percent, 1))
    if reading.per_gpu and best[0].get("price_usd_gpu_hour"):
        page.add("offers.per_gpu", rate=page.usd(best[0]["price_usd_gpu_hour"]))
    if best[0].get("price_usd_unit_hour") and reading.rank:
        what = page.word("rank", reading.rank)
        page.add("offers.per_unit", rate=page.usd(best[0]["price_usd_unit_hour"]), what=what)
    if reading.how_many or reading.by_region in ("several", "countries"):
        places = each_place(ordered, reading.by_region)
        _write_places(page, places[: reading.how_many or page.most_rows * 2])
    write_components(page, best[0])
    page.table(ordered, OWN)


def _write_middle(page: Page, reading: Reading, figures: Mapping[str, Any]) -> None:
    """The mean or the median over the regions, which the tool worked out."""
    if reading.monthly:
        month = formats.total(figures[f"{reading.statistic}_usd_month"], "USD", page.language)
        page.add(f"price.{reading.statistic}_month", month=month)
    else:
        page.add(f"price.{reading.statistic}", rate=page.usd(figures[f"{reading.statistic}_usd_hour"]))


def _write_places(page: Page, rows: Sequence[Row]) -> None:
    for row in rows:
        page.add("price.place", region=page.region(row), rate=page.rate(row), cite=page.cite(row))


def _write_ways(page: Page, rows: Sequence[Row]) -> None:
    """The other terms on which the machine is sold there."""
    others = ways(rows)[1 : page.most_rows]
    if others:
        page.add("price.ways")
    for row in others:
        page.add("price.way", rate=page.rate(row), terms=way(page, row), cite=page.cite(row))


def _write_discount(page: Page, row: Row) -> None:
    if row.get("rule"):
        page.add("price.discount", rule=row["rule"], percent=page.number(row["discount_percent"]))


def _dearest(page: Page, row: Row, count: int) -> dict[str, str]:
    return {
        "dearest": page.rate(row),
        "dearest_region": page.region(row),
        "dearest_cite": cite(page, row),
        "count": str(count),
    }


def write_estimates(page: Page, reading: Reading, context: Context) -> None:
    found = [finding for finding in context.found("estimate") if finding.rows]
    for finding in found:
        _write_estimate(page, reading, finding.rows)
    if reading.paid is None:
        write_difference(page, context)
    if len(found) < len(reading.machine_names()) or not found:
        explain_missing(page, reading, context)
    page.table([row for finding in found for row in finding.rows], (*OWN, "machines", "hours", "total"))


def write_budgets(page: Page, reading: Reading, context: Context) -> None:
    """What an amount pays for, where it pays for most and where for least."""
    found = [finding for finding in context.found("budget") if finding.rows]
    for finding in found:
        best, last = tied(finding.rows), finding.rows[-1]
        values = {
            "budget": formats.total(finding.figures["budget_usd"], "USD", page.language),
            "machine": best[0]["instance_type"],
            "machines": page.number(best[0]["machines"]),
            "hours": page.number(best[0]["hours"]),
            "days": page.number(best[0]["days"], 1),
            "total": formats.total(best[0]["total_usd"], "USD", page.language),
            "rate": page.rate(best[0]),
            "regions": page.regions(best),
            "cite": cite(page, *best),
        }
        page.add(f"estimate.budget_{reading.paid_for}", **values)
        if last["price_usd_hour"] > best[0]["price_usd_hour"]:
            regions = {(row["provider"], row["region"]) for row in finding.rows}
            dearest = _dearest(page, last, len(regions))
            many = {"machines": page.number(last["machines"]), "hours": page.number(last["hours"])}
            page.add(f"estimate.budget_spread_{reading.paid_for}", **dearest, **many)
    if len(found) < len(reading.machine_names()) or not found:
        explain_missing(page, reading, context)
    page.table([row for finding in found for row in finding.rows], (*OWN, "machines", "hours", "total_usd"))


def _write_estimate(page: Page, reading: Reading, rows: Sequence[Row]) -> None:
    best, last = tied(rows), rows[-1]
    by_month = reading.usage.hours in (None, HOURS["month"])
    one = best[0]["machines"] == 1
    name = f"{'month' if by_month else 'hours'}_{'one' if one else 'many'}"
    page.add(
        f"estimate.{name}",
        machine=best[0]["instance_type"],
        machines=page.number(best[0]["machines"]),
        hours=page.number(best[0]["hours"]),
        total=formats.total(best[0]["total"], best[0]["currency"], page.language),
        rate=page.rate(best[0]),
        regions=page.regions(best),
        cite=cite(page, *best),
    )
    write_components(page, best[0])
    if last["price_usd_hour"] > best[0]["price_usd_hour"]:
        regions = {(row["provider"], row["region"]) for row in rows}
        total = formats.total(last["total"], last["currency"], page.language)
        page.add("estimate.spread", **_dearest(page, last, len(regions)), dearest_total=total)
