"""What a request must be to reach a route: a small application stands behind the real protection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from itertools import repeat
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from agent.serving import problems, protection
from agent.serving.caller import caller_of
from agent.serving.keys import Keys
from agent.serving.rates import Rates
from agent.serving.request_bounds import Seconds, in_time
from agent.serving.route_scopes import needed
from agent.serving.settings import ServingSettings

Guarded = Callable[..., TestClient]
ELSEWHERE = {"host": "0.0.0.0"}  # noqa: S104 - what is tested
NO_KEY = "cpk_" + "0" * 64


def behind(keys: Keys, given: ServingSettings) -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/readyz")
    @app.get("/v1/who")
    @app.get("/v1/sql")
    async def who(request: Request) -> str:
        return str(caller_of(request.scope))

    @app.post("/v1/size")
    async def size(body: dict[str, str]) -> int:
        return len(body)

    @app.get("/v1/slow")
    async def slow() -> None:
        await asyncio.sleep(1)

    @app.get("/v1/defect")
    async def defect() -> None:
        raise ZeroDivisionError

    app.mount("/mcp", mounted)
    protection.install(app, given, keys, Rates(given), None)
    return app


async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(str(caller_of(scope)))(scope, receive, send)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A client of a server with these settings; its keys are those under `tmp_path`."""
    with ExitStack() as clients:

        def of(address: str = "203.0.113.7", **given: Any) -> TestClient:
            app = behind(Keys(tmp_path), ServingSettings(**given))
            url = "http://localhost:8321"
            return clients.enter_context(
                TestClient(app, url, raise_server_exceptions=False, client=(address, 50000))
            )

        yield of


