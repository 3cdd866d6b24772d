"""What is odd about Azure's Retail Prices API."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ingest.source import Payload
from ingest.sources import azure_retail
from tests.ingest.replay import FIXTURES
from tests.ingest.rows import Rows, attributes, one, some
from warehouse.contracts import Scope

FOLDER = FIXTURES / "azure_retail"
PAGES = {
    "Virtual Machines": ("vm-1.json", "vm-2.json"),
    "Storage": ("storage.json",),
    "Bandwidth": ("bandwidth.json",),
    "SQL Database": ("sql.json",),
    "Azure Database for PostgreSQL": ("postgresql.json",),
}


@pytest.fixture
def rows(keep: Callable[..., list[Payload]]) -> Callable[..., Rows]:
    def of(service: str = "Virtual Machines", table: str = "prices") -> Rows:
        files = {name: (FOLDER / name).read_bytes() for name in PAGES[service]}
        (tables,) = azure_retail.parse(keep("azure_retail", Scope("azure", service, ("eastus",)), files))
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


# --- ways of buying


def test_a_machine_has_one_price_for_each_way_of_buying(rows: Callable[..., Rows]) -> None:
    found = some(rows(), instance_type="Standard_D2s_v3", operating_system="linux")
    assert {
        (row["purchase_option"], row["term_months"], row["payment"], row["price"]) for row in found
    } == {
        ("on_demand", None, None, Decimal("0.096")),
        ("spot", None, None, Decimal("0.018816")),
        ("savings_plan", 12, "no_upfront", Decimal("0.06624")),
        ("savings_plan", 36, "no_upfront", Decimal("0.04512")),
        ("reserved", 12, "no_upfront", Decimal("0.0571917808")),  # 501 / 8,760
        ("reserved", 36, "no_upfront", Decimal("0.0367199391")),  # 965 / 26,280
    }  # fmt: skip
    assert {row["upfront"] for row in found} == {None}
    assert len(found) == 6


def test_the_whole_terms_price_is_kept_as_listed(rows: Callable[..., Rows]) -> None:
    reserved = some(rows(), purchase_option="reserved", term_months=60)
    assert [attributes(row)["whole_term_price"] for row in reserved] == [61224]
    assert round(reserved[0]["price"] * 5 * 8760, 2) == 61224


def test_dev_test_prices_are_nobodys_plain_price(rows: Callable[..., Rows]) -> None:
    reduced = some(rows(), offering_class="dev_test")
    assert {row["purchase_option"] for row in reduced} == {"on_demand", "spot"}
    assert {row["instance_type"] for row in reduced} == {None}
    assert {attributes(row)["arm_sku_name"] for row in reduced} == {"Standard_D2s_v3"}
    windows = one(
        rows(), instance_type="Standard_D2s_v3", operating_system="windows", purchase_option="on_demand"
    )
    assert windows["price"] == Decimal("0.188")
    assert one(rows("SQL Database"), offering_class="dev_test")["price"] == Decimal("0.076")


def test_low_priority_is_left_out(rows: Callable[..., Rows]) -> None:
    assert not [row for row in rows() if "Low Priority" in row["name"]]


# --- machines


def test_windows_is_read_from_both_spellings(rows: Callable[..., Rows]) -> None:
    for machine in ("Standard_NCC40ads_H100_v5", "Standard_DC4s_v3"):
        assert {row["operating_system"] for row in some(rows(), instance_type=machine)} == {
            "linux",
            "windows",
        }
    # It stands at the end of one page and at the start of the next.
    one(rows(), instance_type="Standard_NCC40ads_H100_v5", operating_system="windows")


def test_what_is_no_machine_of_the_list_names_none(rows: Callable[..., Rows]) -> None:
    prices = rows()
    assert not [row for row in prices if row["instance_type"] and "Cloud" in row["name"]]
    assert len([row for row in prices if "Cloud" in row["name"] and row["operating_system"] is None]) == 2
    assert one(prices, name="Virtual Machines BS Series: B1s - Free")["instance_type"] is None
    expired = "Virtual Machines Dv2 promo Series: D12 v2/DS12 v2 - Expired"
    assert one(prices, name=expired)["instance_type"] is None
    assert one(prices, instance_type="Standard_B1s", purchase_option="on_demand")["price"] == Decimal(
        "0.0104"
    )


def test_promotional_and_basic_sizes_are_sizes_of_their_own(rows: Callable[..., Rows]) -> None:
    prices = rows()
    assert one(prices, instance_type="Standard_H16")["price"] == Decimal("1.752")
    assert one(prices, instance_type="Standard_H16_Promo")["price"] == Decimal("1.051")
    assert one(prices, instance_type="Basic_A1")["price"] == Decimal("0.023")


def test_dedicated_hosts_are_hosts_in_either_spelling(rows: Callable[..., Rows]) -> None:
    hosts = some(rows(), tenancy="host")
    assert {(row["instance_type"], row["purchase_option"]) for row in hosts} == {
        ("Dsv3_Type4", "on_demand"), ("Dsv3_Type4", "reserved"), ("Dsv5_Type1", "on_demand"),
    }  # fmt: skip
    assert not [row for row in rows(table="instance_types") if "Type" in row["instance_type"]]


def test_machines_are_described_from_the_table(rows: Callable[..., Rows]) -> None:
    machines = rows(table="instance_types")
    spaced = one(machines, instance_type="Standard_E32-8as_v5")
    assert (spaced["vcpus"], spaced["memory_gib"]) == (8, 256)
    part = one(machines, instance_type="Standard_NV6ads_A10_v5")
    assert (part["accelerator"], part["accelerator_count"]) == ("A10", 0.1667)


def test_a_size_unknown_to_the_table_tells_its_vcpus(rows: Callable[..., Rows]) -> None:
    machines = rows(table="instance_types")
    arm = one(machines, instance_type="Standard_D16ps_v7")
    assert (arm["vcpus"], arm["memory_gib"], arm["family"], arm["architecture"]) == (
        16,
        None,
        "Dpsv7",
        "arm64",
    )
    assert arm["source"] == "azure_retail"
    constrained = one(machines, instance_type="Standard_D64-32s_v3")
    assert (constrained["vcpus"], constrained["memory_gib"]) == (32, 256)


# --- time, tiers, units


def test_of_one_price_the_latest_in_force_counts(rows: Callable[..., Rows]) -> None:
    found = one(rows(), instance_type="Standard_D4s_v3")
    assert (found["price"], found["effective_from"]) == (Decimal("0.192"), datetime(2024, 6, 1, tzinfo=UTC))
    assert not some(rows(), instance_type="Standard_D8s_v3")  # ended


def test_tiers_end_where_the_next_begins(rows: Callable[..., Rows]) -> None:
    stored = some(rows("Storage"), name="General Block Blob v2: Hot LRS Data Stored")
    assert sorted((row["tier_from"], row["tier_to"], row["price"]) for row in stored) == [
        (0, 51200, Decimal("0.0208")),
        (51200, 512000, Decimal("0.019968")),
        (512000, None, Decimal("0.019136")),
    ]


def test_a_first_tier_for_nothing_is_free_if_the_next_costs(rows: Callable[..., Rows]) -> None:
    prices = rows("Bandwidth")
    free = [(row["name"], row["tier_to"]) for row in prices if attributes(row).get("free_tier")]
    assert sorted(free, key=str) == [
        ("Rtn Preference: MGN: Standard Data Transfer In", None),
        ("Rtn Preference: MGN: Standard Data Transfer Out", 100),
    ]
    zero = one(rows(), name="Virtual Machines BS Series: B1s - Free")
    assert "free_tier" not in attributes(zero)


@pytest.mark.parametrize(("meter", "unit_raw", "unit", "price"), [
    ("Hot LRS Write Operations", "10K", "thousand_requests", "0.005"),
    ("Hot LRS Iterative Write Operations", "100", "thousand_requests", "0.65"),
    ("Premium LRS Burst Transactions", "1M", "thousand_requests", "0.0005"),
    ("LRS Index Tags", "10K/Month", "unit", "0.03"),
    ("Premium LRS Provisioned Capacity", "1 GiB/Hour", "gb_hour", "0.000111"),
    ("Premium LRS Provisioned IOPS", "1/Hour", "hour", "0.0000067"),
    ("Instant Access Snapshots LRS Disk Capacity Restored", "1 TB", "unit", "0.52"),
    ("Hot LRS - 10 TB Data Stored", "1 GB/Month", "gb_month", "0.0235351563"),
])  # fmt: skip
def test_prices_are_for_one_unit(
    rows: Callable[..., Rows], meter: str, unit_raw: str, unit: str, price: str
) -> None:
    (found,) = [row for row in rows("Storage") if row["name"].endswith(f": {meter}")]
    assert (found["unit_raw"], found["unit"], found["price"]) == (unit_raw, unit, Decimal(price))


def test_a_disk_reserved_costs_its_price_over_the_months(rows: Callable[..., Rows]) -> None:
    disks = some(rows("Storage"), name="Premium SSD Managed Disks: P30 LRS Disk")
    assert {(row["purchase_option"], row["unit"], row["price"]) for row in disks} == {
        ("on_demand", "unit", Decimal("122.88")), ("reserved", "unit", Decimal("116.74")),
    }  # fmt: skip


def test_a_reservation_of_an_unknown_amount_stays_one_payment(rows: Callable[..., Rows]) -> None:
    found = one(rows("Storage"), name="Azure Elastic SAN: Premium LRS Base Unit")
    assert (found["price"], found["upfront"], found["payment"]) == (0, 500, "all_upfront")


def test_database_cores_are_told_from_whole_servers(rows: Callable[..., Rows]) -> None:
    assert {(row["unit"], row["category"]) for row in rows("SQL Database")} == {
        ("vcpu_hour", "database"), ("hour", "database"), ("unit", "database"), ("gb_month", "database"),
    }  # fmt: skip
    assert {row["instance_type"] for row in rows("Azure Database for PostgreSQL")} == {None}
