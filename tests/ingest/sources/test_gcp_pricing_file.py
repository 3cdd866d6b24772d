"""What is odd about the weekly file of gcosts."""

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Fetched, Payload, Selection
from ingest.sources import gcp_pricing_file
from tests.ingest.replay import FIXTURES
from tests.ingest.rows import Rows, some
from warehouse.contracts import NATURAL_KEY, Scope
from warehouse.errors import PayloadInvalid

FILE = (FIXTURES / "gcp_pricing_file" / "pricing.yml").read_bytes()
MADE = datetime(2026, 11, 19, 4, 37, 48, tzinfo=UTC)
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "gcp" / "cyclenerd-pricing-yml"


@pytest.fixture
def rows(keep: Callable[..., list[Payload]]) -> Callable[..., Rows]:
    def of(table: str = "prices", scope: Scope = Scope("gcp"), content: bytes = FILE) -> Rows:  # noqa: B008
        (tables,) = gcp_pricing_file.parse(keep("gcp_pricing_file", scope, {"pricing.yml": content}))
        assert tables.as_of == MADE
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


def ways(rows: Rows, name: str, region: str = "us-central1") -> dict[tuple[str, int | None], Decimal]:
    machine = some(rows, instance_type=name, region=region, category="compute")
    return {(row["purchase_option"], row["term_months"]): row["price"] for row in machine}


def test_a_machine_has_its_price_per_hour_and_commitments_by_the_month(rows: Callable[..., Rows]) -> None:
    assert ways(rows(), "n2-standard-8") == {
        ("on_demand", None): Decimal("0.3888"),
        ("spot", None): Decimal("0.1213"),
        ("commitment", 12): Decimal("0.2448"),
        ("commitment", 36): (Decimal("127.648") / 730).quantize(Decimal("1e-10")),
    }
    assert ways(rows(), "e2-micro")["on_demand", None] == Decimal("0.0083764275")


def test_zeroes_go_to_the_gate(rows: Callable[..., Rows]) -> None:
    assert ways(rows(), "e2-micro")["spot", None] == 0


@pytest.mark.parametrize("name", ["f1-micro", "a2-ultragpu-1g"])
def test_the_month_s_price_once_more_is_no_commitment(rows: Callable[..., Rows], name: str) -> None:
    assert {option for option, _ in ways(rows(), name)} == {"on_demand", "spot"}


def test_a_forgotten_local_ssd_is_added_at_the_file_s_own_price(rows: Callable[..., Rows]) -> None:
    listed = rows()
    found = ways(listed, "c3-standard-8-lssd")
    assert found["on_demand", None] == Decimal("0.4036") + (750 * Decimal("0.08") / 730).quantize(
        Decimal("1e-10")
    )
    year = (Decimal("185.4492") + 750 * Decimal("0.0504")) / 730
    assert found["commitment", 12] == year.quantize(Decimal("1e-10"))
    row = some(listed, instance_type="c3-standard-8-lssd", purchase_option="spot")[0]
    assert json.loads(row["attributes"])["local_ssd"] == {"gib_added": 750.0, "gib_month": 0.0232}


def test_a_mistaken_size_of_it_is_put_right_at_the_family_s_price(rows: Callable[..., Rows]) -> None:
    found = ways(rows(), "c4d-highmem-8-lssd")["on_demand", None]
    assert found == Decimal("0.9752") - (1875 * Decimal("0.16") / 730).quantize(Decimal("1e-10"))
    assert ways(rows(), "c4-standard-8-lssd")["on_demand", None] == Decimal("0.4776")  # it was right


def test_without_a_price_of_the_disk_the_machine_has_none(rows: Callable[..., Rows]) -> None:
    listed = rows()
    found = ways(listed, "c3-standard-8-lssd", "southamerica-east1")
    assert set(found.values()) == {0}
    row = some(listed, instance_type="c3-standard-8-lssd", region="southamerica-east1")[0]
    assert json.loads(row["attributes"])["missing"] == ["local_ssd"]


def test_small_h100_machines_are_sold_as_spot_alone(rows: Callable[..., Rows]) -> None:
    assert set(ways(rows(), "a3-highgpu-1g")) == {("spot", None)}


def test_machines_are_described_as_they_are_known(rows: Callable[..., Rows]) -> None:
    machines = {row["instance_type"]: row for row in rows("instance_types")}
    micro = machines["e2-micro"]
    assert (micro["vcpus"], micro["memory_gib"], micro["local_storage_gb"]) == (2, 1, 0)  # it bills a quarter
    custom = machines["custom-1-7680-ext"]
    assert (custom["family"], custom["vcpus"], custom["memory_gib"]) == ("n1", 1, 7.5)
    assert machines["a2-highgpu-1g"]["accelerator"] == "A100-40GB"
    assert machines["c4d-highmem-8-lssd"]["local_storage_gb"] == 375


