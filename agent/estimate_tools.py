"""The bill of a basket, line by line, and what a budget pays for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent import filters
from agent.basket import Basket, Constraints
from agent.basket_lines import Known, known
from agent.context import Context
from agent.evidence import Finding
from agent.fact_tools import convert
from agent.filters import Names
from agent.terms import HOURS_A_MONTH, Payment, PriceType, PurchaseOption, Tenancy
from agent.tools import percent, price_of
from warehouse.errors import InvalidInput

_COMMITTED = ("reserved", "savings_plan", "commitment")
_DIGITS = Decimal("0.000001")
_CENTS = Decimal("0.01")


def estimate_basket(context: Context, basket: Basket) -> Finding:
    """What a month of machines, disks, object storage, traffic, requests and tokens costs, line by line."""
    asked = known(context, basket)
    rows = _lines(context, asked.lines)
    figures = _totals(rows)
    figures |= _against_on_demand(context, asked.lines, rows, figures["total_usd"])
    figures["alternatives"] = _alternatives(context, basket.constraints, asked.lines, rows)
    _assume(asked, basket, rows)
    if basket.currency and basket.currency.upper() != "USD":
        figures |= _converted(context, figures["total_usd"], basket.currency)
    figures["assumptions"] = asked.assumed
    return Finding("estimate_basket", {}, tuple(rows), figures)


def budget(
    context: Context,
    machine: str,
    budget_usd: Decimal,
    machines: int | None = None,
    hours: Decimal | None = None,
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
    """How many hours of some machines an amount of USD pays for, or how many machines for some hours."""
    if budget_usd <= 0 or (machines is None) == (hours is None):
        raise InvalidInput(
            "A budget needs an amount, and machines or hours.", "Give one of machines and hours."
        )
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
    rows = []
    for row in prices.rows:
        if hours is None:
            used = {
                "machines": machines,
                "hours": (budget_usd / row["price_usd_hour"] / (machines or 1)).quantize(_CENTS),
            }
        else:
            used = {"machines": int(budget_usd / row["price_usd_hour"] / hours), "hours": hours}
        total = row["price_usd_hour"] * used["machines"] * used["hours"]
        rows.append(
            {
                **row,
                **used,
                "days": (used["hours"] / 24).quantize(_CENTS),
                "total_usd": total.quantize(_CENTS),
            }
        )
    return Finding("budget", {}, tuple(rows), {**prices.figures, "budget_usd": budget_usd}, prices.truncated)


def _lines(context: Context, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return context.named("basket_lines", basket=json.dumps(lines)).records()


def _totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A line without a price makes the total a part of the bill, and is named."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        if row["amount"] is not None:
            totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + row["amount"]
    unpriced = [_named(row) for row in rows if row["amount_usd"] is None]
    return {
        "total_usd": _sum(rows),
        "totals": {currency: value.quantize(_DIGITS) for currency, value in totals.items()},
        "partial": bool(unpriced),
        "unpriced": unpriced,
    }


def _sum(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((row["amount_usd"] or Decimal(0) for row in rows), Decimal(0)).quantize(_DIGITS)


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("line", "item", "kind", "provider", "region", "purchase_option", "quantity", "problem")
    return {name: row[name] for name in names}


def _against_on_demand(
    context: Context, lines: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], total: Decimal
) -> dict[str, Any]:
    """What the same basket costs with every machine on demand that has such a price."""
    bought = ("purchase_option", "term_months", "payment")
    priced = [row for row in rows if row["kind"] == "machine" and row["amount_usd"] is not None]
    otherwise = [row for row in priced if row["purchase_option"] != "on_demand"]
    if not otherwise:
        return {}
    asked = [{k: v for k, v in lines[row["line"] - 1].items() if k not in bought} for row in otherwise]
    plain = {row["line"]: row["amount_usd"] for row in _lines(context, asked)}
    pairs = [
        (plain[place], row["amount_usd"])
        for place, row in enumerate(otherwise, 1)
        if plain[place] is not None
    ]
    if not pairs:
        return {}
    saving = sum((on_demand - paid for on_demand, paid in pairs), Decimal(0)).quantize(_DIGITS)
    return {
        "on_demand_usd": total + saving,
        "saving_usd": saving,
        "saving_percent": -percent(total, total + saving),
    }


def _alternatives(
    context: Context,
    wanted: Constraints,
    lines: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """For each machine, what is cheaper and at least as large: there, elsewhere at its provider, anywhere."""
    found: list[dict[str, Any]] = []
    for row in rows:
        if row["kind"] != "machine" or row["amount_usd"] is None:
            continue
        line = lines[row["line"] - 1]
        cheaper = context.named(
            "cheaper_machines",
            provider=row["provider"],
            machine=row["item"],
            region=row["region"],
            operating_system=line["operating_system"],
            tenancy=line["tenancy"],
            purchase_options=list(
                dict.fromkeys([row["purchase_option"], *(["spot"] if wanted.spot else [])])
            ),
            term_months=row["term_months"],
            below_usd_hour=row["amount_usd"] / row["quantity"],
            same_architecture=wanted.same_architecture,
            providers=filters.provider_names(wanted.providers),
            regions=filters.regions(context, wanted.places, sold=True),
            not_regions=filters.not_regions(context, wanted.places, None),
        ).records()
        found += [_alternative(row, offer, line) for offer in cheaper]
    return found


def _alternative(row: Mapping[str, Any], offer: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
    hours = row["quantity"]
    if offer["purchase_option"] not in _COMMITTED:
        hours = Decimal(line["count"]) * Decimal(line["hours"])
    total = (offer["price_usd_hour"] * hours).quantize(_DIGITS)
    before = row["amount_usd"].quantize(_DIGITS)
    return {
        "line": row["line"],
        "instead_of": row["item"],
        **offer,
        "total_usd": total,
        "saving_usd": before - total,
        "saving_percent": -percent(total, before),
        "gives_up": list(_given_up(row, offer)),
    }


def _given_up(row: Mapping[str, Any], offer: Mapping[str, Any]) -> Iterable[str]:
    if offer["provider"] != row["provider"]:
        yield "provider"
    elif offer["region"] != row["region"]:
        yield "region"
    if offer["architecture"] != offer["own_architecture"]:
        yield "architecture"
    if offer["purchase_option"] == "spot" != row["purchase_option"]:
        yield "interruption"
    if offer["lowest_of"]:
        yield "market"
    if offer["stale"]:
        yield "stale"


def _assume(asked: Known, basket: Basket, rows: Sequence[Mapping[str, Any]]) -> None:
    if any(line.hours == HOURS_A_MONTH for line in basket.machines):
        asked.assume("month")
    if any(row["purchase_option"] in _COMMITTED for row in rows):
        asked.assume("committed_hours")
    if any(row.get("upfront") for row in rows):
        asked.assume("amortised")
    systems = sorted({line.operating_system.lower() for line in basket.machines})
    tenancies = sorted({line.tenancy for line in basket.machines})
    if systems:
        asked.assume("system", systems=systems, tenancies=tenancies)
    if any(row["purchase_option"] == "spot" for row in rows):
        asked.assume("spot")
    if basket.things():
        asked.assume("tiers")
    if basket.tokens:
        asked.assume("token_tiers")
    asked.assume("list_price")


def _converted(context: Context, total: Decimal, currency: str) -> dict[str, Any]:
    rate = convert(context, total, currency).rows[0]
    return {
        "currency": rate["currency"],
        "total": rate["amount"].quantize(_DIGITS),
        "units_per_usd": rate["rate"],
        "rate_date": rate["rate_date"],
        "rate_source": rate["source"],
    }
