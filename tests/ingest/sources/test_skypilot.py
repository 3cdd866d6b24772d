"""What is odd about SkyPilot's catalogs."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.normalize import reference
from ingest.source import Payload, Selection, Tables
from ingest.sources import skypilot
from tests.ingest.replay import FIXTURES
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid

Rows = list[dict[str, Any]]
Parse = Callable[..., Tables]
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "skypilot-catalog" / "anycloud"
recorded_catalogs = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded catalogs in {RECORDED}")


@pytest.fixture
def parse(keep: Callable[..., list[Payload]]) -> Parse:
    """`parse(provider, content, regions)`: the tables of one catalog, of the fixtures if without content."""

    def of(provider: str, content: bytes | None = None, regions: tuple[str, ...] | None = None) -> Tables:
        body = (FIXTURES / "skypilot" / f"{provider}.csv").read_bytes() if content is None else content
        (tables,) = skypilot.parse(keep("skypilot", Scope(provider, "Compute", regions), {"vms.csv": body}))
        return tables

    return of


@pytest.fixture
def prices(parse: Parse) -> Callable[..., Rows]:
    return lambda *chosen: parse(*chosen).tables["prices"].to_pylist()


@pytest.fixture
def machine(parse: Parse) -> Callable[[str, str], dict[str, Any]]:
    def of(provider: str, name: str) -> dict[str, Any]:
        return one(parse(provider).tables["instance_types"].to_pylist(), instance_type=name)

    return of


def one(rows: Sequence[dict[str, Any]], **criteria: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in criteria.items())]
    return found


def card(row: dict[str, Any]) -> tuple[str, float, float]:
    return row["accelerator"], row["accelerator_count"], row["accelerator_memory_gib"]


def test_empty_prices_are_not_sold_and_a_spot_price_of_zero_is_none(prices: Callable[..., Rows]) -> None:
    assert {row["purchase_option"] for row in prices("lambda")} == {"on_demand"}
    assert [row["instance_type"] for row in prices("vast") if row["purchase_option"] == "spot"] == [
        "2x-Tesla_V100-32-65536"
    ]
    only_spot = [row for row in prices("runpod") if row["instance_type"] == "1x_H100-NVL_SECURE"]
    assert [(row["purchase_option"], row["price"]) for row in only_spot] == [("spot", Decimal("1.66"))]


def test_a_price_of_zero_goes_to_the_gate(prices: Callable[..., Rows]) -> None:
    body = (FIXTURES / "skypilot" / "lambda.csv").read_bytes().replace(b",24.1,", b",0.0,")
    gone = [row["price"] for row in prices("lambda", body) if row["instance_type"] == "gpu_8x_h100_sxm5"]
    assert gone == [Decimal(0)] * 4


def test_bare_names_are_told_apart_by_the_memory_of_each_gpu(machine: Callable[..., dict[str, Any]]) -> None:
    assert card(machine("lambda", "gpu_8x_a100")) == ("A100-40GB", 8, 40)
    assert card(machine("lambda", "gpu_8x_a100_80gb_sxm4")) == ("A100-80GB", 8, 80)
    assert card(machine("seeweb", "ECS1GPU3")) == ("A100-80GB", 1, 80)
    assert card(machine("paperspace", "V100")) == ("V100-16GB", 1, 16)  # GpuInfo says no memory
    assert card(machine("ibm", "gx2-8x64x1v100")) == ("V100-16GB", 1, 16)


def test_memory_is_of_each_whatever_a_catalog_calls_it(machine: Callable[..., dict[str, Any]]) -> None:
    assert card(machine("vast", "2x-Tesla_V100-32-65536")) == ("V100-16GB", 2, 16)  # MiB of both
    assert card(machine("primeintellect", "lambdalabs__8xA100_80GB__240__1800")) == ("A100-80GB", 8, 80)
    assert card(machine("shadeform", "massedcompute_A6000x8")) == ("RTXA6000", 8, 48)  # "MiB": 48
    assert card(machine("runpod", "2x_A100-80GB_SECURE")) == ("A100-80GB", 2, 80)
    assert card(machine("seeweb", "ECS1GPU12")) == ("RTX-PRO-6000", 1, 96)  # "MiB": 0
    assert card(machine("azure", "Standard_NV12ads_A10_v5")) == ("A10", 0.333, 24)  # a third of one


def test_vast_cuts_names_that_its_machines_still_have(machine: Callable[..., dict[str, Any]]) -> None:
    assert card(machine("vast", "1x-H100_NVL-32-65536")) == ("H100-NVL", 1, 94)
    assert card(machine("vast", "2x-RTX_4070S_Ti-32-65536")) == ("RTX4070S-Ti", 2, 16)
    assert card(machine("lambda", "gpu_1x_h100_pcie")) == ("H100-PCIe", 1, 80)


def test_a_machine_has_what_it_has_everywhere(machine: Callable[..., dict[str, Any]]) -> None:
    assert machine("hyperstack", "n3-H100-SXM5x8")["memory_gib"] == 960
    assert machine("vast", "1x-RTX_4090-32-65536")["accelerator_memory_gib"] == 24
    assert card(machine("hyperstack", "n3-A100x1")) == ("A100-80GB", 1, 80)  # null in a Python literal
    assert machine("lambda", "cpu_4x_general")["accelerator_count"] is None


def test_regions_are_those_of_the_reference_table(prices: Callable[..., Rows]) -> None:
    def regions(provider: str) -> set[str]:
        return {row["region"] for row in prices(provider)}

    assert regions("runpod") == {"CA-MTL-3", "EUR-IS-1", "US-TX-3", "US-KS-2"}
    assert regions("vast") == {"BG", "US", "TH", "SE", "IS", "DE", "HK"}
    assert regions("mithril") == {"us-central2"}
    assert regions("paperspace") == {"NY2"}
    assert regions("ibm") == {"us-east", "jp-tok"}  # one is read off its zone
    assert regions("seeweb") == {"it-fr2", "global"}
    known = {(row["provider"], row["region"]) for row in reference("regions").to_pylist()}
    for path in (FIXTURES / "skypilot").glob("*.csv"):
        assert {(path.stem, region) for region in regions(path.stem) - {"global"}} <= known, path.stem


def test_a_price_all_zones_share_is_the_regions(prices: Callable[..., Rows]) -> None:
    assert one(prices("ibm"), instance_type="bx2-8x32", region="jp-tok")["zone"] is None
    listed = [row for row in prices("shadeform") if row["instance_type"] == "scaleway_L4"]
    assert {(row["region"], row["zone"], str(row["price"])[:4]) for row in listed} == {
        ("paris-france", "paris-france-1", "0.91"),
        ("paris-france", "paris-france-5", "0.95"),
        ("warsaw-poland", "warsaw-poland-1", "0.92"),  # listed at 0.93 too: the lower, as SkyPilot does
    }


def test_mithril_has_no_on_demand_price_and_seeweb_sells_windows(prices: Callable[..., Rows]) -> None:
    assert {row["purchase_option"] for row in prices("mithril")} == {"spot"}
    assert one(prices("seeweb"), operating_system="windows")["instance_type"] == "eCS2W"


def test_azures_comma_is_put_right(prices: Callable[..., Rows]) -> None:
    listed = {
        (row["instance_type"], row["region"], row["purchase_option"]): row["price"] for row in prices("azure")
    }
    assert listed["Standard_B12ms", "westeurope", "on_demand"] == Decimal("0.655")
    assert listed["Standard_B12ms", "westeurope", "spot"] == Decimal("0.19")
    assert listed["Standard_NV12ads_A10_v5", "eastus", "spot"] == Decimal("0.31")
    assert ("Standard_M208s_v2", "eastus", "on_demand") not in listed
    assert len(listed) == 8


def test_any_other_surplus_field_is_refused(prices: Callable[..., Rows]) -> None:
    body = (FIXTURES / "skypilot" / "azure.csv").read_bytes().replace(b",V2\n", b",V2,V3\n")
    with pytest.raises(PayloadInvalid, match=r"Expected 10 columns, got 1[12]"):
        prices("azure", body)


def test_a_google_machine_costs_its_host_and_its_accelerators(parse: Parse) -> None:
    listed = parse("gcp").tables["prices"].to_pylist()
    found = one(listed, instance_type="a2-highgpu-1g", purchase_option="on_demand")
    assert (found["price"], found["zone"]) == (Decimal("3.69"), None)
    spot = one(listed, instance_type="a2-highgpu-1g", purchase_option="spot", zone="us-central1-c")
    assert spot["price"] == Decimal("1.75")
    assert json.loads(found["attributes"]) == {"accelerator": "A100-40GB", "accelerator_count": 1.0}
    # a local SSD is in neither row, e2-micro pays for a part of its cores
    assert {row["instance_type"] for row in listed} == {"n2-standard-8", "a2-highgpu-1g", "g2-standard-4"}
    assert one(listed, instance_type="g2-standard-4", purchase_option="spot")["zone"] == "us-central1-a"


@pytest.mark.parametrize("column", skypilot._COLUMNS)
def test_a_column_under_another_name_is_refused(prices: Callable[..., Rows], column: str) -> None:
    body = (FIXTURES / "skypilot" / "lambda.csv").read_text(encoding="utf-8")
    header, _, rest = body.partition("\n")
    names = [f"{name}_v9" if name == column else name for name in header.split(",")]
    with pytest.raises(PayloadInvalid, match=f"of lambda has no column {column}"):
        prices("lambda", f"{','.join(names)}\n{rest}".encode())


@pytest.mark.parametrize("broken", [b"", b"dear"])
def test_a_catalog_without_machines_or_with_words_for_prices_is_refused(parse: Parse, broken: bytes) -> None:
    body = (FIXTURES / "skypilot" / "lambda.csv").read_bytes()
    content = body.replace(b",24.1,", b",dear,") if broken else body.partition(b"\n")[0] + b"\n"
    with pytest.raises(PayloadInvalid):
        parse("lambda", content)


def chosen(**selection: tuple[str, ...]) -> list[Scope]:
    with Client(()) as client:
        return list(skypilot.scopes(client, Selection(**selection)))


def test_clouds_are_chosen_by_name_and_the_large_ones_only_so() -> None:
    default = [scope.provider for scope in chosen()]
    assert not {"aws", "azure", "gcp", "oci"} & set(default)
    assert {"lambda", "runpod", "vast", "nebius", "digitalocean", "paperspace", "shadeform"} <= set(default)
    assert chosen(services=("gcp", "do")) == [
        Scope("digitalocean", "Compute"),
        Scope("gcp", "Compute Engine"),
    ]
    assert chosen(services=("Pods",)) == [Scope("runpod", "Pods")]
    assert [scope.provider for scope in chosen(services=("Compute", "Pods", "Marketplace"))] == default
    assert not chosen(services=("AmazonEC2", "AWSLambda", "Virtual Machines"))
    with pytest.raises(InvalidInput, match="lamda") as refused:
        chosen(services=("lamda",))
    assert "lambda" in refused.value.hint


def test_regions_narrow_the_scopes_and_their_prices(prices: Callable[..., Rows]) -> None:
    assert chosen(regions=("us-west-2", "EUR-IS-1")) == [
        Scope("lambda", "Compute", ("us-west-2",)),
        Scope("runpod", "Pods", ("EUR-IS-1",)),
    ]
    assert {row["region"] for row in prices("runpod", None, ("EUR-IS-1",))} == {"EUR-IS-1"}


# --- recorded catalogs


def recorded(cloud: str) -> Iterator[tuple[bytes, list[list[str]]]]:
    for path in sorted(RECORDED.glob(f"*/{cloud}/vms.csv.gz")):
        content = gzip.decompress(path.read_bytes())
        yield content, list(csv.reader(content.decode().splitlines()))


@recorded_catalogs
@pytest.mark.parametrize(("cloud", "place"), [("azure", "Region"), ("lambda", "Region")])
def test_every_recorded_price_is_there_and_the_same(
    prices: Callable[..., Rows], cloud: str, place: str
) -> None:
    for content, (header, *rows) in recorded(cloud):
        at = {name: header.index(name) for name in ("InstanceType", place, "Price", "SpotPrice")}
        expected = {
            (row[at["InstanceType"]], row[at[place]], option): Decimal(row[at[column]])
            for row in rows
            for option, column in (("on_demand", "Price"), ("spot", "SpotPrice"))
            if row[at[column]]
        }
        found = prices(cloud, content)
        assert len(found) == len(expected)
        for row in found:
            assert expected[row["instance_type"], row["region"], row["purchase_option"]] == row["price"]


@recorded_catalogs
@pytest.mark.parametrize("cloud", ["azure", "gcp", "lambda", "vast"])
def test_every_recorded_place_and_accelerator_is_known(parse: Parse, cloud: str) -> None:
    accelerators = set(reference("accelerators")["accelerator"].to_pylist()) | {None}
    known = {row["region"] for row in reference("regions").to_pylist() if row["provider"] == cloud}
    for content, _ in recorded(cloud):
        tables = parse(cloud, content).tables
        assert set(tables["instance_types"]["accelerator"].to_pylist()) <= accelerators
        assert set(tables["prices"]["region"].to_pylist()) <= known


@recorded_catalogs
def test_recorded_google_machines_cost_what_google_says(prices: Callable[..., Rows]) -> None:
    published = {
        "a2-highgpu-1g": 3.673,
        "g2-standard-4": 0.707,
        "n2-standard-8": 0.388,
        "m1-ultramem-40": 6.293,
    }
    for content, _ in recorded("gcp"):
        listed = [row for row in prices("gcp", content) if row["purchase_option"] == "on_demand"]
        for name, price in published.items():
            found = one(listed, instance_type=name, region="us-central1")
            assert float(found["price"]) == pytest.approx(price, abs=0.001)
