"""Bodies of servers that mean harm, or do not know better: nothing endless, nothing mixed, nothing stuck."""

import gzip
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.client import Client
from ingest.landing import Landing
from tests.ingest.conftest import FETCHED_AT, Limit
from tests.ingest.replay import Answer, Replay, Request, Response
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid, SourceUnavailable

FEED = "https://feeds.example/prices.bin"
BIG = os.urandom(400_000)
GOOD = Response(body=BIG, headers={"etag": '"b1"'})


@pytest.fixture
def server(served: Callable[[Answer], Replay]) -> Replay:
    return served(lambda request: Response(body=BIG, headers={"etag": '"b1"'}))


def body(client: Client, url: str = FEED) -> bytes:
    return b"".join(client.get(url, "prices.bin").chunks)


def leftovers(folder: Path) -> list[str]:
    files = (path for path in (folder / "partial").iterdir() if path.is_file())
    return [path.name for path in files if path.suffix != ".lock"]


# --- bodies


def test_a_body_that_drips_is_given_up(server: Replay, limit: Limit) -> None:
    limit(http_timeout=0.3, http_attempts=1)
    server.play(Response(body=b"x" * 2000, drip=0.05))  # of 100 seconds
    began = time.monotonic()
    with Client(()) as client, pytest.raises(SourceUnavailable, match="sends almost nothing"):
        body(client)
    assert time.monotonic() - began < 30


def test_a_body_without_end_or_length_is_refused_and_kept_nowhere(
    client: Client, server: Replay, limit: Limit, tmp_path: Path
) -> None:
    limit(payload_bytes=1_000_000)
    server.play(Response(body=os.urandom(3_000_000), declared=-1, headers={"etag": '"1"'}))
    with pytest.raises(PayloadInvalid, match="larger than 1,000,000 bytes"):
        body(client)
    assert leftovers(tmp_path) == []


def test_what_is_read_in_memory_has_a_limit_of_its_own(client: Client, server: Replay) -> None:
    server.play(Response(body=gzip.compress(b"0" * (65 << 20)), headers={"content-encoding": "gzip"}))
    with pytest.raises(PayloadInvalid, match="larger than 67,108,864 bytes"):
        client.read(FEED, "index.json")


def test_the_pages_of_a_listing_are_limited_together(client: Client, server: Replay, limit: Limit) -> None:
    limit(payload_bytes=1_000_000)
    numbers = iter(range(100))
    with pytest.raises(PayloadInvalid, match="do not end"):
        list(client.pages(FEED, "prices.bin", lambda _: f"?page={next(numbers)}"))
    assert len(server.requests) == 3


def test_a_gzip_stream_may_have_members_but_no_rubbish(client: Client, server: Replay) -> None:
    packed = gzip.compress(BIG[:200_000]) + gzip.compress(BIG[200_000:])
    server.play(Response(body=packed, headers={"content-encoding": "gzip"}))
    assert body(client) == BIG
    server.play(Response(body=packed + b"rubbish" * 9, headers={"content-encoding": "gzip"}))
    with pytest.raises(SourceUnavailable, match="cut off"):
        body(client)


def test_a_web_page_behind_a_byte_order_mark_is_one(client: Client, server: Replay) -> None:
    server.play(Response(body=b"\xef\xbb\xbf\n<html>Sign in"))
    with pytest.raises(PayloadInvalid, match="web page"):
        body(client)


def test_a_full_disk_leaves_no_part_behind(client: Client, server: Replay, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            body(client)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert leftovers(tmp_path) == []


def test_an_answer_nobody_reads_is_swept(server: Replay, tmp_path: Path) -> None:
    folder = tmp_path / "partial"
    folder.mkdir()
    (folder / "dead").mkdir()
    for name in ("dead.done", "dead.lock", "dead.part", "dead"):
        if name != "dead":
            (folder / name).write_bytes(b"x")
        os.utime(folder / name, (0, 0))
    with Client((), tmp_path) as client:
        client.get(FEED, "prices.bin")
    assert leftovers(tmp_path) == []
    assert not list(folder.glob("dead*"))


# --- pieces


@pytest.mark.parametrize(
    ("status", "content_range", "further"),
    [
        (206, "bytes 0-399999/400000", {}),
        (206, "bytes 149999-399999/400000", {}),
        (206, "bytes 150000-200000/400000", {}),
        (206, "nonsense", {}),
        (206, "bytes 150000-399999/400000", {"etag": '"b2"'}),
        (206, "bytes 150000-399999/400000", {"content-encoding": "gzip"}),
        (416, "bytes */400000", {}),
    ],
)
def test_a_piece_that_does_not_fit_is_not_taken(
    client: Client, server: Replay, status: int, content_range: str, further: dict[str, str]
) -> None:
    cut = Response(body=BIG, headers=GOOD.headers, drop=150_000)
    odd = Response(status, b"x" * 250_000, {"content-range": content_range, **GOOD.headers, **further})
    server.play(cut, odd, GOOD)
    assert body(client) == BIG
    assert [request.headers.get("range") for request in server.requests] == [None, "bytes=150000-", None]


def test_a_piece_nobody_asked_for_is_no_answer(client: Client, server: Replay) -> None:
    server.play(Response(206, BIG[:9], {"content-range": "bytes 0-8/400000", "etag": '"b1"'}))
    with pytest.raises(SourceUnavailable, match="does not go on"):
        body(client)


def test_a_part_of_another_answer_is_never_continued(client: Client, server: Replay, tmp_path: Path) -> None:
    """A run that is killed between noting down a new version and receiving it."""
    server.play(Response(body=b"old" * 100_000, headers={"etag": '"old"'}, drop=1000))
    with pytest.raises(SourceUnavailable):
        body(client)
    (part,) = (tmp_path / "partial").glob("*.part")
    part.with_suffix(".json").write_text('["of an older program"]', encoding="utf-8")
    server.play(GOOD)
    assert body(client) == BIG


def test_two_that_ask_the_same_at_once_both_get_it_whole(server: Replay, tmp_path: Path) -> None:
    together, answers = threading.Barrier(3), []

    def slowly(request: Request, response: Response) -> Response:
        time.sleep(0.1)
        return response

    def ask() -> None:
        with Client((), tmp_path) as client:
            together.wait()
            answers.append(body(client))

    server.fault = slowly
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [BIG] * 3


# --- conditions


def test_a_304_nobody_asked_for_is_no_answer(client: Client, server: Replay, tmp_path: Path) -> None:
    server.play(Response(304))
    for ask in (client.get, client.read):
        with pytest.raises(PayloadInvalid, match="304 to a question without a condition"):
            ask(FEED, "prices.bin")
    assert leftovers(tmp_path) == []


def test_a_tag_that_cannot_be_sent_back_is_not(server: Replay, tmp_path: Path) -> None:
    server.play(Response(body=BIG, headers={"etag": '"prices-é"'}))
    landing = Landing(tmp_path)
    for _ in range(2):
        with Client((), tmp_path) as client:
            landing.keep("feed", Scope(), client.get(FEED, "prices.bin"), FETCHED_AT)
    assert len(server.requests) == 2


def test_what_could_not_be_read_is_asked_for_anew(server: Replay, tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for _ in range(3):
        with Client((), tmp_path) as client:
            payload = landing.keep("feed", Scope(), client.get(FEED, "prices.bin"), FETCHED_AT)
            if len(server.requests) == 2:
                client.ask_anew([payload.record.url])
    assert [request.headers.get("if-none-match") for request in server.requests] == [None, '"b1"', None]
