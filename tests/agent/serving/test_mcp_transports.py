"""The MCP server on the transports clients use: streamable HTTP beside the API, and stdio."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from agent.serving.audit import Audit
from agent.serving.parts import Parts
from tests.agent.serving.conftest import parts_over, served
from tests.agent.serving.test_mcp_tools import ENDLESS
from tests.conftest import ROOT
from warehouse import snapshots

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPTED = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_a_client_lists_and_calls_over_http(
    client: httpx.Client, parts: Parts, mode: str, version: str
) -> None:
    async def use() -> Any:
        async with Client(str(client.base_url.join("/mcp")), mode=mode) as connected:
            assert connected.protocol_version == version
            assert "find_offers" in [one.name for one in (await connected.list_tools()).tools]
            assert (await connected.call_tool("estimate", {})).is_error
            return (await connected.call_tool("find_offers", {"rows": 1})).structured_content

    found = asyncio.run(use())
    assert found["snapshot"] == parts.in_force.snapshot
    assert len(found["rows"]) == 1
    assert found["truncated"]


def test_a_call_over_http_ends_with_its_client(client: httpx.Client, parts: Parts) -> None:
    async def leave() -> None:
        async with Client(str(client.base_url.join("/mcp"))) as connected:
            with anyio.move_on_after(0.3):
                await connected.call_tool("query_sql", {"sql": ENDLESS})
            with anyio.fail_after(5):  # the query's own limit is twice that
                while parts.admission.running:
                    await anyio.sleep(0.02)

    asyncio.run(leave())


def test_the_audit_names_the_tool_and_the_rows(small_store: Path, tmp_path: Path) -> None:
    audited = replace(parts_over(small_store, tmp_path), audit=Audit(tmp_path))

    async def use(url: str) -> Any:
        async with Client(url) as connected:
            return (await connected.call_tool("find_offers", {"accelerators": ["H100"]})).structured_content

    with served(audited) as client:
        found = asyncio.run(use(str(client.base_url.join("/mcp"))))
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    (line,) = [one for one in lines if one["tools"]]
    assert (line["tools"], line["snapshot"]) == (["find_offers"], found["snapshot"])
    assert line["question"] == '{"accelerators": ["H100"]}'
    assert line["rows"] == [row["price_id"] for row in found["rows"]]


def test_sql_is_for_keys_of_its_scope(small_store: Path, tmp_path: Path) -> None:
    parts = parts_over(small_store, tmp_path, require_keys=True)
    keys = {name: parts.keys.create(name, rights) for name, rights in (("a", ["ask"]), ("b", ["ask", "sql"]))}

    async def use(url: str, key: str) -> tuple[bool, bool]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(url, http_client=http)) as connected,
        ):
            listed = "query_sql" in [one.name for one in (await connected.list_tools()).tools]
            asked = await connected.call_tool("ask", {"question": "SELECT 1 AS one"})
            assert asked.is_error is not listed  # a result that a model can act on
            assert listed or "has not the scope sql" in asked.content[0].text
            try:
                answered = await connected.call_tool("query_sql", {"sql": "SELECT 1 AS one"})
            except MCPError:
                return listed, False
            return listed, answered.structured_content["rows"] == [{"one": 1}]

    with served(parts) as client:
        url = str(client.base_url.join("/mcp"))
        assert asyncio.run(use(url, keys["a"])) == (False, False)
        assert asyncio.run(use(url, keys["b"])) == (True, True)
        assert client.post("/mcp", json=PING, headers=ACCEPTED).status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_stream_is_opened_that_would_stay_silent(client: httpx.Client, method: str) -> None:
    with client.stream(method, "/mcp", headers={"Accept": "text/event-stream"}, timeout=2) as reply:
        assert (reply.status_code, set(reply.headers["Allow"].split(", "))) == (405, {"DELETE", "POST"})


def test_a_web_page_of_another_name_is_turned_away(client: httpx.Client) -> None:
    """DNS rebinding: the browser believes that the server is the page's own."""
    statuses = [
        client.post("/mcp", json=PING, headers={**ACCEPTED, **headers}).status_code
        for headers in ({}, {"Host": "rebound.example"}, {"Origin": "https://rebound.example"})
    ]
    assert statuses == [200, 421, 403]


COMMAND = "from agent.cli import main; main()"


def twice(small_store: Path, store: Path) -> tuple[str, str]:
    """A store with its snapshot under a second name too; the first is in force."""
    shutil.copytree(small_store, store)
    first = str(snapshots.current_id(store))
    second = f"{first[:-8]}00000001"
    whole = snapshots.folder_of(store, first)
    manifest = shutil.copytree(whole, whole.with_name(second)) / snapshots.MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(first, second), "utf-8")
    return first, second


def test_stdio_speaks_only_the_protocol_and_follows_the_snapshot(small_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first, second = twice(small_store, store)
    environment = {
        **os.environ,
        "CLOUD_PRICING_STORE": str(store),
        "CLOUD_PRICING_SWAP_SECONDS": "0.05",
        "PYTHONPATH": str(ROOT),
    }
    server = StdioServerParameters(command=sys.executable, args=["-c", COMMAND, "mcp"], env=environment)
    strange: list[Exception] = []

    async def listen(message: object) -> None:
        if isinstance(message, Exception):  # a line that is no message
            strange.append(message)

    async def use() -> None:
        async with Client(server, message_handler=listen) as connected:

            async def read() -> str:
                return str((await connected.call_tool("list_sources", {})).structured_content["snapshot"])

            assert await read() == first
            with anyio.move_on_after(0.3) as left:
                await connected.call_tool("query_sql", {"sql": ENDLESS})
            assert left.cancelled_caught
            snapshots.point(store, second)
            with anyio.fail_after(20):
                while await read() != second:
                    await anyio.sleep(0.05)

    asyncio.run(use())
    assert strange == []
    assert (store / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8")
