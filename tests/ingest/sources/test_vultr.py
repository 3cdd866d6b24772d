"""What is odd about Vultr's plans."""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import vultr
from tests.ingest.replay import Replay
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
Keep = Callable[..., list[Payload]]
RECORDED = Path(__file__).resolve().parents[4] / "shared/pricelists/other-clouds/libcloud-fixtures/vultr_v2"


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Callable[..., Rows]:
    def of(service: str, table: str = "prices") -> Rows:
        payloads = next(payloads for scope, payloads in recorded("vultr") if scope.service == service)
        (tables,) = vultr.parse(payloads)
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


def test_the_pages_of_a_list_are_followed_by_their_cursor(rows: Callable[..., Rows]) -> None:
    plans = {row["sku_id"] for row in rows("Cloud Compute")}
    assert {"vc2-1c-1gb", "vcg-a16-2c-8g-2vram"} <= plans


def test_a_location_may_have_its_own_price(rows: Callable[..., Rows]) -> None:
    prices = [row for row in rows("Cloud Compute") if row["sku_id"] == "vc2-1c-2gb"]
    assert {row["price"] for row in prices if row["region"] != "sao"} == {Decimal("0.014")}
    assert one(prices, region="sao")["price"] == Decimal("0.021")
    assert json.loads(one(prices, region="sao")["attributes"]) == {"monthly_cap": 15.0}


def test_without_a_price_by_the_hour_the_month_has_672_of_them_and_730_of_a_gpu(
    rows: Callable[..., Rows],
) -> None:
    prices = rows("Cloud Compute")
    assert one(prices, sku_id="voc-g-8c-32gb-160s-amd", region="sao")["price"] == Decimal("0.3571428571")
    assert one(prices, sku_id="vcg-a40-12c-60g-24vram")["price"] == Decimal("0.87")


def test_a_plan_is_sold_as_its_flags_say(rows: Callable[..., Rows]) -> None:
    prices = rows("Cloud Compute")
    ways = {(row["sku_id"], row["purchase_option"]): row["price"] for row in prices if row["region"] == "ord"}
    assert ways["vx1-g-4c-16g", "on_demand"] == 2 * ways["vx1-g-4c-16g", "spot"]
    assert ("vcg-mi325x-252c-2872g-1536vram", "on_demand") not in ways
    assert ways["vcg-mi325x-252c-2872g-1536vram", "spot"] == 18
    assert not [row for row in prices if row["sku_id"] == "vc2-24c-96gb"]


def test_the_free_plan_is_free(rows: Callable[..., Rows]) -> None:
    free = one(rows("Cloud Compute"), sku_id="vc2-1c-0.5gb-free")
    assert (free["price"], json.loads(free["attributes"])) == (0, {"free_tier": True})


@pytest.mark.parametrize(
    ("service", "plan", "accelerator", "count"),
    [
        ("Cloud Compute", "vcg-a16-2c-8g-2vram", "A16", 0.125),
        ("Cloud Compute", "vcg-a16-12c-128g-32vram", "A16", 2),
        ("Cloud Compute", "vcg-a40-12c-60g-24vram", "A40", 0.5),
        ("Cloud Compute", "vcg-a100-12c-120g-80vram", "A100-80GB", 1),
        ("Cloud Compute", "vcg-b200-248c-2826g-1536vram", "B200", 8),
        ("Cloud Compute", "vcg-mi325x-252c-2872g-1536vram", "MI325X", 6),
        ("Bare Metal", "vbm-48c-1024gb-4-a100-gpu", "A100-80GB", 4),
        ("Bare Metal", "vbm-64c-2048gb-8-l40-gpu", "L40S", 8),
        ("Bare Metal", "vbm-72c-480gb-gh200-gpu", "GH200", 1),
        ("Bare Metal", "vbm-24c-256gb-amd", None, None),
    ],
)
def test_how_many_of_which_accelerator(
    rows: Callable[..., Rows], service: str, plan: str, accelerator: str | None, count: float | None
) -> None:
    machine = one(rows(service, "instance_types"), instance_type=plan)
    assert (machine["accelerator"], machine["accelerator_count"]) == (accelerator, count)


def test_bare_metal_counts_threads_and_all_its_disks(rows: Callable[..., Rows]) -> None:
    machine = one(rows("Bare Metal", "instance_types"), instance_type="vbm-4c-32gb")
    assert (machine["vcpus"], machine["memory_gib"], machine["local_storage_gb"]) == (8, 32, 480)


def test_a_page_that_does_not_say_what_follows_is_refused(replayed: Callable[[str], Replay]) -> None:
    server = replayed("vultr")
    answer = server.answer

    def without_meta(request: Any) -> Any:
        response = answer(request)
        response.body = response.body.replace(b'"meta"', b'"info"')
        return response

    server.answer = without_meta
    with Client(()) as client, pytest.raises(PayloadInvalid, match="which is next"):
        list(vultr.fetch(client, Scope("vultr", "Bare Metal")))


def test_a_selection_narrows_the_scopes(keep: Keep) -> None:
    client = Client(())
    assert [scope.service for scope in vultr.scopes(client, Selection())] == ["Cloud Compute", "Bare Metal"]
    (metal,) = vultr.scopes(client, Selection(regions=("sao", "us-east-1"), services=("Bare Metal",)))
    assert metal == Scope("vultr", "Bare Metal", ("sao",))
    assert not list(vultr.scopes(client, Selection(regions=("us-east-1",))))


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded plans in {RECORDED}")
@pytest.mark.parametrize(
    ("service", "name", "key"),
    [("Cloud Compute", "list_sizes", "plans"), ("Bare Metal", "ex_list_bare_metal_sizes", "plans_metal")],
)
def test_recorded_plans_of_the_time_before_hourly_prices(
    service: str, name: str, key: str, keep: Keep
) -> None:
    content = gzip.decompress((RECORDED / f"{name}.json.gz").read_bytes())
    (tables,) = vultr.parse(keep("vultr", Scope("vultr", service), {f"{key}.json": content}))
    plans = json.loads(content)[key]
    assert tables.tables["prices"].num_rows == sum(len(plan["locations"]) for plan in plans)
    costs = {plan["id"]: round(Decimal(str(plan["monthly_cost"])) / 672, 10) for plan in plans}
    assert {row["sku_id"]: row["price"] for row in tables.tables["prices"].to_pylist()} == {
        plan["id"]: costs[plan["id"]] for plan in plans if plan["locations"]
    }
