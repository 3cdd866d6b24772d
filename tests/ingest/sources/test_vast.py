"""What is odd about a market: offers become types."""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.normalize import reference
from ingest.source import Payload, Selection
from ingest.sources import vast
from tests.ingest.replay import FIXTURES, Replay
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
Keep = Callable[..., list[Payload]]
MARKET = Scope("vast", "Marketplace")
RECORDED = (
    Path(__file__).resolve().parents[4] / "shared/pricelists/gpu-clouds/gpu-radar/2026-08-17/offers.json.gz"
)


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Callable[..., Rows]:
    def of(table: str = "prices") -> Rows:
        ((_, payloads),) = recorded("vast")
        (tables,) = vast.parse(payloads)
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


def fixture(name: str) -> str:
    return (FIXTURES / "vast" / name).read_text(encoding="utf-8")


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


def test_a_type_costs_what_its_cheapest_offer_does(rows: Callable[..., Rows]) -> None:
    cheapest = one(
        rows(),
        instance_type="1x RTX 4090 24GB",
        region="US",
        offering_class="verified",
        purchase_option="on_demand",
    )
    assert cheapest["price"] == Decimal("0.2933333333")
    market = json.loads(cheapest["attributes"])
    assert (market["median"], market["high"], market["offers"]) == (0.35, 0.41, 3)
    many = one(rows(), instance_type="1x RTX 3060 12GB", region="US", purchase_option="on_demand")
    assert json.loads(many["attributes"])["offers"] == 10  # of 14: the figure rests while offers come and go


def test_hosts_are_told_apart_by_what_vast_vouches_for(rows: Callable[..., Rows]) -> None:
    classes = {
        (row["region"], row["offering_class"]) for row in rows() if row["instance_type"] == "1x RTX 4090 24GB"
    }
    assert classes == {("US", "verified"), ("US", "unverified"), ("NO", "datacenter")}
    assert one(rows(), region="VN", purchase_option="spot")["offering_class"] == "unverified"


def test_bids_are_spot_prices_and_the_disk_is_paid_by_the_month(rows: Callable[..., Rows]) -> None:
    prices = rows()
    bid = one(prices, instance_type="8x H100 SXM 80GB", purchase_option="spot")
    assert (bid["price"], bid["region"], bid["unit"]) == (Decimal("9.6"), "US", "hour")
    disk = one(prices, category="storage", region="US", offering_class="verified")
    assert (disk["price"], disk["unit"], disk["instance_type"]) == (Decimal("0.15"), "gb_month", None)
    assert json.loads(disk["attributes"])["high"] == 0.2


def test_the_country_is_read_from_the_place_with_or_without_a_continent(rows: Callable[..., Rows]) -> None:
    regions = {row["instance_type"]: row["region"] for row in rows() if row["instance_type"]}
    assert regions["1x H100 PCIE 80GB"] == "SE"
    assert regions["1x A100 SXM4 80GB"] == regions["1x A100 SXM4 40GB"] == "CA"
    assert regions["1x A10 24GB"] == "SA"
    assert regions["1x GTX 1070 Ti 8GB"] == "unknown"


def test_zero_is_not_the_cheapest_while_there_are_others(rows: Callable[..., Rows]) -> None:
    polish = one(rows(), region="PL", category="compute", purchase_option="on_demand")
    assert (polish["price"], json.loads(polish["attributes"])["offers"]) == (Decimal("0.13"), 1)


def test_an_offer_at_zero_alone_goes_to_the_gate(keep: Keep) -> None:
    content = json.loads(fixture("offers-4.json"))
    content["offers"][0].update(dph_base=0, min_bid=0)
    (tables,) = vast.parse(keep("vast", MARKET, {"offers-4.json": json.dumps(content).encode()}))
    prices = [
        row for row in tables.tables["prices"].to_pylist() if row["instance_type"] == "8x H100 SXM 80GB"
    ]
    assert [(row["purchase_option"], row["price"]) for row in prices] == [("on_demand", 0)]


def test_a_market_without_prices_is_refused(keep: Keep) -> None:
    content = fixture("offers-1.json").replace("dph_base", "base_dph")
    files = {"offers-1.json": content.encode(), "offers-4.json": fixture("offers-4.json").encode()}
    with pytest.raises(PayloadInvalid, match="no price"):
        list(vast.parse(keep("vast", MARKET, files)))


