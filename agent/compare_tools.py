"""The comparison of machines, places, providers and ways of buying, one offer a side."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.terms import HOURS_A_MONTH, Payment, PriceType, PurchaseOption, Tenancy
from agent.tools import Rank, find_offers, percent
from warehouse.errors import InvalidInput

_HUNDREDTH = Decimal("0.01")
_TIES = 50  # regions of one price that a comparison may name
_COMMITTED = ("reserved", "savings_plan", "commitment")
_Side = tuple[str, dict[str, Any]]


def compare(
    context: Context,
    by: Literal["machine", "place", "provider", "option", "system", "class"],
    machines: Names = None,
    accelerators: Names = None,
    families: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    not_places: Names = None,
    min_vcpus: float | None = None,
    min_memory_gib: float | None = None,
    min_gpus: float | None = None,
    max_gpus: float | None = None,
    min_gpu_memory_gib: float | None = None,
    gpus_only: bool = False,
    operating_system: str = "linux",
    operating_systems: Names = None,
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    price_type: PriceType = "list",
    offering_classes: Names = None,
    term_months: int | None = None,
    payment: Payment | None = None,
    per_gpu: bool = False,
    rank: Rank | None = None,
) -> Finding:
    """The cheapest offer of each machine, place, provider, option, system or class, and how they differ."""
    conditions: dict[str, Any] = {
        "accelerators": accelerators,
        "families": families,
        "providers": providers,
        "not_providers": not_providers,
        "not_places": not_places,
        "min_vcpus": min_vcpus,
        "min_memory_gib": min_memory_gib,
        "min_gpus": min_gpus,
        "max_gpus": max_gpus,
        "min_gpu_memory_gib": min_gpu_memory_gib,
        "gpus_only": gpus_only,
        "operating_system": operating_system,
        "tenancy": tenancy,
        "purchase_options": purchase_options,
        "price_type": price_type,
        "offering_classes": offering_classes,
        "per_gpu": per_gpu,
        "rank": rank,
    }
    where = {"machines": machines, "places": places}
    sides: list[_Side]
    match by:
        case "place":
            sides = [(place, {"machines": machines, "places": [place]}) for place in places or []]
        case "machine":
            sides = [(machine, {"machines": [machine], "places": places}) for machine in machines or []]
        case "provider":
            named = providers or sorted(context.words.providers)
            sides = [(provider, {**where, "providers": [provider]}) for provider in named]
        case "system":
            systems = operating_systems or ["linux", "windows"]
            sides = [(system, {**where, "operating_system": system}) for system in systems]
        case "class":
            sides = [(name, {**where, "offering_classes": [name]}) for name in offering_classes or []]
        case "option":
            options = purchase_options or ["on_demand", "spot"]
            sides = [(option, {**where, "purchase_options": [option]}) for option in options]
    bought = {"term_months": term_months, "payment": payment}
    rows = [row for side, extra in sides for row in _side(context, side, {**conditions, **extra}, bought)]
    by_gpu = per_gpu and all(row["price_usd_gpu_hour"] for row in rows)
    measure = "price_usd_gpu_hour" if by_gpu else "price_usd_hour"
    return Finding("compare", {}, tuple(_with_difference(rows, measure)))


def _side(
    context: Context, side: str, conditions: Mapping[str, Any], bought: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The cheapest offer and the regions that share its price; terms are of commitments alone."""
    committed = set(conditions["purchase_options"] or ()) & set(_COMMITTED)
    found = find_offers(context, **conditions, **(bought if committed else {}), rows=_TIES).rows
    tied = [row for row in found if row["price_usd_hour"] == found[0]["price_usd_hour"]]
    return [{"side": side, **tied[0], "tied_regions": [row["region"] for row in tied]}] if tied else []


def _with_difference(rows: list[dict[str, Any]], measure: str) -> list[dict[str, Any]]:
    """`saving_*` is what the first costs less than each."""
    rows = sorted(rows, key=lambda row: row[measure])
    return [
        {
            **row,
            "dearer_percent": percent(row[measure], rows[0][measure]),
            "saving_percent": -percent(rows[0][measure], row[measure]),
            "times": (row[measure] / rows[0][measure]).quantize(_HUNDREDTH) if rows[0][measure] else None,
            "saving_usd_hour": row[measure] - rows[0][measure],
            "saving_usd_month": (row[measure] - rows[0][measure]) * HOURS_A_MONTH,
        }
        for row in rows
    ]


def discounted(context: Context, amounts_usd: dict[str, Decimal], percent_off: Decimal) -> Finding:
    """Amounts in USD, by the name of each, less so many percent."""
    del context
    if not 0 < percent_off < 100:
        raise InvalidInput(f"{percent_off}% is no discount.", "Give more than 0 and less than 100.")
    part = 1 - percent_off / 100
    rows = ({"name": name, "amount_usd": usd, "less_usd": usd * part} for name, usd in amounts_usd.items())
    return Finding("discounted", {}, tuple(rows), {"percent_off": percent_off})


def differences(context: Context, amounts_usd: dict[str, Decimal]) -> Finding:
    """How amounts in USD, by the name of each, differ from the least: in USD, in percent and in times."""
    del context
    if len(amounts_usd) < 2 or min(amounts_usd.values()) <= 0:
        raise InvalidInput("A difference is of two amounts or more.", "Give each its name; all above zero.")
    least = min(amounts_usd.values())
    rows = (
        {
            "name": name,
            "amount_usd": amount,
            "more_usd": amount - least,
            "dearer_percent": percent(amount, least),
            "saving_percent": -percent(least, amount),
            "times": (amount / least).quantize(_HUNDREDTH),
        }
        for name, amount in sorted(amounts_usd.items(), key=lambda item: item[1])
    )
    return Finding("differences", {}, tuple(rows))
