"""A reading and its findings become a page: the one door of this folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.context import Context
from agent.render import facts, formats, held
from agent.render.accelerators import write_accelerators
from agent.render.basis import add_basis, add_credits
from agent.render.bill_page import write_bill
from agent.render.caveats import add_caveats
from agent.render.changes import write_changes
from agent.render.commitments import write_commitments
from agent.render.compare import write_comparison
from agent.render.differences import write_discount, write_judgement
from agent.render.exchange import add_conversion, write_exchange, write_no_rate
from agent.render.history import write_history
from agent.render.live import add_live_rows, say_live
from agent.render.missing import explain_missing, write_no_place
from agent.render.models import write_model_fact, write_token_sellers, write_tokens_for, write_windows
from agent.render.offers import write_offers
from agent.render.page import Page
from agent.render.prices import write_budgets, write_estimates, write_prices
from agent.render.recommendation import write_recommendation
from agent.render.sizing import write_alternatives, write_fit
from agent.render.tokens import write_tokens, write_unknown_models
from agent.render.trend import write_trend
from agent.understand.reading import Intent, Reading
from warehouse.errors import SnapshotOutdated

Writer = Callable[[Page, Reading, Context], None]


def write(reading: Reading, context: Context, most_rows: int = 5) -> Page:
    """The rules' own answer."""
    page = Page(reading.language, context.reader.snapshot.id, most_rows, places=context.words)
    reading = _without_ones_own(page, reading, context)
    say_live(page, context)
    _writer(reading, context)(page, reading, context)
    add_live_rows(page, context)
    write_judgement(page, reading, context)
    write_discount(page, context)
    _say_when(page, reading, context)
    if reading.intent is not Intent.CONVERT:
        add_conversion(page, reading, context)
    if context.findings and reading.intent not in (Intent.FRESHNESS, Intent.SQL):
        add_basis(page, _relaxed(reading, context), context)
    if reading.intent is not Intent.FRESHNESS:
        add_credits(page, context)
    if reading.follows and page.answered:
        page.add("basis.follows", question=reading.follows)
    add_caveats(page, reading, context)
    return page


def _say_when(page: Page, reading: Reading, context: Context) -> None:
    """First of all: as of which day offers were sought, or that the answer is of now, unlike the question."""
    period = reading.period
    if context.failures and not any(finding.rows for finding in context.findings):
        return
    if reading.future and reading.intent is Intent.HISTORY:
        page.lines.insert(0, page.say("caveat.future_course"))
        return
    if reading.future and reading.intent in _PRESENT:
        use = reading.intent is Intent.ESTIMATE or reading.workload.total() > 0
        page.lines.insert(
            0, page.say(f"caveat.{'future_use' if use else 'future'}", when=_when(page, reading))
        )
        page.answered = page.answered and use  # a use of some day can be priced now, a price of then cannot
        return
    if period is None or reading.intent not in _PRESENT or period.kind == "this":
        return
    days = [finding.figures["at"] for finding in context.findings if finding.figures.get("at")]
    if days:
        page.lines.insert(0, page.say("offers.at", day=page.day(days[0])))
    else:
        page.lines.insert(0, page.say("caveat.present", period=formats.period(period, page.language)))


def _when(page: Page, reading: Reading) -> str:
    return f" ({formats.period(reading.period, page.language)})" if reading.period else ""


def _write_no_rate(page: Page, reading: Reading, context: Context) -> None:
    page.add("caveat.future_rate", when=_when(page, reading))
    page.answered = False


def _without_ones_own(page: Page, reading: Reading, context: Context) -> Reading:
    """Prices of one's own were looked for first; where there are none, list prices answer."""
    found = [finding for finding in context.findings if finding.tool != "convert"]
    if reading.purchase.price_type != "contracted" or len(found) < 2 or found[0].rows:
        return reading
    context.findings.remove(found[0])
    page.add("missing.no_own")
    return replace(reading, purchase=replace(reading.purchase, price_type="list"))


def _relaxed(reading: Reading, context: Context) -> Reading:
    """The way of buying of the rows that answer, where nothing is sold the way asked for."""
    found = [finding for finding in context.found("find_offers") if finding.rows]
    if not found or "purchase_options" in found[0].arguments or context.found("compare"):
        return reading
    return replace(reading, purchase=replace(reading.purchase, options=("on_demand",)))


