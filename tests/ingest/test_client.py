"""The one HTTP client, against a real server on loopback that misbehaves on purpose."""

import gzip
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.client import Client
from ingest.landing import Landing
from tests.ingest.conftest import FETCHED_AT
from tests.ingest.replay import Answer, Fault, Replay, Request, Response
from warehouse import log
from warehouse.contracts import Scope
from warehouse.errors import CloudPricingError, MissingRequirement, PayloadInvalid, SourceUnavailable
from warehouse.settings import settings

FEED = "https://feeds.example/prices.json"
BODY = b'{"Items": [1, 2, 3]}'
BIG = os.urandom(400_000)


def answer(request: Request) -> Response:
    path = request.url.removeprefix("https://feeds.example/").partition("?")[0]
    known = {
        "prices.json": Response(body=BODY, headers={"etag": '"v1"'}),
        "packed.json": Response(body=gzip.compress(BODY), headers={"content-encoding": "gzip"}),
        "big.bin": Response(body=BIG, headers={"etag": '"b1"'}),
        "bomb.json": Response(body=gzip.compress(b"0" * 50_000_000), headers={"content-encoding": "gzip"}),
        "strange.json": Response(body=BODY, headers={"content-encoding": "br"}),
        "echo.json": Response(body=json.dumps({"body": request.body.decode(), **request.headers}).encode()),
        "moved.json": Response(302, headers={"location": "/prices.json"}),
        "elsewhere.json": Response(302, headers={"location": "https://other.example/echo.json"}),
        "plain.json": Response(302, headers={"location": "http://feeds.example/prices.json"}),
        "loop.json": Response(302, headers={"location": "/loop.json"}),
    }
    if request.url == "https://other.example/echo.json":
        return Response(body=json.dumps(request.headers).encode())
    return known.get(path, Response(404))


@pytest.fixture
def server(served: Callable[[Answer], Replay]) -> Replay:
    return served(answer)


@pytest.fixture
def client(server: Replay, tmp_path: Path) -> Iterator[Client]:
    with Client((), tmp_path / "store") as opened:
        yield opened


def body(client: Client, path: str = "prices.json") -> bytes:
    return b"".join(client.get(f"https://feeds.example/{path}", Path(path).name).chunks)


def first(times: int, fault: Callable[[Response], Response | None]) -> Fault:
    """`fault` for the first requests, then none."""
    left = [times]

    def apply(request: Request, response: Response) -> Response | None:
        left[0] -= 1
        return fault(response) if left[0] >= 0 else response

    return apply


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408, 403])
def test_a_passing_trouble_is_tried_again(client: Client, server: Replay, status: int) -> None:
    server.fault = first(2, lambda _: Response(status))
    assert body(client) == BODY
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_lasting_trouble_is_not(client: Client, server: Replay, status: int) -> None:
    server.fault = first(9, lambda _: Response(status))
    with pytest.raises(PayloadInvalid, match=f"https://feeds.example/prices.json answered {status}"):
        body(client)
    assert len(server.requests) == 1


def test_patience_ends(client: Client, server: Replay) -> None:
    server.fault = first(9, lambda _: Response(503))
    with pytest.raises(SourceUnavailable, match="answered 503"):
        body(client)
    assert len(server.requests) == settings().http_attempts


def test_the_wait_a_feed_asks_for_is_kept(client: Client, server: Replay) -> None:
    server.fault = first(1, lambda _: Response(429, headers={"retry-after": "1"}))
    began = time.monotonic()
    assert body(client) == BODY
    assert time.monotonic() - began >= 1


def test_a_wait_too_long_is_left_to_the_next_run(client: Client, server: Replay) -> None:
    server.fault = first(9, lambda _: Response(429, headers={"retry-after": "3600"}))
    with pytest.raises(SourceUnavailable, match="asks to wait 3600 seconds"):
        body(client)


def test_a_cut_download_is_continued(client: Client, server: Replay) -> None:
    def cut(response: Response) -> Response:
        response.drop = 150_000
        return response

    server.fault = first(1, cut)
    assert body(client, "big.bin") == BIG
    ranges = [request.headers.get("range") for request in server.requests]
    assert ranges == [None, "bytes=150000-"]


def test_what_a_killed_run_left_is_continued_by_the_next(server: Replay, tmp_path: Path) -> None:
    def cut(response: Response) -> Response:
        response.drop = 100_000
        return response

    server.fault = first(9, cut)
    with Client((), tmp_path / "store") as one, pytest.raises(SourceUnavailable):
        body(one, "big.bin")
    server.fault = None
    asked = len(server.requests)
    with Client((), tmp_path / "store") as other:
        assert body(other, "big.bin") == BIG
    assert server.requests[asked].headers["range"].startswith("bytes=")
    assert not [path for path in (tmp_path / "store" / "partial").iterdir() if path.suffix != ".lock"]


def test_a_continued_download_that_changed_starts_anew(client: Client, server: Replay) -> None:
    def cut_an_older(response: Response) -> Response:
        return Response(body=b"x" * 300_000, headers={"etag": '"b0"'}, drop=150_000)

    server.fault = first(1, cut_an_older)
    assert body(client, "big.bin") == BIG


