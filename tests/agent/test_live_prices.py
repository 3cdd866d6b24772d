"""The price of now beside the snapshot's: what is asked, what is said, and what if nobody answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from agent.answer import answer
from agent.context import Context
from agent.evidence import Answer
from agent.live_tools import live_price
from agent.settings import AgentSettings
from agent.toolbox import bound, call
from warehouse.contracts import LiveAsk, LiveReply
from warehouse.reader import Reader

NOW = datetime(2026, 12, 1, 21, 47, 30, tzinfo=UTC)
FEED = "https://prices.azure.com/api/retail/prices"


class Feed:
    """Answers each question alike, and remembers it."""

    def __init__(self, price: str = "", why: str = "", seconds: float = 0, message: str = "") -> None:
        self.asked: list[LiveAsk] = []
        self._price, self._reply = price, LiveReply((), why, seconds, message)

    def ask(self, asked: LiveAsk) -> LiveReply:
        self.asked.append(asked)
        if not self._price:
            return self._reply
        row = {
            "provider": asked.provider, "instance_type": asked.machine, "region": asked.region,
            "operating_system": asked.operating_system, "tenancy": asked.tenancy,
            "purchase_option": asked.purchase_option, "term_months": None, "payment": None,
            "offering_class": None, "currency": "USD", "price": Decimal(self._price),
            "source": "azure_retail", "source_url": FEED, "observed_at": NOW,
        }  # fmt: skip
        return LiveReply((row,))


Ask = Callable[..., Answer]


@pytest.fixture
def ask(reader: Reader) -> Ask:
    def asked(question: str, feed: Feed | None, mode: str = "asked", **given: Any) -> Answer:
        settings = AgentSettings(live_prices=mode)  # type: ignore[arg-type]
        return answer(question, reader=reader, live=feed, settings=settings, **given)

    return asked


@pytest.mark.parametrize(("question", "said"), [
    (
        "how much is Standard_D4s_v3 in eastus right now?",
        "Live from Azure at 21:47 UTC: Standard_D4s_v3 costs 0.20 USD/hour in eastus (East US) (on demand) [1], "
        "4.2% more than the snapshot's 0.192 USD of 2025-03-25 [2].",
    ),
    (
        "quanto custa agora uma Standard_D4s_v3 em eastus?",
        "Ao vivo (Azure, 21:47 UTC): Standard_D4s_v3 custa 0,20 USD/hora em eastus (East US) (sob demanda) [1], "
        "4,2% a mais que no snapshot: 0,192 USD em 25/03/2025 [2].",
    ),
])  # fmt: skip
def test_the_live_price_is_said_first_and_beside_the_snapshots(ask: Ask, question: str, said: str) -> None:
    made = ask(question, Feed("0.2"))
    assert made.text.splitlines()[0] == said
    live, listed = made.rows
    assert (live["price_hour"], live["source"], live["source_url"]) == (Decimal("0.2"), "azure_retail", FEED)
    assert live["observed_at"] == NOW
    assert (listed["price_hour"], listed["source"]) == (Decimal("0.192"), "libcloud")
    assert made.citations[0].source_url == FEED
    assert made.citations[0].observed_at == NOW
    assert made.as_of == datetime(2025, 3, 25, tzinfo=UTC)  # the snapshot's, not now
    assert made.trace is not None
    assert made.trace.ungrounded == ()


def test_the_same_price_and_a_lower_one_are_called_so(ask: Ask) -> None:
    question = "Standard_D4s_v3 in eastus, live"
    assert "as the snapshot says of 2025-03-25" in ask(question, Feed("0.192")).text
    assert "50% less than" in ask(question, Feed("0.096")).text


def test_a_machine_without_a_price_there_is_asked_for_too(ask: Ask) -> None:
    feed = Feed("40.1")
    made = ask("price of Standard_ND96asr_v4 in eastus right now", feed)
    assert [(one.machine, one.region) for one in feed.asked] == [("Standard_ND96asr_v4", "eastus")]
    assert "40.10 USD/hour in eastus" in made.text.splitlines()[0]
    assert "the snapshot has no such price" in made.text
    assert made.answered


def test_of_conditions_the_machine_that_answers_is_asked_for(ask: Ask) -> None:
    feed = Feed("35")
    ask("cheapest Azure machine with 8 A100 in Europe right now", feed)
    assert [(one.machine, one.region) for one in feed.asked] == [("Standard_ND96asr_v4", "westeurope")]


def test_the_way_of_buying_reaches_the_feed(ask: Ask) -> None:
    feed = Feed("0.1")
    ask("n2-standard-8 spot in us-east4, real time", feed)
    assert [(one.provider, one.purchase_option) for one in feed.asked] == [("gcp", "spot")]


@pytest.mark.parametrize(("feed", "english", "portuguese"), [
    (Feed(why="late", seconds=4), "did not answer within 4 seconds", "não respondeu em 4 segundos"),
    (Feed(why="resting", seconds=42), "left alone for another 42 seconds", "por mais 42 segundos"),
    (Feed(why="no_feed"), "Azure has no feed that tells one price (on demand)", "não tem um feed que informe"),
    (Feed(why="unlisted"), "does not list Standard_D4s_v3 in eastus", "não lista agora Standard_D4s_v3"),
    (
        Feed(why="failed", message="It cannot be reached."),
        "cannot be read now (It cannot be reached)", "Não é possível ler agora",
    ),
])  # fmt: skip
def test_without_an_answer_the_snapshot_answers_and_says_why(
    ask: Ask, feed: Feed, english: str, portuguese: str
) -> None:
    for question, why, price in (
        ("price of Standard_D4s_v3 in eastus right now", english, "0.192"),
        ("preço da Standard_D4s_v3 em eastus agora", portuguese, "0,192"),
    ):
        made = ask(question, feed)
        assert price in made.text.splitlines()[0]
        assert [caveat for caveat in made.caveats if why in caveat]
        assert len(made.rows) == 1


def test_a_silent_provider_is_asked_once_a_question(ask: Ask) -> None:
    feed = Feed(why="late", seconds=4)
    made = ask("where is Standard_D4s_v3 cheapest right now?", feed)
    assert len(feed.asked) == 1
    assert len([caveat for caveat in made.caveats if "4 seconds" in caveat]) == 1


def test_no_feed_is_asked_unless_the_setting_says_so(ask: Ask) -> None:
    feed = Feed("0.2")
    made = ask("price of Standard_D4s_v3 in eastus right now", feed, "never")
    assert feed.asked == []
    assert [caveat for caveat in made.caveats if "ask --live" in caveat]
    assert "live_price" not in made.tools_used


def test_when_asked_only_words_of_this_moment_ask_and_always_needs_none(ask: Ask) -> None:
    feed = Feed("0.2")
    for question in ("price of Standard_D4s_v3 in eastus", "preço da Standard_D4s_v3 em eastus"):
        ask(question, feed)
    assert feed.asked == []
    ask("price of Standard_D4s_v3 in eastus", feed, "always")
    assert len(feed.asked) == 1


@pytest.mark.parametrize("question", [
    "how much did m5.large cost in us-east-1 in January 2024?", "my price of m5.large in us-east-1",
    "is a 1 year reserved m5.large worth it?", "what is spot?",
])  # fmt: skip
def test_what_no_feed_can_know_is_not_asked(ask: Ask, question: str) -> None:
    feed = Feed("0.2")
    ask(question, feed, "always")
    assert feed.asked == []


def test_a_model_is_offered_the_tool_where_the_feeds_may_be_asked(context: Context) -> None:
    assert "live_price" not in {one.name for one in bound(context)}
    context.live = Feed("0.2")
    assert "live_price" in {one.name for one in bound(context)}
    found = call(context, live_price, {"machine": "Standard_D4s_v3", "places": ["eastus"]})
    assert found.rows[0]["change_percent"] == Decimal("4.2")
