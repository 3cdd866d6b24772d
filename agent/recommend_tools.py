"""What to rent for given needs and a time of use: the best offers by what the whole use costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.fact_tools import convert
from agent.filters import Names
from agent.offers import components
from agent.terms import HOURS_A_MONTH, Tenancy
from agent.tools import percent
from warehouse.errors import InvalidInput, UnknownName

RankBy = Literal["price", "vcpu", "gpu", "gpu-memory", "tflops", "benchmark"]
MEASURES: dict[str, str] = {
    "price": "effective_usd_hour",
    "vcpu": "usd_vcpu_hour",
    "gpu": "usd_gpu_hour",
    "gpu-memory": "usd_gpu_gib_hour",
    "tflops": "usd_tflops_hour",
    "benchmark": "usd_point_hour",
}
_STEADY = ["on_demand", "reserved", "savings_plan", "commitment"]
_OF_A_PROVIDER = 3


def recommend(
    context: Context,
    min_vcpus: float | None = None,
    min_memory_gib: float | None = None,
    accelerators: Names = None,
    min_gpus: float | None = None,
    min_gpu_memory_gib: float | None = None,
    gpus_only: bool = False,
    architecture: Literal["x86_64", "arm64"] | None = None,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    not_places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    interruptible: bool = False,
    max_interruption: int | None = None,
    burstable: bool = False,
    months: Decimal = Decimal(12),
    hours_per_month: Decimal = Decimal(HOURS_A_MONTH),
    count: int = 1,
    by: RankBy = "price",
    benchmark: str | None = None,
    currency: str | None = None,
    rows: int = 10,
) -> Finding:
    """The best offers for needs over months of use, spot and commitments included, and what each gives up."""
    if months <= 0 or not 0 < hours_per_month <= 744 or count < 1:
        raise InvalidInput(
            "A recommendation needs months, hours of a month and machines.",
            "Give positive numbers, hours up to 744.",
        )
    if by == "benchmark" and benchmark is None:
        raise InvalidInput("No benchmark is named.", "Name one of the table benchmarks.")
    asked: dict[str, Any] = {
        "min_vcpus": min_vcpus,
        "min_memory_gib": min_memory_gib,
        "accelerators": filters.accelerator_names(context, accelerators),
        "min_gpus": min_gpus,
        "min_gpu_memory_gib": min_gpu_memory_gib,
        "gpus_only": gpus_only,
        "architecture": architecture,
        "providers": filters.provider_names(providers),
        "not_providers": filters.provider_names(not_providers),
        "regions": filters.regions(context, places, sold=True),
        "not_regions": filters.not_regions(context, places, not_places),
        "operating_system": operating_system,
        "tenancy": tenancy,
        "max_interruption": max_interruption,
        "burstable": burstable,
        "months": months,
        "hours": hours_per_month,
        "count": count,
        "rank_by": by,
        "benchmark": _benchmark(context, benchmark),
        "per_provider": _OF_A_PROVIDER,
    }
    options = [*_STEADY, "spot"] if interruptible else _STEADY
    found = context.named("recommend_offers", **asked, purchase_options=options, rows=rows).records()
    spot = found[0]["on_spot"] if found else None
    if not found and not interruptible:
        only = context.named("recommend_offers", **asked, purchase_options=["spot"], rows=1).records()
        spot = only[0]["on_spot"] if only else None
    offers = [_judged(row, months) for row in found]
    figures = {"burstable": burstable, **_figures(offers, months, hours_per_month, count)}
    if not interruptible:
        figures |= _on_spot(spot, figures.get("on_demand_best_usd"))
    if currency and currency.upper() != "USD" and offers:
        rate = convert(context, offers[0]["total_usd"], currency).rows[0]
        figures["in_currency"] = {
            **{name: rate[name] for name in ("currency", "amount", "rate_date", "source")},
            "units_per_usd": rate["rate"],
        }
    return Finding("recommend", {}, tuple(offers), figures, figures["found"] > len(offers))


def _benchmark(context: Context, name: str | None) -> str | None:
    if name is None:
        return None
    known = [row["benchmark"] for row in context.named("vocabulary_benchmarks").records()]
    if name not in known:
        hint = f"There are: {', '.join(known)}." if known else "The source spare_cores brings them."
        raise UnknownName(f"No benchmark is called {name}.", hint)
    return name


def _judged(row: dict[str, Any], months: Decimal) -> dict[str, Any]:
    """The row with what it saves and what it gives up."""
    every = {name: row.pop(name) for name in ("found", "fitting_machines")}
    del row["on_spot"]
    best, same, total = row["on_demand_best_usd"], row["same_on_demand_usd"], row["total_usd"]
    term = row["term_months"]
    paid = term * math.ceil(months / term) if term else None
    judged = {
        **row,
        "components": components(row["components"]),
        "saving_usd": None if best is None else best - total,
        "saving_percent": None if not best else -percent(total, best),
        "same_saving_percent": None if not same else -percent(total, same),
        "paid_months": paid,
        "unused_months": paid - months if paid is not None and paid > months else None,
    }
    return {**judged, "gives_up": list(_given_up(judged)), **every}


def _given_up(row: Mapping[str, Any]) -> Iterator[str]:
    if row["term_months"]:
        yield "commitment"
    if row["unused_months"]:
        yield "unused"
    if row["upfront_usd"]:
        yield "upfront"
    if row["purchase_option"] == "spot":
        yield "interruption"
    if row["lowest_of"]:
        yield "market"
    if row["burstable"]:
        yield "burstable"
    if row["stale"]:
        yield "stale"


def _figures(offers: list[dict[str, Any]], months: Decimal, hours: Decimal, count: int) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "found": 0,
        "machines": 0,
        "months": months,
        "hours_per_month": hours,
        "count": count,
    }
    for row in offers:
        figures |= {"found": row.pop("found"), "machines": row.pop("fitting_machines")}
        figures["on_demand_best_usd"] = row["on_demand_best_usd"]
    return figures


def _on_spot(spot: Mapping[str, Any] | None, on_demand: Decimal | None) -> dict[str, Any]:
    """What interruptions would save, where they were not asked for."""
    if spot is None:
        return {}
    saved = -percent(spot["total_usd"], on_demand) if on_demand else None
    return {"on_spot": {**spot, "saving_percent": saved}}
