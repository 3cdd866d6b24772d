"""`cloud-pricing history` and `changes`, on lists of years ago."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.cli_history import timeline


@pytest.fixture
def past(cli_of: Callable[..., Any], past_store: Path) -> Any:
    return cli_of(past_store, CLOUD_PRICING_DATA=str(past_store.parent / "data"))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_every_price_from_when_to_when(past: Any) -> None:
    done = past("history", "p3.2xlarge", "--region", "us-east-1")
    assert done.code == 0
    rows = rows_of(done.out)
    assert [(row["from"], row["to"], row["price"], row["change_%"]) for row in rows] == [
        ("2020-08-30", "2023-08-06", "3.06", ""),
        ("2023-08-06", "2025-03-02", "2.9", "-5.2"),
    ]
    assert {row["source"] for row in rows} == {"libcloud"}


def test_a_part_of_the_past(past: Any) -> None:
    rows = past("history", "m5.large", "--since", "2023-01", "--until", "2023-07", "--json").json()
    assert [row["price"] for row in rows] == [0.1]
    later = past("history", "m5.large", "--since", "2024", "--json").json()
    assert [(row["price"], row["source"], row["follows"]) for row in later] == [
        (0.096, "libcloud", None),
        (0.097, "aws_list", "source"),
    ]
    before = past("history", "m5.large", "--until", "2015")
    assert before.out == ""
    assert "The first known is of 2020-08-30" in before.err


def test_language_models_have_a_history_too(past: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(past("history", "gpt-4o", "--csv").out)))
    assert [(row["kind"], row["price"], row["change_percent"]) for row in rows] == [
        ("input", "5", ""),
        ("input", "2.5", "-50"),
        ("output", "15", ""),
        ("output", "10", "-33.3"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("history", "q9.huge"), "No machine and no language model is called q9.huge"),
        (("history", "m5.large", "--since", "soon"), "--since: soon is no date"),
        (("history", "m5.large", "--since", "2024", "--until", "2023"), "--until is before --since"),
        (("history", "m5.large", "--chart", "prices.pdf"), "prices.pdf: no chart format"),
        (("offers", "--at", "2099"), "--at: 2099 has not come yet"),
        (("changes", "--direction", "sideways"), "--direction cannot be sideways"),
        (("changes", "--since", "2024", "--until", "2023"), "ends before it begins"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...], said: str, past: Any) -> None:
    done = past(*arguments)
    assert done.code != 0
    assert said in done.err


def test_a_chart_is_drawn_without_a_network(past: Any, tmp_path: Path) -> None:
    picture = tmp_path / "prices.png"
    done = past("history", "m5.xlarge", "--chart", str(picture))
    assert done.code == 0, done.err
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 10_000
    drawn = tmp_path / "tokens.svg"
    assert past("history", "gpt-4o", "--chart", str(drawn)).code == 0
    assert "GPT-4o" in drawn.read_text(encoding="utf-8")


def test_changes_are_the_largest_first(past: Any) -> None:
    done = past("changes", "--since", "2020-01-01", "--limit", "3")
    rows = rows_of(done.out)
    assert [(row["price"], row["change_%"], row["effective"]) for row in rows] == [
        ("GPT-4o input USD/million_tokens", "-50", "2024-08-06"),
        ("GPT-4o output USD/million_tokens", "-33.3", "2024-08-06"),
        ("p5.48xlarge", "-10.5", "2025-03-02"),
    ]
    assert "8 prices changed: 7 fell, 1 rose" in done.err
    assert "3 of 8 rows" in done.err


def test_changes_of_one_kind(past: Any) -> None:
    asked = ("changes", "--since", "2020-01-01", "--json")
    assert [row["new_price"] for row in past(*asked, "--direction", "up").json()] == [0.32]
    assert [row["new_price"] for row in past(*asked, "--gpu", "H100").json()] == [88.0]
    cuts = past(*asked, "--machine", "m5.large", "--sort", "date").json()
    assert [row["new_price"] for row in cuts] == [0.096, 0.1]
    none = past("changes", "--provider", "aws", "--since", "2021-01-01", "--until", "2021-12-31")
    assert "No list price changed" in none.err


def test_offers_at_a_past_day_are_those_of_then(past: Any) -> None:
    asked = ("offers", "--machine", "m5.xlarge", "--json", "--at")
    then = {row["region"]: row["price_usd_hour"] for row in past(*asked, "2021").json()}
    assert then == {"us-east-1": 0.2, "sa-east-1": 0.306}
    before = {row["region"]: row["price_usd_hour"] for row in past(*asked, "2023-08-05").json()}
    after = {row["region"]: row["price_usd_hour"] for row in past(*asked, "2023-08-06").json()}
    assert (before["sa-east-1"], after["sa-east-1"]) == (0.306, 0.32)
    assert past(*asked, "2015").json() == []
    assert "do not go together" in past("offers", "--own", "--at", "2023").err


def test_a_timeline_is_high_where_the_price_is_and_blank_where_none_is() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    end = start + timedelta(days=8)

    def step(first: int, last: int | None, price: int) -> dict[str, Any]:
        until = None if last is None else start + timedelta(days=last)
        return {"valid_from": start + timedelta(days=first), "valid_to": until, "price": Decimal(price)}

    assert timeline([step(0, 4, 2), step(4, None, 1)], start, end, width=8) == "████▁▁▁▁"
    assert timeline([step(0, 2, 1), step(6, None, 1)], start, end, width=8) == "▄▄    ▄▄"
