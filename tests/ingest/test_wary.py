"""Outages, crowds, strange addresses and credentials: what the client does not wait for, follow or give away."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from ingest.client import Client
from tests.ingest.conftest import Limit
from tests.ingest.replay import Answer, Replay, Request, Response
from warehouse.errors import (
    CloudPricingError,
    InvalidInput,
    MissingRequirement,
    PayloadInvalid,
    SourceSkipped,
    SourceUnavailable,
)

FEED = "https://feeds.example/prices.bin"
BODY = b"prices"
GOOD = Response(body=BODY, headers={"etag": '"b1"'})


@pytest.fixture
def server(served: Callable[[Answer], Replay]) -> Replay:
    return served(lambda request: Response(body=BODY, headers={"etag": '"b1"'}))


def body(client: Client, url: str = FEED) -> bytes:
    return b"".join(client.get(url, "prices.bin").chunks)


# --- waits


def test_a_storm_of_429_is_waited_out_by_all_together(server: Replay) -> None:
    refused, served, lock = list[float](), list[float](), threading.Lock()

    def storm(request: Request, response: Response) -> Response:
        with lock:
            turned_away = len(refused) < 4
            (refused if turned_away else served).append(time.monotonic())
        return Response(429, headers={"retry-after": "1"}) if turned_away else response

    def ask(number: int) -> None:
        with Client(()) as client:
            client.read(f"{FEED}?{number}", "prices.bin")

    server.fault = storm
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), len(served)) == (4, 12)
    # Within the wait nobody asks but the three who may have been on their way already.
    for told in refused:
        assert sum(told < asked < told + 0.9 for asked in (*refused, *served)) <= 3


@pytest.mark.parametrize(
    "wait", ["3600", "inf", "Sat, 01 Jan 2050 00:00:00 GMT", "Sat, 01 Jan 2050 00:00:00 -0000"]
)
def test_a_host_that_asks_for_a_long_wait_is_left_alone(client: Client, server: Replay, wait: str) -> None:
    server.play(Response(429, headers={"retry-after": wait}))
    for url in (FEED, "https://feeds.example/another.bin"):
        with pytest.raises(SourceSkipped, match=r"feeds\.example asks to wait"):
            body(client, url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", ["soon", "nan", "-5", "Sat, 01 Jan 2000 00:00:00 -0000", "Sat, 99 Jan"])
def test_a_wait_that_is_none_is_ours(client: Client, server: Replay, wait: str) -> None:
    server.play(Response(429, headers={"retry-after": wait}), GOOD)
    assert body(client) == BODY


def test_many_scopes_of_a_host_that_is_not_there_fail_at_once_with_one_message(impatient: None) -> None:
    errors, began = [], time.monotonic()

    def ask(number: int) -> None:
        with Client(()) as client:
            try:
                client.read(f"{FEED}?{number}", "prices.bin")
            except SourceUnavailable as error:
                errors.append(str(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 40
    assert len(set(errors)) == 1
    assert "https://feeds.example (asked at http://127.0.0.1:9) cannot be reached" in errors[0]
    assert time.monotonic() - began < 10


# --- addresses and credentials


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "http://[bad", "https://user@feeds.example/", "ftp://feeds.example/"],
)
def test_a_redirect_leads_to_plain_addresses_only(client: Client, server: Replay, target: str) -> None:
    server.play(Response(302, headers={"location": target}))
    with pytest.raises(PayloadInvalid, match="no address that is followed"):
        body(client)


@pytest.mark.parametrize(
    "link",
    [
        "http://feeds.example/next",
        "https://feeds.example:8443/next",
        "https://feeds.example.evil.example/",
        "file:///etc/passwd",
        "https://feeds.example@evil.example/",
    ],
)
def test_a_next_page_is_at_the_same_place_only(client: Client, server: Replay, link: str) -> None:
    with pytest.raises(PayloadInvalid, match=r"another host|no address that is followed"):
        list(client.pages(FEED, "prices.bin", lambda _: link))
    assert len(server.requests) == 1


def test_a_link_of_any_length_and_kind_makes_a_short_and_tame_line(client: Client) -> None:
    link = "https://evil.example/\x1b[31m" + "x" * 500_000
    with pytest.raises(PayloadInvalid) as caught:
        list(client.pages(FEED, "prices.bin", lambda _: link))
    assert len(str(caught.value)) < 600
    assert "\x1b" not in str(caught.value)


def test_a_secret_stays_behind_when_the_port_changes(client: Client, server: Replay) -> None:
    server.play(Response(302, headers={"location": "https://feeds.example:8443/prices.bin"}), GOOD)
    client.get(FEED, "prices.bin", secret={"x-key": "hunter2"})
    assert [request.headers.get("x-key") for request in server.requests] == ["hunter2", None]


@pytest.mark.parametrize("secret", ["hunter2\r\nx-admin: yes", "hunter2\n", "hunter2é"])
def test_a_secret_no_header_can_carry_is_not_told(client: Client, server: Replay, secret: str) -> None:
    with pytest.raises(MissingRequirement, match=r"credential for feeds\.example cannot be sent") as caught:
        client.get(FEED, "prices.bin", secret={"x-key": secret})
    told: BaseException | None = caught.value
    while told is not None:
        assert "hunter2" not in f"{told} {told!r}"
        told = told.__cause__ or told.__context__
    assert server.requests == []


@pytest.mark.parametrize(
    ("mirror", "error"),
    [("http://mirror.invalid/", InvalidInput), ("https://mirror.invalid/", SourceUnavailable)],
)
def test_a_secret_goes_to_a_mirror_only_encrypted(
    impatient: None, limit: Limit, mirror: str, error: type[CloudPricingError]
) -> None:
    limit(mirrors=json.dumps({"https://": mirror}))
    with Client(()) as client, pytest.raises(error):
        client.get(FEED, "prices.bin", secret={"x-key": "hunter2"})


@pytest.mark.parametrize("proxy", ["foo://proxy.example", "http://a:b"])
def test_a_proxy_that_cannot_be_used_is_named(
    impatient: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with Client(()) as client, pytest.raises(InvalidInput, match="proxy of the environment"):
        body(client)
