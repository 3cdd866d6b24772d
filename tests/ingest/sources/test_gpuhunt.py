"""What is odd about gpuhunt's catalogs."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.normalize import reference
from ingest.source import Fetched, Payload, Selection, Tables
from ingest.sources import gpuhunt
from tests.ingest.conftest import FETCHED_AT
from tests.ingest.replay import FIXTURES, Replay, Response
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid

Rows = list[dict[str, Any]]
Parse = Callable[..., Tables]
URL = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3/{}/20261120-4711/catalog.zip"
FOLDERS = {catalog.provider: catalog.folder for catalog in gpuhunt._CATALOGS}


@pytest.fixture
def parse(landing: Landing) -> Parse:
    """`parse(provider, content, regions)`: the tables of one catalog, of the fixtures if without content."""

    def of(
        provider: str, content: bytes | None = None, regions: tuple[str, ...] | None = None, url: str = URL
    ) -> Tables:
        folder = FOLDERS[provider]
        body = (FIXTURES / "gpuhunt" / f"{folder}.zip").read_bytes() if content is None else content
        fetched = Fetched("catalog.zip", url.format(folder), [body])
        payload: Payload = landing.keep("gpuhunt", Scope(provider, "Compute", regions), fetched, FETCHED_AT)
        (tables,) = gpuhunt.parse([payload])
        return tables

    return of


@pytest.fixture
def prices(parse: Parse) -> Callable[..., Rows]:
    return lambda *chosen: parse(*chosen).tables["prices"].to_pylist()


@pytest.fixture
def machines(parse: Parse) -> Callable[[str], dict[str, dict[str, Any]]]:
    def of(provider: str) -> dict[str, dict[str, Any]]:
        rows = parse(provider).tables["instance_types"].to_pylist()
        return {row["instance_type"]: row for row in rows}

    return of


def one(rows: Sequence[dict[str, Any]], **criteria: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in criteria.items())]
    return found


def card(row: dict[str, Any]) -> tuple[str, float, float]:
    return row["accelerator"], row["accelerator_count"], row["accelerator_memory_gib"]


def edited(folder: str, old: bytes, new: bytes, member: str = "") -> bytes:
    """The fixture's archive with its file changed, or under another name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(FIXTURES / "gpuhunt" / f"{folder}.zip") as archive,
        zipfile.ZipFile(out, "w") as copy,
    ):
        (name,) = archive.namelist()
        content = archive.read(name)
        assert old in content
        copy.writestr(member or name, content.replace(old, new))
    return out.getvalue()


def test_a_catalog_speaks_for_the_day_of_its_version(parse: Parse) -> None:
    assert parse("verda").as_of == datetime(2026, 11, 20, tzinfo=UTC)
    assert parse("verda", None, None, "https://mirror.example/{}.zip").as_of is None
    assert parse("verda", None, None, "https://mirror.example/20269999-1/{}.zip").as_of is None


def test_spot_is_a_purchase_option_and_zero_goes_to_the_gate(prices: Callable[..., Rows]) -> None:
    rows = prices("verda")
    at = {"instance_type": "1V100.6V", "region": "ICE-01"}
    assert one(rows, **at, purchase_option="on_demand")["price"] == Decimal("0.14")
    assert one(rows, **at, purchase_option="spot")["price"] == Decimal("0.049")
    assert one(rows, instance_type="1RTX6000ADA.10V")["price"] == 0


def test_money_does_not_keep_the_noise_of_a_float(prices: Callable[..., Rows]) -> None:
    found = one(prices("lambda"), instance_type="gpu_8x_h100_sxm5", region="us-south-2")
    assert found["price"] == Decimal("23.92")


def test_lambdas_memory_is_in_gib_again(machines: Callable[..., dict[str, dict[str, Any]]]) -> None:
    found = machines("lambda")
    assert found["gpu_8x_h100_sxm5"]["memory_gib"] == 1800
    assert (found["gpu_1x_gh200"]["memory_gib"], found["gpu_1x_gh200"]["architecture"]) == (432, "arm64")
    assert found["gpu_8x_h100_sxm5"]["local_storage_gb"] == 23628


