"""Offers of the snapshot that meet conditions, as rows with all that an answer says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agent import filters, periods, shapes
from agent.context import Context

if TYPE_CHECKING:
    import pyarrow as pa

_TENTH_PLACE = Decimal("1e-10")
_PRICES = ("price_hour", "price_month", "price_usd_hour", "price_usd_month")
_UNSAID = ("number", "measure", "side", "rank", "found", "machines", "continent", "latitude", "longitude")

_UNLISTED = {"listed": False, "after": None, "reversed": False, "currency": None}


def conditions(context: Context, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the tool `find_offers` as those of its query. Raises UnknownName."""
    at, places, not_places = asked["at"], asked["places"], asked["not_places"]
    as_given = {name: asked[name] for name in asked if name not in ("places", "not_places", "shape")}
    return {
        **as_given,
        **{name: asked[name] or None for name in ("families", "not_families", "offering_classes")},
        **shapes.gib_per_vcpu(asked["shape"]),
        "at": periods.end_of(at) if at else None,
        "machines": filters.machine_names(context, asked["machines"]),
        "accelerators": filters.accelerator_names(context, asked["accelerators"]),
        "providers": filters.provider_names(asked["providers"]),
        "not_providers": filters.provider_names(asked["not_providers"]),
        "regions": filters.regions(context, places, sold=not at),
        "not_regions": filters.not_regions(context, places, not_places),
        "purchase_options": list(asked["purchase_options"] or ["on_demand"]),
    }


def listed(
    context: Context,
    conditions: Mapping[str, Any],
    *,
    after: str | None = None,
    reversed: bool = False,
    currency: str | None = None,
) -> tuple[int, Iterator[pa.RecordBatch]]:
    """How many offers follow the one numbered `after`, and `rows` of them as they are sent."""
    how = {"by_number": False, "after": after, "reversed": reversed, "currency": currency}
    (counts,) = context.named("find_offers", **conditions, **how, counted=True, listed=False).records()
    rows = context.reader.stream_named("find_offers", **conditions, **how, counted=False, listed=True)
    return int(counts["found"]), rows


def found(context: Context, conditions: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Rows that meet the conditions of `find_offers.sql`; how many offers do, and how many machines."""
    of_groups = bool(conditions["best_per"])
    by_number = not conditions["at"] and (of_groups or conditions["price_type"] == "contracted")
    rows = context.named(
        "find_offers", **conditions, **_UNLISTED, by_number=by_number, counted=False
    ).records()
    if of_groups:
        counts = rows[0] if rows else {"found": 0, "machines": 0}
    elif len(rows) < conditions["rows"]:
        counts = {
            "found": len(rows),
            "machines": len({(row["provider"], row["instance_type"]) for row in rows}),
        }
    else:
        (counts,) = context.named(
            "find_offers", **conditions, **_UNLISTED, by_number=True, counted=True
        ).records()
    if by_number:
        rows = whole(context, rows)
    offers = [_said(row, conditions) for row in rows]
    return offers, {name: int(counts[name]) for name in ("found", "machines")}


def whole(context: Context, chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows chosen by the `number` of an offer, with all its columns."""
    numbers = [row["number"] for row in chosen]
    by_number = {row["number"]: row for row in context.named("offers_by_number", numbers=numbers).records()}
    return [{**by_number[row["number"]], **row} for row in chosen]


def _said(row: Mapping[str, Any], conditions: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in row.items() if name not in _UNSAID}
    discount = row.get("discount_percent")
    if discount is not None:
        said |= {
            name: _rounded(row[name] * (1 + discount / 100)) for name in _PRICES if row[name] is not None
        }
    per_gpu = (
        _rounded(said["price_usd_hour"] / Decimal(row["accelerator_count"]))
        if row["accelerator_count"]
        else None
    )
    by_price = str(conditions["rank"]).startswith("price") and row["rank"] is not None
    return {
        "tied": None,
        "rule": None,
        "discount_percent": None,
        **said,
        "price_id": str(row["price_id"]),
        "price_type": conditions["price_type"],
        "components": components(row["components"]),
        "price_usd_gpu_hour": per_gpu,
        "price_usd_gpu_month": per_gpu and _rounded(per_gpu * 730),
        "price_usd_unit_hour": _rounded(Decimal(repr(row["rank"]))) if by_price else None,
    }


def _rounded(money: Decimal) -> Decimal:
    return money.quantize(_TENTH_PLACE)


def components(text: str | None) -> list[dict[str, Any]] | None:
    """What a price is the sum of: `sku`, `rate`, `quantity` and `unit` of each part, money exact."""
    parts: list[dict[str, Any]] | None = json.loads(text, parse_float=Decimal) if text else None
    return parts
