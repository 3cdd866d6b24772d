"""What is odd about apache-libcloud's lists."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from ingest.sources import libcloud
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
UPDATED = datetime(2025, 3, 2, 17, 36, 18, tzinfo=UTC)


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Callable[[str, str], Rows]:
    def of(provider: str, table: str = "prices") -> Rows:
        payloads = next(payloads for scope, payloads in recorded("libcloud") if scope.provider == provider)
        (tables,) = libcloud.parse(payloads)
        assert tables.as_of == UPDATED
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


def test_ec2_lists_of_all_operating_systems_keep_their_zeroes(rows: Callable[..., Rows]) -> None:
    prices = rows("aws")
    assert {row["operating_system"] for row in prices} == {"linux", "windows", "rhel", "rhel_ha", "suse"}
    found = one(prices, instance_type="m5.large", region="us-east-1", operating_system="linux")
    assert (found["price"], found["sku_id"], found["tenancy"]) == (
        Decimal("0.096"),
        "ec2_linux/m5.large",
        None,
    )
    assert found["effective_from"] == UPDATED
    assert one(prices, instance_type="m5.large", region="eu-west-1")["price"] == 0


def test_superseded_lists_and_other_providers_are_left_out(rows: Callable[..., Rows]) -> None:
    assert {row["sku_id"].split("/")[0] for row in rows("aws")} == {
        "ec2_linux", "ec2_windows", "ec2_rhel", "ec2_rhel_ha", "ec2_suse",
    }  # fmt: skip


def test_a_key_without_a_size_is_a_dedicated_host(rows: Callable[..., Rows]) -> None:
    host = one(rows("aws"), instance_type="m5")
    assert (host["tenancy"], host["unit"], host["name"]) == ("host", "hour", "m5 (linux) dedicated host")
    assert "m5" not in {row["instance_type"] for row in rows("aws", "instance_types")}


def test_ec2_machines_are_described(rows: Callable[..., Rows]) -> None:
    machines = rows("aws", "instance_types")
    p5 = one(machines, instance_type="p5.48xlarge")
    assert (p5["vcpus"], p5["memory_gib"], p5["local_storage_gb"], p5["network_gbps"]) == (
        192,
        2048,
        30720,
        3200,
    )
    assert (p5["accelerator"], p5["accelerator_count"], p5["accelerator_memory_gib"]) == ("H100", 8, 80)
    i8g = one(machines, instance_type="i8g.large")
    assert (i8g["architecture"], i8g["local_storage_gb"], i8g["network_gbps"]) == ("arm64", 468, 12.5)
    m2 = one(machines, instance_type="m2.2xlarge")
    assert (m2["memory_gib"], m2["local_storage_gb"], m2["network_gbps"]) == (34.2, 850, None)


def test_metal_sizes_take_what_is_certain_from_their_siblings(rows: Callable[..., Rows]) -> None:
    machines = rows("aws", "instance_types")
    m5 = one(machines, instance_type="m5.metal")
    assert (m5["vcpus"], m5["memory_gib"], m5["network_gbps"]) == (96, 384, 25)
    assert one(machines, instance_type="c7i.metal-24xl")["memory_gib"] == 192
    i3 = one(machines, instance_type="i3.metal")
    assert (i3["vcpus"], i3["memory_gib"], i3["architecture"]) == (None, None, "x86_64")


def test_azure_keys_become_size_names_and_low_priority_is_left_out(rows: Callable[..., Rows]) -> None:
    prices = rows("azure")
    assert {row["sku_id"] for row in prices} == {"azure_linux/standardd4sv3", "azure_windows/standardd4sv3"}
    assert {row["instance_type"] for row in prices} == {"Standard_D4s_v3"}
    assert {row["tenancy"] for row in prices} == {"shared"}
    assert one(prices, operating_system="windows")["price"] == Decimal("0.376")
    assert one(rows("azure", "instance_types"), instance_type="Standard_D4s_v3")["memory_gib"] == 16


def test_a_gce_machine_costs_its_cores_and_its_memory(rows: Callable[..., Rows]) -> None:
    found = one(rows("gcp"), instance_type="n2-standard-4", region="us-central1", purchase_option="on_demand")
    assert found["price"] == 4 * Decimal("0.031611") + 16 * Decimal("0.004237")
    assert found["sku_id"] == "AAAA-0001+BBBB-0001:n2-standard-4"
    assert json.loads(found["attributes"])["components"] == [
        {"sku": "AAAA-0001", "rate": 0.031611, "quantity": 4.0, "unit": "vcpu_hour"},
        {"sku": "BBBB-0001", "rate": 0.004237, "quantity": 16.0, "unit": "gib_hour"},
    ]


def test_a_gce_machine_is_never_priced_in_part(rows: Callable[..., Rows]) -> None:
    prices = [row for row in rows("gcp") if row["instance_type"] == "n2-standard-4"]
    assert one(prices, region="asia-east1")["price"] == 0  # its memory rate is zero: the gate refuses it
    assert not [row for row in prices if row["purchase_option"] == "spot"]  # no memory rate at all
    priced = {row["instance_type"] for row in rows("gcp")}
    machines = {row["instance_type"]: row for row in rows("gcp", "instance_types")}
    assert not [name for name in priced if name and machines[name]["accelerator"]]
    assert "a2-highgpu-1g" in machines


def test_gce_commitments_and_single_sku_machines(rows: Callable[..., Rows]) -> None:
    committed = one(rows("gcp"), instance_type="n2-standard-4", purchase_option="commitment")
    assert (committed["term_months"], committed["price"]) == (12, Decimal("0.122364"))
    micro = one(rows("gcp"), instance_type="f1-micro")
    assert (micro["sku_id"], micro["price"]) == ("EEEE-0001:f1-micro", Decimal("0.0076"))


def test_gce_rates_are_prices_of_their_own_once_per_sku(rows: Callable[..., Rows]) -> None:
    rates = [
        row
        for row in rows("gcp")
        if row["unit"] in ("vcpu_hour", "gib_hour") and row["category"] == "compute"
    ]
    assert one(rates, sku_id="BBBB-0001")["name"] == "n2 ram: n2 instance ram"
    assert one(rates, sku_id="CCCC-0001")["price"] == Decimal("0.033174")
    assert one(rates, sku_id="DDDD-0001")["unit"] == "gib_hour"
    assert all(row["instance_type"] is None for row in rates)


def test_disks_are_per_month_again_and_keep_the_name_of_their_sku(rows: Callable[..., Rows]) -> None:
    prices = rows("gcp")
    assert one(prices, sku_id="FFFF-0003")["price"] == Decimal("0.17")
    assert one(prices, sku_id="FFFF-0003")["name"] == "SSD: ssd backed pd"
    assert one(prices, sku_id="FFFF-0001")["price"] == Decimal("0.08")
    assert one(prices, sku_id="FFFF-0002")["purchase_option"] == "spot"


def test_image_licences(rows: Callable[..., Rows]) -> None:
    prices = rows("gcp")
    assert one(prices, sku_id="GGGG-0001")["price"] == 0
    server = one(prices, sku_id="gce_images/SQL Server/web")
    assert (server["price"], server["unit"], server["category"]) == (Decimal("0.011"), "vcpu_hour", "other")


@pytest.mark.parametrize("content", [b"{", b'{"compute": {}}', b'{"updated": "soon"}', b"[]"])
def test_a_document_of_another_shape_is_refused(keep: Callable[..., list[Payload]], content: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        list(libcloud.parse(keep("libcloud", Scope("azure", "Virtual Machines"), {"pricing.json": content})))


def test_a_price_that_is_no_number_is_refused(keep: Callable[..., list[Payload]]) -> None:
    lists = {"azure_linux": {"standardd4sv3": {"eastus": "dear"}}, "azure_windows": {}}
    content = json.dumps({"updated": 1, "compute": lists}).encode()
    with pytest.raises(PayloadInvalid, match="azure_prices"):
        list(libcloud.parse(keep("libcloud", Scope("azure", "Virtual Machines"), {"pricing.json": content})))


def test_services_select_scopes() -> None:
    assert [scope.provider for scope in libcloud.scopes(Client(()), Selection())] == ["aws", "azure", "gcp"]
    chosen = libcloud.scopes(Client(()), Selection(services=("Compute Engine",)))
    assert [scope.provider for scope in chosen] == ["gcp"]


def test_the_installed_package_gives_its_whole_list(tmp_path: Path) -> None:
    landing, client, counts, machines = Landing(tmp_path), Client(()), {}, {}
    for scope in libcloud.scopes(client, Selection()):
        payloads = [landing.keep("libcloud", scope, one, UPDATED) for one in libcloud.fetch(client, scope)]
        (tables,) = libcloud.parse(payloads)
        prices = tables.tables["prices"]
        counts[scope.provider] = prices.num_rows
        assert tables.as_of is not None
        assert tables.as_of.year == (2025 if scope.provider == "aws" else 2020)
        machines[scope.provider] = tables.tables["instance_types"].num_rows
        if scope.provider == "aws":
            assert prices["source_url"][0].as_py().startswith("pkg:pypi/apache-libcloud@")
            chosen = (pc.field("sku_id") == "ec2_linux/r5.4xlarge") & (pc.field("region") == "us-east-1")
            assert prices.filter(chosen)["price"].to_pylist() == [Decimal("1.008")]
            assert prices["price"].to_pylist().count(Decimal(0)) == 11_643
            assert len(prices.filter(pc.field("tenancy") == "host")["instance_type"].unique()) == 77
        if scope.provider == "azure":
            assert prices["instance_type"].null_count == 0
    assert sum(counts.values()) > 80_000
    assert sum(machines.values()) > 1_500
    assert len(list((tmp_path / "payloads").rglob("*.zst"))) == 2
