"""The words of an estimate: totals, savings, alternatives and assumptions, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from agent.render import formats
from agent.render.exchange import observer
from agent.render.phrases import say, word

Row = Mapping[str, Any]
Rows = list[Row]


def totals(figures: Row, language: str, *, monthly: bool = True) -> Iterator[str]:
    """What the month, or any other time, costs, in which currencies, and what it saves."""
    name = f"bill.{'total' if monthly else 'sum'}{'_partial' if figures['partial'] else ''}"
    yield say(language, name, total=_usd(figures["total_usd"], language))
    if set(figures["totals"]) - {"USD"}:
        said = [formats.total(value, currency, language) for currency, value in figures["totals"].items()]
        yield say(language, "bill.currencies", amounts=formats.joined(said, language))
    if "rate_date" in figures:
        yield say(
            language,
            "bill.converted",
            total=formats.total(figures["total"], figures["currency"], language),
            rate=formats.rate(figures["units_per_usd"], figures["currency"], language),
            day=formats.day(figures["rate_date"], language),
            source=observer(figures["rate_source"], language),
        )
    if figures.get("saving_usd"):
        name = "bill.saving" if figures["saving_usd"] > 0 else "bill.no_saving"
        amounts = {
            "saving": _usd(abs(figures["saving_usd"]), language),
            "every": _usd(figures["on_demand_usd"], language),
        }
        percent = formats.number(abs(figures["saving_percent"]), language, 1)
        yield say(language, name, **amounts, percent=percent)


def unpriced(figures: Row, language: str) -> Iterator[str]:
    for row in figures["unpriced"]:
        where = f"@{row['region']}" if row["region"] else ""
        option = word(language, "condition", row["purchase_option"]) if row["kind"] == "machine" else ""
        item = " ".join(part for part in (f"{row['item']}{where}", option and f"({option})") if part)
        name = "bill.no_price_rest" if row["problem"] == "no price for the rest" else "bill.no_price"
        yield say(language, name, item=item, quantity=formats.number(row["quantity"], language, 6))


def alternatives(figures: Row, language: str) -> Iterator[str]:
    for offer in figures["alternatives"]:
        yield say(
            language,
            "bill.alternative",
            machine=offer["instead_of"],
            scope=say(language, f"bill.{offer['scope']}"),
            other=offer["instance_type"],
            provider=word(language, "provider", offer["provider"]),
            region=offer["region"],
            option=word(language, "condition", offer["purchase_option"]),
            total=_usd(offer["total_usd"], language),
            percent=formats.number(offer["saving_percent"], language, 1),
            gives_up="".join(f"; {part}" for part in _given_up(offer, language)),
        )


def _given_up(offer: Row, language: str) -> Iterator[str]:
    if offer["scope"] != "region" and offer["distance_km"] is not None:
        yield say(language, "bill.away", km=formats.number(offer["distance_km"], language, 0))
    for name in offer["gives_up"]:
        if name not in ("provider", "region"):  # which the line names
            yield say(language, f"gives_up.{name}", **_worded_offer(offer, language))


def _worded_offer(offer: Row, language: str) -> dict[str, str]:
    """What the phrases of what is given up need to know."""
    return {
        "band": band(offer),
        "architecture": word(language, "condition", str(offer["architecture"])),
        "day": formats.day(offer["confirmed_at"], language),
    }


def band(offer: Row) -> str:
    """` (5–10%)`: how many of such machines are taken back within a month, where that is known."""
    least, most = offer["interruption_from"], offer["interruption_to"]
    if least is None:
        return ""
    return f" ({least}–{most}%)" if most is not None else f" (> {least}%)"


def assumptions(figures: Row, language: str) -> Iterator[str]:
    for given in figures["assumptions"]:
        values = {name: _worded(name, value, language) for name, value in given.items() if name != "name"}
        yield say(language, f"assumed.{given['name']}", **values)


def _worded(name: str, value: Any, language: str) -> str:
    if name in ("systems", "tenancies"):
        return formats.joined([word(language, "condition", item) for item in value], language)
    if name == "provider":
        return word(language, "provider", value)
    if isinstance(value, int | Decimal):
        return formats.number(Decimal(value), language, 6)
    return str(value)


def _usd(value: Decimal, language: str) -> str:
    return formats.total(value, "USD", language)