def _writer(reading: Reading, context: Context) -> Writer:
    tools = {finding.tool for finding in context.findings}
    first = next((finding.tool for finding in context.findings if finding.tool != "convert"), None)
    if first == "find_offers":
        tools -= {"estimate", "budget"}  # they are of what was found
    if (reading.nowhere or reading.unknown_places) and not context.findings and not reading.places:
        return write_no_place
    if reading.intent is Intent.SQL:
        return facts.write_sql
    if reading.intent is Intent.CONVERT and context.failures and not context.found("convert"):
        return write_no_rate
    if context.failures and not any(finding.rows for finding in context.findings):
        return _write_failure
    if reading.intent is Intent.TOKENS and reading.token_terms.fact:
        return write_model_fact
    if reading.intent is Intent.TOKENS and reading.token_terms.window and "token_cost" in tools:
        return write_windows
    for intent, tool, writer in _WRITERS:
        if reading.intent is intent and (tool is None or tool in tools):
            return writer
    if reading.refused:
        return _write_unknown
    if reading.things:
        return _write_thing_where
    if reading.unknown_machines or reading.machines:
        return explain_missing
    if reading.unknown_models and reading.intent is Intent.TOKENS:
        return write_unknown_models
    return _write_unknown


# Intents that are answered from the offers in force, whenever the question speaks of.
_PRESENT = (Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.PRICE, Intent.ESTIMATE, Intent.TOKENS)
_MACHINE = (
    ("compare", write_comparison),
    ("estimate", write_estimates),
    ("budget", write_budgets),
    ("estimate_basket", write_bill),
    ("price_of", write_prices),
    ("find_offers", write_offers),
)
_WRITERS: tuple[tuple[Intent, str | None, Writer], ...] = (
    *(
        (intent, tool, writer)
        for intent in (Intent.COMPARE, Intent.ESTIMATE, Intent.PRICE, Intent.CHEAPEST, Intent.LIST)
        for tool, writer in _MACHINE
    ),
    (Intent.RECOMMEND, "recommend", write_recommendation),
    (Intent.RECOMMEND, "fit_model", write_fit),
    (Intent.RECOMMEND, "alternatives", write_alternatives),
    (Intent.RECOMMEND, "find_offers", write_offers),
    (Intent.COMMITMENT, "commitment_options", write_commitments),
    (Intent.CONVERT, "convert", write_exchange),
    (Intent.CONVERT, None, _write_no_rate),
    (Intent.TOKENS, "tokens_for", write_tokens_for),
    (Intent.TOKENS, "token_cost", write_tokens),
    (Intent.TOKENS, "token_sellers", write_token_sellers),
    (Intent.TOKENS, "list_token_prices", write_tokens),
    (Intent.HISTORY, "price_on", write_history),
    (Intent.HISTORY, "spot_days", write_history),
    (Intent.HISTORY, "price_history", write_history),
    (Intent.HISTORY, "token_price_history", write_history),
    (Intent.HISTORY, "accelerator_history", write_trend),
    (Intent.CHANGES, "price_changes", write_changes),
    (Intent.SPECS, "machine_specs", facts.write_specs),
    (Intent.SPECS, "accelerator_specs", write_accelerators),
    (Intent.EXPLAIN, "search_knowledge", facts.write_explanation),
    (Intent.COVERAGE, "coverage", held.write_coverage),
    (Intent.COVERAGE, "holdings", held.write_coverage),
    (Intent.FRESHNESS, "freshness", held.write_freshness),
    (Intent.FRESHNESS, "refused_rows", held.write_refused_rows),
    (Intent.HELP, None, facts.write_help),
    (Intent.GREETING, None, facts.write_greeting),
)


def _write_thing_where(page: Page, reading: Reading, context: Context) -> None:
    page.add("missing.thing_where", thing=reading.things[0][0])
    page.answered = False


def _write_unknown(page: Page, reading: Reading, context: Context) -> None:
    facts.write_unknown(page, reading)


def _write_failure(page: Page, reading: Reading, context: Context) -> None:
    failure = context.failures[-1]
    if isinstance(failure, SnapshotOutdated):
        page.add("caveat.outdated", snapshot=page.snapshot)
    else:
        page.lines.append(page.say("caveat.failed", message=failure.message, hint=failure.hint).strip())
    page.answered = False
