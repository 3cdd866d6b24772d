"""The data over HTTP: rows of one snapshot, in the format asked for, kept by clients as long as it holds."""

from __future__ import annotations

import asyncio
import csv
import gc
import io
import re
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from fastapi.responses import StreamingResponse
from starlette.requests import Request

from agent.periods import DAY
from agent.serving import formats
from agent.serving.cursors import Cursor, question_of
from agent.serving.held_bodies import HeldBodies
from agent.serving.parts import Parts
from tests.agent.serving.conftest import parts_over, served
from tests.agent.serving.test_mcp_tools import ENDLESS
from tests.conftest import LIST_DAY, MACHINES, PRICES, House
from warehouse import snapshots
from warehouse.errors import QueryInterrupted

_UNREAD = ("offers?cursor=nothing", "snapshots/2020")  # there is no snapshot to name


def rows(client: httpx.Client, path: str, **asked: object) -> list[dict[str, object]]:
    reply = client.get(path, params={name: str(value) for name, value in asked.items()})
    assert reply.status_code == 200, reply.text
    return list(reply.json()["rows"])


def pages(client: httpx.Client, **asked: object) -> Iterator[dict[str, object]]:
    more: dict[str, object] = {}
    while True:
        page = client.get("/v1/offers", params={**asked, **more}).json()
        yield page
        if page["next"] is None:
            return
        more = {"cursor": page["next"]}


@pytest.mark.parametrize("sort", ["price", "-price", "-vcpus", "price_per_gpu", "-memory"])
@pytest.mark.parametrize("own", [False, True])
def test_pages_are_the_listing_cut(client: httpx.Client, sort: str, own: bool) -> None:
    whole = client.get("/v1/offers", params={"sort": sort, "own": own}).json()
    assert whole["found"] == len(whole["rows"]) > 2
    assert whole["next"] is None
    cut = list(pages(client, sort=sort, own=own, limit=2))
    assert [row for page in cut for row in page["rows"]] == whole["rows"]
    assert [page["truncated"] for page in cut] == [True] * (len(cut) - 1) + [False]


def test_offers_are_sorted_and_exact(client: httpx.Client) -> None:
    found = rows(client, "/v1/offers", sort="-price", provider="aws")
    assert found[0]["price_hour"] == "98.32"
    prices = [float(str(row["price_usd_hour"])) for row in found]
    assert prices == sorted(prices, reverse=True)
    assert all(row["price_id"] and row["source"] and row["as_of"] for row in found)


def test_formats_hold_the_same_rows(client: httpx.Client) -> None:
    told = rows(client, "/v1/offers")
    for accept in ("text/csv", "text/html;q=0.1, text/csv;q=0.9"):
        text = client.get("/v1/offers", headers={"Accept": accept}).text
        assert [row["price_id"] for row in csv.DictReader(io.StringIO(text))] == [r["price_id"] for r in told]
    reply = client.get("/v1/offers", params={"format": "parquet", "limit": 2})
    table = pq.read_table(io.BytesIO(reply.content))
    assert table["price_id"].to_pylist() == [row["price_id"] for row in told[:2]]
    assert str(table.schema.field("price_hour").type) == "decimal128(20, 10)"
    assert reply.headers["X-Truncated"] == "true"
    assert "offers-" in reply.headers["Content-Disposition"]
    paged = []
    while reply.links:
        paged += pq.read_table(io.BytesIO(reply.content))["price_id"].to_pylist()
        reply = client.get(reply.url.join(reply.links["next"]["url"]))
    assert [*paged, *pq.read_table(io.BytesIO(reply.content))["price_id"].to_pylist()] == [
        row["price_id"] for row in told
    ]
    assert client.get("/v1/offers", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("offers?gpuu=H100", 422, "gpu"),
        ("offers?provider=asw", 404, "aws"),
        ("offers?machine=m5.lrge9", 404, "Nearest"),
        ("offers?os=beos", 422, "linux"),
        ("offers?cursor=nothing", 400, "without `cursor`"),
        ("offers?own=true&at=2026", 400, "leave one out"),
        ("offers?currency=BRL&at=2026-01-01", 400, "currency"),
        ("prices/1", 422, "UUID"),
        ("prices/00000000-0000-0000-0000-000000000000", 404, "price_id"),
        ("changes?since=soon", 400, "since"),
        ("quarantine?source=none", 404, "libcloud"),
        ("quarantine?reason=a%00b", 400, "NUL"),
        ("snapshots/2020", 404, "2020"),
    ],
)
def test_what_cannot_be_used_says_what_can(client: httpx.Client, path: str, status: int, said: str) -> None:
    reply = client.get(f"/v1/{path}")
    assert (reply.status_code, reply.headers["Content-Type"]) == (status, "application/problem+json")
    problem = reply.json()
    assert said in problem["detail"] + problem["hint"]
    assert status == 422 or path in _UNREAD or reply.headers["X-Snapshot"]


