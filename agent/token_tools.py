"""Tools about language models sold by the token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names

_MILLION = Decimal(1_000_000)


def token_cost(
    context: Context,
    model: str,
    input_tokens: Decimal = Decimal(0),
    output_tokens: Decimal = Decimal(0),
    cached_input_tokens: Decimal = Decimal(0),
    provider: str | None = None,
    places: Names = None,
) -> Finding:
    """What a workload costs on a language model at every seller of it, and its token prices, by region."""
    models = [f"{one.provider}/{one.model}" for one in filters.llm_models(context, model, provider)]
    amounts = {"input": input_tokens, "output": output_tokens, "cached_input": cached_input_tokens}
    result = context.reader.named(
        "token_prices_of",
        models=models,
        providers=None,
        regions=filters.regions(context, places),
        kind=None,
        free=True,
        rows=1000,
    )
    sold: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in result.records():
        sold.setdefault((row["provider"], row["model"]), []).append(row)
    rows = [line for prices in sold.values() for line in _lines(prices, amounts)]
    order = {at: index for index, at in enumerate(models)}
    rows.sort(key=lambda row: order[f"{row['provider']}/{row['model']}"])
    return Finding("token_cost", {}, tuple(rows), {}, result.truncated)


def _lines(prices: list[dict[str, Any]], amounts: Mapping[str, Decimal]) -> Iterable[dict[str, Any]]:
    """One line a kind of token, with its cost, and the total of the workload on each."""
    base = {row["kind"]: row for row in prices if not row["tier_from"]}
    tiers = any(row["tier_from"] for row in prices)
    # A price list without a rate for cached tokens charges them as input.
    rates = {
        kind: base.get(kind) or (base.get("input") if kind == "cached_input" else None) for kind in amounts
    }
    missing = [kind for kind, amount in amounts.items() if amount and rates[kind] is None]
    costs = {
        kind: amounts[kind] / _MILLION * rate["price_usd_million_tokens"]
        for kind, rate in rates.items()
        if rate is not None and amounts[kind]
    }
    total = None if missing or not costs else sum(costs.values(), Decimal(0))
    for kind, row in base.items():
        if kind in ("input", "output", "cached_input"):
            yield {
                **row,
                "tokens": amounts[kind],
                "cost_usd": costs.get(kind),
                "total_usd": total,
                "tiered": tiers,
            }


def list_token_prices(
    context: Context,
    providers: Names = None,
    places: Names = None,
    kind: str = "input",
    free: bool = False,
    rows: int = 20,
) -> Finding:
    """Language models by price per million tokens of a kind (input, output, cached_input), maybe free."""
    result = context.reader.named(
        "token_prices_of",
        models=None,
        providers=filters.provider_names(context, providers),
        regions=filters.regions(context, places),
        kind=kind,
        free=free,
        rows=rows,
    )
    return Finding("list_token_prices", {}, tuple(result.records()), {}, result.truncated)
