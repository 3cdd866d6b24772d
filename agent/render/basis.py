"""What an answer rests on: snapshot, dates, the way of buying, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from agent.context import Context
from agent.render.page import Page, Row
from agent.understand.reading import Intent, Reading

_PRICED = (
    Intent.PRICE,
    Intent.CHEAPEST,
    Intent.COMPARE,
    Intent.LIST,
    Intent.ESTIMATE,
    Intent.COMMITMENT,
    Intent.HISTORY,
)
_PROVIDERS_NAMED = 4


def add_basis(page: Page, reading: Reading, context: Context) -> None:
    rows = used_rows(page, context)
    days = _days(page, rows)
    if reading.intent not in _PRICED or not any(row.get("instance_type") for row in rows):
        if days:
            page.add("basis.plain", snapshot=page.snapshot, days=days)
        return
    if not days:
        return
    said = how(page, reading, assumed=False)
    page.add("basis.line", snapshot=page.snapshot, days=days, conditions=f"; {said}" if said else "")
    assumed = how(page, reading, assumed=True)
    if _leaves_out(reading, context, rows):
        assumed = ", ".join(filter(None, (assumed, page.word("condition", "open_regions"))))
    if assumed:
        page.add("basis.assumed", conditions=assumed)


def add_credits(page: Page, context: Context) -> None:
    """Names the sources that ask for it, where a price, a rate, specs or scores said here are theirs."""
    said = {source for row in used_rows(page, context) for source in _sources(row)}
    named = sorted(said | {citation.source for citation in page.citations})
    credits = [_credit(page, context, source) for source in named if source in context.words.credits]
    if credits:
        page.add("basis.credit", credits="; ".join(credits))


def _credit(page: Page, context: Context, source: str) -> str:
    worded = page.word("credit", source)
    return context.words.credits[source] if worded == source else worded


def _sources(row: Row) -> Iterator[str]:
    for name in ("source", "specs_source", "benchmark_source"):
        if isinstance(row.get(name), str):
            yield row[name]
    yield from filter(None, row.get("specs_sources") or ())


def used_rows(page: Page, context: Context) -> list[Row]:
    """The rows shown and the rows cited."""
    cited = {citation.price_id for citation in page.citations}
    found = [row for finding in context.findings for row in finding.rows]
    return [*page.rows, *(row for row in found if str(row.get("price_id")) in cited)] or found


def how(page: Page, reading: Reading, *, assumed: bool | None) -> str:
    """The way of buying in words: all of it, or only what was, or was not, assumed."""
    purchase = reading.purchase
    systems = purchase.systems or (purchase.operating_system,)
    parts = {
        "purchase_option": page.joined(page.word("condition", option) for option in purchase.options),
        "operating_system": page.joined(page.word("condition", system) for system in systems),
        "tenancy": page.word("condition", purchase.tenancy),
        "price_type": page.word("condition", purchase.price_type),
    }
    if reading.intent is Intent.COMMITMENT and "purchase_option" in purchase.assumed:
        del parts["purchase_option"]  # all are shown
    chosen = [text for name, text in parts.items() if assumed in (None, name in purchase.assumed)]
    if not assumed and purchase.term_months:
        chosen.append(page.say("condition.term", n=purchase.term_months))
    if not assumed and purchase.payment:
        chosen.append(page.word("condition", purchase.payment))
    return ", ".join(chosen)


def dates_of(rows: Iterable[Row]) -> dict[str, set[date]]:
    """The dates of each provider's data."""
    dates: dict[str, set[date]] = {}
    for row in rows:
        if isinstance(row.get("as_of"), datetime):
            dates.setdefault(str(row.get("provider") or ""), set()).add(row["as_of"].date())
    return dates


def _leaves_out(reading: Reading, context: Context, rows: Iterable[Row]) -> bool:
    """Are there regions set apart for governments among those the question may have meant?"""
    if reading.intent is Intent.HISTORY:
        return False
    apart = set(context.words.apart)
    if reading.places:
        apart = {
            pair
            for place in reading.places
            for pair in place.regions - context.words.open_to_all(place.regions)
        }
    return bool({provider for provider, _ in apart} & {str(row.get("provider")) for row in rows})


def _days(page: Page, rows: Iterable[Row]) -> str:
    dates = dates_of(rows)
    every = sorted(set().union(*dates.values())) if dates else []
    if not every:
        return ""
    if len(every) == 1 or len(dates) == 1 or len(dates) > _PROVIDERS_NAMED:
        return _span(page, every)
    return page.joined(_of_each(page, dates))


def _of_each(page: Page, dates: Mapping[str, set[date]]) -> Iterable[str]:
    for provider, days in sorted(dates.items()):
        yield f"{_span(page, sorted(days))} ({page.provider(provider)})"


def _span(page: Page, days: list[date]) -> str:
    return page.day(days[0]) if len(days) == 1 else f"{page.day(days[0])} – {page.day(days[-1])}"
