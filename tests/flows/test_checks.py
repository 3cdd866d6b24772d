"""A feed read again and found unchanged: what it says is confirmed, and what was in doubt is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest import staging
from ingest.landing import Landing
from ingest.source import Fetched
from warehouse.contracts import Scope
from warehouse.reader import Reader

LIST = {"m5.large@us-east-1": 0.096, "m5.xlarge@us-east-1": 0.192, "c5.large@us-east-1": 0.085}
HISTORY = "SELECT sku_id, valid_from, valid_to, price FROM prices ORDER BY ALL"
LIVE, RELEASE = "litellm", "libcloud"
EC2 = Scope("aws", "AmazonEC2")
HOUR = timedelta(hours=1)
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)


class Feed:
    """A source that answers with a list, at any moment; what it answered is on record as a fetch."""

    def __init__(self, house: Any, source: str) -> None:
        self.house, self.source = house, source
        self.landing = Landing(house.limits.store)

    def read(self, prices: dict[str, float], moment: datetime) -> Any:
        """Fetch the list, stage it unless these payloads are known, publish."""
        content = repr((dict(sorted(prices.items())), (), {})).encode()
        kept = self.landing.keep(
            self.source, EC2, Fetched("list.json", "https://example.org/list", [content]), moment
        )
        self.landing.record(self.source, EC2, [kept], moment)
        parser = staging.parser_fingerprint(self.source)
        if staging.already(self.house.limits.store, self.source, EC2, [kept.record], parser) is None:
            self.house.stage(dict(sorted(prices.items())), moment, source=self.source)
        return self.house.publish()


def rows(house: Any, sql: str) -> Any:
    with Reader.open(house.limits.store) as reader:
        return reader.query(sql).rows


@pytest.fixture
def feed(house: Any) -> Feed:
    return Feed(house, LIVE)


def test_the_next_day_confirms_and_the_same_day_says_nothing_new(house: Any, feed: Feed) -> None:
    first = feed.read(LIST, NOON)
    assert first.changed
    assert not feed.read(LIST, NOON + HOUR).changed
    house.embedder.texts.clear()
    second = feed.read(LIST, NOON + 24 * HOUR)
    assert (second.changed, second.verdicts, second.embedded, house.embedder.texts) == (True, (), 0, [])
    assert not feed.read(LIST, NOON + 25 * HOUR).changed
    assert rows(house, "SELECT checked_at FROM checks") == ((NOON + 24 * HOUR,),)
    found = rows(house, "SELECT DISTINCT as_of, observed_at, confirmed_at FROM offers")
    assert found == ((NOON, NOON + 24 * HOUR, NOON + 24 * HOUR),)
    assert rows(house, "SELECT age_days FROM freshness")[0][0] in (1, 2)


def test_a_release_read_again_is_no_news(house: Any) -> None:
    feed = Feed(house, RELEASE)
    assert feed.read(LIST, NOON).changed
    assert not feed.read(LIST, NOON + 24 * HOUR).changed


def test_a_list_unchanged_for_months_does_not_jump_unseen(house: Any, feed: Feed) -> None:
    start = NOON - timedelta(days=90)
    feed.read(LIST, start)
    feed.read(LIST, NOON)
    published = feed.read({**LIST, "m5.large@us-east-1": 0.96}, NOON + 24 * HOUR)
    assert [dict(verdict.reasons) for verdict in published.verdicts] == [{"moved": 1}]


@pytest.mark.parametrize(("later", "believed"), [(HOUR, False), (24 * HOUR, True)])
def test_a_jump_that_is_still_there_the_next_day_is_believed(
    house: Any, feed: Feed, later: timedelta, believed: bool
) -> None:
    feed.read(LIST, NOON)
    jumped = {**LIST, "m5.large@us-east-1": 0.2}
    feed.read(jumped, NOON + 24 * HOUR)
    assert rows(house, "SELECT price_hour::DOUBLE FROM offers WHERE instance_type = 'm5.large'") == (
        (0.096,),
    )
    published = feed.read(jumped, NOON + 24 * HOUR + later)
    assert published.changed == believed
    expected = 0.2 if believed else 0.096
    assert rows(house, "SELECT price_hour::DOUBLE FROM offers WHERE instance_type = 'm5.large'") == (
        (expected,),
    )
    if believed:
        assert rows(house, "SELECT count(*) FROM quarantine") == ((0,),)
        assert not house.publish().changed


def test_building_anew_tells_the_same_history(house: Any, feed: Feed) -> None:
    feed.read(LIST, NOON - timedelta(days=70))
    feed.read(LIST, NOON)
    jumped = {**LIST, "m5.large@us-east-1": 0.2, "c5.large@us-east-1": 0.9}
    feed.read(jumped, NOON + 24 * HOUR)
    feed.read(jumped, NOON + 48 * HOUR)
    wild = {**jumped, "c5.large@us-east-1": 0.09}
    feed.read(wild, NOON + 50 * HOUR)
    before = rows(house, HISTORY)
    assert len(before) == 5
    house.publish(anew=True)
    assert rows(house, HISTORY) == before
    assert not house.publish().changed


def test_what_was_fetched_later_confirms_nothing_earlier(house: Any, feed: Feed) -> None:
    feed.read(LIST, NOON)
    feed.read(LIST, NOON + 24 * HOUR)
    store = house.limits.store
    (name,) = staging.checked(store)
    assert staging.checked(store, until=NOON + HOUR) == {name: NOON}
    assert staging.checked(store, since=NOON + 30 * HOUR) == {}
    house.publish(anew=True, until=NOON + HOUR)
    assert rows(house, "SELECT checked_at FROM checks") == ((NOON,),)


def test_a_feed_that_says_nothing_is_refused(house: Any, feed: Feed) -> None:
    kept = feed.landing.keep(LIVE, EC2, Fetched("list.json", "https://example.org/list", [b"[]"]), NOON)
    staging.stage(house.limits.store, LIVE, EC2, [kept], [], "p")
    published = house.publish()
    assert [verdict.failures for verdict in published.refused] == [("the feed is empty: 0 rows",)]
