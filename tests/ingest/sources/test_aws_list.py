"""What is odd about AWS's bulk price files."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import aws_list
from tests.ingest.replay import FIXTURES, Replay
from tests.ingest.rows import Rows, attributes, one, some
from warehouse.contracts import NATURAL_KEY, Scope
from warehouse.errors import InvalidInput, PayloadInvalid

Keep = Callable[..., list[Payload]]
FOLDER = FIXTURES / "aws_list"
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "aws" / "bulk-api"


def parsed(keep: Keep, content: bytes, service: str = "AmazonEC2", region: str = "us-east-1") -> Any:
    (tables,) = aws_list.parse(keep("aws_list", Scope("aws", service, (region,)), {"index.csv": content}))
    return tables


@pytest.fixture
def rows(keep: Keep) -> Callable[..., Rows]:
    def of(service: str = "AmazonEC2", table: str = "prices") -> Rows:
        content = (FOLDER / f"{service}-us-east-1.csv").read_bytes()
        listed: Rows = parsed(keep, content, service).tables[table].to_pylist()
        return listed

    return of


# --- machines


def test_a_plain_machine_has_one_price_for_each_system_and_tenancy(rows: Callable[..., Rows]) -> None:
    plain = some(rows(), category="compute", instance_type="m5.large", purchase_option="on_demand")
    assert {(row["operating_system"], row["tenancy"]): row["price"] for row in plain} == {
        ("linux", "shared"): Decimal("0.096"),
        ("linux", "dedicated"): Decimal("0.102"),
        ("windows", "shared"): Decimal("0.188"),
        ("byol", "shared"): Decimal("0.096"),
        ("rhel", "shared"): Decimal("0.1248"),
        ("rhel_ha", "shared"): Decimal("0.159"),
        ("suse", "shared"): Decimal("0.1523"),
        ("ubuntu_pro", "shared"): Decimal("0.0995"),
    }
    assert len(plain) == 8
    assert {row["unit"] for row in plain} == {"hour"}


def test_nothing_takes_the_place_of_a_plain_machine(rows: Callable[..., Rows]) -> None:
    prices = rows()
    beside = some(prices, category="other", instance_type="m5.large", purchase_option="on_demand")
    assert {row["name"]: row["price"] for row in beside} == {
        "m5.large (windows with SQL Std)": Decimal("0.668"),
        "m5.large (linux with SQL Std)": Decimal("0.576"),
        "m5.large (rhel, own licence)": Decimal("0.096"),
        "m5.large (windows)": Decimal("0.046"),  # the licence alone, on a dedicated host
    }
    assert attributes(one(beside, price=Decimal("0.668")))["pre_installed"] == "SQL Std"
    fee = one(prices, instance_type="c3.2xlarge")
    assert (fee["category"], fee["operating_system"], fee["price"]) == ("other", None, Decimal("0.05"))


def test_reservations_of_capacity_capacity_blocks_and_other_places_are_left_out(
    rows: Callable[..., Rows],
) -> None:
    prices = rows()
    used = {attributes(row)["usage_type"].split(":")[0] for row in prices if row["category"] == "compute"}
    assert used == {"BoxUsage", "DedicatedUsage", "HostUsage", "ReservedHostUsage", "CPUCredits"}
    assert len(some(prices, instance_type="p5.48xlarge")) == 1
    assert not [
        row for row in prices if row["category"] == "compute" and not (row["price"] or row["upfront"])
    ]
    assert {row["region"] for row in prices} == {"us-east-1"}


def test_a_reservation_is_one_row_with_its_hourly_rate_and_its_fee(rows: Callable[..., Rows]) -> None:
    bought = some(
        rows(),
        category="compute",
        instance_type="m5.large",
        operating_system="linux",
        purchase_option="reserved",
    )
    assert {
        (row["term_months"], row["payment"], row["offering_class"], row["price"], row["upfront"])
        for row in bought
    } == {
        (12, "no_upfront", "standard", Decimal("0.06"), None),
        (12, "partial_upfront", "standard", Decimal("0.029"), Decimal(252)),
        (12, "all_upfront", "standard", Decimal(0), Decimal(494)),
        (36, "partial_upfront", "convertible", Decimal("0.024"), Decimal("621.5")),
        (36, "all_upfront", "standard", Decimal(0), Decimal(1013)),  # has no hourly rate in the file
    }
    assert {row["unit"] for row in bought} == {"hour"}


def test_a_dedicated_host_is_the_family_it_runs(rows: Callable[..., Rows]) -> None:
    hosts = some(rows(), instance_type="m5")
    assert {(row["purchase_option"], row["tenancy"], row["price"], row["upfront"]) for row in hosts} == {
        ("on_demand", "host", Decimal("5.069"), None),
        ("reserved", "host", Decimal("1.19"), Decimal(31266)),
    }
    assert {row["category"] for row in hosts} == {"compute"}
    assert "m5" not in {row["instance_type"] for row in rows(table="instance_types")}


def test_machines_are_described_by_the_file_and_their_accelerators_by_ours(rows: Callable[..., Rows]) -> None:
    machines = rows(table="instance_types")
    p5 = one(machines, instance_type="p5.48xlarge")
    assert (p5["vcpus"], p5["memory_gib"], p5["local_storage_gb"], p5["network_gbps"]) == (
        192,
        2048,
        30720,
        3200,
    )
    assert (p5["accelerator"], p5["accelerator_count"], p5["accelerator_memory_gib"]) == ("H100", 8, 80)
    x1e = one(machines, instance_type="x1e.32xlarge")
    assert (x1e["memory_gib"], x1e["local_storage_gb"], x1e["network_gbps"]) == (3904, 3840, None)
    assert one(machines, instance_type="i4i.16xlarge")["network_gbps"] == 37.5
    m6g = one(machines, instance_type="m6g.medium")
    assert (m6g["architecture"], m6g["local_storage_gb"], m6g["family"]) == ("arm64", 0, "m6g")


def test_a_column_without_which_machines_cannot_be_told_apart_must_be_there(keep: Keep) -> None:
    content = (FOLDER / "AmazonEC2-us-east-1.csv").read_bytes().replace(b'"CapacityStatus"', b'"Capacity"')
    with pytest.raises(PayloadInvalid, match="no column CapacityStatus"):
        parsed(keep, content)


# --- everything else


@pytest.mark.parametrize(
    ("usage_type", "category", "unit", "price"),
    [
        ("EBS:VolumeUsage.gp3", "storage", "gb_month", "0.08"),
        ("EBS:VolumeUsage.io2", "storage", "gb_month", "0.125"),
        ("EBS:VolumeP-IOPS.gp3", "storage", "iops_month", "0.005"),
        ("EBS:VolumeP-Throughput.gp3", "storage", "unit", "40.96"),
        ("EBS:VolumeIOUsage", "storage", "request", "0.00000005"),
        ("NatGateway-Hours", "network", "hour", "0.045"),
        ("CPUCredits:t3", "compute", "vcpu_hour", "0.05"),
    ],
)
def test_what_ec2_sells_beside_machines(
    rows: Callable[..., Rows], usage_type: str, category: str, unit: str, price: str
) -> None:
    (found,) = [row for row in rows() if attributes(row)["usage_type"] == usage_type]
    assert (found["category"], found["unit"], found["price"]) == (category, unit, Decimal(price))
    assert found["instance_type"] is None


def test_a_zero_that_is_written_out_is_free_and_another_one_is_missing(rows: Callable[..., Rows]) -> None:
    first, then = sorted(
        [row for row in rows() if "remap" in row["name"]], key=lambda row: Decimal(row["tier_from"])
    )
    assert (first["price"], attributes(first).get("free_tier"), first["tier_to"]) == (0, True, 100)
    assert (then["tier_from"], then["tier_to"], then["price"]) == (100, None, Decimal("0.1"))
    free = {
        row["name"]: attributes(row).get("free_tier") for row in rows("AWSDataTransfer") if not row["price"]
    }
    assert free == {"GB - data transfer in per month": True, "GB - regional data transfer": None}


def test_storage_comes_in_tiers_and_has_a_name_without_its_price(rows: Callable[..., Rows]) -> None:
    tiers = [row for row in rows("AmazonS3") if attributes(row)["usage_type"] == "TimedStorage-ByteHrs"]
    assert {(row["tier_from"], row["tier_to"], row["price"], row["name"]) for row in tiers} == {
        (0, 51200, Decimal("0.023"), "GB - first 50 TB / month of storage used"),
        (51200, 512000, Decimal("0.022"), "GB - next 450 TB / month of storage used"),
        (512000, None, Decimal("0.021"), "GB - storage used / month over 500 TB"),
    }
    assert len({row["sku_id"] for row in tiers}) == 1
    assert {row["category"] for row in rows("AmazonS3")} == {"storage"}


def test_transfer_says_from_where_to_where_though_its_rows_have_no_region(rows: Callable[..., Rows]) -> None:
    prices = rows("AWSDataTransfer")
    between = one(prices, price=Decimal("0.02"))
    assert (attributes(between)["from"], attributes(between)["to"]) == ("us-east-1", "eu-west-1")
    assert {(row["category"], row["region"]) for row in prices} == {("network", "us-east-1")}


def test_gigabyte_seconds_become_hours_so_that_their_tiers_fit(rows: Callable[..., Rows]) -> None:
    prices = rows("AWSLambda")
    duration = sorted(some(prices, unit="gb_hour"), key=lambda row: Decimal(row["tier_from"]))
    assert [row["price"] for row in duration] == [
        Decimal("0.06000012"),
        Decimal("0.054"),
        Decimal("0.04800024"),
    ]
    assert [row["tier_from"] for row in duration] == [0, Decimal("1666666.6667"), Decimal("4166666.6667")]
    assert one(prices, unit="request")["price"] == Decimal("0.0000002")
    assert not [row for row in prices if "no contract can hold" in row["name"]]


def test_databases_and_ai_machines_name_what_runs_on_them(rows: Callable[..., Rows]) -> None:
    databases = rows("AmazonRDS")
    server = one(databases, instance_type="db.m5.large")
    assert server["name"] == "db.m5.large (SQL Server, Standard, Single-AZ, License included)"
    assert (server["category"], server["operating_system"]) == ("database", None)
    reserved = one(databases, purchase_option="reserved")
    assert (reserved["price"], reserved["upfront"], attributes(reserved).get("free_tier")) == (0, 1260, None)
    learning = rows("AmazonSageMaker")
    assert {row["name"] for row in some(learning, instance_type="ml.g5.xlarge")} == {
        "ml.g5.xlarge (Hosting)", "ml.g5.xlarge (Training)", "ml.g5.xlarge (Notebook)",
    }  # fmt: skip
    assert {row["category"] for row in learning} == {"ai"}
    assert one(learning, instance_type="ml.p4d.24xlarge")["unit"] == "unit"


# --- which files


def test_the_file_in_force_is_found_by_the_region_index(replayed: Callable[[str], Replay]) -> None:
    server = replayed("aws_list")
    with Client(()) as client:
        found = list(aws_list.scopes(client, Selection(("us-east-1", "eastus"), ("AmazonEC2", "AmazonS3"))))
        assert found == [
            Scope("aws", service, ("us-east-1",), ("on_demand", "reserved"))
            for service in ("AmazonEC2", "AmazonS3")
        ]
        assert list(aws_list.scopes(client, Selection(("eastus",)))) == []
        (fetched,) = aws_list.fetch(client, found[0])
    assert fetched.url.endswith("/offers/v1.0/aws/AmazonEC2/20261119225308/us-east-1/index.csv")
    assert "/offers/v1.0/aws/index.json" not in {request.url for request in server.requests}


def test_all_known_regions_of_all_usual_services_without_a_selection(
    replayed: Callable[[str], Replay],
) -> None:
    replayed("aws_list")
    with Client(()) as client:
        found = [(scope.service, scope.regions) for scope in aws_list.scopes(client, Selection())]
    assert ("AmazonS3", ("sa-east-1",)) in found
    assert len(found) == 7
    assert not [regions for _, regions in found if regions == ("cn-north-1-pkx-1",)]


def test_an_unknown_service_is_told_the_near_ones(replayed: Callable[[str], Replay]) -> None:
    replayed("aws_list")
    with Client(()) as client, pytest.raises(InvalidInput, match="AmazonElasticCache") as caught:
        list(aws_list.scopes(client, Selection(None, ("AmazonElasticCache",))))
    assert "AmazonElastiCache" in caught.value.hint


def test_the_past_can_be_fetched_by_its_version(replayed: Callable[[str], Replay]) -> None:
    replayed("aws_list")
    with Client(()) as client:
        past, current = aws_list.versions(client, "AmazonEC2")
        assert (past.name, past.until) == ("20260930101010", datetime(2026, 10, 1, tzinfo=UTC))
        assert (current.since, current.until) == (datetime(2026, 11, 1, tzinfo=UTC), None)
        scope = Scope("aws", "AmazonS3", ("sa-east-1",))
        (fetched,) = aws_list.fetch(client, scope, "20251001000000")
    assert fetched.url.endswith("/AmazonS3/20251001000000/sa-east-1/index.csv")


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"regions": []}', b'{"regions": {}}', b"not json"])
def test_an_index_of_another_shape_is_refused(replayed: Callable[[str], Replay], content: bytes) -> None:
    server = replayed("aws_list")
    server.fault = lambda request, response: type(response)(200, content, {})
    with Client(()) as client, pytest.raises(PayloadInvalid):
        list(aws_list.scopes(client, Selection(None, ("AmazonS3",))))


def test_the_publication_date_is_what_the_data_speaks_for(keep: Keep) -> None:
    content = (FOLDER / "AmazonS3-us-east-1.csv").read_bytes()
    assert parsed(keep, content, "AmazonS3").as_of == datetime(2026, 11, 18, 17, 47, 47, tzinfo=UTC)
    with pytest.raises(PayloadInvalid, match="publication date"):
        parsed(keep, content.replace(b"Publication Date", b"Published"), "AmazonS3")


# --- recorded


def recorded(path: str) -> bytes:
    file = RECORDED / "2025-10_ec2-priceit" / path
    if not file.is_file():
        pytest.skip("the recorded price lists are not on this machine")
    return gzip.decompress(file.read_bytes())


def test_a_recorded_offer_file(keep: Keep) -> None:
    """44 rows of one SKU of the real file: one on-demand and all reserved prices of it."""
    tables = parsed(keep, recorded("3-global-pricing-file-sample.csv.gz"), region="ap-northeast-1")
    prices: pa.Table = tables.tables["prices"]
    assert tables.as_of == datetime(2025, 9, 12, 22, 53, 8, tzinfo=UTC)
    bought = some(prices.to_pylist(), sku_id="2223B6PCG6QAUYY6")
    assert len(bought) == 13
    assert {(row["category"], row["tenancy"]) for row in bought} == {("other", "dedicated")}
    half = one(bought, term_months=36, payment="partial_upfront", offering_class="standard")
    assert (half["price"], half["upfront"]) == (Decimal("0.10463"), Decimal(2750))
    assert one(bought, purchase_option="on_demand")["price"] == Decimal("0.2773")
    keys = prices.select(list(NATURAL_KEY))
    assert keys.num_rows == keys.group_by(list(NATURAL_KEY)).aggregate([]).num_rows
    (c6i,) = some(tables.tables["instance_types"].to_pylist(), instance_type="c6i.large")
    assert (c6i["vcpus"], c6i["memory_gib"], c6i["network_gbps"]) == (2, 4, 12.5)


def test_a_recorded_version_index(replayed: Callable[[str], Replay]) -> None:
    content = recorded("2-versionIndexUrl-file.json.gz")
    server = replayed("aws_list")
    server.fault = lambda request, response: type(response)(200, content, {})
    with Client(()) as client:
        found = aws_list.versions(client, "AmazonEC2")
    assert len(found) > 50
    assert found[-1].name == "20250912225308"
    assert found[-1].until is None
    assert found[0].since < datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("services", "scoped"),
    [
        (("AmazonEC2", "Virtual Machines"), ["AmazonEC2"]),  # the other one is Azure's
        (("Virtual Machines",), []),
    ],
)
def test_services_of_others_are_left_to_them(
    replayed: Callable[[str], Replay], services: tuple[str, ...], scoped: list[str]
) -> None:
    replayed("aws_list")
    with Client(()) as client:
        found = aws_list.scopes(client, Selection(("us-east-1",), services))
        assert [scope.service for scope in found] == scoped


def test_a_service_nearly_named_is_asked_back(replayed: Callable[[str], Replay]) -> None:
    replayed("aws_list")
    with Client(()) as client, pytest.raises(InvalidInput, match="Did you mean AmazonEC2"):
        list(aws_list.scopes(client, Selection(services=("AmazonEC2", "AmazonEC3"))))
