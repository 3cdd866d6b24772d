"""From a reading to the calls for what runs and what it costs, and for what to rent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.plan_call import Call
from agent.plan_conditions import conditions, places_of, purchase_of
from agent.terms import HOURS_A_MONTH
from agent.understand.reading import Reading

_MACHINES = 6
_LISTED = 6
_MONTH = Decimal(HOURS_A_MONTH)
_FITTING = (
    "accelerators",
    "places",
    "not_places",
    "providers",
    "not_providers",
    "purchase_options",
)
_COMMITTING = ("reserved", "savings_plan", "commitment")
_COMMITTED = (
    "places",
    "providers",
    "operating_system",
    "tenancy",
    "term_months",
    "payment",
    "offering_classes",
)
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


def estimate(reading: Reading, context: Context) -> list[Call]:
    """One machine's cost, or one bill of all that runs; of machines to choose from each one's cost."""
    names = reading.machine_names()[:_MACHINES]
    budget = budget_of(reading, context)
    if budget is not None and names:
        return [
            Call("budget", {"machine": name, "budget_usd": budget, **_use(reading, name), **_how(reading)})
            for name in names
        ]
    if reading.things or (len(names) > 1 and not reading.instead):
        return _basket(reading, names)
    hours = str(reading.usage.hours or _MONTH)
    return [
        Call(
            "estimate", {"machine": name, "machines": reading.usage.of(name), "hours": hours, **_how(reading)}
        )
        for name in names
    ]


def budget_of(reading: Reading, context: Context) -> str | None:
    """In USD, where the question asks how long or how many machines an amount pays for."""
    if not reading.paid_for or reading.needs.max_price is None:
        return None
    rates = [finding.rows[0]["rate"] for finding in context.found("convert")]
    return str((reading.needs.max_price / (rates[0] if rates else 1)).quantize(Decimal("0.000001")))


def _use(reading: Reading, name: str) -> dict[str, Any]:
    """Of machines and hours the one that is not asked for."""
    if reading.paid_for == "hours":
        return {"machines": reading.usage.of(name)}
    return {"hours": str(reading.usage.hours or _MONTH)}


def _how(reading: Reading) -> dict[str, Any]:
    return {**places_of(reading), **purchase_of(reading, full=True)}


def _basket(reading: Reading, names: Sequence[str]) -> list[Call]:
    """Machines and what is beside them are one bill, each in the place named that its provider has."""
    if not reading.places and not names:
        return []  # storage has another price in each region
    how = reading.purchase
    bought = {"purchase_option": how.options[0], "term_months": how.term_months, "payment": how.payment}
    hours = reading.usage.hours or _MONTH
    month_only = bool(reading.things) or how.options[0] not in ("on_demand", "spot")
    machine = {
        "hours": str(min(hours, _MONTH) if month_only else hours),  # the rest of the bill is of one month
        "operating_system": how.operating_system,
        "tenancy": how.tenancy,
        **{name: value for name, value in bought.items() if value is not None},
    }
    place = {"region": reading.places[0].label_en} if reading.places else {}
    machines = [
        {"machine": name, "count": reading.usage.of(name), **machine, **_region(reading, name)}
        for name in names
    ]
    given: dict[str, Any] = {
        "machines": machines,
        "other": [{"name": name, "gb": str(amount), **place} for name, amount in reading.things],
        "currency": reading.currency,
    }
    return [Call("estimate_basket", {"basket": given})]


def _region(reading: Reading, name: str) -> dict[str, Any]:
    """The place named after the machine, else any that its provider has."""
    sellers = {machine.provider for machine in reading.machines if machine.name == name}
    mention = next((m for m in reading.heard if m.kind == "machine" and m.value[0].name == name), None)
    after = [m.value for m in reading.heard if m.kind == "place" and mention and m.start > mention.start]
    fitting = (p for p in (*after, *reading.places) if any(provider in sellers for provider, _ in p.regions))
    place = next(fitting, None)
    return {"region": place.label_en} if place else {}


def commitment(reading: Reading, context: Context) -> list[Call]:
    """The terms asked for, else all that the provider sells; of one machine, and what all of them come to."""
    names, hours = reading.machine_names(), reading.usage.hours
    if not names:
        return []
    options = [option for option in reading.purchase.options if option not in ("on_demand", "spot")]
    every = len(options) >= len(_COMMITTING)
    given = {
        **{name: value for name, value in _how(reading).items() if name in _COMMITTED},
        "purchase_options": None if every else options or None,
        "hours_per_month": str(hours) if hours is not None and hours <= _MONTH else None,
        "machines": reading.usage.machines if reading.usage.machines > 1 else None,
    }
    return [
        Call("commitment_options", {"machine": names[0], **{k: v for k, v in given.items() if v is not None}})
    ]


def recommend(reading: Reading, context: Context) -> list[Call]:
    """The use is what the question says: hours of less than a month, else whole months; else a year."""
    every = conditions(reading, context)
    if reading.equivalent and reading.machine_names():
        return [_in_place_of(reading, every)]
    if (
        reading.model_size
        and not reading.needs.min_total_gpu_memory_gib
        and not reading.needs.min_gpu_memory_gib
    ):
        return [_for_model(reading, every)]
    given = {k: v for k, v in every.items() if k in _RECOMMENDABLE}
    if set(every) - set(given) - {"purchase_options", "max_gpus", "per_gpu"}:
        options = {"purchase_options": ["on_demand", "spot"]} if reading.interruptible else {}
        return [Call("find_offers", {**every, **options, "best_per": "machine", "rows": _LISTED})]
    hours = reading.usage.hours
    use: dict[str, Any] = {}
    if hours is not None:
        months = max(1, round(hours / _MONTH))
        use = {"months": months, "hours_per_month": str(min(hours / months, _MONTH))}
    count = {"count": reading.usage.machines} if reading.usage.machines > 1 else {}
    by = {"by": "gpu"} if reading.per_gpu else {}
    spot = {"interruptible": True} if reading.interruptible else {}
    spot |= {"burstable": True} if reading.light else {}
    return [Call("recommend", {**given, **use, **count, **by, **spot, "rows": _LISTED})]


def _in_place_of(reading: Reading, every: dict[str, Any]) -> Call:
    """Of the providers named, unless what is named is only who sells the machine itself."""
    names = (
        "places",
        "not_places",
        "not_providers",
        "operating_system",
        "tenancy",
        "architecture",
        "purchase_options",
    )
    sellers = {machine.provider for machine in reading.machines}
    providers = [one for one in (*reading.providers, *reading.not_sellers) if one not in sellers] or list(
        reading.providers
    )
    given: dict[str, Any] = {name: every.get(name) for name in (*names, "min_vcpus", "min_memory_gib")}
    given |= {"providers": providers or None, "rows": _LISTED}
    if reading.equivalent == "alike" and not (given["min_vcpus"] or given["min_memory_gib"]):
        given["alike"] = True
    kept = {name: value for name, value in given.items() if value is not None}
    return Call("alternatives", {"machine": reading.machine_names()[0], **kept})


def _for_model(reading: Reading, every: dict[str, Any]) -> Call:
    size = reading.model_size
    given = {name: every[name] for name in _FITTING if name in every}
    if reading.interruptible:
        given["purchase_options"] = ["on_demand", "spot"]
    asked = {"parameters_billions": str(size.billions), "bits": size.bits} if size else {}
    return Call(
        "fit_model",
        {**asked, **({"training": True} if size and size.training else {}), **given, "rows": _LISTED},
    )
