"""The stitching of sources against a model that asks each day by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.courses import course, percent, stitched

DAY = timedelta(days=1)
START = datetime(2020, 1, 1, tzinfo=UTC)
LENGTH = 40
RANKS = {"first": 10, "second": 20, "third": 20}
_Spans = list[dict[str, Any]]


def span(
    source: str, start: int, end: int | None, price: int, confirmed: int = 10**5, age: int = 10**4
) -> dict[str, Any]:
    return {
        "provider": "aws", "model": "m5.large", "region": "us-east-1", "currency": "USD", "source": source,
        "source_rank": RANKS[source], "max_age_days": age, "price_id": f"{source}-{start}", "price": Decimal(price),
        "valid_from": START + start * DAY, "valid_to": None if end is None else START + end * DAY,
        "confirmed_at": START + confirmed * DAY,
    }  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> _Spans:
    """Each source's spans do not overlap; sources overlap each other."""
    spans: _Spans = []
    for source in RANKS:
        edges = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
        for start, end in pairwise(edges):
            if draw(st.booleans()):
                spans.append(span(source, start, end, draw(st.integers(1, 3))))
        if edges and draw(st.booleans()):
            spans.append(span(source, edges[-1], None, draw(st.integers(1, 3))))
    return draw(st.permutations(spans))


def believed(spans: Sequence[Mapping[str, Any]], moment: datetime) -> tuple[str, Decimal] | None:
    """What is believed of one moment, asked alone."""
    speaking = [
        s for s in spans if s["valid_from"] <= moment and (s["valid_to"] is None or s["valid_to"] > moment)
    ]
    best = min(speaking, key=lambda s: (s["source_rank"], s["source"], s["price_id"]), default=None)
    return (best["source"], best["price"]) if best else None


@given(histories())
@settings(max_examples=60)
def test_every_moment_has_the_price_of_its_best_source(spans: _Spans) -> None:
    steps = stitched(spans)
    for number in range(2 * LENGTH + 4):
        moment = START + number * DAY / 2
        at = [
            s
            for s in steps
            if s["valid_from"] <= moment and (s["valid_to"] is None or s["valid_to"] > moment)
        ]
        assert [(s["source"], s["price"]) for s in at] == (
            [found] if (found := believed(spans, moment)) else []
        )


@given(histories())
@settings(max_examples=60)
def test_steps_never_overlap_and_say_how_they_follow(spans: _Spans) -> None:
    steps = stitched(spans)
    for before, after in pairwise(steps):
        assert before["valid_to"] is not None
        assert before["valid_to"] <= after["valid_from"]
        assert after["follows"] == (
            "gap"
            if before["valid_to"] < after["valid_from"]
            else "change"
            if before["source"] == after["source"]
            else "source"
        )
        if after["follows"] == "change":
            assert before["price"] != after["price"]
        assert (after["change_percent"] is not None) == (after["follows"] == "change")
    assert not steps or steps[0]["follows"] is None


def test_another_source_makes_no_change() -> None:
    steps = stitched([span("second", 0, None, 3), span("first", 10, None, 2)])
    assert [(s["source"], s["follows"], s["change_percent"]) for s in steps] == [
        ("second", None, None),
        ("first", "source", None),
    ]
    assert len(course(steps)) == 1


def test_a_source_that_fell_silent_yields_to_one_that_speaks() -> None:
    silent = span("first", 0, None, 2, confirmed=5, age=7)
    steps = stitched([silent, span("second", 20, None, 3)])
    assert [(s["source"], s["valid_from"]) for s in steps] == [("first", START), ("second", START + 20 * DAY)]


def test_the_course_passes_over_a_source_that_says_the_same() -> None:
    steps = stitched([span("second", 0, 5, 4), span("second", 5, 20, 3), span("first", 20, 30, 3)])
    assert [row["price"] for row in course(steps)] == [4, 3, 3]


def test_a_price_that_was_zero_has_no_percentage() -> None:
    assert percent(Decimal(1), Decimal(0)) is None
    assert percent(Decimal("0.96"), Decimal(1)) == Decimal("-4.0")
