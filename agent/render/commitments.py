"""When a commitment breaks even, beside on demand and spot."""

from __future__ import annotations

from decimal import Decimal

from agent.context import Context
from agent.render import formats
from agent.render.missing import explain_missing
from agent.render.page import Page, Row
from agent.render.terms import way
from agent.understand.reading import Reading

_PLAIN = ("on_demand", "spot")
COLUMNS = (
    "provider",
    "instance_type",
    "region",
    "purchase_option",
    "term_months",
    "payment",
    "offering_class",
    "upfront",
    "hourly_fee",
    "price_hour",
    "discount_percent",
    "break_even_hours",
    "break_even_months",
    "payback_months",
    "currency",
)


def write_commitments(page: Page, reading: Reading, context: Context) -> None:
    (finding,) = context.found("commitment_options")
    committed = [row for row in finding.rows if row["purchase_option"] not in _PLAIN]
    if not finding.rows:
        explain_missing(page, reading, context)
        return
    if not committed:
        page.add("commitment.none", machine=finding.rows[0]["instance_type"])
        _write_on_demand(page, finding.rows)
        page.answered = False
        return
    best = min(committed, key=lambda row: row["price_hour"])
    there = [row for row in finding.rows if _place(row) == _place(best)]
    others = [row for row in there if row in committed and row is not best]
    _write_best(page, best)
    if finding.arguments.get("hours_per_month"):
        _write_used(page, there, finding.arguments["hours_per_month"])
    if others:
        page.add("commitment.others")
    for row in others[: page.most_rows]:
        page.add(f"commitment.row{_verdict(row)}", **_values(page, row))
    page.table([best, *others, *(row for row in there if row["purchase_option"] in _PLAIN)], COLUMNS)


def _place(row: Row) -> tuple[object, ...]:
    return row["provider"], row["region"], row["currency"]


def _verdict(row: Row) -> str:
    return "" if row["pays_off"] else "_alone" if row["pays_off"] is None else "_never"


def _write_best(page: Page, row: Row) -> None:
    values = {"machine": row["instance_type"], "region": page.region(row), **_values(page, row)}
    page.add(f"commitment.{(_verdict(row) or '_pays_off')[1:]}", **values)
    page.add("commitment.total", total=_money(page, row, "total_cost"))
    if row["pays_off"] and row["payback_months"] not in (0, row["break_even_months"]):
        months = page.number(row["payback_months"])
        page.add("commitment.payback", upfront=_money(page, row, "upfront"), months=months)
    if row["spot_pays_off"] is not None:
        page.add(
            "commitment.spot" if row["spot_pays_off"] else "commitment.spot_never",
            spot=formats.rate(row["spot_price_hour"], row["currency"], page.language),
            hours=_number(page, row["spot_break_even_hours"], 0),
            months=_number(page, row["spot_break_even_months"]),
        )


def _values(page: Page, row: Row) -> dict[str, str]:
    discount = row["discount_percent"]
    on_demand = row["on_demand_price_hour"]
    return {
        "way": _way(page, row),
        "rate": page.rate(row),
        "cite": page.cite(row),
        "percent": "" if discount is None else page.number(abs(discount)),
        "on_demand": "" if on_demand is None else formats.rate(on_demand, row["currency"], page.language),
        "hours": _number(page, row["break_even_hours"], 0),
        "months": _number(page, row["break_even_months"]),
        "utilisation": _number(page, row["break_even_utilisation_percent"]),
    }


def _way(page: Page, row: Row) -> str:
    """`reserved (12 months, no upfront, standard class)`."""
    terms = way(page, row)
    option = page.word("condition", str(row["purchase_option"]))
    return f"{option} ({terms})" if terms else option


def _write_used(page: Page, rows: list[Row], hours: str) -> None:
    cheapest = rows[0]
    page.add(
        "commitment.used",
        used=page.number(Decimal(hours)),
        way=_way(page, cheapest),
        total=formats.total(cheapest["cost_month"], cheapest["currency"], page.language),
    )


def _write_on_demand(page: Page, rows: tuple[Row, ...]) -> None:
    listed = [row for row in rows if row["purchase_option"] == "on_demand"]
    if listed:
        where = {"region": page.region(listed[0]), "rate": page.rate(listed[0])}
        page.add("commitment.on_demand", **where, cite=page.cite(listed[0]))
        page.table(listed, COLUMNS)


def _money(page: Page, row: Row, name: str) -> str:
    return formats.total(row[name], row["currency"], page.language)


def _number(page: Page, value: Decimal | None, places: int = 2) -> str:
    return "" if value is None else page.number(value, places)
