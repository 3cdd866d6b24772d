"""From a reading to the calls for a bill of several things, and for what to rent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.plan_after import Call
from agent.plan_conditions import conditions
from agent.understand.reading import Reading

_MODELS = 4
_LISTED = 6
_MONTH = Decimal(730)
_RECOMMENDABLE = (
    "accelerators",
    "min_vcpus",
    "min_memory_gib",
    "min_gpus",
    "min_gpu_memory_gib",
    "gpus_only",
    "architecture",
    "places",
    "not_places",
    "providers",
    "not_providers",
    "operating_system",
    "tenancy",
)


def basket(reading: Reading) -> list[Call]:
    """Machines and what is beside them are one bill, in the one place that the question names."""
    place = {"region": reading.places[0].label_en} if reading.places else {}
    how = reading.purchase
    bought = {"purchase_option": how.options[0], "term_months": how.term_months, "payment": how.payment}
    machine = {
        "count": reading.usage.machines,
        "hours": str(min(reading.usage.hours or _MONTH, _MONTH)),  # the bill is of one month
        "operating_system": how.operating_system,
        "tenancy": how.tenancy,
        **{name: value for name, value in bought.items() if value is not None},
        **place,
    }
    given: dict[str, Any] = {
        "machines": [{"machine": name, **machine} for name in reading.machine_names()[:_MODELS]],
        "other": [{"name": name, "gb": str(amount), **place} for name, amount in reading.things],
        "currency": reading.currency,
    }
    return [Call("estimate_basket", {"basket": given})]


def recommend(reading: Reading, context: Context) -> list[Call]:
    """The use is what the question says: hours of less than a month, else whole months; else a year."""
    given = {k: v for k, v in conditions(reading, context).items() if k in _RECOMMENDABLE}
    hours = reading.usage.hours
    use: dict[str, Any] = {}
    if hours is not None:
        months = max(1, round(hours / _MONTH))
        use = {"months": months, "hours_per_month": str(min(hours / months, _MONTH))}
    count = {"count": reading.usage.machines} if reading.usage.machines > 1 else {}
    by = {"by": "gpu"} if reading.per_gpu else {}
    spot = {"interruptible": True} if reading.interruptible else {}
    return [Call("recommend", {**given, **use, **count, **by, **spot, "rows": _LISTED})]