def test_traffic_is_in_tiers_and_storage_in_its_places(rows: Callable[..., Rows]) -> None:
    listed = rows()
    traffic = some(listed, sku_id="compute.network/traffic.egress.internet")
    assert [(row["tier_from"], row["tier_to"], row["price"]) for row in traffic] == [
        (0, 1024, Decimal("0.12")),
        (1024, 10240, Decimal("0.11")),
        (10240, None, Decimal("0.08")),
    ]
    assert {row["region"] for row in some(listed, sku_id="storage.bucket/standard-multi")} == {"us"}
    assert {row["region"] for row in some(listed, sku_id="compute.storage/snapshot")} == {"us", "us-central1"}
    (spot,) = some(listed, sku_id="compute.storage/local", purchase_option="spot")
    assert (spot["unit"], spot["price"]) == ("gb_month", Decimal("0.0232"))
    (nat,) = some(listed, sku_id="compute.network/nat.data")
    assert (nat["service"], nat["unit"]) == ("Networking", "gb")


def test_licences_are_fees_not_machines(rows: Callable[..., Rows]) -> None:
    fees = some(rows(), category="other", instance_type="n2-standard-8")
    assert {(row["operating_system"], row["sku_id"]) for row in fees} == {
        ("windows", "license/windows"), ("rhel", "license/rhel"), ("sles_sap", "license/sles-sap"),
        (None, "license/rhel-sap"),
    }  # fmt: skip


def test_scopes_narrow_by_service_and_region(rows: Callable[..., Rows]) -> None:
    client = Client(())
    assert list(gcp_pricing_file.scopes(client, Selection())) == [Scope("gcp")]
    chosen = list(gcp_pricing_file.scopes(client, Selection(("us-central1",), ("Cloud Storage",))))
    assert chosen == [Scope("gcp", "Cloud Storage", ("us-central1",))]
    listed = rows(scope=chosen[0])
    assert {(row["service"], row["region"]) for row in listed} == {("Cloud Storage", "us-central1")}
    assert not list(gcp_pricing_file.scopes(client, Selection(None, ("AmazonEC2",))))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"timestamp: 1795063068", b"timestamp: soon", "about.timestamp"),
        (b"  license:", b"  licence:", "compute.license"),
        (b"hour: ", b"hourly: ", "price per hour"),
        (b"hour: 0.3888", b"hour: dear", "machine_prices"),
        (b"url: https", b"url: *https", "refers to parts of itself"),
        (b"about:", b"about: {", "not YAML"),
        (FILE, b"<html>", "no mapping"),
        (FILE, b"compute: 1", r"compute\.instance"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    rows: Callable[..., Rows], old: bytes, new: bytes, told: str
) -> None:
    assert old in FILE
    with pytest.raises(PayloadInvalid, match=told):
        rows(content=FILE.replace(old, new))


def test_a_section_of_later_years_may_be_missing(rows: Callable[..., Rows]) -> None:
    assert not some(rows(content=FILE.replace(b"retrieval:", b"another:")), unit="gb", category="storage")


# --- recorded files of nine days

days: Sequence[str] = sorted(path.name for path in RECORDED.glob("*")) if RECORDED.is_dir() else []


def parsed(folder: Path, day: str) -> Any:
    content = gzip.decompress((RECORDED / day / "pricing.yml.gz").read_bytes())
    file = Fetched("pricing.yml", "https://example.org/pricing.yml", [content])
    payload = Landing(folder).keep("gcp_pricing_file", Scope("gcp"), file, datetime.now(UTC))
    (tables,) = gcp_pricing_file.parse([payload])
    assert f"{tables.as_of:%Y-%m-%d}" == day
    return tables.tables["prices"]


@pytest.mark.skipif(not days, reason="the recorded files are not here")
@pytest.mark.parametrize("day", [days[0], "2024-01-18"] if days else [])
def test_older_files_are_read_too(tmp_path: Path, day: str) -> None:
    prices = parsed(tmp_path, day)
    keys = prices.select(list(NATURAL_KEY))
    assert prices.num_rows == keys.group_by(list(NATURAL_KEY)).aggregate([]).num_rows > 10_000
    assert pc.sum(pc.equal(prices["price"], Decimal(0))).as_py() == {"2022-02-27": 58, "2024-01-18": 901}[day]


@pytest.mark.skipif(not days, reason="the recorded files are not here")
def test_published_prices_of_2026(tmp_path: Path) -> None:
    """us-central1 on demand as on Google's pages; C3's local SSD is ours to add."""
    prices = parsed(tmp_path, "2026-01-01")
    assert prices.num_rows == 69_809
    here = prices.filter((pc.field("region") == "us-central1") & (pc.field("purchase_option") == "on_demand"))
    found = dict(zip(here["instance_type"].to_pylist(), here["price"].to_pylist(), strict=True))
    assert {name: round(found[name], 4) for name in ("a2-highgpu-1g", "a3-highgpu-8g", "g2-standard-4")} == {
        "a2-highgpu-1g": Decimal("3.6734"),
        "a3-highgpu-8g": Decimal("88.4900"),
        "g2-standard-4": Decimal("0.7068"),
    }
    assert round(found["c3-standard-8-lssd"], 4) == Decimal("0.4854")
    assert "a3-highgpu-1g" not in found
