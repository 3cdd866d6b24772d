"""What is odd about genai-prices: dated and conditional prices, tiers, free models."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from ingest.sources import genai_prices
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

States = dict[str, dict[str, list[dict[str, Any]]]]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def states(payloads: list[Payload]) -> States:
    """day → provider/sku → rows by tier."""
    by_day: States = {}
    for tables in genai_prices.parse(payloads):
        assert tables.as_of is not None
        by_key = by_day.setdefault(f"{tables.as_of:%Y-%m-%d}", {})
        for row in tables.tables["prices"].sort_by("tier_from").to_pylist():
            by_key.setdefault(f"{row['provider']}/{row['sku_id']}", []).append(row)
    return by_day


@pytest.fixture
def listed(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> States:
    ((_, payloads),) = recorded("genai_prices")
    return states(payloads)


def price(listed: States, day: str, key: str) -> Decimal:
    (row,) = listed[day][key]
    value: Decimal = row["price"]
    return value


def test_a_dated_change_is_a_batch_of_its_day_and_the_price_before_of_the_day_before(listed: States) -> None:
    assert price(listed, "2025-06-09", "openai/o3:input") == 10
    assert price(listed, "2025-06-10", "openai/o3:input") == Decimal("0.5")
    assert price(listed, "2026-11-09", "openai/o3:output") == 8
    (row,) = listed["2026-11-09"]["openai/o3:input"]
    assert row["effective_from"] == datetime(2025, 6, 10, tzinfo=UTC)


def test_days_before_the_whole_list_hold_only_what_is_dated(listed: States) -> None:
    assert list(listed) == [
        "2025-06-09",
        "2025-06-10",
        "2026-10-14",
        "2026-11-08",
        "2026-11-09",
        "2027-01-01",
    ]
    assert set(listed["2025-06-10"]) == {"openai/o3:input", "openai/o3:output"}
    assert "google/pro:web_searches" in listed["2026-11-09"]


def test_no_price_disappears_before_the_list_is_whole(listed: States) -> None:
    days = list(listed)
    for earlier, later in pairwise(days):
        assert set(listed[earlier]) <= set(listed[later])


def test_an_announced_change_waits_in_a_batch_of_its_day(listed: States) -> None:
    assert price(listed, "2026-11-09", "google/announced:input") == 1
    assert price(listed, "2027-01-01", "google/announced:input") == 2
    assert set(listed["2027-01-01"]) == set(listed["2026-11-09"])


def test_tiers_hold_for_a_request_longer_than_their_start(listed: States) -> None:
    base, long = listed["2026-11-09"]["google/pro:input"]
    assert (base["price"], base["tier_from"], base["tier_to"]) == (Decimal("1.25"), 0, 200_000)
    assert (long["price"], long["tier_from"], long["tier_to"]) == (Decimal("2.5"), 200_000, None)
    assert json.loads(long["attributes"])["tier_of"] == "input tokens of the request"


def test_units_and_kinds(listed: States) -> None:
    today = listed["2026-11-09"]
    units = {key: today[key][0]["unit"] for key in today}
    assert units["google/pro:cached_input"] == "million_tokens"
    assert units["google/pro:web_searches"] == "thousand_requests"
    assert units["groq/whisper:audio"] == "hour"
    assert (units["groq/whisper:input_document"], today["groq/whisper:input_document"][0]["unit_raw"]) == (
        "unit",
        "input_document_kpages",
    )
    attributes = json.loads(today["openai/o3:input"][0]["attributes"])
    assert attributes == {"kind": "input", "model": "o3", "unit_kind": "input", "context_window": 200_000}


def test_times_of_day_and_request_options_are_prices_of_their_own(listed: States) -> None:
    assert price(listed, "2026-11-09", "deepseek/chat:input") == Decimal("0.135")
    assert price(listed, "2026-11-09", "deepseek/chat:input:00:30-16:30") == Decimal("0.27")
    assert "openai/o3:input:batch" not in listed["2025-06-10"]
    assert price(listed, "2026-10-14", "openai/o3:input:batch") == Decimal(
        "0.25"
    )  # the first active one holds
    (row,) = listed["2026-11-09"]["openai/o3:input:batch"]
    attributes = json.loads(row["attributes"])
    assert (attributes["kind"], attributes["condition"]) == ("input:batch", {"processing": "batch"})


def test_only_models_said_to_be_free_are_free(listed: States) -> None:
    today = listed["2026-11-09"]
    (free,) = today["openrouter/qwen:free:input"]
    assert (free["price"], json.loads(free["attributes"])["free_tier"]) == (0, True)
    assert not [key for key in today if "moderation" in key or "old:free" in key]


def test_a_feed_of_another_shape_is_refused(keep: Callable[..., list[Payload]]) -> None:
    content = b'[{"id": "x", "models": [{"id": "m", "prices": {"input_mtok": "dear"}}]}]'
    with pytest.raises(PayloadInvalid):
        list(genai_prices.parse(keep("genai_prices", Scope(service="tokens"), {"providers.json": content})))


def test_the_installed_package_gives_its_whole_list(tmp_path: Path) -> None:
    landing, client = Landing(tmp_path), Client(())
    (scope,) = genai_prices.scopes(client, Selection())
    payloads = [landing.keep("genai_prices", scope, one, NOON) for one in genai_prices.fetch(client, scope)]
    again = [landing.keep("genai_prices", scope, one, NOON) for one in genai_prices.fetch(client, scope)]
    assert payloads == again
    listed = states(payloads)
    assert len(listed) > 20
    assert price(listed, "2025-06-10", "openai/o3:input") == 2
    assert price(listed, "2025-06-09", "openai/o3:input") == 10
    whole = listed["2026-11-09"]
    assert len(whole) > 5_000
    assert price(listed, "2026-11-09", "openai/gpt-4o:output") == 10
    assert {key.split("/")[0] for key in whole} >= {"openai", "anthropic", "google", "mistral", "deepseek"}
