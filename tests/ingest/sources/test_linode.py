from decimal import Decimal
from typing import Any

from ingest import registry


def test_a_region_with_a_price_of_its_own_and_plans_sold_in_some_regions_only(recorded: Any) -> None:
    ((_, payloads),) = recorded("linode")
    (tables,) = registry.load("linode").parse(payloads)
    prices = {
        (row["instance_type"], row["region"]): row["price"] for row in tables.tables["prices"].to_pylist()
    }
    assert prices["g6-nanode-1", "br-gru"] == Decimal("0.0113")
    assert prices["g6-nanode-1", "us-east"] == Decimal("0.0081")
    assert [region for machine, region in prices if machine == "g2-gpu-rtx4000a1-s"] == ["us-ord"]
    assert sorted(region for machine, region in prices if machine == "g7-premium-2") == ["br-gru", "us-ord"]
    machines = {row["instance_type"]: row for row in tables.tables["instance_types"].to_pylist()}
    assert (
        machines["g1-gpu-rtx6000-2"]["accelerator"],
        machines["g1-gpu-rtx6000-2"]["accelerator_count"],
    ) == ("Quadro-RTX6000", 2)
    assert machines["g2-gpu-rtx4000a1-s"]["accelerator"] == "RTX4000-Ada"
