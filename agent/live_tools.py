"""The price a provider's own feed says now, beside the snapshot's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agent import filters, tools
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.terms import HOURS_A_MONTH, Payment, PurchaseOption, Tenancy
from warehouse.contracts import LiveAsk
from warehouse.errors import InvalidInput

_ASKED = 3  # regions one question may ask the feeds about
_TERMS = ("term_months", "payment", "offering_class")
Row = Mapping[str, Any]


def live_price(
    context: Context,
    machine: str,
    places: Names = None,
    providers: Names = None,
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_option: PurchaseOption = "on_demand",
    term_months: int | None = None,
    payment: Payment | None = None,
) -> Finding:
    """What a machine costs right now, by its provider's own feed, beside the snapshot's price."""
    if context.live is None:
        raise InvalidInput("Live prices are off.", "Set CLOUD_PRICING_LIVE_PRICES, or use `ask --live`.")
    how: dict[str, Any] = {"operating_system": operating_system, "tenancy": tenancy}
    terms: dict[str, Any] = {"term_months": term_months, "payment": payment}
    known = tools.price_of(
        context, machine, places, providers, **how, **terms, purchase_options=[purchase_option]
    ).rows
    rows: list[Row] = []
    unanswered: dict[str, Row] = {}
    for provider, name, region in _where(context, machine, places, providers, known):
        if provider in unanswered:
            continue  # it would keep the question waiting as long again
        asked = LiveAsk(provider, name, region, **how, **terms, purchase_option=purchase_option)
        reply = context.live.ask(asked)
        if reply.rows:
            rows.append(_beside(reply.rows[0], known))
        else:
            told = {"why": reply.why, "seconds": round(reply.seconds), "message": reply.message}
            unanswered[provider] = {**asdict(asked), **told}
    rows.sort(key=lambda row: row["price_hour"])
    return Finding("live_price", {}, tuple(rows), {"unanswered": tuple(unanswered.values())})


def _where(
    context: Context, machine: str, places: Names, providers: Names, known: tuple[Row, ...]
) -> list[tuple[str, str, str]]:
    """The cheapest regions of the snapshot; without a price there, those asked about."""
    found = [(row["provider"], row["instance_type"], row["region"]) for row in known]
    if not found:
        names = filters.machine_names(context, [machine]) or []
        sellers = {(one.provider, one.name) for group in context.words.machines.values() for one in group}
        pairs = [pair.split("/", 1) for pair in filters.regions(context, places) or ()]
        found = [
            (provider, name, region)
            for name in names
            for provider, region in pairs
            if (provider, name) in sellers and provider in (providers or [provider])
        ]
    return list(dict.fromkeys(found))[:_ASKED]


def _beside(live: Row, known: tuple[Row, ...]) -> Row:
    """The feed's price as a row of offers, with what the snapshot says of the same."""
    now: datetime = live["observed_at"].astimezone(UTC)
    row: dict[str, Any] = {
        **{
            name: live[name]
            for name in ("provider", "instance_type", "region", "operating_system", "tenancy")
        },
        **{name: live[name] for name in ("purchase_option", *_TERMS, "currency", "source", "source_url")},
        "price_hour": live["price"],
        "price_month": live["price"] * HOURS_A_MONTH,
        "observed_at": now,
        "asked_at": f"{now:%H:%M} UTC",
        "price_id": f"live/{live['source']}/{live['region']}/{live['instance_type']}",
    }
    same = ("provider", "instance_type", "region", "currency", *_TERMS)
    then = next((one for one in known if all(one[name] == live[name] for name in same)), None)
    if then:
        change: Decimal = live["price"] - then["price_hour"]
        row |= {
            "region_name": then["region_name"],
            "snapshot_price_hour": then["price_hour"],
            "snapshot_as_of": then["as_of"],
            "snapshot_price_id": then["price_id"],
            "change_percent": tools.percent(live["price"], then["price_hour"]) if change else Decimal(0),
        }
    return row
