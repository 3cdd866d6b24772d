"""Offers of the snapshot that meet conditions, as rows with all that an answer says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent.context import Context

_TENTH_PLACE = Decimal("1e-10")
_PRICES = ("price_hour", "price_month", "price_usd_hour", "price_usd_month")
_UNSAID = ("number", "measure", "side", "rank", "found", "machines", "continent", "latitude", "longitude")


def found(context: Context, conditions: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Rows that meet the conditions of `find_offers.sql`; how many offers do, and how many machines."""
    of_groups = bool(conditions["best_per"])
    by_number = not conditions["at"] and (of_groups or conditions["price_type"] == "contracted")
    rows = context.named("find_offers", **conditions, by_number=by_number, counted=False).records()
    if of_groups:
        counts = rows[0] if rows else {"found": 0, "machines": 0}
    elif len(rows) < conditions["rows"]:
        counts = {
            "found": len(rows),
            "machines": len({(row["provider"], row["instance_type"]) for row in rows}),
        }
    else:
        (counts,) = context.named("find_offers", **conditions, by_number=True, counted=True).records()
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
