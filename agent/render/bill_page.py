"""The bill of a basket as an answer."""

from __future__ import annotations

from agent.context import Context
from agent.render import bill, formats
from agent.render.page import Page, Row
from agent.understand.reading import Reading
from agent.understand.usage import HOURS

_COLUMNS = (
    "item",
    "region",
    "purchase_option",
    "quantity",
    "unit",
    "tier_from",
    "unit_price",
    "amount",
    "currency",
)


def write_bill(page: Page, reading: Reading, context: Context) -> None:
    """The total first, then its lines, what is cheaper, and what was assumed."""
    finding = context.found("estimate_basket")[0]
    figures, language = finding.figures, page.language
    page.lines += bill.totals(
        figures, language, monthly=reading.usage.hours is None or reading.usage.hours <= HOURS["month"]
    )
    page.lines += [_line(page, row) for row in finding.rows if row["amount"] is not None]
    page.lines += bill.unpriced(figures, language)
    cheaper = [f"- {text}" for text in bill.alternatives(figures, language)]
    page.lines += [page.say("bill.cheaper"), *cheaper] if cheaper else []
    page.lines.append(" ".join([page.say("bill.assumed"), *bill.assumptions(figures, language)]))
    page.table(finding.rows, _COLUMNS)
    page.answered = any(row["amount"] is not None for row in finding.rows)


def _line(page: Page, row: Row) -> str:
    unit = page.say("bill.hours") if row["unit"] == "hour" else page.word("unit", row["unit"])
    return page.say(
        "bill.line",
        item=f"{row['item']}@{row['region']}",
        quantity=page.number(row["quantity"], 6),
        unit=unit,
        rate=formats.rate(row["unit_price"], row["currency"], page.language),
        amount=formats.total(row["amount"], row["currency"], page.language),
        cite=page.cite(
            {**row, "title": f"{row['provider']} {row['item']} {row['region']} {row['purchase_option']}"}
        ),
    )
