"""The lines of a basket with the snapshot's own names, as the `estimate` macro takes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent import filters
from agent.basket import Basket, Line, MachineLine, ThingLine, TokenLine
from agent.context import Context
from agent.tools import find_offers
from agent.understand.fold import key
from warehouse.errors import InvalidInput, UnknownName

_AMOUNTS = {
    "gb_month": "gb",
    "gb": "gb",
    "hour": "hours",
    "request": "count",
    "iops_month": "count",
    "unit": "count",
}
_ROLES = ("input", "output", "cached_input")


@dataclass
class Known:
    """`lines` go to SQL; `assumed` are what had to be taken for granted, as names and values of phrases."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    assumed: list[dict[str, Any]] = field(default_factory=list)

    def assume(self, name: str, /, **values: Any) -> None:
        if {"name": name, **values} not in self.assumed:
            self.assumed.append({"name": name, **values})


def known(context: Context, basket: Basket) -> Known:
    """Raises InvalidInput for a name that the snapshot does not know, with the line and the near names."""
    found = Known()
    for machine in basket.machines:
        with _naming(machine):
            found.lines.append(_machine(context, machine, found))
    services = context.named("vocabulary_services").records() if basket.things() else []
    for thing in basket.things():
        with _naming(thing):
            _add_thing(found, _thing(context, thing, services, found))
    for tokens in basket.tokens:
        with _naming(tokens):
            found.lines.extend(_tokens(context, tokens))
    return found


@contextmanager
def _naming(line: Line) -> Iterator[None]:
    """Errors of a line name where it was written."""
    try:
        yield
    except InvalidInput as error:
        if not line.at:
            raise
        raise type(error)(f"{line.at}: {error.message}", error.hint) from None


def _machine(context: Context, line: MachineLine, found: Known) -> dict[str, Any]:
    names = filters.machine_names(context, [line.machine]) or []
    sellers = {machine.provider for machine in context.words.machines[key(names[0])]}
    if key(line.machine) not in (key(names[0]), key(names[0].removeprefix("Standard_"))):
        found.assume("corrected", written=line.machine, meant=names[0])
    if line.provider:
        sellers &= {line.provider.lower()}
    asked = {
        "machine": names[0],
        "count": str(line.count),
        "hours": str(line.hours),
        "purchase_option": line.purchase_option,
        "term_months": line.term_months,
        "payment": line.payment,
        "operating_system": line.operating_system.lower(),
        "tenancy": line.tenancy,
    }
    places = [line.region] if line.region else None
    pairs = [pair.split("/", 1) for pair in filters.regions(context, places) or ()]
    pairs = [pair for pair in pairs if pair[0] in sellers]
    provider: str | None
    region: str | None
    if len(pairs) == 1:
        provider, region = pairs[0]
    elif line.region and not pairs:
        whose = ", ".join(sorted(sellers)) or "nobody"
        raise InvalidInput(
            f"{names[0]} is a machine of {whose}, and {line.region} is no region of theirs.",
            "Name a region of the provider.",
        )
    else:
        provider, region = _cheapest_region(context, names, sellers, places, asked)
        if region:
            found.assume("cheapest_region", machine=names[0], region=region, provider=provider)
    given = {**asked, "provider": provider, "region": region}
    return {name: value for name, value in given.items() if value is not None}


def _cheapest_region(
    context: Context, names: list[str], sellers: set[str], places: list[str] | None, asked: dict[str, Any]
) -> tuple[str | None, str | None]:
    rows = find_offers(
        context,
        machines=names,
        providers=sorted(sellers),
        places=places,
        operating_system=asked["operating_system"],
        tenancy=asked["tenancy"],
        purchase_options=[asked["purchase_option"]],
        term_months=asked["term_months"],
        payment=asked["payment"],
        rows=1,
    ).rows
    return (rows[0]["provider"], rows[0]["region"]) if rows else (None, None)


