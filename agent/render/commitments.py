"""When a commitment breaks even, beside on demand and spot."""

from __future__ import annotations

from decimal import Decimal

from agent import chart_costs
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
    "total_cost",
    "discount_percent",
    "break_even_hours",
    "break_even_months",
    "break_even_utilisation_percent",
    "payback_months",
    "currency",
)


def write_commitments(page: Page, reading: Reading, context: Context) -> None:
    """The cheapest commitment and the others there; at a stated use first what is cheapest then."""
    asked, *instead = context.found("commitment_options")
    finding = next((one for one in instead if one.figures["commitments"]), asked)
    committed = [row for row in finding.rows if row["purchase_option"] not in _PLAIN]
    if not finding.rows:
        explain_missing(page, reading, context)
        return
    if not committed:
        page.add("commitment.none", machine=finding.rows[0]["instance_type"])
        _write_on_demand(page, finding.rows)
        page.answered = False
        return
    if finding is not asked:
        page.add("commitment.instead")
    best = min(committed, key=lambda row: row["price_hour"])
    there = [row for row in finding.rows if _place(row) == _place(best)]
    others = [row for row in there if row in committed and row is not best]
    if finding.arguments.get("hours_per_month"):
        _write_used(page, there, finding.arguments["hours_per_month"])
    _write_best(page, best, finding.arguments.get("machines", 1))
    if others:
        page.add("commitment.others")
    for row in others[: page.most_rows]:
        page.add(
            f"commitment.row{_verdict(row)}", **_values(page, row), total=_money(page, row, "total_cost")
        )
    page.table([best, *others, *(row for row in there if row["purchase_option"] in _PLAIN)], COLUMNS)
    _draw(page, [best, *others])


def _draw(page: Page, rows: list[Row]) -> None:
    title = page.say("chart.break_even", machine=rows[0]["instance_type"], region=page.region(rows[0]))
    page.chart = chart_costs.break_even_chart(
        [(_way(page, row), row) for row in rows],
        language=page.language,
        title=title,
        caption=page.caption(rows),
    )


def _place(row: Row) -> tuple[object, ...]:
    return row["provider"], row["region"], row["currency"]


def _verdict(row: Row) -> str:
    return "" if row["pays_off"] else "_alone" if row["pays_off"] is None else "_never"


def _write_best(page: Page, row: Row, machines: int) -> None:
    values = {"machine": row["instance_type"], "region": page.region(row), **_values(page, row)}
    page.add(f"commitment.{(_verdict(row) or '_pays_off')[1:]}", **values)
    page.add("commitment.total", total=_money(page, row, "total_cost"), month=page.month(row))
    if machines > 1:
        page.add("commitment.total_all", machines=page.number(machines), total=_money(page, row, "all_cost"))
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
    """What each way costs at that use, the cheapest first."""
    cheapest, *others = ((_way(page, row), _money(page, row, "cost_month")) for row in rows)
    page.add("commitment.used", used=page.number(Decimal(hours)), way=cheapest[0], total=cheapest[1])
    if others:
        page.add(
            "commitment.used_others", others=page.joined(f"{name} {total}" for name, total in others[:4])
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
