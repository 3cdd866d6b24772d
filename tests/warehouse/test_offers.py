"""What is offered where several sources, zones and classes price one thing; what is known of a machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import DAY, Gate, machine, opened_gate, price
from warehouse import build
from warehouse.contracts import Scope, SourceInfo

TODAY = (datetime.now(UTC) - DAY).days  # at midnight: ages are counted in days of the calendar
SOURCES = [
    SourceInfo("official", "The provider's list", "daily", 7, 10, "", ""),
    SourceInfo("catalog", "Somebody's catalog", "daily", 7, 30, "", ""),
    SourceInfo("package", "A package", "release", 90, 50, "", ""),
]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        build.load_sources(opened.connection, SOURCES)
        yield opened


def load(
    gate: Gate, source: str, prices: list[dict[str, Any]], machines: Any = (), day: float = TODAY
) -> None:
    gate.source = source
    described = [{**one, "source": source} for one in machines]
    assert gate.load(prices, described, day=day).verdict == "accepted"


def derived(gate: Gate, query: str) -> list[tuple[Any, ...]]:
    build.derive(gate.connection)
    return gate.connection.execute(query).fetchall()


BY_SOURCE = "SELECT source, price_hour::DOUBLE FROM offers ORDER BY ALL"


def test_of_fresh_sources_the_lowest_rank_is_offered(gate: Gate) -> None:
    load(gate, "official", [price(price="0.1")], day=TODAY - 3)
    load(gate, "catalog", [price(price="0.2")])
    assert derived(gate, BY_SOURCE) == [("official", 0.1)]


def test_a_stale_source_does_not_beat_a_fresh_one(gate: Gate) -> None:
    load(gate, "official", [price(price="0.1")], day=TODAY - 9)
    load(gate, "catalog", [price(price="0.2")])
    load(gate, "package", [price(price="0.3")])
    assert derived(gate, BY_SOURCE) == [("catalog", 0.2)]
    # Read again, and still the same: it speaks for today.
    build.record_checks(gate.connection, {gate.names[0]: datetime.now(UTC)})
    assert derived(gate, BY_SOURCE) == [("official", 0.1)]


def test_reading_a_release_again_makes_it_no_younger(gate: Gate) -> None:
    load(gate, "package", [price()], day=TODAY - 100)
    build.record_checks(gate.connection, {gate.names[0]: datetime.now(UTC)})
    assert derived(gate, "SELECT stale FROM offers") == [(True,)]
    assert derived(gate, "SELECT age_days, stale FROM freshness") == [(100, True)]


def test_of_stale_sources_the_lowest_rank_is_better_than_nothing(gate: Gate) -> None:
    load(gate, "catalog", [price(price="0.2")], day=TODAY - 40)
    load(gate, "official", [price(price="0.1")], day=TODAY - 90)
    assert derived(gate, BY_SOURCE) == [("official", 0.1)]


def test_zones_of_one_source_replace_its_region_and_other_sources(gate: Gate) -> None:
    zones = [price(zone=f"us-central1-{name}", price=f"0.0{number}") for number, name in enumerate("abc", 1)]
    load(gate, "official", [*zones, price(price="0.09")])
    load(gate, "catalog", [price(price="0.05"), price(zone="us-central1-f", price="0.04")])
    found = "SELECT zone, price_hour::DOUBLE FROM offers ORDER BY ALL"
    assert derived(gate, found) == [("us-central1-a", 0.01), ("us-central1-b", 0.02), ("us-central1-c", 0.03)]


def test_a_region_of_a_better_source_replaces_the_zones_of_another(gate: Gate) -> None:
    load(gate, "official", [price(price="0.09")])
    load(gate, "catalog", [price(zone="us-central1-f", price="0.04")])
    assert derived(gate, BY_SOURCE) == [("official", 0.09)]


def test_sources_may_call_a_service_by_different_names(gate: Gate) -> None:
    load(gate, "official", [price(price="0.09"), price(price="0.1", service="Outposts")])
    load(gate, "catalog", [price(price="0.2", service="Compute")])
    assert derived(gate, BY_SOURCE) == [("official", 0.09), ("official", 0.1)]


def test_prices_for_development_and_test_are_not_offered(gate: Gate) -> None:
    load(gate, "official", [price(), price(offering_class="dev_test", price="0.05")])
    assert derived(gate, BY_SOURCE) == [("official", 0.1)]
    assert derived(gate, "SELECT count(*) FROM prices") == [(2,)]


def test_only_hours_of_machines_are_offered(gate: Gate) -> None:
    rows = [price(), price(category="database", sku_id="db"), price(unit="gb_month", sku_id="disk")]
    load(gate, "official", [*rows, price(tier_from=100, sku_id="later")])
    assert derived(gate, "SELECT count(*) FROM offers") == [(1,)]


def test_an_offer_tells_the_parts_of_its_price(gate: Gate) -> None:
    parts = '{"components": [{"sku": "core", "rate": "0.03", "quantity": 2, "unit": "vcpu_hour"}]}'
    load(gate, "official", [price(attributes=parts), price(sku_id="b", instance_type="b")])
    found = derived(gate, "SELECT components ->> '$[0].sku' FROM offers ORDER BY instance_type DESC")
    assert found == [("core",), (None,)]


SPECS = "SELECT vcpus, memory_gib, cpu_model, accelerator, accelerator_count, accelerator_memory_gib, source FROM instance_types"
BARE = {"vcpus": None, "memory_gib": None}


def test_a_machine_is_what_all_sources_know_of_it(gate: Gate) -> None:
    known = {
        "cpu_model": "Xeon",
        "accelerator": "H100",
        "accelerator_count": 8.0,
        "accelerator_memory_gib": 80.0,
    }
    load(gate, "package", [], [machine(vcpus=1.0, **known)], day=TODAY - 50)
    load(gate, "official", [], [machine(vcpus=2.0, memory_gib=None)])
    assert derived(gate, SPECS) == [(2, 8, "Xeon", "H100", 8, 80, "official")]
    load(gate, "catalog", [], [machine(**BARE, cpu_model="EPYC", accelerator_count=4.0)], day=TODAY + 0.1)
    assert derived(gate, SPECS) == [(2, 8, "EPYC", "H100", 4, 80, "official")]
    assert derived(
        gate, "SELECT field, held_value, other_value, other_source FROM spec_conflicts ORDER BY ALL"
    ) == [
        ("accelerator_count", "4.0", "8.0", "package"),
        ("vcpus", "2.0", "1.0", "package"),
    ]


def test_an_accelerator_keeps_its_own_memory(gate: Gate) -> None:
    load(gate, "official", [], [machine(accelerator="A100-40GB", accelerator_count=1.0)])
    load(
        gate,
        "catalog",
        [],
        [machine(accelerator="A100-80GB", accelerator_count=1.0, accelerator_memory_gib=80.0)],
    )
    assert derived(gate, SPECS) == [(2, 8, None, "A100-40GB", 1, None, "official")]


def test_the_latest_description_of_a_source_counts_whole(gate: Gate) -> None:
    load(gate, "official", [], [machine(cpu_model="Xeon")], day=TODAY - 2)
    load(gate, "official", [], [machine(vcpus=4.0)], day=TODAY - 1)
    assert derived(gate, SPECS) == [(4, 8, None, None, None, None, "official")]


def test_a_live_source_of_many_scopes_is_one_line(gate: Gate) -> None:
    gate.source = "official"
    for region, day in (("us-central1", TODAY), ("europe-west1", TODAY - 20)):
        assert (
            gate.load([price(region=region)], day=day, scope=Scope("gcp", None, (region,))).verdict
            == "accepted"
        )
    build.derive(gate.connection)
    text = (Path(build.__file__).parent / "sql" / "serve" / "sources_state.sql").read_text(encoding="utf-8")
    relation = gate.connection.execute(text)
    names = [column[0] for column in relation.description]
    (row,) = [dict(zip(names, one, strict=True)) for one in relation.fetchall()]
    assert (row["source"], row["prices"], row["scopes"], row["stale_scopes"]) == ("official", 2, 2, 1)
    assert (row["stale"], row["age_days"], row["oldest_days"]) == (True, 0, 20)


def test_an_offer_of_a_marketplace_says_of_how_many_it_is_the_lowest(gate: Gate) -> None:
    market = '{"price": "the lowest of the offers", "offers": 7}'
    load(gate, "official", [price(attributes=market), price(region="us-east1", attributes='{"offers": 7}')])
    found = "SELECT region, lowest_of FROM offers ORDER BY ALL"
    assert derived(gate, found) == [("us-central1", 7), ("us-east1", None)]
