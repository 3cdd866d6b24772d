"""Tools about language models sold by the token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.understand.sellers import same_models
from agent.understand.vocabulary import LlmModel

_MILLION = Decimal(1_000_000)
_ZERO = Decimal(0)
_AMOUNTS = ("input", "output", "cached_input", "cache_write", "cache_write_1h")
# A price list without a rate for cached tokens charges them as input.
_LIKE_INPUT = ("cached_input", "cache_write", "cache_write_1h")
Service = Literal["batch", "flex", "priority", "fast"]
Row = Mapping[str, Any]


def token_cost(
    context: Context,
    model: str,
    input_tokens: Decimal = _ZERO,
    output_tokens: Decimal = _ZERO,
    cached_input_tokens: Decimal = _ZERO,
    cache_write_tokens: Decimal = _ZERO,
    cache_write_1h_tokens: Decimal = _ZERO,
    prompt_tokens: Decimal | None = None,
    service: Service | None = None,
    provider: str | None = None,
    places: Names = None,
    per_tokens: Decimal = _MILLION,
    times_a_month: Decimal | None = None,
) -> Finding:
    """What a workload costs on a language model at every seller of it, and its token prices, by region."""
    models = filters.llm_models(context, model, provider)
    counts = (input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens)
    sold, truncated = _sold(context, models, filters.regions(context, places))
    amounts = dict(zip(_AMOUNTS, counts, strict=True))
    rows = [
        line
        for prices in sold
        for line in _lines(prices, amounts, service, prompt_tokens, per_tokens, times_a_month)
    ]
    tiers = [row for row in sold[0] if row["tier_from"] and ":" not in row["kind"]] if sold else []
    return Finding("token_cost", {}, tuple(rows), {"tiers": tiers}, truncated)


def token_sellers(
    context: Context,
    model: str,
    kind: str = "input",
    input_tokens: Decimal = _ZERO,
    output_tokens: Decimal = _ZERO,
    cached_input_tokens: Decimal = _ZERO,
    cache_write_tokens: Decimal = _ZERO,
    cache_write_1h_tokens: Decimal = _ZERO,
    prompt_tokens: Decimal | None = None,
    service: Service | None = None,
    free: bool = False,
    per_tokens: Decimal = _MILLION,
    times_a_month: Decimal | None = None,
) -> Finding:
    """Everyone who sells one language model, by its price of a kind of token or a workload, least first."""
    named = filters.llm_models(context, model)
    every = (*named, *filters.llm_models(context, named[0].name), *same_models(named[0], context.words))
    models = {(one.provider, one.model): one for one in every}
    counts = (input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens)
    sold, truncated = _sold(context, list(models.values()), None)
    amounts = dict(zip(_AMOUNTS, counts, strict=True))
    offers: list[tuple[Decimal, list[dict[str, Any]]]] = []
    for prices in sold:
        lines = list(_lines(prices, amounts, service, prompt_tokens, per_tokens, times_a_month))
        by_kind = {line["kind"].partition(":")[0]: line for line in lines}
        if kind in by_kind and (service is None or by_kind[kind]["service"] == service):
            price = by_kind[kind]["price_usd_million_tokens"]
            total = by_kind[kind]["total_usd"]
            if free or price > 0:
                offers.append((price if total is None else total, lines))
    offers.sort(key=lambda offer: offer[0])
    rows = tuple(line for _, lines in offers for line in lines)
    return Finding("token_sellers", {}, rows, {"sellers": len(offers)}, truncated)


def tokens_for(
    context: Context,
    model: str,
    amount_usd: Decimal,
    provider: str | None = None,
    places: Names = None,
) -> Finding:
    """How many tokens of each kind an amount of USD alone pays for on a language model."""
    models = filters.llm_models(context, model, provider)[:1]
    sold, truncated = _sold(context, models, filters.regions(context, places))
    base = _of_prompt([row for row in sold[0] if _serves(row, None)], _ZERO) if sold else {}
    rows = [
        {**row, "amount_usd": amount_usd, "tokens": amount_usd * _MILLION // row["price_usd_million_tokens"]}
        for row in base.values()
        if row["price_usd_million_tokens"] > 0
    ]
    return Finding("tokens_for", {}, tuple(rows), {"amount_usd": amount_usd}, truncated)


def _sold(
    context: Context, models: list[LlmModel], regions: Names
) -> tuple[list[list[dict[str, Any]]], bool]:
    """The prices of each model at each seller, in the order of `models`."""
    names = [f"{one.provider}/{one.model}" for one in models]
    result = context.named(
        "token_prices_of",
        models=names,
        providers=None,
        regions=regions,
        kind=None,
        named=None,
        min_context=None,
        free=True,
        dearest=False,
        rows=1000,
    )
    sold: dict[str, list[dict[str, Any]]] = {}
    for row in result.records():
        sold.setdefault(f"{row['provider']}/{row['model']}", []).append(row)
    return [sold[name] for name in dict.fromkeys(names) if name in sold], result.truncated


def _lines(
    prices: list[dict[str, Any]],
    amounts: Mapping[str, Decimal],
    service: str | None,
    prompt: Decimal | None,
    per: Decimal,
    times_a_month: Decimal | None,
) -> Iterable[dict[str, Any]]:
    """One line a kind of token, with its cost, and the total of the workload on each."""
    served = f":{service}" if service else ""
    given = service if any(row["kind"].endswith(served) for row in prices) else None
    base = _of_prompt([row for row in prices if _serves(row, given)], prompt or _ZERO)
    tiers = len({row["tier_from"] for row in prices if _serves(row, given)}) > 1
    rates = {kind: base.get(kind) or (base.get("input") if kind in _LIKE_INPUT else None) for kind in amounts}
    missing = [kind for kind, amount in amounts.items() if amount and rates[kind] is None]
    costs = {
        kind: amounts[kind] / _MILLION * rate["price_usd_million_tokens"]
        for kind, rate in rates.items()
        if rate is not None and amounts[kind]
    }
    total = None if missing or not costs else sum(costs.values(), _ZERO)
    for kind, row in base.items():
        yield {
            **row,
            "service": given,
            "tokens": amounts.get(kind, _ZERO),
            "cost_usd": costs.get(kind),
            "total_usd": total,
            "month_usd": total * times_a_month if total is not None and times_a_month else None,
            "price_usd_per_tokens": row["price_usd_million_tokens"] * per / _MILLION,
            "per_tokens": per,
            "tiered": tiers and prompt is None,
        }


def _serves(row: Row, service: str | None) -> bool:
    _, _, served = row["kind"].partition(":")
    return bool(served == (service or ""))


def _of_prompt(rows: list[dict[str, Any]], prompt: Decimal) -> dict[str, dict[str, Any]]:
    """The price of each kind for prompts of a length: a tier holds for what is longer than its start."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["tier_from"]):
        if not row["tier_from"] or prompt > row["tier_from"]:
            found[row["kind"].partition(":")[0]] = row
    return found


def list_token_prices(
    context: Context,
    providers: Names = None,
    places: Names = None,
    kind: str = "input",
    free: bool = False,
    dearest: bool = False,
    named: str | None = None,
    min_context: int | None = None,
    rows: int = 20,
) -> Finding:
    """Language models, or those `named` so or of enough context, by price per million tokens of a kind."""
    result = context.named(
        "token_prices_of",
        models=None,
        providers=filters.provider_names(providers),
        regions=filters.regions(context, places),
        kind=kind,
        named=named,
        min_context=min_context,
        free=free,
        dearest=dearest,
        rows=rows,
    )
    return Finding("list_token_prices", {}, tuple(result.records()), {}, result.truncated)
