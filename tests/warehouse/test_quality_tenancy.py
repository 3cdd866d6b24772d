"""Whose machine an EC2 list price is for, when the list doesn't say: small lists made for the purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import Gate, machine, opened_gate, price

FAMILIES = {"a8": 0.05, "b8": 0.06, "c8": 0.11}
SIZES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8}
REGIONS = {"us-east-1": 1.0, "us-west-2": 1.0, "eu-west-1": 1.1, "sa-east-1": 1.6}
FEES = {"linux": 0.0, "rhel": 0.06, "suse": 0.1}

Cell = tuple[str, str, str]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        yield opened


def ec2(name: str, region: str, system: str, cost: Any) -> dict[str, Any]:
    return price(
        provider="aws",
        service="AmazonEC2",
        sku_id=f"ec2_{system}/{name}",
        instance_type=name,
        operating_system=system,
        tenancy=None,
        region=region,
        price=cost,
    )


def cells(regions: dict[str, float]) -> list[Cell]:
    names = [f"{family}.{size}" for family in FAMILIES for size in SIZES]
    return [(name, region, system) for name in names for region in regions for system in FEES]


def offers(changed: dict[Cell, float], regions: dict[str, float] = REGIONS) -> list[dict[str, Any]]:
    """A clean list but for `changed`, which gives a cell another factor on its machine's price."""
    rows = []
    for name, region, system in cells(regions):
        family, size = name.split(".")
        factor = changed.get((name, region, system), 1.0)
        machine_price = FAMILIES[family] * SIZES[size] * regions[region] * factor
        rows.append(ec2(name, region, system, round(machine_price + (FEES[system] if factor else 0), 6)))
    return rows


MACHINES = [
    machine(
        provider="aws",
        instance_type=f"{family}.{size}",
        family=family,
        vcpus=2.0 * times,
        memory_gib=8.0 * times,
    )
    for family in FAMILIES
    for size, times in SIZES.items()
]
DIRT: dict[Cell, float] = {
    ("a8.large", "us-east-1", "linux"): 1.1,
    ("b8.xlarge", "sa-east-1", "linux"): 1.06,
    ("c8.4xlarge", "eu-west-1", "rhel"): 1.1,
    ("c8.large", "us-west-2", "linux"): 0.0,
    ("b8.large", "us-west-2", "suse"): 1.1,
    ("b8.2xlarge", "us-east-1", "suse"): 1.1,
    ("a8.2xlarge", "us-west-2", "rhel"): 1.1,
}


def test_a_clean_list_is_taken_as_shared(gate: Gate) -> None:
    verdict = gate.load(offers({}), MACHINES)
    assert verdict.verdict == "accepted"
    assert set(gate.accepted("tenancy")) == {"shared"}


def test_dedicated_prices_are_kept_as_such_and_noted_for_the_shared_ones(gate: Gate) -> None:
    verdict = gate.load(offers(DIRT), MACHINES)
    assert verdict.reasons == {"dedicated_tenancy": 6, "zero_price": 1}
    assert verdict.quarantined == 1
    assert len(gate.accepted()) + verdict.quarantined == len(offers({}))
    dedicated = gate.connection.execute(
        "SELECT instance_type, region, operating_system FROM staged_prices WHERE tenancy = 'dedicated'"
    ).fetchall()
    assert set(dedicated) == {cell for cell, factor in DIRT.items() if factor}

    ((price_now, likely, detail),) = gate.quarantine(
        "price::DOUBLE, likely_price::DOUBLE, detail",
        "instance_type = 'a8.large' AND operating_system = 'linux'",
    )
    assert (price_now, likely) == (0.055, 0.05)
    assert detail == (
        "The list says 0.055, which is the dedicated-tenancy price: kept as that, refused as the shared one. "
        "The shared price is likely 0.05."
    )
    ((likely, zero),) = gate.quarantine("likely_price::DOUBLE, detail", "reason = 'zero_price'")
    assert likely == 0.11
    assert zero.endswith("missing, not free. The shared price is likely 0.11.")


