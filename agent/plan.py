"""From a reading to tool calls: what is asked for first, and what if that finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from agent import plan_after, plan_bills, plan_facts, plan_tokens
from agent.context import Context
from agent.plan_call import Call
from agent.plan_conditions import conditions, places_of, purchase_of
from agent.plan_past import changes, changes_before, history
from agent.understand.fold import fold
from agent.understand.intent import sql_of
from agent.understand.lexicon import lexicon
from agent.understand.reading import Intent, Reading

_LISTED = 12
_MOST_LISTED = 50
_MODELS = 4
# Intents whose answer depends on where.
_SOMEWHERE = (
    Intent.PRICE, Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.ESTIMATE, Intent.RECOMMEND,
    Intent.COMMITMENT, Intent.HISTORY, Intent.COVERAGE,
)  # fmt: skip


def next_calls(reading: Reading, context: Context) -> list[Call]:
    """The calls of the next round; none when there is enough to answer."""
    if (reading.nowhere or reading.unknown_places) and not reading.places and reading.intent in _SOMEWHERE:
        return []
    done = [finding.tool for finding in context.findings]
    rate = _rate_needed(reading) and "convert" not in done and not context.failures
    if rate:
        return [Call("convert", {"amount": "1", "currency": reading.needs.max_price_currency})]
    asked = [tool for tool in done if tool != "convert" or reading.intent is Intent.CONVERT]
    if not asked and not context.failures:
        return _FIRST[reading.intent](reading, context)
    if context.failures:
        return []
    if "price_changes" in asked:
        return changes_before(context)
    return plan_after.calls_after(reading, context, set(asked))


def _rate_needed(reading: Reading) -> bool:
    return reading.needs.max_price is not None and reading.needs.max_price_currency != "USD"


def _price(reading: Reading, context: Context) -> list[Call]:
    names = reading.machine_names()
    if not names:
        return []
    by = _sides_of(reading)
    if by:
        each = {"rank": reading.rank} if _per_unit(reading) else {}
        return [Call("compare", {"by": by, "machines": list(names), **_sides_and_how(reading, by), **each})]
    each = {"rank": reading.rank} if _per_unit(reading) else {}
    how = {**_where_and_how(reading), **purchase_of(reading, full=True)}
    return [Call("price_of", {"machine": names[0], **how, **each})]


def _per_unit(reading: Reading) -> bool:
    """What is paid for each vCPU, GiB or GPU is asked for."""
    return reading.rank is not None and reading.rank.startswith("price")


def _sides_of(reading: Reading) -> str | None:
    """What a question about machines names several of."""
    if way := _ways_of(reading):
        return way
    if len(reading.machine_names()) > 1:
        return "machine"
    return "place" if len(reading.places) > 1 else None


def _ways_of(reading: Reading) -> str | None:
    """What of a way of buying the question names several of."""
    purchase = reading.purchase
    named = {"option": purchase.options, "system": purchase.systems, "class": purchase.offering_classes}
    return next((way for way, several in named.items() if len(several) > 1), None)


def _sides_and_how(reading: Reading, by: str) -> dict[str, Any]:
    given = _where_and_how(reading)
    if by == "system":
        del given["operating_system"]
        given["operating_systems"] = list(reading.purchase.systems)
    how = {"term_months": reading.purchase.term_months, "payment": reading.purchase.payment}
    return {**given, **{name: value for name, value in how.items() if value is not None}}


def _cheapest(reading: Reading, context: Context) -> list[Call]:
    if reading.machine_names():
        return _price(reading, context)
    if _each_gpu(reading):
        wanted = {
            **conditions(reading, context),
            "best_per": "accelerator",
            "per_gpu": True,
            "rows": _MOST_LISTED,
        }
        return [Call("find_offers", wanted)]
    best_per = "region" if reading.by_region and reading.rank is None else "machine"
    given = {**conditions(reading, context), "best_per": best_per, "rows": _rows(reading)}
    dearest = [Call("find_offers", {**given, "dearest": True})] if reading.both_ends else []
    return [Call("find_offers", given), *dearest]


def _rows(reading: Reading) -> int:
    return max(_LISTED, min(reading.how_many or 0, _MOST_LISTED))


def _compare(reading: Reading, context: Context) -> list[Call]:
    names = list(reading.machine_names())
    if names and _sides_of(reading):
        return _price(reading, context)
    by = _compared(reading)
    sides = by in ("option", "system", "class", "place") or len(reading.providers) > 1
    if len(reading.accelerators) > 1 and not names and not sides:
        given = conditions(reading, context)
        return [Call("find_offers", {**given, **_per_gpu(given), "best_per": "accelerator", "rows": _LISTED})]
    if len(reading.families) > 1 and not names and len(reading.family_names()) > 1:
        return [Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": _LISTED})]
    if by is None:
        return _cheapest(reading, context)
    needs = {} if names else _comparable(conditions(reading, context))
    where = _sides_and_how(reading, by)
    return [Call("compare", {"by": by, **needs, **({"machines": names} if names else {}), **where})]


def _compared(reading: Reading) -> str | None:
    if way := _ways_of(reading):
        return way
    if len(reading.places) > 1:
        return "place"
    return "provider" if len(reading.providers) != 1 else None


_COMPARABLE = (
    "accelerators",
    "families",
    "providers",
    "not_providers",
    "not_places",
    "min_vcpus",
    "min_memory_gib",
    "min_gpus",
    "max_gpus",
    "min_gpu_memory_gib",
    "gpus_only",
    "per_gpu",
)


def _comparable(given: dict[str, Any]) -> dict[str, Any]:
    given = {**given, **_per_gpu(given)}
    return {name: value for name, value in given.items() if name in _COMPARABLE}


def _per_gpu(given: dict[str, Any]) -> dict[str, Any]:
    """Machines of one GPU and of eight meet where the question names the GPU and not how many."""
    counted = given.get("min_gpus", 1) > 1 or "max_gpus" in given
    return {"per_gpu": True} if given.get("accelerators") and not counted else {}


def _where_and_how(reading: Reading) -> dict[str, Any]:
    return {**places_of(reading), **purchase_of(reading)}


def _each_gpu(reading: Reading) -> bool:
    """The price of every kind of GPU is asked for, of none by name."""
    named = reading.accelerators or reading.rank
    return bool(
        not named and reading.wants_gpu and lexicon().has("ranking", "each_gpu", fold(reading.question))
    )


def _list(reading: Reading, context: Context) -> list[Call]:
    if _each_gpu(reading):
        return _cheapest(reading, context)
    return [
        Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": _rows(reading)})
    ]


def _specs(reading: Reading, context: Context) -> list[Call]:
    names = list(reading.machine_names())
    if names:
        return [Call("machine_specs", {"machines": names})]
    given = list(reading.accelerators)
    return [Call("accelerator_specs", {"accelerators": given})] if given else []


def _sql(reading: Reading, context: Context) -> list[Call]:
    return [Call("query_sql", {"sql": sql_of(reading.question) or reading.question})]


def _convert(reading: Reading, context: Context) -> list[Call]:
    """At the rates of the last day of the time asked for; there are none of days to come."""
    money, period = reading.exchange, reading.period
    if money is None or reading.future:
        return []
    day = None if period is None else min(period.last, datetime.now(UTC).date()).isoformat()
    amount = {"amount": str(money.amount), "from_currency": money.from_currency, "day": day}
    kept = {name: value for name, value in amount.items() if value is not None}
    return [Call("convert", {**kept, "currency": code}) for code in money.to_currencies[:_MODELS]]


def _none(reading: Reading, context: Context) -> list[Call]:
    return []


_FIRST: dict[Intent, Callable[[Reading, Context], list[Call]]] = {
    Intent.PRICE: _price,
    Intent.CHEAPEST: _cheapest,
    Intent.COMPARE: _compare,
    Intent.LIST: _list,
    Intent.ESTIMATE: plan_bills.estimate,
    Intent.RECOMMEND: plan_bills.recommend,
    Intent.COMMITMENT: plan_bills.commitment,
    Intent.TOKENS: plan_tokens.tokens,
    Intent.CONVERT: _convert,
    Intent.HISTORY: history,
    Intent.CHANGES: changes,
    Intent.SPECS: _specs,
    Intent.EXPLAIN: plan_facts.explain,
    Intent.FRESHNESS: plan_facts.freshness,
    Intent.COVERAGE: plan_facts.coverage,
    Intent.SQL: _sql,
    Intent.HELP: _none,
    Intent.GREETING: _none,
    Intent.UNKNOWN: _none,
}
