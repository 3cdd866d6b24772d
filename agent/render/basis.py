"""What an answer rests on: snapshot, dates, the way of buying, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agent.render.page import Page, Row
from agent.understand.reading import Intent, Reading

_PRICED = (Intent.PRICE, Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.ESTIMATE, Intent.HISTORY)


def add_basis(page: Page, reading: Reading, rows: Iterable[Row]) -> None:
    days = _days(page, rows)
    if reading.intent not in _PRICED:
        if days:
            page.add("basis.plain", snapshot=page.snapshot, days=days)
        return
    if not days:
        return
    said = how(page, reading, assumed=False)
    page.add("basis.line", snapshot=page.snapshot, days=days, conditions=f"; {said}" if said else "")
    assumed = how(page, reading, assumed=True)
    if assumed:
        page.add("basis.assumed", conditions=assumed)


def how(page: Page, reading: Reading, *, assumed: bool | None) -> str:
    """The way of buying in words: all of it, or only what was, or was not, assumed."""
    purchase = reading.purchase
    parts = {
        "purchase_option": page.joined(page.word("condition", option) for option in purchase.options),
        "operating_system": page.word("condition", purchase.operating_system),
        "tenancy": page.word("condition", purchase.tenancy),
        "price_type": page.word("condition", purchase.price_type),
    }
    chosen = [text for name, text in parts.items() if assumed in (None, name in purchase.assumed)]
    if not assumed and purchase.term_months:
        chosen.append(page.say("condition.term", n=purchase.term_months))
    if not assumed and purchase.payment:
        chosen.append(page.word("condition", purchase.payment))
    return ", ".join(chosen)


def _days(page: Page, rows: Iterable[Row]) -> str:
    dates = sorted({row["as_of"].date() for row in rows if isinstance(row.get("as_of"), datetime)})
    if not dates:
        return ""
    first, last = page.day(dates[0]), page.day(dates[-1])
    return first if len(dates) == 1 else f"{first} – {last}"
