"""What the reader of an answer should know before trusting it."""

from __future__ import annotations

from agent.context import Context
from agent.render.page import Page
from agent.understand.reading import Intent, Reading

_PRICED = (Intent.PRICE, Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.ESTIMATE)


def add_caveats(page: Page, reading: Reading, context: Context) -> None:
    for written, meant in reading.corrected:
        page.caveat("corrected", written=written, meant=meant)
    _add_reading(page, reading, context)
    _add_stale(page, context)
    if context.degraded:
        page.caveat("degraded", message=context.degraded.rstrip("."))
    if reading.elsewhere and reading.intent in _PRICED:
        page.caveat("elsewhere", service=reading.elsewhere)
    if any(row.get("purchase_option") == "spot" for row in page.rows):
        page.caveat("spot")


def _add_reading(page: Page, reading: Reading, context: Context) -> None:
    if reading.intent not in _PRICED:
        return
    if len(reading.accelerators) > 1 and reading.intent is not Intent.COMPARE:
        stem = reading.accelerators[0].split("-")[0]
        if all(name.split("-")[0] == stem for name in reading.accelerators):
            page.caveat("ambiguous_accelerator", name=stem, variants=page.joined(reading.accelerators))
    for name in reading.unknown_places:
        page.caveat("unknown_place", place=name)
    if reading.needs.loose and page.rows:
        page.caveat("at_least")
    for place in reading.places:
        if not any(provider in context.words.providers for provider, _ in place.regions):
            page.caveat("place_unsold", place=place.label(page.language))
    unknown = [name for name in reading.providers if name not in context.words.providers]
    if unknown:
        page.caveat("no_provider", providers=page.joined(page.provider(name) for name in unknown))


def _add_stale(page: Page, context: Context) -> None:
    """Only for sources whose rows are cited; an answer about freshness says it itself."""
    if context.found("freshness"):
        return
    for name in dict.fromkeys(citation.source for citation in page.citations):
        source = context.words.sources.get(name)
        if source and source.age_days() > source.max_age_days:
            page.caveat("stale", source=source.title, age=page.number(source.age_days(), 0))
