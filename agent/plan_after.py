"""What to ask next when the first calls found too little, or in another currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.context import Context
from agent.evidence import Finding
from agent.plan_call import Call
from agent.plan_conditions import conditions, places_of, purchase_of
from agent.plan_differences import differences, discounted
from agent.plan_use import use_of_found
from agent.terms import HOURS_A_MONTH
from agent.understand.fold import fold
from agent.understand.lexicon import lexicon
from agent.understand.reading import Intent, Reading

_TERMS = ("purchase_options", "term_months", "payment", "offering_classes")
# What stands beside the answer.
_BESIDE = ("refused_prices", "live_price", "convert", "differences", "discounted")
_EXPLAINED = 3  # machines whose missing price is looked into


def calls_after(reading: Reading, context: Context, done: set[str]) -> list[Call]:
    if reading.intent is Intent.CONVERT:
        return []
    primary = context.findings[-1] if len(context.findings) == 1 else _primary(context)
    if _nothing_of_ones_own(reading, primary) and len(context.findings) == 1:
        return [Call(primary.tool, {k: v for k, v in primary.arguments.items() if k != "price_type"})]
    if primary.tool == "commitment_options":
        again = _other_terms(context, primary)
        return again or (_committed_in(reading, context) if reading.currency else [])
    if "live_price" not in done and (live := _live(reading, context, primary)):
        return [live]
    if primary.tool in ("price_of", "estimate", "compare") and "refused_prices" not in done:
        missing = _without_price(reading, context)
        if missing:
            return _instead(reading, missing)
        places = _places_without_price(reading, primary)
        if places:
            return [Call("refused_prices", {"machines": list(reading.machine_names()), "places": places})]
    if primary.tool == "find_offers" and not primary.rows and len(context.found("find_offers")) == 1:
        return _relaxed(reading, context)
    if primary.tool == "coverage" and not primary.rows and len(context.found("coverage")) == 1:
        given = {
            name: primary.arguments[name]
            for name in ("accelerators", "families")
            if name in primary.arguments
        }
        return [Call("coverage", given)] if given and len(given) < len(primary.arguments) else []
    if (
        primary.tool == "search_knowledge"
        and not primary.rows
        and len(context.found("search_knowledge")) == 1
        and lexicon().has("intents", "explain", fold(reading.worded()))
    ):
        given = {"text": reading.worded(), "language": reading.language, "surely": True}
        return [Call("search_knowledge", given)]
    if not done & {"estimate", "budget"} and (use := use_of_found(reading, context)):
        return [use]
    if "discounted" not in done and (less := discounted(reading, context)):
        return [less]
    if "differences" not in done and (apart := differences(reading, context)):
        return apart
    if reading.currency and len(context.found("convert")) <= (reading.needs.max_price is not None):
        left = [row["less_usd"] for finding in context.found("discounted") for row in finding.rows[:1]]
        of = next(iter(context.found("estimate")), primary)
        return _converted(reading, left or _amounts(reading, of))
    return []


def _other_terms(context: Context, primary: Finding) -> list[Call]:
    """All commitments of the machine, where there is none on the terms asked for."""
    asked = {k: v for k, v in primary.arguments.items() if k not in _TERMS}
    again = len(context.found("commitment_options")) > 1
    if again or primary.figures["commitments"] or len(asked) == len(primary.arguments):
        return []
    return [Call("commitment_options", asked)]


def _committed_in(reading: Reading, context: Context) -> list[Call]:
    """What the cheapest commitment's whole term comes to in the currency asked for."""
    rows = [row for finding in context.found("commitment_options") for row in finding.rows if row["all_cost"]]
    if not rows or context.found("convert"):
        return []
    best = min(rows, key=lambda row: Decimal(row["price_hour"]))
    return [
        Call(
            "convert",
            {
                "amount": str(best["all_cost"]),
                "from_currency": best["currency"],
                "currency": reading.currency,
            },
        )
    ]


def _nothing_of_ones_own(reading: Reading, primary: Finding) -> bool:
    """No discount rule and no own list covers it: the list price is what is known."""
    return reading.purchase.price_type == "contracted" and not primary.rows


def _live(reading: Reading, context: Context, primary: Finding) -> Call | None:
    """The feed's own word on the machine that answers, or that has no price in the snapshot."""
    if not (reading.live and context.live) or reading.period is not None:
        return None
    if primary.tool not in ("price_of", "find_offers") or reading.purchase.price_type != "list":
        return None
    where, how = places_of(reading), purchase_of(reading, full=True)
    if primary.rows:
        first = primary.rows[0]
        name, where["providers"] = first["instance_type"], [first["provider"]]
        if primary.tool == "find_offers":
            where["places"] = [first["region"]]
    elif reading.machine_names():
        name = reading.machine_names()[0]
    else:
        return None
    kept = ("operating_system", "tenancy", "term_months", "payment")
    terms: dict[str, Any] = {one: how[one] for one in kept if one in how}
    places: dict[str, Any] = {one: where[one] for one in ("places", "providers") if one in where}
    return Call(
        "live_price", {"machine": name, **places, **terms, "purchase_option": reading.purchase.options[0]}
    )


