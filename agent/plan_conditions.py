"""A reading's conditions as the arguments tools take."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.terms import HOURS_A_MONTH
from agent.understand.reading import Intent, Reading


def conditions(reading: Reading, context: Context) -> dict[str, Any]:
    """Everything find_offers can filter by."""
    needs = reading.needs
    given: dict[str, Any] = {
        "accelerators": list(reading.accelerators),
        "families": list(reading.family_names()),
        "min_vcpus": needs.min_vcpus,
        "max_vcpus": needs.max_vcpus,
        "min_memory_gib": needs.min_memory_gib,
        "max_memory_gib": needs.max_memory_gib,
        "min_gpus": needs.min_gpus or (1 if reading.wants_gpu else None),
        "max_gpus": needs.max_gpus,
        "min_gpu_memory_gib": needs.min_gpu_memory_gib,
        "min_total_gpu_memory_gib": needs.min_total_gpu_memory_gib,
        "min_local_storage_gb": needs.min_local_storage_gb,
        "gpus_only": (reading.wants_gpu and not reading.accelerators) or None,
        "no_gpus": needs.no_gpus or None,
        "no_burstable": needs.no_burstable or None,
        "bare_metal": needs.bare_metal,
        "not_families": list(dict.fromkeys(one.family for one in reading.excluded_families if one.family)),
        "cpu": needs.cpu,
        "shape": needs.shape,
        "architecture": needs.architecture,
        "rank": reading.rank,
        "min_usd_hour": _usd_hour(reading.needs.min_price, reading, context),
        "max_usd_hour": None if pays_for(reading) else _usd_hour(needs.max_price, reading, context),
        "per_gpu": reading.per_gpu or None,
        "dearest": reading.dearest or None,
        "free": reading.free or None,
        "at": _at(reading),
        **places_of(reading),
        **purchase_of(reading, full=True),
    }
    return {name: value for name, value in given.items() if value not in (None, [])}


def pays_for(reading: Reading) -> bool:
    """Whether the amount is to pay for hours, or for machines in a month, and is no highest price."""
    if reading.needs.max_price is None or reading.intent is not Intent.CHEAPEST:
        return False
    monthly = reading.needs.max_price_per == "month"
    return reading.paid_for == "hours" or (reading.paid_for == "machines" and monthly)


def _at(reading: Reading) -> str | None:
    """The day as of whose end offers are sought, where the question speaks of the past."""
    period = reading.period
    if period is None or reading.future or period.kind == "this":
        return None
    return min(period.last, datetime.now(UTC).date()).isoformat()


def places_of(reading: Reading) -> dict[str, Any]:
    given = {
        "places": [place.label_en for place in reading.places],
        "not_places": [place.label_en for place in reading.excluded_places],
        "providers": list(reading.providers),
        "not_providers": list(reading.excluded_providers),
    }
    return {name: value for name, value in given.items() if value}


def purchase_of(reading: Reading, *, full: bool = False) -> dict[str, Any]:
    how = reading.purchase
    given: dict[str, Any] = {"operating_system": how.operating_system, "tenancy": how.tenancy}
    given["purchase_options"] = list(how.options)
    given["price_type"] = None if how.price_type == "list" else how.price_type
    if full:
        given |= {"term_months": how.term_months, "payment": how.payment}
    given["offering_classes"] = list(how.offering_classes) or None
    return {name: value for name, value in given.items() if value is not None}


def _usd_hour(price: Decimal | None, reading: Reading, context: Context) -> str | None:
    """In USD an hour, whatever currency and period the question uses."""
    needs = reading.needs
    if price is None:
        return None
    rate = Decimal(1)
    for finding in context.found("convert"):
        rate = finding.rows[0]["rate"]
    hours = HOURS_A_MONTH if needs.max_price_per == "month" else 1
    return str((price / rate / hours).quantize(Decimal("0.0000000001")))
