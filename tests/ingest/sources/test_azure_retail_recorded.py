"""Azure's Retail Prices API held against recorded pages: a whole region of machines, of 2021-12-14."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.landing import Landing
from ingest.source import Fetched
from ingest.sources import azure_retail
from tests.ingest.rows import Rows, some
from warehouse.contracts import Scope

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "azure" / "retail-api"
DAY = datetime(2021, 12, 14, tzinfo=UTC)


@pytest.fixture
def francecentral(landing: Landing) -> dict[str, Rows]:
    """The rows in the envelope the feed sends; the recorded one was rewritten."""
    path = RECORDED / "2021-12_terracost" / "retail_prices.json.gz"
    if not path.is_file():
        pytest.skip(f"recorded pages of the Retail Prices API are not at {path}")
    items = json.loads(gzip.decompress(path.read_bytes()))["items"]
    scope = Scope("azure", "Virtual Machines", ("francecentral",))
    payloads = [
        landing.keep("azure_retail", scope, Fetched(f"prices-{start:04}.json", f"https://prices.azure.com/{start}", [body]), DAY)
        for start in range(0, len(items), 1000)
        for body in [json.dumps({"Items": items[start : start + 1000]}).encode()]
    ]  # fmt: skip
    (tables,) = azure_retail.parse(payloads)
    return {name: table.to_pylist() for name, table in tables.tables.items()}


def test_a_recorded_region_has_every_price_once(francecentral: dict[str, Rows]) -> None:
    prices = francecentral["prices"]
    assert len(prices) == 4436 - 792 - 395  # all but Low Priority
    assert len(some(prices, offering_class="dev_test")) == 805
    assert len(some(prices, price=0)) == 3  # the free account's meters
    d2s = [row for row in prices if row["instance_type"] == "Standard_D2s_v3"]
    assert {(row["operating_system"], row["price"]) for row in d2s if row["purchase_option"] == "on_demand"} == {
        ("linux", Decimal("0.112")), ("windows", Decimal("0.204")),
    }  # fmt: skip
    keys = [(row["instance_type"], row["operating_system"], row["purchase_option"], row["term_months"])
            for row in prices if row["instance_type"]]  # fmt: skip
    assert len(keys) == len(set(keys))


def test_recorded_commitments_and_spot_cost_less_than_on_demand(francecentral: dict[str, Rows]) -> None:
    prices = [row for row in francecentral["prices"] if row["instance_type"]]
    plain = {
        (row["instance_type"], row["operating_system"]): row["price"]
        for row in some(prices, purchase_option="on_demand")
    }
    for option, count in (("reserved", 810), ("spot", 794)):
        ratios = [
            row["price"] / plain[row["instance_type"], row["operating_system"]]
            for row in some(prices, purchase_option=option)
        ]
        assert len(ratios) == count
        assert max(ratios) < 1
        assert min(ratios) > Decimal("0.05")


def test_recorded_sizes_are_nearly_all_described(francecentral: dict[str, Rows]) -> None:
    machines = francecentral["instance_types"]
    assert len(machines) == 407
    assert not [row["instance_type"] for row in machines if row["vcpus"] is None]
    assert {row["instance_type"] for row in machines if row["memory_gib"] is None} == {
        "Standard_E96ias_v5", "Standard_E96iads_v5", "Standard_M16s", "Standard_M32s",
    }  # fmt: skip
