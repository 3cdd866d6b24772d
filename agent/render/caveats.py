"""What the reader of an answer should know before trusting it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from agent.context import Context, Degraded
from agent.render.basis import dates_of, used_rows
from agent.render.live import add_live_caveats
from agent.render.page import Page, Row
from agent.understand.reading import Intent, Reading

_PRICED = (
    Intent.PRICE, Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.ESTIMATE, Intent.COMMITMENT,
    Intent.RECOMMEND
)  # fmt: skip
_FILES_NAMED = 2


def add_caveats(page: Page, reading: Reading, context: Context) -> None:
    if not context.reader.in_force:
        made = context.reader.snapshot
        when = {"day": page.day(made.created_at), "time": f"{made.created_at:%H:%M}"}
        page.caveat("not_in_force", snapshot=made.id, **when)
    for written, meant in reading.corrected:
        page.caveat("corrected", written=written, meant=meant)
    for written, model, count in reading.loosely_named:
        page.caveat("loosely_named", written=written, model=model, count=count)
    _add_reading(page, reading, context)
    add_live_caveats(page, reading, context)
    _add_stale(page, reading, context)
    if "knowledge" in context.off and context.found("search_knowledge"):
        page.caveat("off_knowledge", how=page.say("degraded.words"))
    if context.degraded:
        _add_degraded(page, context.degraded)
    if reading.elsewhere and reading.intent in _PRICED:
        page.caveat("elsewhere", service=reading.elsewhere)
    _add_terms(page)


def _add_degraded(page: Page, degraded: Degraded) -> None:
    """What was searched with, and why with no more than that."""
    files = [page.say(f"degraded.{what}", file=name) for name, what in degraded.damaged.items()]
    if len(files) > _FILES_NAMED:
        files[_FILES_NAMED:] = [page.say("degraded.more", count=len(files) - _FILES_NAMED)]
    why = page.joined(files) or degraded.message.rstrip(".")
    page.caveat("degraded", why=why, how=page.say(f"degraded.{degraded.how}"))


def _add_terms(page: Page) -> None:
    """What the ways of buying of the rows shown mean."""
    if any(row.get("purchase_option") == "spot" for row in page.rows):
        page.caveat("spot")
    if any(row.get("upfront") for row in page.rows):
        page.caveat("amortised")
    markets = {page.provider(row["provider"]) for row in page.rows if row.get("lowest_of")}
    if markets:
        page.caveat("market", providers=page.joined(sorted(markets)))


def _add_reading(page: Page, reading: Reading, context: Context) -> None:
    if context.findings and reading.intent is not Intent.EXPLAIN:
        for name in reading.unknown_places:
            page.caveat("unknown_place", place=name)
    if reading.intent not in _PRICED:
        return
    if len(reading.accelerators) > 1 and reading.intent is not Intent.COMPARE:
        stem = reading.accelerators[0].split("-")[0]
        if all(name.split("-")[0] == stem for name in reading.accelerators):
            page.caveat("ambiguous_accelerator", name=stem, variants=page.joined(reading.accelerators))
    if reading.not_sellers:
        sellers = page.joined(page.provider(m.provider) for m in reading.machines[:1])
        asked = page.joined(page.provider(name) for name in reading.not_sellers)
        page.caveat("not_sold", machine=reading.machines[0].name, sellers=sellers, asked=asked)
    if reading.needs.loose and page.rows:
        page.caveat("at_least")
    if reading.needs.shape and page.rows:
        page.caveat(f"shape_{reading.needs.shape}")
    for place in reading.places:
        if not any(provider in context.words.providers for provider, _ in place.regions):
            page.caveat("place_unsold", place=place.label(page.language))
    unknown = [name for name in reading.providers if name not in context.words.providers]
    if unknown:
        page.caveat("no_provider", providers=page.joined(page.provider(name) for name in unknown))


def _is_over(reading: Reading) -> bool:
    """Whether the time asked for is past: what came after it says nothing about it."""
    return reading.period is not None and reading.period.end <= datetime.now(UTC).date()


def _add_stale(page: Page, reading: Reading, context: Context) -> None:
    """Each provider's oldest data used; an answer about freshness says it itself."""
    past = context.found("price_on") or context.found("price_changes") or _is_over(reading)
    if context.found("freshness") or past or not page.citations:
        return
    used = (row for row in used_rows(page, context) if row.get("valid_to") is None)
    rows = [row for row in used if row.get("source") in context.words.sources]
    today = datetime.now(UTC).date()
    for provider in sorted(dates_of(rows)):
        own = [row for row in rows if row.get("provider") == provider and row.get("as_of")]
        old = [row for row in own if (today - _held(row)).days > context.words.sources[row["source"]]]
        if old:
            day = min(map(_held, old))
            values = {"age": page.number((today - day).days, 0), "day": page.day(day)}
            name = "stale" if len(old) == len(own) else "stale_some"
            page.caveat(name, provider=page.provider(provider), **values)


def _held(row: Row) -> date:
    """Up to when the row is known to hold."""
    moment: datetime = row.get("confirmed_at") or row["as_of"]
    return moment.date()
