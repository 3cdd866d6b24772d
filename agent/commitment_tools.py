"""The ways of buying one machine side by side, and when a commitment breaks even."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.terms import HOURS_A_MONTH, Payment, PurchaseOption, Tenancy
from warehouse.errors import InvalidInput

_NEVER_OWED = ("on_demand", "spot")


def commitment_options(
    context: Context,
    machine: str,
    places: Names = None,
    providers: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_options: list[PurchaseOption] | None = None,
    term_months: int | None = None,
    payment: Payment | None = None,
    offering_classes: Names = None,
    hours_per_month: Decimal | None = None,
    machines: int = 1,
) -> Finding:
    """Break-even of a machine's commitments beside on demand and spot, and their cost at a monthly use."""
    if hours_per_month is not None and not 0 < hours_per_month <= HOURS_A_MONTH:
        raise InvalidInput(
            f"A month has {HOURS_A_MONTH} hours, not {hours_per_month}.",
            "Give the hours one machine runs a month.",
        )
    result = context.named(
        "commitment_options",
        machines=filters.machine_names(context, [machine]),
        regions=filters.regions(context, places, sold=True),
        providers=filters.provider_names(providers),
        operating_system=operating_system,
        tenancy=tenancy,
    )
    wanted = {"term_months": term_months, "payment": payment}
    rows = [
        row
        for row in result.records()
        if row["purchase_option"] in _NEVER_OWED
        or (
            all(value in (None, row[name]) for name, value in wanted.items())
            and row["purchase_option"] in (purchase_options or (row["purchase_option"],))
            and row["offering_class"] in (offering_classes or (row["offering_class"],))
        )
    ]
    rows = [
        {
            **row,
            "all_cost": row["total_cost"] and row["total_cost"] * machines,
            "price_month": row["price_hour"] * HOURS_A_MONTH,
        }
        for row in rows
    ]
    if hours_per_month is not None:
        rows = sorted(
            ({**row, "cost_month": _month(row, hours_per_month)} for row in rows),
            key=lambda row: (row["currency"], row["cost_month"]),
        )
    committed = sum(row["purchase_option"] not in _NEVER_OWED for row in rows)
    return Finding("commitment_options", {}, tuple(rows), {"commitments": committed}, result.truncated)


def _month(row: Mapping[str, Any], hours: Decimal) -> Decimal:
    """A commitment is owed for every hour of the month; the rest for the hours used."""
    used = hours if row["purchase_option"] in _NEVER_OWED else HOURS_A_MONTH
    return Decimal(row["price_hour"] * used)