def test_a_machine_has_what_every_offer_of_its_type_has(rows: Callable[..., Rows]) -> None:
    machines = {row["instance_type"]: row for row in rows("instance_types")}
    one_of_eight = machines["1x H100 SXM 80GB"]
    assert (one_of_eight["vcpus"], one_of_eight["memory_gib"]) == (16, 128)
    assert (one_of_eight["accelerator"], one_of_eight["accelerator_memory_gib"]) == ("H100", 80)
    assert machines["1x A100 SXM4 40GB"]["accelerator"] == "A100-40GB"
    assert machines["1x RTX 4090 24GB"]["vcpus"] == 16
    assert machines["1x H100 PCIE 80GB"]["memory_gib"] == 64


def test_a_card_with_twice_its_memory_is_another_machine(rows: Callable[..., Rows]) -> None:
    machines = {row["instance_type"]: row for row in rows("instance_types")}
    rebuilt = machines["1x RTX 2080 Ti 22GB"]
    assert (rebuilt["accelerator"], rebuilt["accelerator_memory_gib"]) == ("RTX2080Ti", 22)
    assert machines["1x RTX 2080 Ti 11GB"]["accelerator_memory_gib"] == 11


def test_the_question_is_split_by_the_number_of_gpus(replayed: Callable[[str], Replay]) -> None:
    server = replayed("vast")
    with Client(()) as client:
        names = [fetched.name for fetched in vast.fetch(client, MARKET)]
    assert names == ["offers-1.json", "offers-2.json", "offers-3.json", "offers-4.json"]
    assert {json.loads(request.body)["limit"] for request in server.requests} == {vast.LIMIT}


def test_a_list_cut_at_its_limit_is_refused(keep: Keep) -> None:
    offer = json.loads(fixture("offers-4.json"))["offers"][0]
    offers = [{**offer, "id": number} for number in range(vast.LIMIT)]
    content = json.dumps({"offers": offers}).encode()
    with pytest.raises(PayloadInvalid, match="more offers"):
        list(vast.parse(keep("vast", MARKET, {"offers-4.json": content})))


def test_a_refusal_is_not_an_empty_market(keep: Keep) -> None:
    with pytest.raises(PayloadInvalid):
        list(vast.parse(keep("vast", MARKET, {"offers-1.json": b'{"success": false, "msg": "slow down"}'})))


def test_a_selection_narrows_the_scopes(keep: Keep) -> None:
    (scope,) = vast.scopes(Client(()), Selection(regions=("CL", "US")))
    assert scope == Scope("vast", "Marketplace", ("CL", "US"))
    files = {"offers-1.json": fixture("offers-1.json").encode()}
    (tables,) = vast.parse(keep("vast", scope, files))
    assert tables.tables["prices"]["region"].unique().to_pylist() == ["US"]
    assert not list(vast.scopes(Client(()), Selection(services=("AmazonEC2",))))


@pytest.mark.skipif(not RECORDED.is_file(), reason=f"no recorded offers at {RECORDED}")
def test_recorded_offers_have_known_gpus_in_known_places(keep: Keep) -> None:
    """The recording keeps some fields of each offer; its price is the one with a small disk."""
    offers = json.loads(gzip.decompress(RECORDED.read_bytes()))["offers"]
    content = json.dumps({"offers": [{**offer, "dph_base": offer["dph_total"]} for offer in offers]}).encode()
    (tables,) = vast.parse(keep("vast", MARKET, {"offers-1.json": content}))
    prices, machines = tables.tables["prices"].to_pylist(), tables.tables["instance_types"].to_pylist()
    accelerators = set(reference("accelerators")["accelerator"].to_pylist())
    regions = {row["region"] for row in reference("regions").to_pylist() if row["provider"] == "vast"}
    assert {row["accelerator"] for row in machines} <= accelerators
    assert {row["region"] for row in prices} <= regions
    on_demand = [row["price"] for row in prices if row["purchase_option"] == "on_demand"]
    assert min(on_demand) == Decimal("0.0471")
    kinds = {(offer["num_gpus"], offer["gpu_name"], round(offer["gpu_ram"] / 1024)) for offer in offers}
    assert len(machines) == len(kinds)
