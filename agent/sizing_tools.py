"""What fits: GPUs for a language model of some size, and machines in place of another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.fact_tools import machine_specs
from agent.filters import Names
from agent.terms import PurchaseOption, Tenancy
from agent.tools import find_offers, percent
from warehouse.errors import InvalidInput

# Beside the weights: the cache of what was said, activations and the runtime; of it guides say 10–20%.
HEADROOM = Decimal("1.2")
# Adam in mixed precision keeps 16 bytes a parameter.
_TRAINING_BITS = 128
_ALIKE = 1.3  # how much more memory a machine of the same size may have
_OTHERS = 12


def fit_model(
    context: Context,
    parameters_billions: Decimal,
    bits: int = 16,
    training: bool = False,
    accelerators: Names = None,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    not_places: Names = None,
    purchase_options: list[PurchaseOption] | None = None,
    rows: int = 6,
) -> Finding:
    """GB of GPU memory that a language model of some size needs, how many GPUs, and the cheapest machines."""
    if parameters_billions <= 0 or not 1 <= bits <= 64:
        raise InvalidInput("A model has parameters of 1 to 64 bits.", "Give billions of parameters and bits.")
    each_bits = _TRAINING_BITS if training else bits
    weights = parameters_billions * each_bits / 8
    needed = weights * HEADROOM
    found = find_offers(
        context,
        accelerators=accelerators,
        providers=providers,
        not_providers=not_providers,
        places=places,
        not_places=not_places,
        purchase_options=purchase_options,
        min_total_gpu_memory_gib=float(needed),
        gpus_only=not accelerators,
        best_per="machine",
        rows=_OTHERS,
    )
    figures = {
        "parameters_billions": parameters_billions,
        "bytes": Decimal(each_bits) / 8,
        "weights_gb": weights,
        "needed_gb": needed.quantize(Decimal("0.1")),
        "headroom_percent": (HEADROOM - 1) * 100,
        "gpus": _gpus(context, accelerators, needed),
    }
    return Finding(
        "fit_model", {}, tuple(_each_once(found.rows)[:rows]), {**found.figures, **figures}, found.truncated
    )


def _gpus(context: Context, accelerators: Names, needed: Decimal) -> list[dict[str, Any]]:
    """How many of each accelerator hold it, and the next power of two, in which weights are mostly split."""
    names = filters.accelerator_names(context, accelerators) or []
    known = {
        row["accelerator"]: row for row in context.named("accelerator_specs", accelerators=names).records()
    }
    counted = []
    for name in names:
        memory = known.get(name, {}).get("memory_gib")
        if memory:
            least = math.ceil(needed / Decimal(str(memory)))
            split = 1 << (least - 1).bit_length()
            counted.append({"accelerator": name, "memory_gib": memory, "least": least, "split": split})
    return counted


def alternatives(
    context: Context,
    machine: str,
    min_vcpus: float | None = None,
    min_memory_gib: float | None = None,
    alike: bool = False,
    providers: Names = None,
    not_providers: Names = None,
    places: Names = None,
    not_places: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    architecture: Literal["x86_64", "arm64"] | None = None,
    purchase_options: list[PurchaseOption] | None = None,
    rows: int = 6,
) -> Finding:
    """The cheapest machines as large as one, or as said, and what they save; `alike`: no larger either."""
    (own,) = machine_specs(context, [machine]).rows[:1] or ({},)
    if not own:
        raise InvalidInput(f"Nothing is known of the size of {machine}.", "Name another machine.")
    vcpus, memory = own["vcpus"], own["memory_gib"]
    if vcpus is None or memory is None:
        raise InvalidInput(f"The size of {machine} is not known.", "Name another machine.")
    how: dict[str, Any] = {
        "operating_system": operating_system,
        "tenancy": tenancy,
        "purchase_options": purchase_options,
        "places": places,
        "not_places": not_places,
    }
    steady = find_offers(context, machines=[own["instance_type"]], **how, no_burstable=True, rows=1).rows
    itself = steady or find_offers(context, machines=[own["instance_type"]], **how, rows=1).rows
    wanted: dict[str, Any] = {
        "providers": providers,
        "not_providers": not_providers,
        "architecture": architecture,
        "no_burstable": bool(steady),
        **(_gpus_of(own) if own["accelerator"] else {"no_gpus": True}),
        **how,
    }
    sized = not own["accelerator"] or min_vcpus or min_memory_gib
    if sized:
        wanted |= {"min_vcpus": min_vcpus or vcpus, "min_memory_gib": min_memory_gib or memory}
    exact = {"max_vcpus": vcpus, "max_memory_gib": memory * _ALIKE} if alike and sized else {}
    found = find_offers(context, **wanted, **exact, best_per="machine", rows=_OTHERS)
    if exact and not found.rows:
        found = find_offers(context, **wanted, best_per="machine", rows=_OTHERS)
    price = itself[0]["price_usd_hour"] if itself else None
    others = [
        {**row, "saving_percent": None if price is None else -percent(row["price_usd_hour"], price)}
        for row in _each_once(found.rows)
        if row["instance_type"] != own["instance_type"]
    ]
    figures = {
        "machine": dict(own),
        "own": dict(itself[0]) if itself else None,
        "machines": found.figures["machines"],
    }
    return Finding("alternatives", {}, tuple(others[:rows]), figures, len(others) > rows)


def _gpus_of(own: Mapping[str, Any]) -> dict[str, Any]:
    """As many GPUs with as much memory, whichever they are."""
    return {
        "min_gpus": own["accelerator_count"],
        "min_gpu_memory_gib": own["accelerator_memory_gib"],
        "gpus_only": True,
    }


def _each_once(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first row of each machine: one price may be that of several regions."""
    first = {(row["provider"], row["instance_type"]): row for row in reversed(rows)}
    return list(first.values())[::-1]
