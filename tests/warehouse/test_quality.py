"""The rules for rows: each bites where it should, and only there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import Gate, machine, opened_gate, price
from warehouse.contracts import SourceInfo

TOKENS: dict[str, Any] = {
    "category": "ai",
    "service": "tokens",
    "provider": "openai",
    "sku_id": "gpt-9:input",
    "instance_type": None,
    "operating_system": None,
    "tenancy": None,
    "region": "global",
    "unit": "million_tokens",
    "attributes": '{"kind": "input"}',
}
RESERVED: dict[str, Any] = {
    "purchase_option": "reserved",
    "sku_id": "r",
    "payment": "all_upfront",
    "term_months": 12,
}

# What is wrong, the same thing put right, and what the quarantine says of it.
ROW_RULES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("zero_price", {"price": 0}, {"price": 0, "attributes": '{"free_tier": true}'}, "missing, not free"),
    ("zero_price", {**RESERVED, "price": 0}, {**RESERVED, "price": 0, "upfront": 700}, "missing, not free"),
    ("negative_price", {"price": "-0.1"}, {"price": "0.1"}, "-0.1 is below zero"),
    ("negative_price", {**RESERVED, "upfront": -7}, {**RESERVED, "upfront": 7}, "upfront -7 is below zero"),
    ("absurd_price", {"price": 2001}, {"price": 1999}, "2001 USD per hour is above 2000 USD"),
    ("absurd_price", {"price": 2001}, {"price": 2001, "currency": "BRL"}, "above"),
    ("absurd_price", {"unit": "gib_hour", "price": 60}, {"unit": "gib_hour", "price": 1}, "above 50 USD"),
    ("unknown_currency", {"currency": "XAU"}, {"currency": "EUR"}, "`XAU,…` to data/reference/fx_rates.csv"),
    ("unknown_unit", {"unit": "fortnight"}, {"unit": "vcpu_hour"}, "fortnight"),
    ("unknown_category", {"category": "quantum"}, {"category": "other"}, "quantum"),
    ("unknown_purchase_option", {"purchase_option": "barter"}, {"purchase_option": "spot"}, "barter"),
    ("unknown_price_type", {"price_type": "rumour"}, {"price_type": "contracted"}, "rumour"),
    ("unknown_payment", {"payment": "in_kind"}, {"payment": "no_upfront"}, "in_kind"),
    ("unknown_tenancy", {"tenancy": "squat"}, {"tenancy": "host"}, "squat"),
    ("unknown_operating_system", {"operating_system": "plan9"}, {"operating_system": "rhel"}, "plan9"),
    (
        "unknown_region",
        {"region": "us-east-1"},
        {"region": "europe-west1"},
        "`gcp,us-east-1,…` to data/reference/regions.csv",
    ),
    ("unknown_region", {"region": "nowhere"}, {"region": "global"}, "gcp,nowhere"),
    (
        "unknown_region",
        {"provider": "azure", "region": "useast"},
        {"provider": "azure", "region": "eastus"},
        "azure,useast",
    ),
    ("missing_sku", {"sku_id": " "}, {"sku_id": "x"}, "empty"),
    ("missing_term", {**RESERVED, "term_months": None}, RESERVED, "this says nothing"),
    (
        "missing_term",
        {"purchase_option": "commitment", "term_months": 1200},
        {"term_months": None},
        "this says 1200",
    ),
    (
        "bad_tier",
        {"tier_from": 10, "tier_to": 10},
        {"tier_from": 10, "tier_to": 11},
        "not above its start, 10",
    ),
    ("missing_kind", {**TOKENS, "attributes": None}, TOKENS, "attributes.kind"),
    (
        "missing_kind",
        {**TOKENS, "attributes": "{}"},
        {**TOKENS, "unit": "hour", "attributes": None},
        "which tokens",
    ),
]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        yield opened


# Enough good rows that one bad one does not have the batch refused.
def crowd(many: int = 4, **changes: Any) -> list[dict[str, Any]]:
    return [
        price(sku_id=f"crowd-{number}", instance_type=f"crowd-{number}", **changes) for number in range(many)
    ]


@pytest.mark.parametrize(("reason", "bad", "good", "says"), ROW_RULES)
def test_a_row_rule_bites_only_where_it_should(
    gate: Gate, reason: str, bad: dict[str, Any], good: dict[str, Any], says: str
) -> None:
    verdict = gate.load([price(**bad), *crowd()])
    assert verdict.verdict == "accepted_with_quarantine"
    assert (verdict.rows, verdict.quarantined, verdict.reasons) == (5, 1, {reason: 1})
    ((slug, detail, sha256),) = gate.quarantine("reason, detail, payload_sha256")
    assert slug == reason
    assert says in detail
    assert sha256 == "ab" * 32
    assert len(gate.accepted()) == 4

    verdict = gate.load([price(**good), *crowd()], day=1, seen=0)
    assert (verdict.verdict, verdict.quarantined) == ("accepted", 0)
    assert len(gate.accepted()) == 5


def test_the_first_reason_of_several_counts_and_the_row_is_kept_as_it_came(gate: Gate) -> None:
    gate.load([price(price=0, region="nowhere", unit="fortnight"), *crowd()])
    ((reason, unit, region),) = gate.quarantine("reason, row_json->>'unit', region")
    assert (reason, unit, region) == ("zero_price", "fortnight", "nowhere")


def test_the_same_price_twice_is_kept_once_and_two_prices_of_one_thing_not_at_all(gate: Gate) -> None:
    gate.load([price(name="b"), price(name="a"), *crowd()])
    assert gate.quarantine("reason, price_id") == [("repeated_row", None)]
    assert gate.accepted("name")[0] == "a"

    gate.load([price(), price(price="0.2"), *crowd()], day=1)
    assert gate.quarantine("reason, price::DOUBLE, price_id IS NULL") == [
        ("duplicate_key", 0.1, False),
        ("duplicate_key", 0.2, False),
    ]
    assert len(gate.accepted()) == 4


def test_a_zero_beside_a_real_price_does_not_spoil_it(gate: Gate) -> None:
    gate.load([price(), price(price=0), *crowd(many=1)])
    assert gate.quarantine("reason, price_id") == [("zero_price", None)]
    assert gate.accepted() == [0.1, 0.1]


def test_spot_is_held_against_on_demand_of_the_same_batch(gate: Gate) -> None:
    machines = [price(), price(instance_type="other", sku_id="o")]
    spots = [
        price(sku_id="s1", purchase_option="spot", price="0.16"),
        price(sku_id="s2", purchase_option="spot", price="0.15", instance_type="other"),
        price(sku_id="s3", purchase_option="spot", price="9", instance_type="unsold"),
    ]
    gate.load([*machines, *spots])
    assert gate.quarantine() == ["spot_above_on_demand"]
    assert gate.quarantine("detail") == ["The spot price 0.16 is 1.6 times the on-demand price 0.1."]


def test_spot_is_held_against_on_demand_in_force_when_the_batch_has_none(gate: Gate) -> None:
    gate.load([price()])
    gate.load([price(purchase_option="spot", price="0.2"), *crowd(purchase_option="spot")], day=1)
    assert gate.quarantine() == ["spot_above_on_demand"]


def test_a_price_that_moves_is_believed_when_seen_twice(gate: Gate) -> None:
    gate.load([price(), *crowd()])
    verdict = gate.load([price(price="0.14"), *crowd()], day=1)
    assert verdict.reasons == {"moved": 1}
    assert "moved by +40.0%, from 0.1 to 0.14;" in gate.quarantine("detail")[0]
    assert gate.in_force() == [0.1] * 5

    assert gate.load([price(price="0.05"), *crowd()], day=2).reasons == {"moved": 1}
    assert gate.load([price(price="0.14"), *crowd()], day=3).reasons == {}
    assert gate.in_force() == [0.1] * 4 + [0.14]


@pytest.mark.parametrize(
    ("changes", "days", "seen"),
    [
        pytest.param({"price": "0.139"}, 1, 1, id="by less"),
        pytest.param({"price": "0.061"}, 1, 1, id="down by less"),
        pytest.param({"price": "0.5"}, 46, 46, id="after long silence"),
        pytest.param({"price": "0.5"}, 1, 0, id="as the same fetch dates it"),
        pytest.param({"price": "0.5", "sku_id": "new"}, 1, 1, id="of another thing"),
    ],
)
def test_a_price_may_move(gate: Gate, changes: dict[str, Any], days: float, seen: float) -> None:
    gate.load([price(), *crowd()], seen=0)
    assert gate.load([price(**changes), *crowd()], day=days, seen=seen).verdict == "accepted"


def test_lists_of_one_date_are_compared_in_the_order_of_their_fetches(gate: Gate) -> None:
    gate.load([price(price="0.9"), *crowd()], day=-50)
    gate.load([price(), *crowd()], seen=0.1)
    assert gate.load([price(price="1"), *crowd()], seen=0.2).reasons == {"moved": 1}
    assert "from 0.1 to 1;" in gate.quarantine("detail")[0]
    assert gate.load([price(price="1"), *crowd()], seen=0.3).reasons == {}
    assert gate.in_force() == [0.1] * 4 + [1.0]


def test_what_was_fetched_later_is_not_before(gate: Gate) -> None:
    gate.load([price(), *crowd()], seen=2)
    assert gate.load([price(price="1"), *crowd()], seen=1).reasons == {}
    assert gate.in_force() == [0.1] * 5


def test_one_fetch_parsed_twice_is_seen_once(gate: Gate) -> None:
    gate.load([price(), *crowd()])
    assert gate.load([price(price="1"), *crowd()], day=1).reasons == {"moved": 1}
    assert gate.load([price(price="1"), *crowd()], day=1).reasons == {"moved": 1}
    assert gate.load([price(price="1"), *crowd()], day=1, seen=1.1).reasons == {}


SPOT = {"purchase_option": "spot"}
FREE = '{"free_tier": true}'
MARKET = SourceInfo("lists", "A market", "hourly", 2, 1, "none", "https://prices.example", market=True)


@pytest.mark.parametrize(("changes", "info"), [(SPOT, None), ({}, MARKET)])
@pytest.mark.parametrize(
    ("cost", "reasons"), [("0.5", {}), ("0.02", {}), ("1", {"moved": 1}), ("0.0001", {"moved": 1})]
)
def test_spot_prices_and_markets_move_up_to_five_times(
    gate: Gate, changes: dict[str, Any], info: SourceInfo | None, cost: str, reasons: dict[str, int]
) -> None:
    gate.info = info or gate.info
    gate.load([price(**changes), *crowd(**changes)])
    assert gate.load([price(price=cost, **changes), *crowd(**changes)], day=1).reasons == reasons
    near = float(cost) * 1.2  # spot prices are hardly ever the same twice
    assert gate.load([price(price=near, **changes), *crowd(**changes)], day=2).reasons == {}


@pytest.mark.parametrize("info", [None, MARKET])
def test_what_was_sold_is_not_free_before_it_is_seen_twice(gate: Gate, info: SourceInfo | None) -> None:
    gate.info = info or gate.info
    gate.load([price(), price(sku_id="given", price="0", attributes=FREE), *crowd()])
    free = [price(sku_id=name, price="0", attributes=FREE) for name in ("AAAA-0001", "given")]
    assert gate.load([*free, *crowd()], day=1).reasons == {"moved": 1}
    assert "moved by -100.0%, from 0.1 to 0;" in gate.quarantine("detail")[0]
    assert gate.load([*free, *crowd()], day=2).reasons == {}


def test_a_spot_price_of_a_hundredth_is_not_believed(gate: Gate) -> None:
    gate.load([price(), *crowd()])
    gate.load([price(**SPOT, price="0.0009"), *crowd(**SPOT, price="0.001")], day=1)
    assert gate.quarantine() == ["spot_far_below_on_demand"]


def test_a_quarantined_price_leaves_the_one_before_in_force(gate: Gate) -> None:
    gate.load([price(), *crowd()])
    gate.load([price(price=0), *crowd()], day=1)
    assert gate.in_force() == [0.1] * 5


GPU: dict[str, Any] = {"accelerator": "H100", "accelerator_count": 8.0, "accelerator_memory_gib": 80.0}
MACHINE_RULES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("bad_spec", {"vcpus": 0.0}, {"vcpus": 1920.0}, "0.0 vCPUs"),
    ("bad_spec", {"vcpus": 2001.0}, {"vcpus": None}, "2001.0 vCPUs"),
    ("bad_spec", {"memory_gib": 0.1}, {"memory_gib": 0.5}, "0.1 GiB"),
    ("bad_spec", {"memory_gib": 65536.0}, {"memory_gib": 32768.0}, "65536.0 GiB"),
    ("bad_spec", {**GPU, "accelerator_count": None}, GPU, "? × H100"),
    ("bad_spec", {**GPU, "accelerator_count": 0.0}, {**GPU, "accelerator_count": 0.5}, "0.0 × H100"),
    ("bad_spec", {**GPU, "accelerator_memory_gib": 8192.0}, GPU, "of 8192.0 GiB"),
    (
        "unknown_accelerator",
        {**GPU, "accelerator": "Abacus"},
        GPU,
        "`Abacus,…` to data/reference/accelerators.csv",
    ),
]


@pytest.mark.parametrize(("reason", "bad", "good", "says"), MACHINE_RULES)
def test_a_machine_beyond_belief_is_set_aside(
    gate: Gate, reason: str, bad: dict[str, Any], good: dict[str, Any], says: str
) -> None:
    known = machine(instance_type="other")
    verdict = gate.load([price()], [machine(**bad), known])
    assert (verdict.rows, verdict.quarantined, verdict.reasons) == (3, 1, {reason: 1})
    ((name, detail, price_id),) = gate.quarantine("instance_type, detail, price_id")
    assert (name, price_id) == ("n9-standard-2", None)
    assert says in detail
    assert gate.connection.execute("SELECT instance_type FROM machine_specs").fetchall() == [("other",)]

    assert gate.load([price()], [machine(**good), known], day=1).verdict == "accepted"


def test_a_machine_described_twice_is_kept_if_alike(gate: Gate) -> None:
    other = machine(instance_type="other")
    gate.load([price()], [machine(), machine(), other])
    assert gate.quarantine() == ["repeated_row"]
    gate.load([price()], [machine(), machine(vcpus=4.0), other], day=1)
    assert gate.quarantine() == ["duplicate_key", "duplicate_key"]


def test_the_gate_loads_its_engine_only_when_it_judges() -> None:
    code = "import sys, warehouse.quality; sys.exit('great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