def test_a_price_is_told_with_its_history(client: httpx.Client, parts: Parts) -> None:
    (offer,) = rows(client, "/v1/offers", machine="p5.48xlarge", place="us-east-1")
    told = client.get(f"/v1/prices/{offer['price_id']}").json()
    assert told["price"]["price"] == offer["price_hour"]
    assert told["citation"]["source"] == told["source"]["source"] == offer["source"]
    assert told["batch"]["verdict"] == "accepted"
    assert told["snapshot"] == parts.in_force.snapshot
    history = rows(client, f"/v1/prices/{offer['price_id']}/history")
    assert [(row["price"], row["valid_to"]) for row in history] == [("98.32", None)]
    assert rows(client, f"/v1/prices/{offer['price_id']}/history", until="2001") == []


def test_clients_keep_what_has_not_changed(client: httpx.Client, parts: Parts) -> None:
    for path in ("offers", "offers?format=csv", "sources", "snapshots", "options", "changes", "quarantine"):
        fresh = client.get(f"/v1/{path}")
        assert fresh.headers["X-Snapshot"] == parts.in_force.snapshot in fresh.headers["ETag"]
        kept = client.get(f"/v1/{path}", headers={"If-None-Match": fresh.headers["ETag"]})
        assert (kept.status_code, kept.content, kept.headers["ETag"]) == (304, b"", fresh.headers["ETag"])
    asked = {"Accept": "text/csv", "If-None-Match": client.get("/v1/offers").headers["ETag"]}
    assert client.get("/v1/offers", headers=asked).status_code == 200
    named = client.get("/v1/options", params={"snapshot": parts.in_force.snapshot})
    assert "max-age=86400" in named.headers["Cache-Control"]
    head = client.head("/v1/options")
    assert (head.status_code, head.content, head.headers["ETag"]) == (
        200,
        b"",
        client.get("/v1/options").headers["ETag"],
    )


@pytest.mark.parametrize(
    "path",
    [
        "offers?limit=1",
        "compare?by=machine&machine=m5.large&machine=m5.xlarge",
        "estimate?machine=m5.large@us-east-1",
        "recommend?gpu=H100",
        "changes?since=0007d",
        "changes?since=1000%20days%20ago",
    ],
)
def test_what_moves_with_the_clock_is_asked_for_again(client: httpx.Client, parts: Parts, path: str) -> None:
    reply = client.get(f"/v1/{path}&snapshot={parts.in_force.snapshot}")
    assert reply.status_code == 200
    assert re.search(r"-\d{8}(T\d{4})?\"$", reply.headers["ETag"])
    assert "must-revalidate" in reply.headers["Cache-Control"]


def test_a_price_that_is_not_there_is_not_unchanged(client: httpx.Client) -> None:
    for path in ("", "/history"):
        nobodys = f"/v1/prices/00000000-0000-0000-0000-000000000000{path}"
        assert client.get(nobodys, headers={"If-None-Match": "*"}).status_code == 404


def test_a_cursor_of_a_history_is_a_moment(client: httpx.Client, parts: Parts) -> None:
    path = f"/v1/prices/{rows(client, '/v1/offers')[0]['price_id']}/history"
    scope = {"type": "http", "path": path, "query_string": b"", "headers": [(b"host", b"x")]}
    cursor = Cursor(parts.in_force.snapshot, question_of(Request(scope)), "last week")
    reply = client.get(path, params={"cursor": str(cursor)})
    assert (reply.status_code, reply.json()["detail"]) == (400, "This cursor cannot be read.")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("sql", '{"sql": "SELECT $a", "parameters": {"a": "x\\ud800"}}', 400, "half a character"),
        ("sql", '{"sql": "SELECT 1", "parameters": {"\\ud800": 1}}', 400, "half a character"),
        ("estimate", f'{{"machines": [{{"machine": "m5.large", "count": {10**30}}}]}}', 422, "1000000"),
    ],
)
def test_a_body_that_cannot_be_worked_with_is_a_problem(
    client: httpx.Client, path: str, body: str, status: int, said: str
) -> None:
    reply = client.post(f"/v1/{path}", content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, said in reply.json()["detail"]) == (status, True)


def test_what_is_held_is_told(client: httpx.Client, parts: Parts) -> None:
    sources = {row["source"]: row for row in rows(client, "/v1/sources")}
    assert sources["libcloud"]["prices"]
    assert sources["aws_list"]["state"] == "not yet"
    assert rows(client, "/v1/snapshots")[-1]["in_force"] is True
    options = client.get("/v1/options").json()
    assert "us-east-1" in {one["region"] for one in options["regions"]}
    assert "H100" in {one["accelerator"] for one in options["accelerators"]}


