"""Amounts in another currency, always beside the rate, its day and its source."""

from __future__ import annotations

import re
from decimal import Decimal

from agent.context import Context
from agent.render import formats
from agent.render.page import Page, Row
from agent.render.phrases import word
from agent.understand.reading import Reading

_MAIN = ("BRL", "EUR", "GBP")
_DAY_AND_WAY = re.compile(r" (?:of \d{4}-\d\d-\d\d )?\(.*|, https?:.*")


def write_exchange(page: Page, reading: Reading, context: Context) -> None:
    """Currencies are all that is asked about."""
    found = context.found("convert")
    for finding in found:
        _write(page, finding.rows[0])
    _say_shared(page, reading)
    for failure in context.failures:
        page.caveats.append(failure.message)
    page.table(
        [row for finding in found for row in finding.rows],
        ("from_amount", "from_currency", "amount", "currency", "rate", "rate_date", "source"),
    )


def write_no_rate(page: Page, reading: Reading, context: Context) -> None:
    """A currency, or a day, of which no rate is held."""
    money = reading.exchange
    if money is None:
        return
    when = f" {formats.period(reading.period, page.language)}" if reading.period else ""
    pair = {"unit": money.from_currency, "currency": page.joined(money.to_currencies)}
    page.add("price.no_rate", **pair, when=when)
    page.suggestions += [page.say("examples.convert", unit="USD", currency=code) for code in _MAIN]
    page.answered = False


def _say_shared(page: Page, reading: Reading) -> None:
    """`pesos` alone: which were meant, and which could have been."""
    money = reading.exchange
    if money is None:
        return
    for written, code, others in money.named:
        page.caveat("shared_currency", written=written, code=code, others=page.joined(others))
        page.suggestions += [
            page.say(
                "examples.exchange",
                amount=page.number(money.amount),
                unit=other if money.from_currency == code else money.from_currency,
                currency=page.joined(money.to_currencies) if money.from_currency == code else other,
            )
            for other in others
        ]


def add_conversion(page: Page, reading: Reading, context: Context) -> None:
    """The first amount in the currency the question asks in; else the rate its highest price was read at."""
    rates = [finding for finding in context.found("convert") if finding.rows]
    limit_read = rates[:1] if reading.needs.max_price is not None else []
    amounts = [finding.rows[0] for finding in rates if finding not in limit_read]
    wanted = [row for row in amounts if reading.currency == row["currency"]]
    for row in wanted:
        _write(page, row)
    if wanted:
        return
    bought = [finding.figures["amount_usd"] for finding in context.found("tokens_for")]
    if reading.needs.max_price is not None and limit_read and bought:
        said = formats.total(reading.needs.max_price, reading.needs.max_price_currency, page.language)
        usd = formats.total(bought[0], "USD", page.language)
        page.add(
            "price.converted", from_amount=said, amount=usd, unit="USD", **_rate(page, limit_read[0].rows[0])
        )
        return
    limits = [finding.figures.get("max_usd_hour") for finding in context.found("find_offers")]
    needs = reading.needs
    if needs.max_price is None or not rates or not limits or limits[0] is None:
        return
    hour, language = page.word("unit", "hour"), page.language
    limit = formats.rate(needs.max_price, needs.max_price_currency, language)
    page.add(
        "price.budget",
        limit=f"{limit}/{page.word('unit', needs.max_price_per)}",
        usd=f"{formats.rate(limits[0], 'USD', language)}/{hour}",
        **_rate(page, rates[0].rows[0]),
    )


def _write(page: Page, row: Row) -> None:
    page.add(
        "price.rate" if row["from_amount"] == 1 else "price.converted",
        from_amount=formats.rate(row["from_amount"], row["from_currency"], page.language),
        amount=_exact_enough(row["amount"], row["currency"], page.language),
        unit=row["from_currency"],
        **_rate(page, row),
    )


def _rate(page: Page, row: Row) -> dict[str, str]:
    return {
        "rate": formats.rate(row["rate"], row["currency"], page.language),
        "day": formats.day(row["rate_date"], page.language),
        "source": observer(str(row["source"]), page.language),
        "cite": page.cite({**row, "price_id": f"{row['source']}/{row['currency']}"}) if row["title"] else "",
    }


def observer(source: str, language: str) -> str:
    """Who observed a rate: the source's name; of what the reference table says, without day and way."""
    return word(language, "source", _DAY_AND_WAY.sub("", source))


def _exact_enough(amount: Decimal, currency: str, language: str) -> str:
    """Cents are too coarse for the price of one hour."""
    return (formats.rate if amount < 1 else formats.total)(amount, currency, language)
