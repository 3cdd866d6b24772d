"""What is odd about Oracle's price list, and how machines are composed from it."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.normalize import reference
from ingest.source import Fetched, Payload, Selection
from ingest.sources import oci_list
from tests.ingest.conftest import FETCHED_AT
from tests.ingest.replay import FIXTURES
from tests.ingest.rows import Rows, one, some
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid

Keep = Callable[..., list[Payload]]
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "oci" / "cetools-products"
LISTS = sorted(RECORDED.glob("*/*.json.gz"))
SHAPES = (FIXTURES / "oci_list" / "shapes.json").read_bytes()
PRODUCTS = (FIXTURES / "oci_list" / "products.json").read_bytes()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Rows]:
    landing, parsed = Landing(tmp_path_factory.mktemp("store")), {}
    for service in oci_list.SERVICES:
        files = {"products.json": PRODUCTS, **({"shapes.json": SHAPES} if service == "Compute" else {})}
        fetched = [Fetched(name, f"https://example.org/{name}", [content]) for name, content in files.items()]
        scope = Scope("oci", service)
        (tables,) = oci_list.parse([landing.keep("oci_list", scope, one, FETCHED_AT) for one in fetched])
        parsed[service] = {name: table.to_pylist() for name, table in tables.tables.items()}

    def of(service: str, table: str = "prices") -> Rows:
        return parsed[service][table]

    return of


def machine(rows: Rows, instance_type: str, **wanted: Any) -> dict[str, Any]:
    usual = {"operating_system": "linux", "purchase_option": "on_demand", "currency": "USD"}
    return one(rows, **{**usual, "instance_type": instance_type, "region": "sa-saopaulo-1", **wanted})


def test_every_tier_is_kept_and_the_last_has_no_end(rows: Callable[..., Rows]) -> None:
    logging = sorted(some(rows("Other Services"), sku_id="B95634"), key=lambda row: row["tier_from"])
    assert [(row["tier_from"], row["tier_to"], row["price"]) for row in logging] == [
        (0, 35, 373),
        (35, 103, Decimal("261.1")),
        (103, None, Decimal("223.8")),
    ]
    assert len(some(rows("Other Services"), sku_id="B91210")) == 4
    network = some(rows("Networking"), sku_id="B93030")
    assert [row["tier_to"] for row in sorted(network, key=lambda row: row["tier_from"])] == [744, None]


def test_zero_is_free_only_where_the_list_says_so(rows: Callable[..., Rows]) -> None:
    free = [row["sku_id"] for row in rows("Storage") if json.loads(row["attributes"]).get("free_tier")]
    assert sorted(free) == ["B91445", "B91627", "B91628"]
    unexplained = one(rows("Other Services"), sku_id="B91632")
    assert unexplained["price"] == 0
    assert "free_tier" not in json.loads(unexplained["attributes"])


def test_only_prices_to_pay_as_you_go_in_our_own_regions_are_read(rows: Callable[..., Rows]) -> None:
    everything = [row for service in oci_list.SERVICES for row in rows(service)]
    assert not [row for row in everything if "Cloud@Customer" in row["name"]]
    assert {row["region"] for row in everything if row["instance_type"] is None} == {"global"}
    assert "0.5000000000" not in {str(row["price"]) for row in everything if row["sku_id"] == "B91632"}


def test_units_are_those_of_the_metric(rows: Callable[..., Rows]) -> None:
    compute, storage = rows("Compute"), rows("Storage")
    assert one(compute, sku_id="B98415")["unit"] == "hour"
    assert one(compute, sku_id="B93114", currency="USD")["unit"] == "gib_hour"
    assert one(compute, sku_id="B98204")["unit"] == "unit"
    assert one(storage, sku_id="B91961")["unit"] == "gb_month"
    assert one(storage, sku_id="B91962")["unit"] == "unit"
    assert {row["unit"] for row in some(rows("Networking"), sku_id="B88327")} == {"gb"}
    assert {row["unit"] for row in some(rows("AI Services"), sku_id="B95920")} == {"thousand_requests"}
    assert {row["unit"] for row in some(rows("Other Services"), sku_id="B93496")} == {"request"}


def test_commitments_of_vmware_say_their_term(rows: Callable[..., Rows]) -> None:
    terms = {
        row["sku_id"]: (row["purchase_option"], row["term_months"])
        for row in rows("Compute")
        if "mware" in row["name"].lower()
    }
    assert terms == {
        "B93288": ("on_demand", None),
        "B92386": ("commitment", 1),
        "B93289": ("commitment", 12),
        "B93290": ("commitment", 36),
    }


def test_a_flexible_machine_costs_its_cores_and_its_memory(rows: Callable[..., Rows]) -> None:
    priced = machine(rows("Compute"), "VM.Standard.E4.Flex$_8_64")
    assert priced["price"] == 4 * Decimal("0.0261") + 64 * Decimal("0.0016")
    assert json.loads(priced["attributes"])["components"] == [
        {"sku": "B93113", "rate": 0.0261, "quantity": 4.0, "unit": "OCPU Per Hour"},
        {"sku": "B93114", "rate": 0.0016, "quantity": 64.0, "unit": "Gigabyte Per Hour"},
    ]
    reais = machine(rows("Compute"), "VM.Standard.E4.Flex$_8_64", currency="BRL")
    assert reais["price"] == 4 * Decimal("0.1415") + 64 * Decimal("0.0087")


def test_windows_costs_more_by_the_core_and_preemptible_half(rows: Callable[..., Rows]) -> None:
    compute = rows("Compute")
    linux = machine(compute, "VM.Standard.E4.Flex$_8_32")
    windows = machine(compute, "VM.Standard.E4.Flex$_8_32", operating_system="windows")
    spot = machine(compute, "VM.Standard.E4.Flex$_8_32", purchase_option="spot")
    assert windows["price"] - linux["price"] == 4 * Decimal("0.0925")
    assert spot["price"] * 2 == linux["price"]
    assert json.loads(spot["attributes"])["rule"] == "50% of on-demand"
    assert not some(compute, instance_type="BM.GPU.H100.8", purchase_option="spot")
    assert not some(compute, instance_type="VM.Standard.A1.Flex$_1_6", operating_system="windows")


def test_an_arm_machine_is_not_free_because_its_first_hours_are(rows: Callable[..., Rows]) -> None:
    assert machine(rows("Compute"), "VM.Standard.A1.Flex$_4_24")["price"] == Decimal("0.0824")


def test_dense_and_fixed_and_gpu_shapes(rows: Callable[..., Rows]) -> None:
    compute = rows("Compute")
    dense = machine(compute, "VM.DenseIO.E5.Flex$_16_96")
    assert dense["price"] == 8 * Decimal("0.0312") + 96 * Decimal("0.0021") + Decimal("6.8") * Decimal(
        "0.0615"
    )
    assert machine(compute, "VM.Standard2.4")["price"] == 4 * Decimal("0.0641")
    assert machine(compute, "BM.GPU.H100.8")["price"] == Decimal("81.2")
    assert machine(compute, "VM.GPU3.1")["price"] == Decimal("2.97")
    assert machine(compute, "DVH.Standard.E4.128")["tenancy"] == "host"


def test_one_price_in_every_commercial_region_and_no_other(rows: Callable[..., Rows]) -> None:
    regions = {
        row["region"]
        for row in reference("regions").to_pylist()
        if row["provider"] == "oci" and row["kind"] == "region"
    }
    assert {row["region"] for row in some(rows("Compute"), instance_type="BM.GPU.H100.8")} == regions
    assert "us-langley-1" not in regions


def test_a_machine_with_a_part_that_has_no_price_is_zero_and_says_so(rows: Callable[..., Rows]) -> None:
    compute = rows("Compute")
    rack = one(compute, instance_type="BM.GPU.GB200.4")
    assert (rack["price"], rack["region"]) == (0, "global")
    assert json.loads(rack["attributes"])["missing"] == ["B110979"]
    unpriced = {row["instance_type"] for row in compute if row["instance_type"] and row["price"] == 0}
    assert unpriced == {"BM.GPU.GB200.4", "BM.Optimized3.36"}


def test_what_a_machine_is(rows: Callable[..., Rows]) -> None:
    machines = {row["instance_type"]: row for row in rows("Compute", "instance_types")}
    threads = {name: machines[name]["vcpus"] for name in ("VM.Standard2.4", "BM.Standard.A1.160")}
    assert threads == {"VM.Standard2.4": 8, "BM.Standard.A1.160": 160}
    assert machines["VM.Standard.A2.Flex$_4_12"]["architecture"] == "arm64"
    assert machines["VM.Standard.E4.Flex$_2_8"]["cpu_model"] == "AMD EPYC 7J13"
    a100, h100 = machines["BM.GPU.A100-v2.8"], machines["BM.GPU.H100.8"]
    assert (a100["architecture"], a100["accelerator"], a100["local_storage_gb"]) == (
        "x86_64",
        "A100-80GB",
        27200,
    )
    assert (h100["vcpus"], h100["memory_gib"], h100["accelerator_memory_gib"]) == (224, 2048, 80)
    assert machines["BM.GPU.GB200.4"]["architecture"] == "arm64"
    assert not [
        name for name in machines if name.startswith(("CI.", "PostgreSQL.")) or name == "VM.Standard1.4"
    ]


def test_a_flexible_shape_stops_at_its_limits(rows: Callable[..., Rows]) -> None:
    sizes = {
        row["instance_type"]
        for row in rows("Compute", "instance_types")
        if ".E5.Flex" in row["instance_type"]
    }
    assert sizes == {f"VM.Standard.E5.Flex$_{size}" for size in ("2_8", "2_16", "4_16")} | {
        f"VM.DenseIO.E5.Flex$_{size}" for size in ("16_96", "32_192", "64_384")
    }


def test_a_shape_listed_twice_is_not_billed_twice(keep: Keep) -> None:
    shapes = json.loads(SHAPES)
    shapes["items"].append(shapes["items"][0])
    files = {"products.json": PRODUCTS, "shapes.json": json.dumps(shapes).encode()}
    (tables,) = oci_list.parse(keep("oci_list", Scope("oci", "Compute"), files))
    priced = machine(tables.tables["prices"].to_pylist(), "VM.Standard.E4.Flex$_8_64")
    assert priced["price"] == Decimal("0.2068")


def test_a_list_without_prices_is_refused(keep: Keep) -> None:
    renamed = PRODUCTS.replace(b'"value"', b'"amount"')
    with pytest.raises(PayloadInvalid, match="no prices"):
        list(oci_list.parse(keep("oci_list", Scope("oci", "Storage"), {"products.json": renamed})))


def test_a_selection_narrows_the_scopes() -> None:
    client = Client(())
    assert [scope.service for scope in oci_list.scopes(client, Selection())] == list(oci_list.SERVICES)
    (storage,) = oci_list.scopes(client, Selection(services=("Storage", "AmazonS3")))
    assert storage == Scope("oci", "Storage")
    (compute,) = oci_list.scopes(client, Selection(regions=("sa-saopaulo-1", "us-east-1")))
    assert compute == Scope("oci", "Compute", ("sa-saopaulo-1",))
    assert not list(oci_list.scopes(client, Selection(regions=("us-east-1",))))
    with pytest.raises(InvalidInput, match="sa-sampa-1"):
        oci_list.scopes(client, Selection(regions=("sa-sampa-1",)))


def test_chosen_regions_bring_their_machines_only(keep: Keep) -> None:
    scope = Scope("oci", "Compute", ("sa-saopaulo-1",))
    files = {"products.json": PRODUCTS, "shapes.json": SHAPES}
    (tables,) = oci_list.parse(keep("oci_list", scope, files))
    assert tables.tables["prices"]["region"].unique().to_pylist() == ["sa-saopaulo-1"]


@pytest.mark.skipif(not LISTS, reason=f"no recorded price lists in {RECORDED}")
@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_a_recorded_list_gives_all_its_tiers_once(path: Path, keep: Keep) -> None:
    content = gzip.decompress(path.read_bytes())
    tiers = [
        (item["partNumber"], price.get("rangeMin", 0), Decimal(str(price["value"])))
        for item in json.loads(content)["items"]
        if "Cloud@Customer" not in item["serviceCategory"] + item["displayName"]
        for localized in item["currencyCodeLocalizations"]
        for price in localized["prices"]
    ]
    found: Rows = []
    for service in oci_list.SERVICES:
        files = {"products.json": content, **({"shapes.json": SHAPES} if service == "Compute" else {})}
        (tables,) = oci_list.parse(keep("oci_list", Scope("oci", service), files))
        found += tables.tables["prices"].to_pylist()
    parts = [
        (row["sku_id"], int(row["tier_from"]), row["price"]) for row in found if not row["instance_type"]
    ]
    assert Counter(parts) == Counter(tiers)
    assert machine(found, "VM.Standard.E4.Flex$_8_64")["price"] == Decimal("0.196")
    assert machine(found, "VM.Standard.A1.Flex$_4_24")["price"] == Decimal("0.076")
    assert machine(found, "BM.GPU.A100-v2.8")["price"] == 32
    assert machine(found, "BM.GPU.H100.8")["price"] == 80
    assert machine(found, "VM.GPU3.1", purchase_option="spot")["price"] == Decimal("1.475")