def test_the_report_of_a_snapshot_is_read_and_nothing_else(client: httpx.Client, parts: Parts) -> None:
    told = client.get(f"/v1/snapshots/{parts.in_force.snapshot}").json()
    page = client.get(told["validation"])
    assert "Validation" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for path in (
        "..%2fmanifest.json",
        "%2e%2e/warehouse.duckdb",
        "/etc/passwd",
        "..%2f..%2f..%2fCURRENT",
        "%00",
    ):
        assert client.get(told["validation"] + path).status_code == 404


def test_all_pages_are_of_one_snapshot_or_the_listing_is_gone(house: House) -> None:
    first = house.publish_prices(house.stage(PRICES, machines=MACHINES)).id
    dearer = {**PRICES, "p5.48xlarge@us-east-1": 120.0}
    second = house.publish_prices(house.stage(dearer, LIST_DAY + DAY, machines=MACHINES)).id
    store = house.limits.store
    snapshots.point(store, first)
    with served(parts_over(store, store.parent)) as client:
        whole = rows(client, "/v1/offers")
        page = client.get("/v1/offers", params={"limit": 1}).json()
        snapshots.point(store, second)
        while client.get("/readyz").json()["snapshot"] != second:
            time.sleep(0.02)
        found, cursor = page["rows"], page["next"]
        while page["next"]:
            page = client.get("/v1/offers", params={"limit": 1, "cursor": page["next"]}).json()
            assert page["snapshot"] == first
            found += page["rows"]
        assert found == whole
        assert whole != rows(client, "/v1/offers")
    snapshots.prune(store, 1)
    with served(parts_over(store, store.parent)) as client:
        reply = client.get("/v1/offers", params={"limit": 1, "cursor": cursor})
        assert (reply.status_code, reply.json()["title"]) == (410, "Gone")
        assert "without `cursor`" in reply.json()["hint"]
        other = client.get("/v1/offers", params={"limit": 1, "cursor": cursor, "gpu": "H100"})
        assert (other.status_code, other.json()["title"]) == (400, "Bad Request")


def test_a_select_is_answered_within_its_limit(client: httpx.Client) -> None:
    asked = {
        "sql": "SELECT price_usd_hour AS p, $n AS n, [1, 2] AS some FROM offers",
        "parameters": {"n": "x"},
    }
    told = client.post("/v1/sql", json={**asked, "limit": 1}).json()
    assert told["truncated"] is True
    assert (told["columns"], len(told["rows"])) == (["p", "n", "some"], 1)
    assert told["rows"][0]["some"] == [1, 2]
    assert isinstance(told["rows"][0]["p"], str)
    text = client.post("/v1/sql?format=csv", json={"sql": "SELECT 1.50 AS a, NULL AS b, true AS a"}).text
    assert text == '"a","b","a_1"\n"1.5",,"true"\n'


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0.0000000010::DECIMAL(20, 10)", "0.000000001"),
        ("0::DECIMAL(20, 10)", "0"),
        ("-120.0::DECIMAL(20, 10)", "-120"),
        ("sum(2)", 2),
        ("'nan'::DOUBLE", None),
        ("[1e400, 1]", [None, 1.0]),
        ("'\\xAA'::BLOB", "aa"),
        ("TIMESTAMPTZ '2026-11-01 00:00:00+01'", "2026-10-31T23:00:00+00:00"),
        ("union_value(k := 1.5)", "1.5"),
    ],
)
def test_every_value_is_json(client: httpx.Client, value: str, told: object) -> None:
    reply = client.post("/v1/sql", json={"sql": f"SELECT {value} AS it"})
    assert reply.json()["rows"] == [{"it": told}]


@pytest.mark.parametrize(
    ("sql", "status", "said"),
    [
        ("DROP TABLE offers", 400, "Send a SELECT"),
        ("SELECT 1; SELECT 2", 400, "one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", 400, "not allowed"),
        ("SELECT nothing FROM offers", 400, "DuckDB"),
        ("SELECT 'infinity'::TIMESTAMP AS t", 400, "CAST"),
        ("SELECT [TIMETZ '01:02:03+05'] AS t", 400, "CAST"),
        ("SELECT DATE 'infinity' AS t FROM range(5)", 400, "CAST"),
    ],
)
def test_a_statement_that_cannot_be_run_is_a_problem(
    client: httpx.Client, sql: str, status: int, said: str
) -> None:
    reply = client.post("/v1/sql", json={"sql": sql})
    assert (reply.status_code, reply.headers["Content-Type"]) == (status, "application/problem+json")
    assert said in reply.text


