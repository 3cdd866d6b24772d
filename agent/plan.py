"""From a reading to tool calls: what is asked for first, and what if that finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.evidence import Finding
from agent.plan_conditions import conditions, places_of, purchase_of
from agent.understand.intent import sql_of
from agent.understand.reading import Intent, Reading

_LISTED = 12
_MODELS = 4


@dataclass(frozen=True)
class Call:
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


def next_calls(reading: Reading, context: Context) -> list[Call]:
    """The calls of the next round; none when there is enough to answer."""
    done = [finding.tool for finding in context.findings]
    rate = _rate_needed(reading) and "convert" not in done and not context.failures
    if rate:
        return [Call("convert", {"amount": "1", "currency": reading.needs.max_price_currency})]
    asked = [tool for tool in done if tool != "convert"]
    if not asked and not context.failures:
        return _FIRST[reading.intent](reading, context)
    if context.failures:
        return []
    return _after(reading, context, set(asked))


def _rate_needed(reading: Reading) -> bool:
    return reading.needs.max_price is not None and reading.needs.max_price_currency != "USD"


def _price(reading: Reading, context: Context) -> list[Call]:
    names = reading.machine_names()
    if len(reading.purchase.options) > 1 and names:
        return [Call("compare", {"by": "option", "machines": list(names), **_where_and_how(reading)})]
    if len(names) > 1:
        return [Call("compare", {"by": "machine", "machines": list(names), **_where_and_how(reading)})]
    if not names:
        return []
    return [
        Call("price_of", {"machine": names[0], **_where_and_how(reading), **purchase_of(reading, full=True)})
    ]


def _estimate(reading: Reading, context: Context) -> list[Call]:
    how_much = {"machines": reading.usage.machines, "hours": str(reading.usage.hours or 730)}
    how = {**_where_and_how(reading), **purchase_of(reading, full=True)}
    return [
        Call("estimate", {"machine": name, **how_much, **how}) for name in reading.machine_names()[:_MODELS]
    ]


def _cheapest(reading: Reading, context: Context) -> list[Call]:
    if reading.machine_names():
        return _price(reading, context)
    return [Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": _LISTED})]


def _compare(reading: Reading, context: Context) -> list[Call]:
    names = list(reading.machine_names())
    where = _where_and_how(reading)
    if len(names) > 1:
        return [Call("compare", {"by": "machine", "machines": names, **where})]
    if len(reading.accelerators) > 1 and not names and len(reading.places) < 2 and len(reading.providers) < 2:
        return [
            Call("find_offers", {**conditions(reading, context), "best_per": "accelerator", "rows": _LISTED})
        ]
    if len(reading.families) > 1 and not names and len(reading.family_names()) > 1:
        return [Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": _LISTED})]
    by = _compared(reading)
    if by is None:
        return _cheapest(reading, context)
    needs = {} if names else _comparable(conditions(reading, context))
    return [Call("compare", {"by": by, **needs, **({"machines": names} if names else {}), **where})]


def _compared(reading: Reading) -> str | None:
    if len(reading.purchase.options) > 1:
        return "option"
    if len(reading.places) > 1:
        return "place"
    if len(reading.providers) != 1:
        return "provider"
    return None


_COMPARABLE = (
    "accelerators",
    "families",
    "providers",
    "not_providers",
    "not_places",
    "min_vcpus",
    "min_memory_gib",
) + (
    "min_gpus",
    "max_gpus",
    "min_gpu_memory_gib",
)


def _comparable(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _COMPARABLE}


def _where_and_how(reading: Reading) -> dict[str, Any]:
    return {**places_of(reading), **purchase_of(reading)}


def _list(reading: Reading, context: Context) -> list[Call]:
    return [Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": _LISTED})]


def _tokens(reading: Reading, context: Context) -> list[Call]:
    if not reading.models:
        kind = "output" if reading.workload.output else "input"
        return [
            Call(
                "list_token_prices",
                {"kind": kind, "providers": list(reading.providers) or None, "rows": _LISTED},
            )
        ]
    load = reading.workload
    amounts = {
        "input_tokens": str(load.input + load.unassigned),
        "output_tokens": str(load.output),
        "cached_input_tokens": str(load.cached_input),
    }
    calls: list[Call] = []
    for group in reading.models[:_MODELS]:
        seller = next((m.provider for m in group if m.provider in reading.providers), None)
        chosen = {"provider": seller} if seller else {}
        calls.append(Call("token_cost", {"model": group[0].model, **amounts, **chosen}))
    return calls


def _history(reading: Reading, context: Context) -> list[Call]:
    if reading.models and not reading.machine_names():
        return [Call("token_price_history", {"model": group[0].model}) for group in reading.models[:1]]
    how = {
        "operating_system": reading.purchase.operating_system,
        "tenancy": reading.purchase.tenancy,
        "purchase_option": reading.purchase.options[0],
    }
    names = list(reading.machine_names())
    where = {name: value for name, value in places_of(reading).items() if name == "places"}
    return [Call("price_history", {"machines": names, **where, **how})] if names else []


def _specs(reading: Reading, context: Context) -> list[Call]:
    names = list(reading.machine_names())
    return [Call("machine_specs", {"machines": names})] if names else []


def _explain(reading: Reading, context: Context) -> list[Call]:
    return [
        Call("search_knowledge", {"text": reading.question, "language": reading.language, "kinds": ["guide"]})
    ]


def _freshness(reading: Reading, context: Context) -> list[Call]:
    return [Call("freshness")]


def _sql(reading: Reading, context: Context) -> list[Call]:
    return [Call("query_sql", {"sql": sql_of(reading.question) or reading.question})]


def _none(reading: Reading, context: Context) -> list[Call]:
    return []


_FIRST: dict[Intent, Callable[[Reading, Context], list[Call]]] = {
    Intent.PRICE: _price,
    Intent.CHEAPEST: _cheapest,
    Intent.COMPARE: _compare,
    Intent.LIST: _list,
    Intent.ESTIMATE: _estimate,
    Intent.TOKENS: _tokens,
    Intent.HISTORY: _history,
    Intent.SPECS: _specs,
    Intent.EXPLAIN: _explain,
    Intent.FRESHNESS: _freshness,
    Intent.SQL: _sql,
    Intent.HELP: _none,
    Intent.GREETING: _none,
    Intent.UNKNOWN: _none,
}


def _after(reading: Reading, context: Context, done: set[str]) -> list[Call]:
    primary = context.findings[-1] if len(context.findings) == 1 else _primary(context)
    if primary.tool in ("price_of", "estimate", "compare") and "refused_prices" not in done:
        missing = _without_price(reading, context)
        if missing:
            return _instead(reading, context, missing)
    if primary.tool == "find_offers" and not primary.rows and len(context.found("find_offers")) == 1:
        return _relaxed(reading, context)
    if (
        primary.tool == "search_knowledge"
        and not primary.rows
        and len(context.found("search_knowledge")) == 1
    ):
        return [Call("search_knowledge", {"text": reading.question, "language": reading.language})]
    if reading.currency and not context.found("convert"):
        return _converted(reading, primary)
    return []


def _primary(context: Context) -> Finding:
    return next(finding for finding in context.findings if finding.tool != "convert")


def _without_price(reading: Reading, context: Context) -> list[str]:
    """Machines asked for that no primary finding has a price of."""
    priced = {row["instance_type"] for f in context.findings if f.tool != "refused_prices" for row in f.rows}
    return [name for name in reading.machine_names() if name not in priced]


def _instead(reading: Reading, context: Context, missing: list[str]) -> list[Call]:
    """Was it refused? Is only the dedicated price known? What does it cost nearby?"""
    places = {k: v for k, v in places_of(reading).items() if k == "places"}
    system, option = reading.purchase.operating_system, reading.purchase.options[0]
    calls = [
        Call(
            "refused_prices",
            {"machines": missing, **places, "operating_system": system, "purchase_option": option},
        )
    ]
    how = {"operating_system": system, "purchase_options": [option]}
    for name in missing[:2]:
        if reading.purchase.tenancy == "shared":
            calls.append(Call("find_offers", {"machines": [name], **places, **how, "tenancy": "dedicated"}))
        region = _home(reading, name)
        if region:
            near = {"machine": name, "provider": region[0], "region": region[1]}
            calls.append(
                Call("nearest_prices", {**near, "operating_system": system, "purchase_option": option})
            )
        elif places:
            calls.append(Call("price_of", {"machine": name, **how}))
        if option != "on_demand":
            calls.append(Call("price_of", {"machine": name, **places, "operating_system": system}))
    return calls


def _home(reading: Reading, name: str) -> tuple[str, str] | None:
    """The region asked about, of a provider that has the machine."""
    providers = {machine.provider for machine in reading.machines if machine.name == name}
    pairs = sorted(pair for place in reading.places for pair in place.regions if pair[0] in providers)
    return pairs[0] if pairs else None


def _relaxed(reading: Reading, context: Context) -> list[Call]:
    """The same without the place, else without the highest price."""
    given = {**conditions(reading, context), "best_per": "machine", "rows": 3}
    if reading.places or reading.providers:
        return [Call("find_offers", {k: v for k, v in given.items() if k not in ("places", "providers")})]
    if "max_usd_hour" in given:
        return [Call("find_offers", {k: v for k, v in given.items() if k != "max_usd_hour"})]
    return []


def _converted(reading: Reading, primary: Finding) -> list[Call]:
    amounts = ("total_usd", "price_usd_hour", "price_usd_million_tokens")
    amount: Decimal | None = next(
        (primary.rows[0][name] for name in amounts if primary.rows and primary.rows[0].get(name) is not None),
        None,
    )
    if amount is None:
        return []
    return [Call("convert", {"amount": str(amount), "currency": reading.currency})]