def test_an_unchanged_answer_is_not_sent_again(server: Replay, tmp_path: Path) -> None:
    landing, payloads = Landing(tmp_path / "store"), []
    for _ in range(2):
        with Client((), tmp_path / "store") as client:
            payloads.append(landing.keep("feed", Scope(), client.get(FEED, "prices.json"), FETCHED_AT))
    assert [request.headers.get("if-none-match") for request in server.requests] == [None, '"v1"']
    assert payloads[0] == payloads[1]
    assert payloads[1].read() == BODY


def test_a_payload_that_is_gone_is_sent_again(server: Replay, tmp_path: Path) -> None:
    landing = Landing(tmp_path / "store")
    for _ in range(2):
        with Client((), tmp_path / "store") as client:
            payload = landing.keep("feed", Scope(), client.get(FEED, "prices.json"), FETCHED_AT)
        payload.path.unlink()
    assert [request.headers.get("if-none-match") for request in server.requests] == [None, None]


def test_a_packed_answer_is_unpacked(client: Client) -> None:
    assert body(client, "packed.json") == BODY


def test_a_packed_answer_without_its_end_is_cut_off(client: Client, server: Replay) -> None:
    def torn(response: Response) -> Response:
        return Response(body=response.body[:-9], headers=response.headers)

    server.fault = first(9, torn)
    with pytest.raises(SourceUnavailable, match="cut off"):
        body(client, "packed.json")


def test_a_bomb_is_refused_unpacked(server: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_PAYLOAD_BYTES", "1000000")
    settings.cache_clear()
    with Client(()) as limited, pytest.raises(PayloadInvalid, match="larger than 1,000,000 bytes"):
        body(limited, "bomb.json")


def test_a_huge_declared_size_is_refused_before_it_is_sent(client: Client, server: Replay) -> None:
    server.fault = first(9, lambda _: Response(body=BODY, declared=10 << 30))
    with pytest.raises(PayloadInvalid, match="larger than 8,589,934,592 bytes"):
        body(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("response", "error", "problem"),
    [
        (Response(body=b"  <!doctype html><p>busy"), PayloadInvalid, "a web page instead of json"),
        (Response(body=b""), SourceUnavailable, "answered with nothing"),
        (None, SourceUnavailable, "cannot be reached"),
    ],
)
def test_an_answer_that_is_none(
    client: Client, server: Replay, response: Response | None, error: type[CloudPricingError], problem: str
) -> None:
    server.fault = first(9, lambda _: response)
    with pytest.raises(error, match=problem):
        body(client)


def test_an_encoding_nobody_asked_for_is_refused(client: Client) -> None:
    with pytest.raises(PayloadInvalid, match="answered in br"):
        body(client, "strange.json")


def test_a_feed_that_is_not_there_is_named(impatient: None) -> None:
    with (
        Client(()) as client,
        pytest.raises(SourceUnavailable, match=r"https://feeds\.example .*cannot be re"),
    ):
        body(client)


def test_redirects_are_followed_to_their_end(client: Client) -> None:
    assert body(client, "moved.json") == BODY
    with pytest.raises(PayloadInvalid, match="redirects without end"):
        body(client, "loop.json")
    with pytest.raises(PayloadInvalid, match="unencrypted"):
        body(client, "plain.json")


def test_a_secret_goes_to_the_first_host_only_and_is_written_nowhere(
    client: Client, server: Replay, tmp_path: Path
) -> None:
    log.configure(tmp_path / "logs", "DEBUG")
    secret = {"x-key": "hunter2"}
    direct = client.get("https://feeds.example/echo.json", "echo.json", secret=secret)
    assert json.loads(b"".join(direct.chunks))["x-key"] == "hunter2"
    other = client.get("https://feeds.example/elsewhere.json", "echo.json", secret=secret)
    assert "x-key" not in json.loads(b"".join(other.chunks))
    server.fault = first(9, lambda _: Response(403))
    with pytest.raises(MissingRequirement, match="refuses the credential") as caught:
        client.get("https://feeds.example/echo.json", "echo.json", secret=secret)
    logging.shutdown()
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert "hunter2" not in "".join([str(caught.value), repr(caught.value), repr(direct), *written])


def test_a_body_makes_it_a_post(client: Client, server: Replay) -> None:
    fetched = client.get("https://feeds.example/echo.json", "echo.json", body={"limit": 3000})
    seen = json.loads(b"".join(fetched.chunks))
    assert (server.requests[0].method, seen["body"]) == ("POST", '{"limit":3000}')
    assert seen["content-type"] == "application/json"
    assert seen["user-agent"].startswith("cloud-pricing-agent/")


def pages(client: Client, *links: str | None) -> list[str]:
    """The addresses of the pages, where each page links to the next of `links`."""
    left = iter(links)
    listing = client.pages("https://feeds.example/prices.json?page=1", "prices.json", lambda _: next(left))
    return [f"{page.name} {page.url}" for page in listing]


def test_pages_are_followed_and_numbered(client: Client) -> None:
    assert pages(client, "?page=2", None) == [
        "prices-0001.json https://feeds.example/prices.json?page=1",
        "prices-0002.json https://feeds.example/prices.json?page=2",
    ]


def test_pages_that_go_in_circles_are_refused(client: Client) -> None:
    with pytest.raises(PayloadInvalid, match="do not end"):
        pages(client, "?page=2", "?page=1")


def test_a_page_on_another_host_is_refused(client: Client) -> None:
    with pytest.raises(PayloadInvalid, match="another host"):
        pages(client, "https://evil.example/")