def test_advice_is_the_tools(client: httpx.Client) -> None:
    compared = client.get(
        "/v1/compare", params={"by": "machine", "machine": ["m5.large", "m5.xlarge"]}
    ).json()
    assert [(row["side"], row["times"]) for row in compared["rows"]] == [
        ("m5.large", "1"),
        ("m5.xlarge", "2"),
    ]
    flags = client.get("/v1/estimate", params={"machine": "2 x m5.large@us-east-1"}).json()
    line = {"machine": "m5.large", "count": 2, "region": "us-east-1"}
    assert client.post("/v1/estimate", json={"machines": [line]}).json() == flags
    assert flags["figures"]["total_usd"] == "140.16"
    needs = {"gpu": ["H100"], "months": 1}
    sent = client.post("/v1/recommend", json=needs).json()
    assert client.get("/v1/recommend", params=needs).json() == sent
    assert sent["rows"][0]["instance_type"] == "p5.48xlarge"


def test_guides_are_found(client: httpx.Client) -> None:
    found = rows(client, "/v1/knowledge/search", q="o que é uma instância spot?", language="pt")
    assert found[0]["document_id"] == "guide/spot-instances/pt"


def test_only_the_beginning_of_a_response_is_kept_in_memory(parts: Parts) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(64):
            yield bytes(1 << 20)

    tracemalloc.start()
    reply = formats.sent(asked_of(parts), body(), "csv", {})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reply.headers["Content-Length"] == str(64 << 20)
    assert most < 16 << 20
    assert asyncio.run(_size(reply)) == 64 << 20


async def _size(reply: StreamingResponse) -> int:
    return sum([len(part) async for part in reply.body_iterator])


def test_a_client_that_reads_slowly_keeps_nobody_waiting(small_store: Path, tmp_path: Path) -> None:
    asked = {"sql": "SELECT repeat('x', 1000) AS x FROM range(20000)", "limit": 20_000}
    busy = parts_over(small_store, tmp_path, max_running=1, max_waiting=0)
    with served(busy) as client, client.stream("POST", "/v1/sql", json=asked) as slow:
        assert int(slow.headers["Content-Length"]) > 20_000_000
        assert client.get("/v1/offers").status_code == 200
        assert sum(len(part) for part in slow.iter_bytes()) == int(slow.headers["Content-Length"])


def test_a_response_that_nobody_reads_leaves_no_file_open(parts: Parts) -> None:
    unread = formats.sent(asked_of(parts), iter([b"price_id\n"]), "csv", {})
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        del unread  # its client went away before the first byte
        gc.collect()
    assert [str(one.message) for one in warned] == []


def test_who_leaves_ends_their_query(small_store: Path, tmp_path: Path) -> None:
    with served(parts_over(small_store, tmp_path, max_running=1)) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/sql", json={"sql": ENDLESS}, timeout=0.3)
        assert client.get("/v1/options", timeout=2).status_code == 200


def test_only_so_much_waits_to_be_read(small_store: Path, tmp_path: Path) -> None:
    asked = {"sql": "SELECT repeat('x', 1000) AS x FROM range(20000)", "limit": 20_000}
    parts = parts_over(small_store, tmp_path)
    parts.held = HeldBodies(most_of_one=30_000_000)
    with served(parts) as client:
        with client.stream("POST", "/v1/sql", json=asked):
            refused = client.post("/v1/sql", json=asked)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
            assert client.get("/v1/offers").status_code == 200
        ends = time.monotonic() + 5
        while parts.held.bytes:
            assert time.monotonic() < ends
            time.sleep(0.01)
        assert client.post("/v1/sql", json=asked).status_code == 200


def test_wide_rows_are_cut_or_refused(client: httpx.Client) -> None:
    wide = "SELECT repeat('x', {}) AS x FROM range(40)"
    cut = client.post("/v1/sql?format=csv", json={"sql": wide.format(3_000_000)})
    assert (cut.headers["X-Truncated"], cut.text.count("\n")) == ("true", 17)
    refused = client.post("/v1/sql", json={"sql": wide.format(5_000_000)})
    assert (refused.status_code, refused.json()["detail"]) == (400, "The first rows are larger than 64 MiB.")


def asked_of(parts: Parts) -> Any:
    """What a response needs to know of its request."""
    return SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(parts=parts)), scope={"client": None})


def test_writing_has_an_end(parts: Parts) -> None:
    with pytest.raises(QueryInterrupted, match="takes longer"):
        formats.sent(asked_of(parts), repeat(b"x"), "json", {}, 0.01)
