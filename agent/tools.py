"""The plain functions a model may call: typed arguments in, a Finding of typed rows out.

Every figure of an answer comes from here: prices from the snapshot's rows, and what is computed from
them (totals, shares, conversions) in decimal arithmetic.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import mean, median
from typing import Any, Literal

from agent import offers
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.terms import HOURS_A_MONTH, Payment, PriceType, PurchaseOption, Tenancy
from warehouse.errors import InvalidInput

Rank = Literal[
    "vcpus", "memory", "gpus", "gpu_memory", "storage", "tflops",
    "price_per_vcpu", "price_per_memory", "price_per_gpu", "price_per_gpu_memory", "price_per_tflops",
]  # fmt: skip
BestPer = Literal["machine", "provider", "region", "option", "accelerator"]
_ALL = 1000


def find_offers(
    context: Context,
    machines: Names = None,
    families: Names = None,
    accelerators: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    not_places: Names = None,
    min_vcpus: float | None = None,
    max_vcpus: float | None = None,
    min_memory_gib: float | None = None,
    max_memory_gib: float | None = None,
    min_gpus: float | None = None,
    max_gpus: float | None = None,
    min_gpu_memory_gib: float | None = None,
    min_total_gpu_memory_gib: float | None = None,
    min_local_storage_gb: float | None = None,
    gpus_only: bool = False,
    no_gpus: bool = False,
    no_burstable: bool = False,
    bare_metal: bool | None = None,
    not_families: Names = None,
    cpu: Literal["intel", "amd"] | None = None,
    shape: Literal["compute", "memory", "general"] | None = None,
    architecture: Literal["x86_64", "arm64"] | None = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    price_type: PriceType = "list",
    term_months: int | None = None,
    payment: Payment | None = None,
    offering_classes: Names = None,
    min_usd_hour: Decimal | None = None,
    max_usd_hour: Decimal | None = None,
    rank: Rank | None = None,
    best_per: BestPer | None = None,
    per_gpu: bool = False,
    dearest: bool = False,
    free: bool = False,
    rows: int = 20,
    at: date | None = None,
) -> Finding:
    """Machines that meet conditions, cheapest first, now or at a day's end; a place may be a continent."""
    asked: dict[str, Any] = {
        "at": at,
        "machines": machines,
        "families": families,
        "accelerators": accelerators,
        "providers": providers,
        "not_providers": not_providers,
        "places": places,
        "not_places": not_places,
        "min_vcpus": min_vcpus,
        "max_vcpus": max_vcpus,
        "min_memory_gib": min_memory_gib,
        "max_memory_gib": max_memory_gib,
        "min_gpus": min_gpus,
        "max_gpus": max_gpus,
        "min_gpu_memory_gib": min_gpu_memory_gib,
        "min_total_gpu_memory_gib": min_total_gpu_memory_gib,
        "min_local_storage_gb": min_local_storage_gb,
        "gpus_only": gpus_only,
        "no_gpus": no_gpus,
        "no_burstable": no_burstable,
        "bare_metal": bare_metal,
        "not_families": not_families,
        "cpu": cpu,
        "shape": shape,
        "architecture": architecture,
        "operating_system": operating_system,
        "tenancy": tenancy,
        "purchase_options": purchase_options,
        "price_type": price_type,
        "term_months": term_months,
        "payment": payment,
        "offering_classes": offering_classes,
        "min_usd_hour": min_usd_hour,
        "max_usd_hour": max_usd_hour,
        "rank": rank,
        "best_per": best_per,
        "per_gpu": per_gpu,
        "dearest": dearest,
        "free": free,
        "rows": max(1, min(rows, _ALL)),
    }
    found, figures = offers.found(context, offers.conditions(context, asked))
    finding = Finding("find_offers", {}, tuple(found), figures, figures["found"] > len(found))
    said = {"at": at, "min_usd_hour": min_usd_hour, "max_usd_hour": max_usd_hour}
    return replace(finding, figures={**finding.figures, **{k: v for k, v in said.items() if v is not None}})


def price_of(
    context: Context,
    machine: str,
    places: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    not_places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    price_type: PriceType = "list",
    term_months: int | None = None,
    payment: Payment | None = None,
    offering_classes: Names = None,
    rank: Rank | None = None,
) -> Finding:
    """What one machine costs per hour and month of 730 hours, in every region asked for, cheapest first."""
    finding = find_offers(
        context,
        machines=[machine],
        places=places,
        providers=providers,
        not_providers=not_providers,
        not_places=not_places,
        operating_system=operating_system,
        tenancy=tenancy,
        purchase_options=purchase_options,
        price_type=price_type,
        term_months=term_months,
        payment=payment,
        offering_classes=offering_classes,
        rank=rank,
        rows=_ALL,
    )
    return Finding("price_of", {}, finding.rows, _spread(finding.rows), finding.truncated)


def estimate(
    context: Context,
    machine: str,
    machines: int = 1,
    hours: Decimal = Decimal(HOURS_A_MONTH),
    places: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    not_places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    price_type: PriceType = "list",
    term_months: int | None = None,
    payment: Payment | None = None,
    offering_classes: Names = None,
) -> Finding:
    """What a number of machines costs for a number of hours each; a month is 730 hours."""
    if machines < 1 or hours <= 0:
        raise InvalidInput("An estimate needs at least one machine and some hours.", "Give positive numbers.")
    prices = price_of(
        context,
        machine,
        places=places,
        providers=providers,
        not_providers=not_providers,
        not_places=not_places,
        operating_system=operating_system,
        tenancy=tenancy,
        purchase_options=purchase_options,
        price_type=price_type,
        term_months=term_months,
        payment=payment,
        offering_classes=offering_classes,
    )
    times = machines * Decimal(hours)
    rows = tuple(
        {**row, "machines": machines, "hours": Decimal(hours), "total": row["price_hour"] * times}
        | {"total_usd": row["price_usd_hour"] * times}
        for row in prices.rows
    )
    return Finding("estimate", {}, rows, {**prices.figures, "machine_hours": times}, prices.truncated)


def _spread(rows: tuple[Any, ...]) -> dict[str, Any]:
    """How the prices of one machine differ between regions."""
    if not rows:
        return {"regions": 0}
    cheapest, dearest = rows[0]["price_usd_hour"], rows[-1]["price_usd_hour"]
    return {
        "regions": len({(row["provider"], row["region"]) for row in rows}),
        "cheapest_usd_hour": cheapest,
        "dearest_usd_hour": dearest,
        "dearest_is_dearer_percent": percent(dearest, cheapest),
        **_middle(rows),
    }


def _middle(rows: tuple[Any, ...]) -> dict[str, Decimal]:
    """The mean and the median of the lowest price of each region."""
    lowest: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        lowest.setdefault((row["provider"], row["region"]), row["price_usd_hour"])
    prices = {"mean_usd_hour": mean(lowest.values()), "median_usd_hour": median(lowest.values())}
    digits = {name: price.quantize(Decimal("0.000001")) for name, price in prices.items()}
    monthly = {name.replace("hour", "month"): digits[name] * HOURS_A_MONTH for name in digits}
    return {**digits, **monthly}


def percent(price: Decimal, base: Decimal) -> Decimal:
    return (100 * (price / base - 1)).quantize(Decimal("0.1")) if base else Decimal(0)