@pytest.fixture
def key(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The header of a new key with these scopes."""

    def of(*scopes: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {Keys(tmp_path).create('-'.join(scopes), scopes)}"}

    return of


def problem_of(reply: httpx.Response) -> tuple[int, str]:
    said = reply.json()
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert said["status"] == reply.status_code
    assert said["hint"]
    return reply.status_code, said["detail"]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/", None),
        ("/healthz", None),
        ("/assets/0a/main.js", None),
        ("/v1/ask", "ask"),
        ("/v1/offers", "ask"),
        ("/v1/sql", "sql"),
        ("/v1/sql/", "sql"),
        ("/v1/sqlite", "ask"),
        ("/mcp", "ask"),
        ("/mcp/messages", "ask"),
        ("/metrics", "admin"),
        ("/mounted/by/whom", "admin"),
        ("/healthz2", "admin"),
        ("//v1/ask", "admin"),
    ],
)
def test_each_path_asks_for_a_scope(path: str, scope: str | None) -> None:
    assert needed(path) == scope


@pytest.mark.parametrize(
    ("given", "required"),
    [
        ({}, False),
        ({"host": "127.0.0.8"}, False),
        ({"host": "::1"}, False),
        ({"require_keys": True}, True),
        (ELSEWHERE, True),
        ({"host": "::"}, True),
        ({"host": "prices.example.com"}, True),
        ({"trusted_proxies": ("10.0.0.0/8",)}, True),
        ({"allowed_hosts": ("prices.example.com",)}, True),
    ],
)
def test_where_keys_are_required(given: dict[str, Any], required: bool) -> None:
    assert ServingSettings(**given).keys_required is required


def test_a_key_opens_what_its_scopes_name(guarded: Guarded, key: Callable[..., dict[str, str]]) -> None:
    client = guarded(**ELSEWHERE)
    asks, queries = key("ask"), key("sql")
    assert client.get("/v1/who", headers=asks).json() == "key:ask"
    assert client.get("/mcp/x", headers=asks).text == "key:ask"
    assert client.get("/v1/sql", headers=queries).json() == "key:sql"
    by_name = {"X-API-Key": asks["Authorization"].removeprefix("Bearer ")}
    assert client.get("/v1/who", headers=by_name).json() == "key:ask"
    for path, headers, lacks in (
        ("/v1/sql", asks, "sql"),
        ("/v1/who", queries, "ask"),
        ("/x", asks, "admin"),
    ):
        assert problem_of(client.get(path, headers=headers)) == (
            403,
            f"The API key has not the scope {lacks}, which this needs.",
        )


def test_without_a_key_only_what_is_open_answers(guarded: Guarded, tmp_path: Path) -> None:
    client = guarded(**ELSEWHERE)
    assert client.get("/readyz").json() == "address:203.0.113.7"
    for path in ("/v1/who", "/mcp", "/mcp/x", "/unknown"):
        reply = client.get(path)
        assert problem_of(reply) == (401, "This needs an API key.")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    for given in ({"Authorization": f"Bearer {NO_KEY}"}, {"X-API-Key": NO_KEY}):
        reply = client.get("/readyz", headers=given)
        assert problem_of(reply)[0] == 401
        assert NO_KEY not in reply.text
    assert guarded().get("/v1/who").json() == "address:203.0.113.7"


def test_a_key_that_is_revoked_ends_at_once(
    guarded: Guarded, key: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    client, headers = guarded(**ELSEWHERE), key("ask")
    assert client.get("/v1/who", headers=headers).status_code == 200
    Keys(tmp_path).revoke("ask")
    assert client.get("/v1/who", headers=headers).status_code == 401


def test_nobody_comes_in_where_the_keys_cannot_be_read(
    guarded: Guarded, key: Callable[..., dict[str, str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client, headers = guarded(**ELSEWHERE), key("ask")
    kept = (tmp_path / "state" / "keys.json").read_bytes()
    (tmp_path / "state" / "keys.json").write_text("[", encoding="utf-8")
    with caplog.at_level("ERROR", "cloud_pricing"):
        replies = [client.get("/v1/who", headers=headers) for _ in range(2)]
    assert problem_of(replies[1]) == (503, "The server cannot read its API keys.")
    assert str(tmp_path) not in replies[0].text
    assert len(re.findall("keys_unreadable", caplog.text)) == 1
    (tmp_path / "state" / "keys.json").write_bytes(kept)
    assert client.get("/v1/who", headers=headers).status_code == 200


def test_a_key_may_ask_so_often(guarded: Guarded, key: Callable[..., dict[str, str]]) -> None:
    client = guarded(**ELSEWHERE, key_rate_limit="3/hour", address_rate_limit="5/hour")
    one, other = key("ask"), key("sql", "ask")
    left = [client.get("/v1/who", headers=one).headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = client.get("/v1/who", headers=one)
    assert problem_of(refused) == (429, "More than 3 per 1 hour for this key.")
    assert 0 < int(refused.headers["Retry-After"]) <= 2 * 3600
    assert refused.headers["RateLimit-Limit"] == "3"
    assert client.get("/v1/who", headers=other).status_code == 200
    assert "for this address" in problem_of(client.get("/v1/who", headers=other))[1]
    assert client.get("/readyz").status_code == 200  # probes are not counted


def test_keys_are_not_tried_for_ever(guarded: Guarded, key: Callable[..., dict[str, str]]) -> None:
    client = guarded(**ELSEWHERE)
    tried = [client.get("/v1/who", headers={"X-API-Key": NO_KEY}).status_code for _ in range(31)]
    assert tried == [401] * 30 + [429]
    assert (
        client.get("/v1/who", headers=key("ask")).status_code == 200
    )  # a neighbour's failures lock nobody out


def test_only_a_trusted_proxy_says_who_asks(guarded: Guarded, key: Callable[..., dict[str, str]]) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", **key("ask")}
    proxied = guarded("10.0.0.7", trusted_proxies=("10.0.0.0/8",), **ELSEWHERE)
    assert proxied.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}).json() == "address:203.0.113.9"
    beside = guarded("127.0.0.1", trusted_proxies=("loopback",))
    assert beside.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}).json() == "address:203.0.113.9"
    direct = guarded("10.0.0.7", **ELSEWHERE)
    assert direct.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}).json() == "address:10.0.0.7"
    assert direct.get("/v1/who", headers=forwarded).status_code == 200
    assert problem_of(guarded().get("/v1/who", headers=forwarded))[0] == 403  # open to whoever is behind it


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "127.0.0.1:8321"}, 200),
        ({"Host": "[::1]"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example:8321"}, 421),
        ({"Host": "evil.example@localhost"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "http://localhost:8321"}, 200),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ],
)
def test_other_pages_do_not_read_a_server_without_keys(
    guarded: Guarded, headers: dict[str, str], status: int
) -> None:
    reply = guarded().get("/v1/who", headers=headers)
    assert reply.status_code == status
    assert status == 200 or problem_of(reply)


@pytest.mark.parametrize(
    ("given", "name", "answers"),
    [
        (ELSEWHERE, "anything.example", True),
        ({**ELSEWHERE, "allowed_hosts": ("prices.example.com",)}, "Prices.example.com:443", True),
        ({**ELSEWHERE, "allowed_hosts": ("prices.example.com",)}, "other.example", False),
        ({"allowed_hosts": ("prices.example.com",)}, "localhost", True),
        ({**ELSEWHERE, "allowed_hosts": ("prices.example.com",)}, "[", False),
        ({**ELSEWHERE, "allowed_hosts": ("prices.example.com",)}, "[::1", False),
    ],
)
def test_a_server_answers_to_the_names_it_is_given(
    guarded: Guarded, given: dict[str, Any], name: str, answers: bool
) -> None:
    client = guarded(**given)
    assert client.get("/v1/who", headers={"Host": name}).status_code == (401 if answers else 421)
    assert client.get("/readyz", headers={"Host": name}).status_code == 200  # probes know no names


def test_a_named_origin_may_read(guarded: Guarded) -> None:
    page = "https://finops.example.com"
    client = guarded(cors_origins=(page,))
    asked = {"Origin": page, "Access-Control-Request-Method": "POST"}
    assert client.options("/v1/size", headers=asked).headers["Access-Control-Allow-Origin"] == page
    assert client.get("/v1/who", headers={"Origin": page}).headers["Access-Control-Allow-Origin"] == page
    other = client.options("/v1/size", headers={**asked, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Access-Control-Allow-Origin" not in guarded().get("/v1/who").headers


def test_every_response_says_what_a_browser_may_do(guarded: Guarded) -> None:
    client = guarded()
    replies = [client.get(path) for path in ("/v1/who", "/nowhere", "/v1/defect")]
    replies.append(client.get("/v1/who", headers={"Host": "evil.example"}))
    assert [reply.status_code for reply in replies] == [200, 404, 500, 421]
    for reply in replies:
        assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in reply.headers
    assert "Strict-Transport-Security" in guarded(behind_tls=True).get("/v1/who").headers
    assert problem_of(replies[2]) == (500, "This is a defect.")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {}}, 200),
        ({"json": {"a": "x" * 2000}}, 413),
        ({"content": (b'{"a": "%b' % (b"x" * 999) for _ in range(3)), "headers": {"Content-Type": "application/json"}}, 413),
        ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"{}"}, 415),
        ({"data": {"a": "b"}}, 415),
        ({"json": {}, "params": {"q": "x" * 9000}}, 414),
        ({"json": {}, "headers": {f"X-{n}": "" for n in range(101)}}, 431),
        ({"json": {}, "headers": {"X": "x" * 40_000}}, 431),
    ],
)  # fmt: skip
def test_requests_have_a_size_and_a_type(guarded: Guarded, sent: dict[str, Any], status: int) -> None:
    reply = guarded(max_body_bytes=1024).post("/v1/size", **sent)
    assert reply.status_code == status
    assert status == 200 or problem_of(reply)


def test_a_caller_has_so_many_requests_open(tmp_path: Path) -> None:
    app = behind(Keys(tmp_path), ServingSettings(max_open=2))

    async def asked(path: str, address: str = "203.0.113.7") -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8321") as client:
            return await client.get(path)

    async def tried() -> None:
        held = [asyncio.create_task(asked("/v1/slow")) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert problem_of(await asked("/v1/who")) == (429, "2 requests of this caller are open already.")
        assert (await asked("/readyz")).status_code == 200
        assert (await asked("/v1/who", "203.0.113.8")).status_code == 200
        for one in held:
            one.cancel()
        await asyncio.wait(held)
        assert (await asked("/v1/who")).status_code == 200

    asyncio.run(tried())


def test_a_response_begins_in_time(guarded: Guarded) -> None:
    reply = guarded(request_seconds=0.02).get("/v1/slow")
    assert problem_of(reply) == (504, "There is no response after 0.02 s.")


@pytest.mark.parametrize(
    ("kind", "pause", "seconds"),
    [
        ("text/csv", 10.0, Seconds(1, write=0.01)),
        ("text/event-stream", 10.0, Seconds(1, write=0.01)),
        ("text/csv", 0.01, Seconds(1, whole=0.05)),
    ],
)
def test_a_client_that_reads_too_slowly_is_left(kind: str, pause: float, seconds: Seconds) -> None:
    asyncio.run(asyncio.wait_for(slowly_read(kind, pause, seconds, parts=None), 2))


def test_events_may_go_on() -> None:
    asyncio.run(slowly_read("text/event-stream; charset=utf-8", 0.01, Seconds(1, whole=0.05), parts=10))


async def slowly_read(kind: str, pause: float, seconds: Seconds, parts: int | None) -> None:
    """A response of so many parts is read to its end; one without end is not."""
    left = [None] * parts if parts else repeat(None)

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in left:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(pause)

    async def receive() -> Message:
        return {"type": "http.request"}

    with nullcontext() if parts else pytest.raises(TimeoutError):
        await in_time(told, {"type": "http"}, receive, send, seconds)


def test_the_description_names_keys_and_scopes(tmp_path: Path) -> None:
    described = behind(Keys(tmp_path), ServingSettings(**ELSEWHERE)).openapi()
    assert {scheme["type"] for scheme in described["components"]["securitySchemes"].values()} == {
        "http",
        "apiKey",
    }
    paths = described["paths"]
    assert paths["/v1/sql"]["get"]["security"] == [{"bearer": ["sql"]}, {"apiKey": ["sql"]}]
    assert paths["/readyz"]["get"]["security"] == []
    assert {} in behind(Keys(tmp_path), ServingSettings()).openapi()["paths"]["/v1/sql"]["get"]["security"]
