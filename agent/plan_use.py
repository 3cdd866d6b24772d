"""What the first machine of a search comes to: for the time and number asked for, or for an amount."""

from __future__ import annotations

from typing import Any

from agent.context import Context
from agent.plan_bills import budget_of
from agent.plan_call import Call
from agent.plan_conditions import pays_for
from agent.terms import HOURS_A_MONTH
from agent.understand.reading import Intent, Reading


def use_of_found(reading: Reading, context: Context) -> Call | None:
    """None where the question says neither how long nor how many, nor an amount to pay for it."""
    found = next((finding for finding in context.found("find_offers") if finding.rows), None)
    if not found or "at" in found.arguments or reading.intent in (Intent.LIST, Intent.COMPARE):
        return None
    usage, amount = reading.usage, budget_of(reading, context) if pays_for(reading) else None
    if amount is None and usage.hours is None and usage.machines == 1:
        return None
    first = found.rows[0]
    arguments: dict[str, Any] = {
        "machine": first["instance_type"],
        "providers": [first["provider"]],
        "places": [first["region"]],
        "purchase_options": [first["purchase_option"]],
        "price_type": first["price_type"],
        **{name: first[name] for name in ("operating_system", "tenancy", "term_months", "payment")},
    }
    hours = {"hours": str(usage.hours or HOURS_A_MONTH)}
    if amount is not None:
        of = {"machines": usage.machines} if reading.paid_for == "hours" else hours
        arguments |= {"budget_usd": amount, **of}
    else:
        arguments |= {"machines": usage.machines, **hours}
    given = {name: value for name, value in arguments.items() if value is not None}
    return Call("estimate" if amount is None else "budget", given)
