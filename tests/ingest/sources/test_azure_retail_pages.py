"""What is odd about asking Azure's Retail Prices API, and answers it must not be believed."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import azure_retail
from tests.ingest.replay import FIXTURES, Replay, Request, Response
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid

MACHINES = Scope("azure", "Virtual Machines", ("eastus",))


def page(**changes: Any) -> bytes:
    """The first page of machines as the only one, with the first item changed."""
    content = json.loads((FIXTURES / "azure_retail" / "vm-1.json").read_bytes())
    content["NextPageLink"] = None
    content["Items"][0] |= changes
    return json.dumps(content).encode()


def test_the_pages_are_followed_with_the_whole_question(replayed: Callable[[str], Replay]) -> None:
    server = replayed("azure_retail")
    with Client(()) as client:
        urls = [fetched.url for fetched in azure_retail.fetch(client, MACHINES)]
    assert [request.query.get("$skip") for request in server.requests] == [None, "1000"]
    assert {request.query["api-version"] for request in server.requests} == {"2023-01-01-preview"}
    assert ":443" not in urls[1]


def test_the_feeds_own_header_says_how_long_to_wait(replayed: Callable[[str], Replay]) -> None:
    server = replayed("azure_retail")
    busy = [Response(429, headers={"x-ms-ratelimit-retailprices-retry-after": "0.5"})]
    server.fault = lambda _, response: busy.pop() if busy else response
    began = time.monotonic()
    with Client(()) as client:
        assert len(list(azure_retail.fetch(client, MACHINES))) == 2
    assert time.monotonic() - began > 0.5


def served(replayed: Callable[[str], Replay], body: bytes) -> None:
    def answer(_: Request, __: Response) -> Response:
        return Response(200, body, {"content-type": "application/json"})

    replayed("azure_retail").fault = answer
    with Client(()) as client:
        list(azure_retail.fetch(client, MACHINES))


def test_a_page_short_of_its_count_is_refused(replayed: Callable[[str], Replay]) -> None:
    content = json.loads(page())
    content["Items"].pop()
    with pytest.raises(PayloadInvalid, match="holds 19 of the 20"):
        served(replayed, json.dumps(content).encode())


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"Items": []}', b'{"Error": {"Code": "BadRequest"}}'])
def test_a_page_of_another_shape_is_refused(replayed: Callable[[str], Replay], body: bytes) -> None:
    with pytest.raises(PayloadInvalid, match="not what the feed sends"):
        served(replayed, body)


@pytest.mark.parametrize("changes", [{"armRegionName": "westus"}, {"serviceName": "Storage"}])
def test_an_answer_to_another_question_is_refused(
    keep: Callable[..., list[Payload]], changes: dict[str, str]
) -> None:
    with pytest.raises(PayloadInvalid, match="answered with 1 prices"):
        list(azure_retail.parse(keep("azure_retail", MACHINES, {"a.json": page(**changes)})))


def test_an_item_without_a_price_is_refused(keep: Callable[..., list[Payload]]) -> None:
    with pytest.raises(PayloadInvalid, match="1 items of azure/Virtual Machines/eastus lack"):
        list(azure_retail.parse(keep("azure_retail", MACHINES, {"a.json": page(retailPrice=None)})))


def test_an_unknown_kind_of_price_is_not_taken_for_a_plain_one(keep: Callable[..., list[Payload]]) -> None:
    (tables,) = azure_retail.parse(keep("azure_retail", MACHINES, {"a.json": page(type="Auction")}))
    assert "auction" in tables.tables["prices"]["purchase_option"].to_pylist()


def test_scopes_are_services_by_regions() -> None:
    client = Client(())
    everything = [*azure_retail.scopes(client, Selection())]
    machines = {scope.regions for scope in everything if scope.service == "Virtual Machines"}
    assert ("eastus",) in machines
    assert ("usgovvirginia",) in machines
    assert not machines & {("global",), ("chinaeast",), ("attatlanta1",), ("eastusstg",)}
    assert Scope("azure", "SQL Database", ("global",)) in everything
    assert 350 < len(everything) < 420
    chosen = azure_retail.scopes(client, Selection(("brazilsouth", "us-east-1"), ("Storage", "AmazonS3")))
    assert list(chosen) == [Scope("azure", "Storage", ("brazilsouth",))]


@pytest.mark.parametrize("selection", [
    Selection(services=("virtual machines",)), Selection(services=("Azure SQL Database",)),
    Selection(regions=("eastuss",)),
])  # fmt: skip
def test_a_name_nearly_right_is_refused_with_the_right_one(selection: Selection) -> None:
    with pytest.raises(InvalidInput, match="Did you mean"):
        list(azure_retail.scopes(Client(()), selection))


@pytest.mark.parametrize(("name", "vcpus"), [
    ("Standard_M416-104s_6_v3", 104), ("Standard_M16s", 16), ("Standard_D13_v2x", None),
    ("Standard_SQLG7_NVME", None), ("Standard_NDmr40s_v2", None), ("Standard_D5_v2_New", None),
])  # fmt: skip
def test_the_rule_of_names_is_used_where_it_holds(
    keep: Callable[..., list[Payload]], name: str, vcpus: int | None
) -> None:
    (tables,) = azure_retail.parse(keep("azure_retail", MACHINES, {"a.json": page(armSkuName=name)}))
    machines = {row["instance_type"]: row["vcpus"] for row in tables.tables["instance_types"].to_pylist()}
    assert machines[name] == vcpus
