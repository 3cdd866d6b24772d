"""By how much what a question compares differs: in money, in percent, in times."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from agent.context import Context
from agent.plan_differences import of_models
from agent.render import formats
from agent.render.page import Page, Row
from agent.understand.reading import Reading

_OFTEN = Decimal(2)  # from here on a price is so many times another


def times_of(page: Page, times: Decimal | None) -> str:
    """`, 3.8 times as much`, from twice as much on."""
    return page.say("difference.times", times=page.number(times, 1)) if times and times >= _OFTEN else ""


def write_difference(page: Page, context: Context, names: dict[str, str] | None = None) -> None:
    """Of what some machines come to; with `names` of the sides the amounts are said too."""
    for finding in context.found("differences"):
        _write(page, finding.rows, names)


def _write(page: Page, rows: Sequence[Row], names: dict[str, str] | None) -> None:
    least, most = rows[0], rows[-1]
    if not most["more_usd"]:
        return
    values = _values(page, least, most)
    if names is None:
        page.add("difference.saved", **values)
        return
    values |= {"least": names[least["name"]], "most": names[most["name"]]}
    page.add("difference.sides", **values)


def write_discount(page: Page, context: Context) -> None:
    """What is left of the first price after the discount that the question names."""
    for finding in context.found("discounted"):
        amounts = {row["name"]: row["less_usd"] for row in finding.rows}
        percent = page.number(finding.figures["percent_off"], 2)
        said = [
            page.say(
                f"difference.less_{name}",
                amount=page.usd(usd) if name == "hour" else formats.total(usd, "USD", page.language),
            )
            for name, usd in amounts.items()
        ]
        page.lines.insert(0, page.say("difference.less", percent=percent, amounts=page.joined(said)))


def write_judgement(page: Page, reading: Reading, context: Context) -> None:
    """How a price that one pays stands to the lowest here."""
    for finding in context.found("differences") if reading.paid is not None else ():
        paid, listed = sorted(finding.rows, key=lambda row: str(row["name"]), reverse=True)
        above = paid["amount_usd"] > listed["amount_usd"]
        name = "above" if above else "below" if listed["amount_usd"] > paid["amount_usd"] else "same"
        told = page.say(
            f"difference.{name}",
            paid=page.usd(paid["amount_usd"]),
            listed=page.usd(listed["amount_usd"]),
            percent=page.number(paid["dearer_percent"] if above else listed["saving_percent"], 1),
        )
        page.lines.insert(0, told)


def write_model_differences(page: Page, reading: Reading, context: Context) -> None:
    compared = of_models(reading, context)
    for (kind, _), finding in zip(compared, context.found("differences"), strict=False):
        least, most = finding.rows[0], finding.rows[-1]
        if not most["more_usd"]:
            continue
        values = _values(page, least, most)
        if kind is None:
            page.add("difference.saved", **values)
        else:
            page.add("difference.tokens", kind=page.word("kind", kind), **values)


def _values(page: Page, least: Row, most: Row) -> dict[str, str]:
    def total(amount: Decimal) -> str:
        return formats.total(amount, "USD", page.language)

    return {
        "least": str(least["name"]),
        "most": str(most["name"]),
        "least_amount": total(least["amount_usd"]),
        "most_amount": total(most["amount_usd"]),
        "more": total(most["more_usd"]),
        "percent": page.number(most["dearer_percent"], 1),
        "saving": page.number(most["saving_percent"], 1),
        "times": times_of(page, most["times"]),
    }
