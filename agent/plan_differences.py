"""Which amounts of the findings are set against each other, where a question is about several sides."""

from __future__ import annotations

from decimal import Decimal

from agent.context import Context
from agent.plan_call import Call
from agent.terms import HOURS_A_MONTH
from agent.understand.reading import Reading

_MONTH = Decimal(HOURS_A_MONTH)
_KINDS = ("input", "output")
_PRICED = ("price_of", "find_offers", "estimate", "estimate_basket", "recommend")


def differences(reading: Reading, context: Context) -> list[Call]:
    """Of what machines, places or ways of buying come to, or of what language models cost."""
    if reading.paid is not None:
        listed = listed_price(reading, context)
        amounts = {"listed": str(listed), "paid": str(reading.paid)}
        return [Call("differences", {"amounts_usd": amounts})] if listed else []
    of_bills = _of_estimates(reading, context) or _of_sides(reading, context)
    every = [of_bills] if of_bills else [one for _, one in of_models(reading, context)]
    return [Call("differences", {"amounts_usd": amounts}) for amounts in every]


def discounted(reading: Reading, context: Context) -> Call | None:
    """What was found first, by the hour and in all, less the discount that the question names."""
    found = [finding.rows for finding in context.findings if finding.tool in _PRICED and finding.rows]
    if reading.percent_off is None or not found:
        return None
    first = (found[1] if len(found) > 1 and "total_usd" in found[1][0] else found[0])[0]
    names = {"total": "total_usd", "month": "price_usd_month", "hour": "price_usd_hour"}
    amounts = {name: str(first[column]) for name, column in names.items() if first.get(column)}
    if "total" in amounts:
        amounts.pop("month", None)
    arguments = {"amounts_usd": amounts, "percent_off": str(reading.percent_off)}
    return Call("discounted", arguments) if amounts else None


def listed_price(reading: Reading, context: Context) -> Decimal | None:
    """USD an hour of what was found first, for one GPU where a GPU is asked about."""
    found = context.findings[0]
    if found.tool not in ("price_of", "find_offers", "estimate") or not found.rows:
        return None
    first = found.rows[0]
    of_gpu = reading.accelerators and not reading.machine_names() and reading.needs.min_gpus in (None, 1)
    price: Decimal = first["price_usd_gpu_hour" if of_gpu else "price_usd_hour"]
    return price


def _of_estimates(reading: Reading, context: Context) -> dict[str, str]:
    """One machine in place of another, or in one place and another."""
    found = [finding.rows for finding in context.found("estimate") if finding.rows]
    if len(found) > 1:
        return _apart({rows[0]["instance_type"]: rows[0]["total_usd"] for rows in found})
    if len(found) == 1 and len(reading.places) > 1:
        return _apart({row["region"]: row["total_usd"] for row in (found[0][-1], found[0][0])})
    return {}


def _of_sides(reading: Reading, context: Context) -> dict[str, str]:
    """The sides of a comparison, of so many machines for so many hours each."""
    usage = reading.usage
    if usage.machines == 1 and not usage.counts and usage.hours in (None, _MONTH):
        return {}
    hours = usage.hours or _MONTH
    return _apart(
        {
            row["side"]: row["price_usd_hour"] * hours * usage.of(row["instance_type"])
            for finding in context.found("compare")
            for row in finding.rows
        }
    )


def of_models(reading: Reading, context: Context) -> list[tuple[str | None, dict[str, str]]]:
    """Each kind of token, None for a workload, with what each model's first seller asks for it."""
    found = [finding.rows for finding in context.found("token_cost") if finding.rows]
    if len(found) < 2:
        return []
    if all(rows[0]["total_usd"] is not None for rows in found):
        totals = _apart({rows[0]["name"]: rows[0]["total_usd"] for rows in found})
        return [(None, totals)] if totals else []
    if not reading.by_how_much:
        return []
    kinds = reading.token_terms.kinds or _KINDS
    each = [
        (
            kind,
            _apart(
                {
                    row["name"]: row["price_usd_million_tokens"]
                    for rows in found
                    for row in reversed(rows)
                    if (row["provider"], row["model"]) == (rows[0]["provider"], rows[0]["model"])
                    and row["kind"].partition(":")[0] == kind
                }
            ),
        )
        for kind in kinds
    ]
    return [(kind, amounts) for kind, amounts in each if len(amounts) == len(found)]


def _apart(amounts: dict[str, Decimal]) -> dict[str, str]:
    """Two or more that all cost something."""
    told = len(amounts) > 1 and min(amounts.values()) > 0
    return {name: str(amount) for name, amount in amounts.items()} if told else {}
