"""Feeds asked now: recorded answers on a loopback server, a clock that is told the time."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from ingest import hosts
from ingest.live_feeds import LiveFeeds
from tests.ingest.azure_machines import azure
from tests.ingest.replay import Answer, Replay, Request, Response, answers
from warehouse.contracts import LiveAsk

ASKED = LiveAsk("azure", "Standard_D2s_v3", "eastus")


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def feed(served: Callable[[Answer], Replay]) -> Replay:
    return served(azure)


@pytest.mark.parametrize(("option", "term", "price"), [
    ("on_demand", None, "0.096"), ("spot", None, "0.018816"), ("reserved", 36, "0.0367199391"),
    ("savings_plan", 12, "0.06624"),
])  # fmt: skip
def test_one_machine_is_asked_for_in_one_request(
    feed: Replay, option: str, term: int | None, price: str
) -> None:
    asked = LiveAsk("azure", "Standard_D2s_v3", "eastus", purchase_option=option, term_months=term)
    (row,) = LiveFeeds(5).ask(asked).rows
    assert (row["price"], row["currency"], row["unit"]) == (Decimal(price), "USD", "hour")
    assert row["source_url"].startswith("https://prices.azure.com/")
    assert [one.query["$filter"] for one in feed.requests] == [
        "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus' and armSkuName eq 'Standard_D2s_v3'"
    ]


@pytest.mark.parametrize(("source", "asked", "price"), [
    ("aws_spot", LiveAsk("aws", "m6i.large", "us-east-1", purchase_option="spot"), "0.0381"),
    ("linode", LiveAsk("linode", "g6-standard-8", "us-ord"), "0.296"),
    ("oci_list", LiveAsk("oci", "VM.Standard.A1.Flex$_8_48", "sa-saopaulo-1"), "0.1648"),
    ("runpod", LiveAsk("runpod", "8x NVIDIA H100 PCIe", "global", offering_class="secure"), "23.04"),
    ("vast", LiveAsk("vast", "1x A10 24GB", "SA"), "0.2"),
    ("vultr", LiveAsk("vultr", "vcg-a40-12c-60g-24vram", "ord"), "0.87"),
])  # fmt: skip
def test_every_feed_tells_the_price_its_source_reads(
    replayed: Callable[[str], Replay], source: str, asked: LiveAsk, price: str
) -> None:
    replayed(source)
    reply = LiveFeeds(10).ask(asked)
    assert [(row["source"], row["price"]) for row in reply.rows] == [(source, Decimal(price))]


def test_lists_too_large_to_ask_for_are_not_asked(feed: Replay) -> None:
    for provider in ("aws", "gcp", "nobody"):
        assert LiveFeeds(5).ask(LiveAsk(provider, "m5.large", "us-east-1")).why == "no_feed"
    assert feed.requests == []


def test_what_is_not_sold_there_is_unlisted_and_no_failure(feed: Replay) -> None:
    feeds = LiveFeeds(5)
    for _ in range(4):
        assert feeds.ask(LiveAsk("azure", "Standard_D999", "eastus")).why == "unlisted"
    assert feeds.ask(ASKED).rows


def test_an_answer_is_kept_for_a_minute(feed: Replay) -> None:
    clock = Clock()
    feeds = LiveFeeds(5, clock)
    feeds.ask(ASKED)
    clock.now += 59
    spot = LiveAsk("azure", "Standard_D2s_v3", "eastus", purchase_option="spot")
    assert feeds.ask(spot).rows  # in the same answer
    assert len(feed.requests) == 1
    clock.now += 2
    feeds.ask(ASKED)
    assert len(feed.requests) == 2


def test_a_feed_that_is_late_is_not_waited_for(feed: Replay) -> None:
    feed.play(
        Response(200, azure(Request("GET", "https://x/?$filter=armSkuName eq 'x'", {}, b"")).body, drip=0.05)
    )
    reply = LiveFeeds(0.2).ask(ASKED)
    assert (reply.why, reply.seconds, reply.rows) == ("late", 0.2, ())


def test_a_provider_that_fails_is_left_alone_until_it_answers(feed: Replay) -> None:
    clock = Clock()
    feeds = LiveFeeds(5, clock)
    feed.play(Response(500, b"down"))
    assert [feeds.ask(ASKED).why for _ in range(4)] == ["failed", "failed", "failed", "resting"]
    assert len(feed.requests) == 3
    hosts.forget_all()
    feed.fault = None
    assert feeds.ask(ASKED).seconds == 60
    clock.now += 61
    assert feeds.ask(ASKED).rows
    assert len(feed.requests) == 4


def test_one_provider_resting_leaves_the_others_be(served: Callable[[Answer], Replay]) -> None:
    vast = answers("vast")
    served(lambda request: vast(request) if "vast" in request.url else Response(500, b"down"))
    feeds = LiveFeeds(5, Clock())
    for _ in range(3):
        assert feeds.ask(ASKED).why == "failed"
    assert feeds.ask(LiveAsk("vast", "1x A10 24GB", "SA")).rows


def test_a_page_that_is_no_price_list_is_a_failure_that_says_so(feed: Replay) -> None:
    feed.play(Response(200, b"<html>maintenance</html>"))
    reply = LiveFeeds(5).ask(ASKED)
    assert reply.why == "failed"
    assert "web page" in reply.message


def test_nobody_there_is_a_failure(limit: Callable[..., None]) -> None:
    reply = LiveFeeds(5).ask(ASKED)  # the settings of the tests lead to a closed port
    assert reply.why == "failed"
    assert "cannot be reached" in reply.message