def _primary(context: Context) -> Finding:
    return next(finding for finding in context.findings if finding.tool != "convert")


def _without_price(reading: Reading, context: Context) -> list[str]:
    """Machines asked for that no primary finding has a price of."""
    asked = (finding for finding in context.findings if finding.tool not in _BESIDE)
    priced = {row["instance_type"] for finding in asked for row in finding.rows}
    return [name for name in reading.machine_names() if name not in priced]


def _places_without_price(reading: Reading, primary: Finding) -> list[str]:
    if primary.arguments.get("by") != "place" or not reading.machine_names():
        return []
    priced = {row["side"] for row in primary.rows}
    return [place for place in primary.arguments["places"] if place not in priced]


def _instead(reading: Reading, missing: list[str]) -> list[Call]:
    """Was it refused? Is only the dedicated price known? What does it cost nearby?"""
    places = {k: v for k, v in places_of(reading).items() if k == "places"}
    system, option = reading.purchase.operating_system, reading.purchase.options[0]
    calls = [
        Call(
            "refused_prices",
            {"machines": missing, **places, "operating_system": system, "purchase_option": option},
        )
    ]
    how = {"operating_system": system, "purchase_options": [option]}
    for name in missing[:_EXPLAINED]:
        if reading.purchase.tenancy == "shared":
            calls.append(Call("find_offers", {"machines": [name], **places, **how, "tenancy": "dedicated"}))
        region = _home(reading, name)
        if region:
            near = {"machine": name, "provider": region[0], "region": region[1]}
            near["tenancy"] = reading.purchase.tenancy
            calls.append(
                Call("nearest_prices", {**near, "operating_system": system, "purchase_option": option})
            )
        elif places:
            calls.append(Call("price_of", {"machine": name, **how}))
        if system != "linux":
            calls.append(Call("price_of", {"machine": name, "purchase_options": [option]}))
        if option != "on_demand":
            calls.append(Call("price_of", {"machine": name, **places, "operating_system": system}))
    return calls


def _home(reading: Reading, name: str) -> tuple[str, str] | None:
    """The region asked about, of a provider that has the machine."""
    providers = {machine.provider for machine in reading.machines if machine.name == name}
    pairs = sorted(pair for place in reading.places for pair in place.regions if pair[0] in providers)
    return pairs[0] if pairs else None


def _relaxed(reading: Reading, context: Context) -> list[Call]:
    """The same on demand; else elsewhere, else of others, else without the highest price."""
    given = {**conditions(reading, context), "best_per": "machine", "rows": 3}
    if reading.purchase.options != ("on_demand",):
        bought = ("term_months", "payment", "purchase_options")
        return [Call("find_offers", {k: v for k, v in given.items() if k not in bought})]
    if reading.needs.max_gpus is not None:
        more = {k: v for k, v in given.items() if k != "max_gpus"}
        one = {"per_gpu": True} if reading.needs.max_gpus == 1 else {}
        return [Call("find_offers", {**more, **one})]
    if reading.providers and not set(reading.providers) & context.words.providers:
        return []  # nothing is known of whom the question asks about
    where = [name for name in ("places", "providers") if name in given]
    if where:
        each = [{k: v for k, v in given.items() if k != dropped} for dropped in where]
        return [Call("find_offers", arguments) for arguments in each]
    if "max_usd_hour" in given:
        return [Call("find_offers", {k: v for k, v in given.items() if k != "max_usd_hour"})]
    return []


def _converted(reading: Reading, amounts: list[Decimal]) -> list[Call]:
    return [Call("convert", {"amount": str(amount), "currency": reading.currency}) for amount in amounts]


def _amounts(reading: Reading, primary: Finding) -> list[Decimal]:
    """What is said in another currency: the total; else the month and the hour, or each kind of token."""
    if not primary.rows:
        return []
    first = primary.rows[0]
    if first.get("total_usd") is not None:
        return [first["total_usd"]]
    if "amount_usd" in first:
        return []  # what it pays for is said in tokens
    if first.get("price_usd_hour") is not None:
        month = [first["price_usd_hour"] * HOURS_A_MONTH] if reading.monthly else []
        return [*month, first["price_usd_hour"]]
    own = [
        row for row in primary.rows if "price_usd_million_tokens" in row and row["model"] == first["model"]
    ]
    kinds = reading.token_terms.kinds or ("input", "output")
    prices = {row["kind"].partition(":")[0]: row["price_usd_million_tokens"] for row in own}
    return list(dict.fromkeys(prices[kind] for kind in kinds if kind in prices))
