"""`cloud-pricing ask --live`, with a feed on loopback and without one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ingest import hosts
from tests.agent.cli.conftest import Cli
from tests.ingest.replay import Replay, answers, serving

SPOT = "p5.48xlarge spot in us-east-1"
LISTED = "p5.48xlarge in us-east-1"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    hosts.forget_all()
    with serving(answers("aws_spot")) as server:
        monkeypatch.setenv("CLOUD_PRICING_MIRRORS", json.dumps(server.mirrors))
        yield server


def test_live_asks_the_feed_and_says_what_it_answers(run: Cli, feed: Replay) -> None:
    done = run("ask", SPOT, "--live")
    assert done.code == 0
    assert done.out.startswith("Live from AWS at ")
    assert "p5.48xlarge costs 24.8908 USD/hour in us-east-1 (spot) [1]" in done.out
    assert "https://website.spot.ec2.aws.a2z.com/spot.json" in done.out
    assert len(feed.requests) == 1


def test_without_it_nothing_is_asked(run: Cli, feed: Replay) -> None:
    assert "ask --live" in run("ask", f"{SPOT} right now").out
    assert feed.requests == []


def test_the_setting_asks_where_the_question_is_of_now(
    run: Cli, feed: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_LIVE_PRICES", "asked")
    assert run("ask", SPOT).code == 0
    assert feed.requests == []
    assert run("ask", "preço spot ao vivo da p5.48xlarge em us-east-1").out.startswith("Ao vivo (AWS, ")


def test_a_list_price_of_aws_stays_the_snapshots(run: Cli, feed: Replay) -> None:
    done = run("ask", LISTED, "--live")
    assert done.out.startswith("p5.48xlarge costs 98.32 USD/hour")
    assert "AWS has no feed that tells one price (on demand)" in done.out
    assert feed.requests == []


def test_offline_the_snapshot_answers(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_MIRRORS", json.dumps({"https://": "http://127.0.0.1:9/"}))
    hosts.forget_all()
    done = run("ask", SPOT, "--live")
    assert done.code == 0
    assert "cannot be reached" in done.out
