"""Tools about the snapshot itself: what it holds, how old that is, where it is from, what was refused."""

from __future__ import annotations

from typing import Any

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names


def freshness(context: Context, providers: Names = None) -> Finding:
    """How old the data of every source is, whether it is stale, where it is from and under what licence."""
    wanted = filters.provider_names(providers)
    return Finding("freshness", {}, tuple(context.named("freshness_now", providers=wanted).records()))


def coverage(
    context: Context,
    providers: Names = None,
    places: Names = None,
    accelerators: Names = None,
    families: Names = None,
) -> Finding:
    """Providers, regions, machines, accelerators and ways to buy that the snapshot has machine prices of."""
    conditions = {
        "providers": filters.provider_names(providers),
        "regions": filters.regions(context, places, sold=True),
        "accelerators": filters.accelerator_names(context, accelerators),
        "families": families or None,
    }
    narrowed = any(conditions[name] is not None for name in ("regions", "accelerators", "families"))
    rows = context.named("coverage_of", **conditions, narrowed=narrowed).records()
    names = {name for row in rows for name in row["accelerators"] or ()}
    totals: dict[str, Any] = {
        name: sum(row[name] for row in rows) for name in ("regions", "machines", "prices")
    }
    countries = {country["en"] for row in rows for country in row["countries"] or ()}
    figures = {**totals, "providers": len(rows), "accelerators": len(names), "countries": len(countries)}
    return Finding("coverage", {}, tuple(rows), figures)


def holdings(context: Context, providers: Names = None) -> Finding:
    """How many prices, services and language models the snapshot holds, by provider and category."""
    rows = context.named("holdings", providers=filters.provider_names(providers)).records()
    sellers = [row for row in rows if row["models"]]
    figures = {
        "prices": sum(row["prices"] for row in rows),
        "providers": len({row["provider"] for row in rows}),
        "sellers": len(sellers),
        "models": sum(row["models"] for row in sellers),
        **{
            f"prices_{name}": sum(r["prices"] for r in rows if r["category"] == name)
            for name in _categories(rows)
        },
    }
    return Finding("holdings", {}, tuple(rows), figures)


def refused_rows(context: Context, providers: Names = None) -> Finding:
    """How many rows the quality gate refused, by source, provider and reason."""
    wanted = filters.provider_names(providers)
    rows = context.named("refused_rows", providers=wanted).records()
    return Finding("refused_rows", {}, tuple(rows), {"rows": sum(row["rows"] for row in rows)})


def _categories(rows: list[dict[str, Any]]) -> list[str]:
    return sorted({row["category"] for row in rows})
