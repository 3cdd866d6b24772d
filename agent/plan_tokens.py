"""Questions about language models sold by the token, as tool calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.plan_bills import budget_of
from agent.plan_call import Call
from agent.plan_conditions import places_of
from agent.understand.fold import fold, phrase
from agent.understand.lexicon import lexicon
from agent.understand.makers import maker_of_stem
from agent.understand.models import family_models
from agent.understand.reading import Reading
from agent.understand.sellers import sold_by

_LISTED = 12
_SELLS_AS = {"gcp": "google"}  # who sells machines under one name and models under another
_MODELS = 4
_A_MONTH = {"day": Decimal(30), "week": Decimal(30) / 7, "month": None, "year": None}


def tokens(reading: Reading, context: Context) -> list[Call]:
    if reading.token_terms.fact:
        return []
    where = {name: value for name, value in places_of(reading).items() if name == "places"}
    if reading.unknown_models and not reading.models:
        alone = len(reading.unknown_models) == 1
        family = family_models(reading.unknown_models[0], context.words) if alone else []
        chosen = ({"model": one.model, "provider": one.provider} for one in family[:_MODELS])
        return [Call("token_cost", {**one, **_workload(reading), **where}) for one in chosen]
    if not reading.models:
        asked: dict[str, Any] = {"kind": _kind(reading), "free": reading.free}
        asked |= {"providers": [_SELLS_AS.get(name, name) for name in reading.providers] or None}
        asked |= {"dearest": True} if reading.dearest else {}
        asked |= {"min_context": reading.token_terms.min_window} if reading.token_terms.min_window else {}
        asked |= {"named": reading.token_terms.purpose} if reading.token_terms.purpose else {}
        given = {**asked, **where, "rows": _LISTED}
        dearest = [Call("list_token_prices", {**given, "dearest": True})] if reading.both_ends else []
        return [Call("list_token_prices", given), *dearest]
    amount = budget_of(reading, context) if reading.paid_for == "tokens" else None
    sold = _chosen(reading, context)
    if amount and not reading.workload.total():
        return [Call("tokens_for", {**one, "amount_usd": amount, **where}) for one in sold]
    nowhere = len(sold) == 1 and "provider" not in sold[0] and not_sold_by(reading, context)
    if asks_seller(reading) or nowhere:
        model = reading.models[0][0].model
        asked = {"model": model, "kind": _kind(reading), "free": reading.free, **_workload(reading)}
        return [Call("token_sellers", asked)]
    return [Call("token_cost", {**one, **_workload(reading), **where}) for one in sold]


def not_sold_by(reading: Reading, context: Context) -> list[str]:
    """The sellers named that have none of the models; who makes one need not sell it."""
    return [
        name
        for name in _sellers(reading)
        if name not in _makers(reading)
        and not any(sold_by(name, group, context.words) for group in reading.models)
    ]


def _sellers(reading: Reading) -> list[str]:
    """Those named who sell models; beside another, who makes them is only that."""
    named = [_SELLS_AS.get(name, name) for name in reading.providers]
    if lexicon().has("intents", "compare", fold(reading.question)):
        return named
    return [name for name in named if name not in _makers(reading)] or named


def _makers(reading: Reading) -> set[str | None]:
    return {maker_of_stem(word) for group in reading.models for word in phrase(group[0].model).split()}


def asks_seller(reading: Reading) -> bool:
    """Who sells one model for least."""
    folded = reading.question.lower()
    cheapest = lexicon().has("intents", "cheapest", folded) or reading.dearest
    alone = len(reading.models) == 1 and not reading.providers and not reading.token_terms.service
    return alone and cheapest


def _kind(reading: Reading) -> str:
    return next(iter(reading.token_terms.kinds), "input")


def _chosen(reading: Reading, context: Context) -> list[dict[str, Any]]:
    """Each model as its maker sells it, or as those do who are named."""
    calls: list[dict[str, Any]] = []
    for group in reading.models[:_MODELS]:
        sold = [one for name in _sellers(reading) if (one := sold_by(name, group, context.words))]
        calls += [{"model": one.model, "provider": one.provider} for one in sold] or [
            {"model": group[0].model}
        ]
    return calls


def _workload(reading: Reading) -> dict[str, Any]:
    """The amounts that are said, and the terms they are bought on."""
    load, terms = reading.workload, reading.token_terms
    amounts = {
        "input_tokens": load.input + load.unassigned,
        "output_tokens": load.output,
        "cached_input_tokens": load.cached_input,
        "cache_write_tokens": load.cache_write,
        "cache_write_1h_tokens": load.cache_write_1h,
        "prompt_tokens": load.prompt,
        "per_tokens": terms.per,
        "times_a_month": _A_MONTH.get(load.every or "") if load.total() else None,
    }
    said = {name: str(value) for name, value in amounts.items() if value}
    return {**said, "service": terms.service} if terms.service else said
