from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import periods
from warehouse.errors import InvalidInput

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-11", "2026-11-01", "2026-12-01"),
        ("2026-11-01", "2026-11-01", "2026-11-02"),
        ("2024-2-29", "2024-02-29", "2024-03-01"),
    ],
)
def test_a_date_begins_and_ends(text: str, start: str, end: str) -> None:
    assert periods.moment(text, "--since", NOW).date().isoformat() == start
    assert periods.moment(text, "--until", NOW, end=True).date().isoformat() == end


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("7d", "2026-11-21"), ("2w", "2026-11-14"), ("3 months", "2026-08-28"), ("1y", "2025-11-28"),
        ("1 year", "2025-11-28"), ("90d", "2026-08-30"), ("2 weeks ago", "2026-11-14"), ("6mo", "2026-05-28"),
    ],
)  # fmt: skip
def test_a_duration_goes_back_from_now(text: str, back: str) -> None:
    moment = periods.moment(text, "--since", NOW)
    assert moment == datetime.fromisoformat(f"{back}T12:30:00+00:00")


def test_a_time_of_day_is_taken_as_it_is() -> None:
    assert periods.moment("2026-11-01T12:00+02:00", "--since", NOW).hour == 10
    assert periods.moment("2026-11-01T12:00", "--since", NOW).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026-02-30", "7 parsecs", "d", "99999y", "0000"])
def test_what_is_no_time_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidInput, match="--since") as refused:
        periods.moment(text, "--since", NOW)
    assert "7d" in refused.value.hint


def test_the_last_day_of_a_month_stays_one() -> None:
    assert periods.back(date(2024, 3, 31), 1, "month") == date(2024, 2, 29)
    assert periods.back(date(2024, 2, 29), 1, "year") == date(2023, 2, 28)


@given(
    st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["week", "month", "quarter", "half", "year"]),
)
def test_the_calendar_leaves_no_day_out_and_none_twice(of: date, unit: str) -> None:
    here = periods.around(of, unit)
    assert here.start <= of < here.end
    assert periods.around(here.end, unit).start == here.end