def _thing(context: Context, line: ThingLine, services: list[dict[str, Any]], found: Known) -> dict[str, Any]:
    named = _services(line.name, services)
    if not line.region:
        raise InvalidInput(f"{line.name} has another price in each region.", "Name one, such as us-east-1.")
    pairs = [tuple(pair.split("/", 1)) for pair in filters.regions(context, [line.region]) or ()]
    wanted = {line.provider.lower()} if line.provider else {provider for provider, _ in pairs}
    fitting = [
        (row, region) for row in named for provider, region in pairs if row["provider"] == provider in wanted
    ]
    if not fitting:
        sold = ", ".join(sorted({row["provider"] for row in named}))
        raise InvalidInput(
            f"{line.name} is sold by {sold}, not in {line.region}.", "Name a region of theirs."
        )
    if len(fitting) > 1:
        raise InvalidInput(f"{line.region} is more than one region.", "Name one region, and the provider.")
    service, region = fitting[0]
    return {
        "item": service["item"],
        "provider": service["provider"],
        "region": region,
        "quantity": str(_quantity(line, service, found)),
    }


def _services(name: str, services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One service a provider: its own name counts before an alias. Raises UnknownName."""
    wanted = key(name)
    best: dict[str, tuple[int, dict[str, Any]]] = {}
    for row in services:
        aliases = [key(alias) for alias in (row["aliases"] or "").split("|")]
        rank = 0 if key(row["item"]) == wanted else 1 if wanted in aliases else 2
        if rank < 2 and rank < best.get(row["provider"], (2, {}))[0]:
            best[row["provider"]] = (rank, row)
    if not best:
        near = ", ".join(_similar(wanted, services)) or "see data/reference/services.csv"
        raise UnknownName(f"Nothing to be priced is called {name}.", f"Nearest names: {near}.")
    exact = [row for rank, row in best.values() if rank == 0]
    return exact or [row for _, row in best.values()]


def _similar(wanted: str, services: list[dict[str, Any]]) -> list[str]:
    from rapidfuzz import fuzz, process

    names = list(dict.fromkeys(row["item"] for row in services))
    return [
        name for name, _, _ in process.extract(wanted, names, scorer=fuzz.ratio, limit=3, score_cutoff=50)
    ]


def _quantity(line: ThingLine, service: dict[str, Any], found: Known) -> Decimal:
    """How much in the service's unit; disks of fixed sizes are counted."""
    if service["size_gb"] and line.gb:
        disks = math.ceil(line.gb / service["size_gb"])
        found.assume("whole_disks", item=service["item"], gb=line.gb, disks=disks, size=service["size_gb"])
        return Decimal(disks)
    wanted = _AMOUNTS[service["unit"]]
    quantity: Decimal | None = getattr(line, wanted)
    if quantity is None:
        raise InvalidInput(f"{service['item']} is sold by the {service['unit']}.", f"Give {wanted}.")
    return quantity


def _add_thing(found: Known, thing: dict[str, Any]) -> None:
    """Two lines of one thing in one region share its tiers."""
    names = ("item", "provider", "region")
    for line in found.lines:
        if all(line.get(name) == thing[name] for name in names):
            line["quantity"] = str(Decimal(line["quantity"]) + Decimal(thing["quantity"]))
            return
    found.lines.append(thing)


def _tokens(context: Context, line: TokenLine) -> Iterator[dict[str, Any]]:
    chosen = filters.llm_models(context, line.model, line.provider and line.provider.lower())[0]
    places = filters.regions(context, [line.region]) if line.region else None
    region = next(
        (pair.split("/", 1)[1] for pair in places or () if pair.startswith(f"{chosen.provider}/")), None
    )
    for role in _ROLES:
        quantity: Decimal | None = getattr(line, role)
        if quantity:
            asked = {"model": chosen.model, "provider": chosen.provider, "token_kind": role}
            yield {**asked, "quantity": str(quantity), **({"region": region} if region else {})}
