"""What is odd about Google's Billing Catalog."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Selection
from ingest.sources import gcp_catalog
from tests.ingest.gcp_catalog_rows import FOLDER, Keep, listed, parsed
from tests.ingest.replay import Replay
from tests.ingest.rows import Rows, attributes, one, some
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, MissingRequirement, PayloadInvalid
from warehouse.settings import settings

AMERICAS = {"us-central1", "us-east1", "us-west1"}


@pytest.fixture
def rows(keep: Keep) -> Callable[..., Rows]:
    return partial(listed, keep)


@pytest.fixture
def changed(keep: Keep) -> Callable[..., Rows]:
    """The prices of the first page after a change."""

    def of(change: Callable[[list[Any]], object]) -> Rows:
        document = json.loads((FOLDER / "compute-1.json").read_bytes())
        change(document["skus"])
        files = {"skus-0001.json": json.dumps(document).encode()}
        return parsed(keep("gcp_catalog", Scope("gcp", "Compute Engine"), files))

    return of


# --- SKUs


def test_units_and_billionths_add_up_exactly(rows: Callable[..., Rows]) -> None:
    slices = some(rows(), name="A4 Nvidia B200 (1 gpu slice) running in Americas")
    assert {(row["region"], row["price"]) for row in slices} == {(r, Decimal("16.11")) for r in AMERICAS}


def test_a_list_without_units_is_refused(changed: Callable[..., Rows]) -> None:
    def change(skus: list[Any]) -> None:
        for tier in (tier for sku in skus for tier in tiers(sku)):
            del tier["unitPrice"]["units"]

    with pytest.raises(PayloadInvalid, match=r"unitPrice\.units"):
        changed(change)


def tiers(sku: dict[str, Any]) -> list[dict[str, Any]]:
    return [tier for info in sku["pricingInfo"] for tier in info["pricingExpression"]["tieredRates"]]


def test_every_tier_is_a_price_and_only_what_precedes_one_is_free(rows: Callable[..., Rows]) -> None:
    traffic = some(rows(), name="Network Internet Data Transfer Out from Sao Paulo to Americas")
    assert [(row["tier_from"], row["tier_to"], row["price"]) for row in traffic] == [
        (0, 1024, Decimal("0.19")),
        (1024, 10240, Decimal("0.18")),
        (10240, None, Decimal("0.15")),
    ]
    first, second = some(rows(), name="Storage PD Snapshot")
    assert attributes(first)["free_tier"] is True
    assert first["tier_to"] == 5
    assert "free_tier" not in attributes(second)
    placeholder = some(rows(), name="Reserved Nvidia Tesla A100 GPU in Americas")[0]
    assert placeholder["price"] == 0
    assert "free_tier" not in attributes(placeholder)
    incoming = one(rows(), name="Network Internet Data Transfer In from APAC to Sao Paulo")
    assert incoming["price"] == 0
    assert attributes(incoming)["free_tier"] is True


def test_of_several_versions_the_last_counts_and_a_sku_without_rates_is_none(
    rows: Callable[..., Rows],
) -> None:
    assert one(rows(), name="Network Vpn Tunnel in Sao Paulo")["price"] == Decimal("0.075")
    assert not some(rows(), name="Network Inter Zone Data Transfer Out in Sao Paulo")


def test_the_taxonomy_places_a_sku(rows: Callable[..., Rows]) -> None:
    ends = one(rows(), name="Network Inter Region Data Transfer Out from Sao Paulo to APAC")
    assert ends["region"] == "southamerica-east1"
    assert one(rows(), name="Network CDN South America Intra-Region Cache Fill")["region"] == (
        "southamerica-east1"
    )
    assert {row["region"] for row in some(rows(), name="External IP Charge on a Standard VM")} == {"global"}
    storage = {row["name"]: row["region"] for row in rows("Cloud Storage")}
    assert storage["Standard Storage US Multi-region"] == "us"
    assert storage["Standard Storage Iowa/South Carolina Dual-region"] == "nam4"


def test_units_of_the_contract(rows: Callable[..., Rows]) -> None:
    units = {row["name"]: (row["unit"], row["category"]) for row in rows()}
    assert units["N2 Instance Core running in Americas"] == ("vcpu_hour", "compute")
    assert units["N2 Instance Ram running in Americas"] == ("gib_hour", "compute")
    assert units["Extreme PD IOPS in Iowa"] == ("iops_month", "storage")
    assert units["Licensing Fee for Windows Server 2022 Datacenter Edition (CPU cost)"] == (
        "vcpu_hour",
        "other",
    )
    stored = {row["name"]: row["unit"] for row in rows("Cloud Storage")}
    assert stored["Regional Standard Class A Operations"] == "request"
    assert {(row["unit"], row["category"]) for row in rows("Cloud SQL")} == {
        ("vcpu_hour", "database"), ("gib_hour", "database"), ("gb_month", "database"),
    }  # fmt: skip


def test_commitments_last_what_their_name_says(rows: Callable[..., Rows]) -> None:
    found = rows()
    five = one(found, name="Commitment v1: N4A Core in Johannesburg for 5 Years")
    assert (five["purchase_option"], five["term_months"]) == ("commitment", 60)
    misfiled = some(found, name="Commitment v1: Memory-optimized Cpu in Americas for 1 Year")
    assert {row["term_months"] for row in misfiled} == {12}


def test_spot_is_known_by_its_name_too(rows: Callable[..., Rows]) -> None:
    found = some(rows(), name="Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Americas")
    assert {(row["purchase_option"], attributes(row)["usage"]) for row in found} == {("spot", "OnDemand")}


def test_a_way_of_buying_without_a_word_is_left_to_the_gate(changed: Callable[..., Rows]) -> None:
    found = changed(lambda skus: skus[0].update(description="?", category={"usageType": "CmtCudPremium"}))
    assert {row["purchase_option"] for row in some(found, name="?")} == {"CmtCudPremium"}


def test_parts_are_no_machines_and_dear_classes_are_named(rows: Callable[..., Rows]) -> None:
    found = rows()
    assert {row["instance_type"] for row in found if row["unit"] in ("vcpu_hour", "gib_hour")} == {None}
    nodes = some(found, name="N2 Sole Tenancy Instance Core running in Americas")
    assert {row["tenancy"] for row in nodes} == {"host"}
    dws = one(found, name="DWS Calendar Mode H4D Instance Core running in Iowa")
    assert attributes(dws)["class"] == "dws"


def test_a_sku_met_on_two_pages_is_one(changed: Callable[..., Rows]) -> None:
    once = changed(lambda skus: None)
    twice = changed(lambda skus: skus.append(skus[0]))
    assert len(once) == len(twice)


# --- asking


def test_a_selection_narrows_services_and_regions(rows: Callable[..., Rows]) -> None:
    client = Client(())
    assert [scope.service for scope in gcp_catalog.scopes(client, Selection())] == [
        "Compute Engine", "Cloud Storage", "Cloud SQL", "Networking",
    ]  # fmt: skip
    chosen = gcp_catalog.scopes(client, Selection(("southamerica-east1", "us-east-1"), ("Cloud SQL",)))
    assert list(chosen) == [Scope("gcp", "Cloud SQL", ("southamerica-east1",))]
    assert gcp_catalog.scopes(client, Selection(("us-east-1",))) == []
    with pytest.raises(InvalidInput, match="southamerica-east1"):
        gcp_catalog.scopes(client, Selection(("southamerica-east",)))
    assert {row["region"] for row in rows(regions=("us-west1",))} == {"us-west1"}


def test_the_key_goes_in_a_header_and_in_no_address(replayed: Callable[[str], Replay]) -> None:
    server = replayed("gcp_catalog")
    with Client(()) as client:
        fetched = list(gcp_catalog.fetch(client, Scope("gcp", "Compute Engine")))
    assert [one.name for one in fetched] == ["skus-0001.json", "skus-0002.json"]
    assert {one.headers["x-goog-api-key"] for one in server.requests} == {"a-key-of-the-tests"}
    assert not [one for one in (*fetched, *server.requests) if "a-key-of-the-tests" in one.url]
    assert server.requests[1].query["pageToken"] == "AH7oLl+page/2=="


def test_without_a_key_it_says_where_to_get_one(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUD_PRICING_GCP_API_KEY")
    settings.cache_clear()
    with Client(()) as client, pytest.raises(MissingRequirement, match="CLOUD_PRICING_GCP_API_KEY"):
        list(gcp_catalog.fetch(client, Scope("gcp", "Compute Engine")))


def test_a_month_of_the_past_speaks_for_its_end(landing: Landing, replayed: Callable[[str], Replay]) -> None:
    replayed("gcp_catalog")
    scope = Scope("gcp", "Compute Engine")
    with Client(()) as client:
        pages = list(gcp_catalog.fetch(client, scope, date(2024, 3, 15)))
        payloads = [landing.keep("gcp_catalog", scope, page, datetime.now(UTC)) for page in pages]
    asked = "startTime=2024-03-01T00%3A00%3A00-08%3A00&endTime=2024-04-01T00%3A00%3A00-07%3A00"
    assert [asked in page.url for page in pages] == [True, True]
    (tables,) = gcp_catalog.parse(payloads)
    assert tables.as_of is not None
    assert tables.as_of.astimezone(UTC) == datetime(2024, 4, 1, 6, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "content", [b"[]", b'{"skus": []}', b'{"skus": [{"skuId": "A"}]}', b'{"services": []}']
)
def test_a_page_of_another_shape_is_refused(keep: Keep, content: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        list(gcp_catalog.parse(keep("gcp_catalog", Scope("gcp", "Cloud SQL"), {"skus-0001.json": content})))