def test_accelerators_have_their_canonical_names(
    machines: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    verda = machines("verda")
    assert card(verda["1A100.22V"]) == ("A100-80GB", 1, 80)
    assert card(verda["1A100.40S.22V"]) == ("A100-40GB", 1, 40)
    assert card(verda["8B300.240V"]) == ("B300", 8, 288)
    assert verda["CPU.4V.16G"]["accelerator"] is None
    assert card(machines("runpod")["1x NVIDIA H200 NVL"]) == ("H200-NVL", 1, 141)
    assert card(machines("lambda")["gpu_1x_gh200"]) == ("GH200", 1, 96)
    gcp = machines("gcp")
    assert card(gcp["v5litepod-8"]) == ("TPUv5e", 8, 16)
    assert card(gcp["v3-8"]) == ("TPUv3", 4, 32)  # eight cores, four chips


def test_a_gpu_and_their_number_make_a_machine_of_runpod(prices: Callable[..., Rows]) -> None:
    rows = [row for row in prices("runpod") if row["instance_type"] == "8x NVIDIA H100 80GB HBM3"]
    assert one(rows, region="US-KS-2", purchase_option="on_demand")["price"] == Decimal("21.6")
    assert one(rows, region="CA", offering_class="community")["price"] == Decimal("19.2")
    assert {row["offering_class"] for row in rows} == {"community", "secure"}
    assert one(prices("runpod"), instance_type="cpu3c-2-4")["price"] == Decimal("0.06")


def test_what_is_no_machine_by_the_hour_is_left_out(prices: Callable[..., Rows]) -> None:
    assert not [row for row in prices("runpod") if "cluster" in (row["attributes"] or "")]
    assert len([row for row in prices("runpod") if row["price"] == Decimal("19.2")]) == 1  # not the cluster's
    a4 = one(prices("gcp"), instance_type="a4-highgpu-8g")
    assert (a4["purchase_option"], a4["price"]) == ("spot", Decimal("31.2"))  # not reserved ahead
    assert one(prices("gcp"), instance_type="g4-standard-48")["price"] == Decimal("4.5")


def test_names_are_those_of_other_lists(prices: Callable[..., Rows]) -> None:
    assert "gpu-h100-sxm_8gpu-128vcpu-1600gb" in {row["instance_type"] for row in prices("nebius")}
    assert {row["instance_type"] for row in prices("oci")} == {
        "VM.Standard.E4.Flex$_2_8",
        "VM.Standard.E4.Flex$_2_16",
        "VM.Standard.E4.Flex$_4_16",
        "BM.GPU.H100.8",
    }


def test_googles_zones_are_told_from_its_regions(prices: Callable[..., Rows]) -> None:
    rows = [row for row in prices("gcp") if row["instance_type"] == "n2-standard-8"]
    assert one(rows, purchase_option="on_demand")["zone"] is None
    spot = {row["zone"]: row["price"] for row in rows if row["purchase_option"] == "spot"}
    assert spot == {"us-central1-a": Decimal("0.31"), "us-central1-b": Decimal("0.33")}
    assert {row["region"] for row in rows} == {"us-central1"}


def test_of_two_prices_the_lower_counts(prices: Callable[..., Rows]) -> None:
    assert one(prices("cloudrift"), instance_type="rtx59-16c-nr.2")["price"] == Decimal("1.3")


def test_every_place_is_known(prices: Callable[..., Rows]) -> None:
    known = {(row["provider"], row["region"]) for row in reference("regions").to_pylist()}
    for provider in FOLDERS.keys() - {"aws", "azure"}:
        assert {(provider, row["region"]) for row in prices(provider)} <= known, provider


@pytest.mark.parametrize("column", gpuhunt._COLUMNS)
def test_a_column_under_another_name_is_refused(parse: Parse, column: str) -> None:
    header = b"instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,gpu_vendor,flags,cpu_arch"
    names = header.decode().split(",")
    other = ",".join("other" if name == column else name for name in names).encode()
    with pytest.raises(PayloadInvalid, match=f"of verda has no column {column}"):
        parse("verda", edited("verda", header, other))


def test_an_archive_of_another_provider_or_none_is_refused(parse: Parse) -> None:
    with pytest.raises(PayloadInvalid, match=r"verda\.csv"):
        parse("verda", edited("verda", b"FIN-01", b"FIN-01", "nebius.csv"))
    with pytest.raises(PayloadInvalid, match=r"verda\.csv"):
        parse("verda", b"PK\x03\x04 and no more")
    with pytest.raises(PayloadInvalid):
        parse("verda", edited("verda", b",0.14,", b",dear,"))


@pytest.mark.parametrize("version", ["latest", "20261120-4711/../../v2/20240101", "20261120-4711\nmore"])
def test_a_version_that_is_none_is_refused(replayed: Callable[[str], Replay], version: str) -> None:
    server = replayed("gpuhunt")
    server.fault = lambda request, response: (
        Response(body=version.encode()) if request.url.endswith("/version") else response
    )
    with Client(()) as client, pytest.raises(PayloadInvalid, match="no version"):
        list(gpuhunt.fetch(client, Scope("verda", "Compute")))
    assert [request.url for request in server.requests] == [
        URL.format("verda").replace("20261120-4711/catalog.zip", "version")
    ]


def test_providers_are_chosen_by_name_and_the_large_ones_only_so() -> None:
    def chosen(**selection: tuple[str, ...]) -> list[Scope]:
        with Client(()) as client:
            return list(gpuhunt.scopes(client, Selection(**selection)))

    assert [scope.provider for scope in chosen()] == ["lambda", "nebius", "runpod", "verda", "cloudrift"]
    assert chosen(services=("lambdalabs", "gcp")) == [
        Scope("lambda", "Compute"),
        Scope("gcp", "Compute Engine"),
    ]
    assert chosen(regions=("FIN-01",)) == [Scope("verda", "Compute", ("FIN-01",))]
    assert not chosen(services=("AmazonEC2", "AWSLambda"))
    with pytest.raises(InvalidInput, match="verdas"):
        chosen(services=("verdas",))


def test_regions_narrow_the_prices(prices: Callable[..., Rows]) -> None:
    assert {row["region"] for row in prices("verda", None, ("FIN-01",))} == {"FIN-01"}
