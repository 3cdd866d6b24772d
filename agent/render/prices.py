"""Prices of named machines: one region, many, none; estimates; comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from agent.context import Context
from agent.evidence import Finding
from agent.render import formats
from agent.render.conditions import described
from agent.render.missing import explain_missing, write_refused
from agent.render.page import Page, Row, tied
from agent.understand.reading import Intent, Reading

COLUMNS = (
    "provider",
    "instance_type",
    "region",
    "purchase_option",
    "operating_system",
    "price_hour",
    "price_month",
)
_OWN = (*COLUMNS, "currency")


def write_prices(page: Page, reading: Reading, context: Context) -> None:
    found = context.found("price_of")
    primary = next(iter(found), None)
    # Prices of one's own were looked for first, and there are none.
    if primary and not primary.rows and reading.purchase.price_type == "contracted" and len(found) > 1:
        page.add("missing.no_own")
        primary = found[1]
    if primary and primary.rows:
        _write_price(page, reading, primary.rows)
    else:
        explain_missing(page, reading, context)


def _first(context: Context, tool: str) -> Finding | None:
    return next(iter(context.found(tool)), None)


def _write_price(page: Page, reading: Reading, rows: Sequence[Row]) -> None:
    ordered = sorted(rows, key=lambda row: -row["price_usd_hour"]) if reading.dearest else list(rows)
    best, last = tied(ordered), ordered[-1]
    regions = {(row["provider"], row["region"]) for row in rows}
    values = {
        "machine": best[0]["instance_type"],
        "rate": page.rate(best[0]),
        "regions": page.regions(best),
        "region": page.region(best[0]),
        "cite": page.cite(*best),
        "month": page.month(best[0]),
    }
    if reading.intent is Intent.CHEAPEST:
        page.add("price.dearest" if reading.dearest else "price.cheapest", **values)
    elif len(regions) == 1:
        page.add("price.one", **values)
        _write_discount(page, best[0])
    elif len(tied(ordered)) == len(ordered):
        page.add("price.ties", **values)
    else:
        page.add("price.range", **values, **_dearest(page, last, len(regions)))
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
    page.table(ordered, _OWN)


def _write_discount(page: Page, row: Row) -> None:
    if row.get("rule"):
        page.add("price.discount", rule=row["rule"], percent=page.number(row["discount_percent"]))


def _dearest(page: Page, row: Row, count: int) -> dict[str, str]:
    return {
        "dearest": page.rate(row),
        "dearest_region": page.region(row),
        "dearest_cite": page.cite(row),
        "count": str(count),
    }


def write_estimates(page: Page, reading: Reading, context: Context) -> None:
    found = [finding for finding in context.found("estimate") if finding.rows]
    for finding in found:
        _write_estimate(page, reading, finding.rows)
    if len(found) < len(reading.machine_names()) or not found:
        explain_missing(page, reading, context)
    page.table([row for finding in found for row in finding.rows], (*_OWN, "machines", "hours", "total"))


def _write_estimate(page: Page, reading: Reading, rows: Sequence[Row]) -> None:
    best, last = tied(rows), rows[-1]
    by_month = reading.usage.hours is None
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
        cite=page.cite(*best),
    )
    if last["price_usd_hour"] > best[0]["price_usd_hour"]:
        regions = {(row["provider"], row["region"]) for row in rows}
        total = formats.total(last["total"], last["currency"], page.language)
        page.add("estimate.spread", **_dearest(page, last, len(regions)), dearest_total=total)


def write_comparison(page: Page, reading: Reading, context: Context) -> None:
    finding = _first(context, "compare")
    rows = list(finding.rows) if finding else []
    if not rows:
        explain_missing(page, reading, context)
        if not page.lines:
            page.add("offers.none", conditions=described(page, reading))
            page.answered = False
        return
    if len(rows) == 2:
        _write_pair(page, rows[0], rows[1])
    elif len(rows) > 2:
        first = rows[0]
        page.add(
            "compare.lead",
            side=_side(page, first),
            rate=page.rate(first),
            regions=_tied_regions(page, first),
            cite=page.cite(first),
        )
    for row in rows:
        dearer = (
            page.say("compare.dearer", percent=page.number(row["dearer_percent"], 1))
            if row["dearer_percent"]
            else ""
        )
        page.add(
            "compare.row",
            side=_side(page, row),
            rate=page.rate(row),
            regions=_tied_regions(page, row),
            cite=page.cite(row),
            dearer=dearer,
            specs=page.specs(row),
        )
    sides = (
        finding.arguments.get({"machine": "machines", "place": "places"}.get(_by(finding), "providers"))
        if finding
        else None
    )
    missing = [side for side in sides or [] if side not in {row["side"] for row in rows}]
    if missing and _by(finding) == "machine":
        explain_missing(page, reading, context)
    elif missing:
        page.add("compare.missing", side=page.joined(page.provider(side) for side in missing))
        write_refused(page, [row for found in context.found("refused_prices") for row in found.rows])
    page.table(rows, ("side", *_OWN, "dearer_percent"))


def _by(finding: Finding | None) -> str:
    return str(finding.arguments.get("by", "")) if finding else ""


def _write_pair(page: Page, first: Row, second: Row) -> None:
    values = {
        "first": _side(page, first),
        "first_rate": page.rate(first),
        "first_region": _tied_regions(page, first),
        "first_cite": page.cite(first),
        "second": _side(page, second),
        "second_rate": page.rate(second),
        "second_region": _tied_regions(page, second),
        "second_cite": page.cite(second),
    }
    same = first["price_usd_hour"] == second["price_usd_hour"]
    page.add(
        "compare.same" if same else "compare.two", **values, percent=page.number(second["dearer_percent"], 1)
    )


def _side(page: Page, row: Row) -> str:
    """What a row stands for, with its machine where that isn't the side itself."""
    side = str(row["side"])
    if side == row["operating_system"]:
        return f"{row['instance_type']} ({page.provider(row['provider'])}, {page.word('condition', side)})"
    if side == row["instance_type"]:
        return f"{side} ({page.provider(row['provider'])})"
    if side == row["purchase_option"]:
        return f"{row['instance_type']} ({page.provider(row['provider'])}, {page.word('condition', side)})"
    return f"{page.provider(side)}: {row['instance_type']} ({page.provider(row['provider'])})"


def _tied_regions(page: Page, row: Row) -> str:
    others = [code for code in row["tied_regions"][1:4] if code != row["region"]]
    return page.joined([page.region(row), *dict.fromkeys(others)])
