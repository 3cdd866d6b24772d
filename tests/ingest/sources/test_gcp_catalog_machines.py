"""Machines composed from the SKUs of Google's Billing Catalog."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests.ingest.gcp_catalog_rows import Keep, listed
from tests.ingest.rows import Rows, attributes, one, some


@pytest.fixture
def rows(keep: Keep) -> Callable[..., Rows]:
    return partial(listed, keep)


def machine(rows: Rows, name: str, option: str = "on_demand", region: str = "us-central1") -> dict[str, Any]:
    return one(rows, instance_type=name, purchase_option=option, region=region, term_months=None)


def test_a_machine_costs_its_parts_and_cites_them(rows: Callable[..., Rows]) -> None:
    found = machine(rows(), "a2-ultragpu-1g")
    disk = (Decimal("0.08") * 375 / 730).quantize(Decimal("1e-10"))
    assert found["price"] == 12 * Decimal("0.0318") + 170 * Decimal("0.0043") + Decimal("3.9281") + disk
    cited = {part["description"]: part for part in attributes(found)["components"]}
    assert cited["SSD backed Local Storage"] == {
        "sku": "001D-F1C7-8113", "description": "SSD backed Local Storage", "rate": 0.08,
        "quantity": 375.0, "unit": "gib_month",
    }  # fmt: skip
    assert len(cited) == 4


def test_names_are_whole_names(rows: Callable[..., Rows]) -> None:
    found = rows()
    assert machine(found, "n2-standard-4")["price"] == 4 * Decimal("0.0312") + 16 * Decimal("0.0042")
    assert machine(found, "n2d-standard-4")["price"] == 4 * Decimal("0.0275") + 16 * Decimal("0.0037")
    spot = machine(found, "n2-standard-4", "spot")
    assert spot["price"] == 4 * Decimal("0.0082") + 16 * Decimal("0.0011")
    assert not some(found, instance_type="n2d-standard-4", purchase_option="spot")
    years = some(found, instance_type="n2-standard-4", purchase_option="commitment", region="us-east1")
    assert sorted((row["term_months"], row["price"]) for row in years) == [
        (12, Decimal("0.1204")), (36, Decimal("0.0868")),
    ]  # fmt: skip


def test_shared_cores_and_machines_of_one_sku(rows: Callable[..., Rows]) -> None:
    found = rows()
    assert machine(found, "e2-micro")["price"] == Decimal("0.0216") / 4 + Decimal("0.0029")
    assert machine(found, "f1-micro")["price"] == Decimal("0.0076")


@pytest.mark.parametrize(
    ("name", "option", "region", "missing"),
    [
        ("a2-ultragpu-1g", "commitment", "us-central1", ["gpu"]),
        ("n2d-standard-4", "on_demand", "southamerica-east1", ["ram"]),  # its rate is zero
        ("c3-standard-8-lssd", "on_demand", "us-east4", ["local_ssd"]),
        ("m4-ultramem-112", "on_demand", "us-central1", None),
    ],
)
def test_a_machine_is_never_sold_in_part(
    rows: Callable[..., Rows], name: str, option: str, region: str, missing: list[str] | None
) -> None:
    found = some(rows(), instance_type=name, purchase_option=option, region=region)
    if missing is None:
        assert not found
    else:
        assert {row["price"] for row in found} == {0}
        assert all(attributes(row)["missing"] == missing for row in found)


def test_the_slice_of_a_gpu_may_hold_the_machine(rows: Callable[..., Rows]) -> None:
    spot = machine(rows(), "a4-highgpu-8g", "spot")
    assert (spot["price"], len(attributes(spot)["components"])) == (8 * Decimal("4.9542"), 1)
    assert not some(rows(), instance_type="a4-highgpu-8g", purchase_option="on_demand")  # not sold so


def test_small_h100_machines_are_not_sold_on_demand(rows: Callable[..., Rows]) -> None:
    assert not some(rows(), instance_type="a3-highgpu-1g")
    assert machine(rows(), "a3-highgpu-8g")["price"] > 8 * Decimal("9.7966")


def test_m2_is_m1_and_a_premium_that_no_commitment_lowers(rows: Callable[..., Rows]) -> None:
    found = rows()
    premium = 208 * Decimal("0.0045") + 5888 * Decimal("0.0007")
    assert machine(found, "m2-ultramem-208")["price"] == (
        208 * Decimal("0.0348") + 5888 * Decimal("0.0051") + premium
    )
    year = one(found, instance_type="m2-ultramem-208", purchase_option="commitment", region="us-central1")
    assert year["price"] == 208 * Decimal("0.0206") + 5888 * Decimal("0.003") + premium
    assert not some(found, instance_type="m2-ultramem-208", purchase_option="spot")
    assert some(found, instance_type="m1-ultramem-40", purchase_option="spot")


def test_memory_per_gigabyte_is_counted_in_gigabytes(rows: Callable[..., Rows]) -> None:
    found = machine(rows(), "m4-ultramem-224")
    memory = 5952 * (Decimal("0.0046") * Decimal("1.073741824")).quantize(Decimal("1e-10"))
    assert found["price"] == 224 * Decimal("0.0601") + memory


def test_the_region_s_own_sku_counts_before_one_of_many_then_the_highest(rows: Callable[..., Rows]) -> None:
    found = rows()
    oregon = machine(found, "c3-standard-4", region="us-west1")
    assert oregon["price"] == 4 * Decimal("0.0339") + 16 * Decimal("0.0045")
    virginia = machine(found, "m1-ultramem-40", region="us-east4")
    assert virginia["price"] == 40 * Decimal("0.0395") + 961 * Decimal("0.0058")


def test_custom_reserved_and_calendar_prices_are_nobody_s_part(rows: Callable[..., Rows]) -> None:
    composed = [row for row in rows() if row["sku_id"].startswith("machine/")]
    words = ("Custom", "Sole Tenancy", "Reserved", "Calendar", "suspended", "DWS")
    assert composed
    assert not [row for row in composed if any(word in row["attributes"] for word in words)]


def test_what_has_no_price_is_told_by_family(
    rows: Callable[..., Rows], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        rows()
    (told,) = [
        json.loads(record.message) for record in caplog.records if "machines_not_priced" in record.message
    ]
    assert told["incomplete_prices"]["n2d"] == 31
    assert told["machines"]["x4"] == 9