def test_the_shared_price_stays_in_force_where_a_later_list_has_only_the_dedicated_one(gate: Gate) -> None:
    gate.load(offers({}), MACHINES)
    gate.load(offers(DIRT), MACHINES, day=1)
    spans = gate.connection.execute(
        "SELECT k.tenancy, s.price::DOUBLE FROM price_keys AS k JOIN price_spans AS s USING (price_id) "
        "WHERE k.instance_type = 'a8.large' AND k.region = 'us-east-1' AND k.operating_system = 'linux' "
        "AND s.valid_to IS NULL ORDER BY ALL"
    ).fetchall()
    assert spans == [("dedicated", 0.055), ("shared", 0.05)]


def test_prices_without_a_witness_are_not_sold_as_shared(gate: Gate) -> None:
    lone = [ec2(f"z9{letter}.large", "us-east-1", "linux", "0.5") for letter in "abc"]
    verdict = gate.load([*offers(DIRT), *lone], MACHINES)
    assert verdict.reasons["unverifiable"] == 3


def test_licences_alone_and_licences_brought_along_are_told(gate: Gate) -> None:
    rows = offers(DIRT)
    windows = []
    for row in rows:
        if row["operating_system"] == "linux":
            fee = 0.046 * SIZES[row["instance_type"].split(".")[1]]
            windows.append({**row, "operating_system": "windows", "sku_id": "w" + row["sku_id"], "fee": fee})
    clean = {
        (row["instance_type"], row["region"]): row for row in offers({}) if row["operating_system"] == "linux"
    }
    strange = {
        ("a8.xlarge", "us-east-1"): "fee",
        ("c8.xlarge", "sa-east-1"): "byol",
        ("b8.4xlarge", "eu-west-1"): "byol",
    }
    for row in windows:
        own = clean[row["instance_type"], row["region"]]["price"]
        fee = row.pop("fee")
        kind = strange.get((row["instance_type"], row["region"]))
        row["price"] = round({"fee": fee, "byol": own}.get(kind or "", own + fee), 6)
    verdict = gate.load([*rows, *windows], MACHINES)
    told = {
        (name, region): (reason, likely)
        for name, region, reason, likely in gate.quarantine(
            "instance_type, region, reason, likely_price::DOUBLE", "operating_system = 'windows'"
        )
    }
    assert {cell: reason for cell, (reason, _) in told.items()} == {
        ("a8.xlarge", "us-east-1"): "below_linux",
        ("c8.xlarge", "sa-east-1"): "equals_linux_byol",
        ("b8.4xlarge", "eu-west-1"): "equals_linux_byol",
    }
    assert told["a8.xlarge", "us-east-1"][1] == pytest.approx(0.1 + 0.092)
    assert verdict.verdict == "accepted_with_quarantine"


@pytest.mark.parametrize(("every", "verdict"), [(2, "refused"), (4, "accepted_with_quarantine")])
def test_a_list_with_too_many_dedicated_prices_is_refused(gate: Gate, every: int, verdict: str) -> None:
    regions = {**REGIONS, "us-east-2": 1.0, "ca-central-1": 1.05, "eu-central-1": 1.15, "eu-west-2": 1.17}
    regions |= {"ap-south-1": 1.2, "ap-northeast-1": 1.3}
    linux = [cell for cell in cells(regions) if cell[2] == "linux"]
    found = gate.load(offers(dict.fromkeys(linux[::every], 1.1), regions), MACHINES)
    assert found.verdict == verdict
    assert any("of the Linux machines look dedicated" in failure for failure in found.failures) == (
        every == 2
    )


def test_machines_of_other_providers_are_shared_unless_they_say_otherwise(gate: Gate) -> None:
    gate.load(
        [
            price(tenancy=None),
            price(sku_id="h", tenancy="host"),
            price(sku_id="rate", tenancy=None, instance_type=None),
        ]
    )
    assert gate.accepted("sku_id, tenancy") == [("AAAA-0001", "shared"), ("h", "host"), ("rate", None)]
