"""Of the sources that price one language model, whose prices are served; and in which region."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import DAY, Gate, opened_gate, price
from warehouse import build
from warehouse.contracts import SourceInfo
from warehouse.reader import served_sql

TODAY = (datetime.now(UTC) - DAY).days  # at midnight: ages are counted in days of the calendar
SOURCES = [
    SourceInfo("seller", "The seller's own list", "daily", 7, 20, "", ""),
    SourceInfo("table", "Somebody's table", "daily", 30, 45, "", ""),
]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        build.load_sources(opened.connection, SOURCES)
        yield opened


def token(kind: str, amount: str, **changes: Any) -> dict[str, Any]:
    return price(
        provider="aws", service="tokens", category="ai", sku_id=f"orator:{kind}", name="Orator",
        instance_type=None, operating_system=None, tenancy=None, unit="million_tokens", unit_raw="1M tokens",
        attributes=json.dumps({"kind": kind, "model": "orator"}), price=amount,
        **{"region": "global", **changes},
    )  # fmt: skip


def load(gate: Gate, source: str, *prices: dict[str, Any], day: float = TODAY) -> None:
    gate.source = source
    assert gate.load(list(prices), day=day).verdict == "accepted"


def derived(gate: Gate) -> list[tuple[Any, ...]]:
    build.derive(gate.connection)
    return gate.connection.execute(
        "SELECT source, region, kind, tier_from::INTEGER, price_usd_million_tokens::DOUBLE FROM token_prices ORDER BY ALL"
    ).fetchall()


def served(gate: Gate, **given: Any) -> list[tuple[Any, ...]]:
    """Region and price of the rows a tool gets."""
    build.derive(gate.connection)
    names = ("models", "providers", "regions", "kind", "named", "min_context")
    parameters = {**dict.fromkeys(names), "free": True, "dearest": False, "rows": 9, **given}
    relation = gate.connection.execute(served_sql("token_prices_of"), parameters)
    columns = [column[0] for column in relation.description]
    rows = [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]
    return [(row["region"], float(row["price_usd_million_tokens"])) for row in rows]


def test_tiers_and_kinds_of_two_sources_are_never_mixed(gate: Gate) -> None:
    load(
        gate,
        "table",
        token("input", "9"),
        token("input", "18", tier_from=200_000),
        token("cached_input", "1"),
    )
    load(gate, "seller", token("input", "10"), token("output", "30"))
    assert derived(gate) == [
        ("seller", "global", "input", 0, 10.0),
        ("seller", "global", "output", 0, 30.0),
    ]


def test_a_stale_source_gives_way_to_a_fresh_one(gate: Gate) -> None:
    load(gate, "seller", token("input", "10"), token("output", "30"), day=TODAY - 9)
    load(gate, "table", token("input", "9"))
    assert derived(gate) == [("table", "global", "input", 0, 9.0)]


def test_each_region_has_the_best_source_that_knows_it(gate: Gate) -> None:
    load(gate, "seller", token("input", "10"))
    load(gate, "table", token("input", "9"), token("input", "12", region="ap-northeast-1"))
    assert derived(gate) == [
        ("seller", "global", "input", 0, 10.0),
        ("table", "ap-northeast-1", "input", 0, 12.0),
    ]


def test_prices_that_hold_everywhere_are_served_unless_a_region_with_its_own_is_asked_for(gate: Gate) -> None:
    everywhere, tokyo = ("global", 10.0), ("ap-northeast-1", 12.0)
    load(
        gate,
        "seller",
        token("input", "10"),
        token("input", "12", region="ap-northeast-1"),
        token("input", "11", region="eu-west-3"),
    )
    assert served(gate) == [everywhere]
    assert served(gate, regions=["aws/ap-northeast-1"]) == [tokyo]
    assert served(gate, regions=["aws/ap-northeast-1", "aws/eu-west-3"]) == [tokyo]
    assert served(gate, regions=["aws/sa-east-1"], models=["aws/orator"]) == [everywhere]
    assert served(gate, regions=["azure/eu-west-3"]) == [everywhere]


def test_a_model_sold_only_in_regions_is_served_of_the_first(gate: Gate) -> None:
    load(
        gate,
        "seller",
        token("input", "12", region="ap-northeast-1"),
        token("input", "11", region="eu-west-3"),
    )
    assert served(gate) == [("ap-northeast-1", 12.0)]
