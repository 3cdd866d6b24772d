"""Under what terms an offer is sold, and the components its price is the sum of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.render import formats
from agent.render.page import Page, Row

_CITED = 4  # of the regions that share a price
_EXACT = 10  # from here on a market's number of offers is kept rounded
_UNIT_ENDS = " Per Hour"


def cite(page: Page, *rows: Row) -> str:
    """The numbers of the rows' citations and the terms they share: ` [1] (12 months, no upfront)`."""
    every = [list(_terms(page, row)) for row in rows]
    shared = [term for term in every[0] if all(term in terms for terms in every)] if every else []
    return page.cite(*rows[:_CITED]) + (f" ({', '.join(shared)})" if shared else "")


def way(page: Page, row: Row) -> str:
    """The terms of one offer, without parentheses."""
    return ", ".join(_terms(page, row))


def _terms(page: Page, row: Row) -> Iterator[str]:
    if row.get("zone"):
        yield page.say("terms.zone", zone=row["zone"])
    if row.get("term_months"):
        yield page.say("condition.term", n=row["term_months"])
    if row.get("payment"):
        yield _payment(page, row)
    if row.get("offering_class"):
        yield page.word("class", str(row["offering_class"]))
    if row.get("lowest_of"):
        yield _lowest(page, int(row["lowest_of"]))
    if row.get("interruption_from") is not None:
        yield _interrupted(page, row)


def _payment(page: Page, row: Row) -> str:
    payment = page.word("condition", str(row["payment"]))
    if not row.get("upfront"):
        return payment
    amount = formats.total(row["upfront"], row["currency"], page.language)
    return page.say("terms.upfront", payment=payment, amount=amount)


def _lowest(page: Page, offers: int) -> str:
    if offers == 1:
        return page.say("terms.only_offer")
    name = "terms.lowest" if offers < _EXACT else "terms.lowest_about"
    return page.say(name, n=page.number(offers, 0))


def _interrupted(page: Page, row: Row) -> str:
    least, most = row["interruption_from"], row.get("interruption_to")
    if most is None:
        return page.say("terms.interrupted_more", least=least)
    return page.say("terms.interrupted_less" if not least else "terms.interrupted", least=least, most=most)


def write_components(page: Page, row: Row) -> None:
    """One line with the SKU, rate, quantity and unit of each part, where the price is a sum."""
    parts = [_component(page, row, part) for part in row.get("components") or ()]
    if parts:
        page.add("terms.components", parts="; ".join(parts))


def _component(page: Page, row: Row, part: Row) -> str:
    unit = str(part["unit"])  # gib_hour, or as Oracle writes it: OCPU Per Hour
    thing = unit.removesuffix(_UNIT_ENDS)
    name = str(part.get("description") or "")
    return page.say(
        "terms.component",
        quantity=page.number(part["quantity"], 6),
        rate=formats.rate(part["rate"], row["currency"], page.language),
        unit=page.word("unit", unit) if thing == unit else f"{thing}-{page.word('unit', 'hour')}",
        sku=f"{name}, {part['sku']}" if name else part["sku"],
    )


def each_gpu(page: Page, row: Row) -> str:
    """The price of one GPU, where the machine has several."""
    if not row.get("price_usd_gpu_hour") or row["accelerator_count"] == 1:
        return ""
    return page.say("terms.each_gpu", rate=page.usd(row["price_usd_gpu_hour"]))


def ways(rows: Sequence[Row]) -> list[Row]:
    """One row for each way of buying among the offers of one machine, in their order."""
    names = ("zone", "term_months", "payment", "offering_class")
    first: dict[tuple[object, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row.get(name) for name in names), row)
    return list(first.values())
