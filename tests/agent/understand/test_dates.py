from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import periods
from agent.context import Context
from agent.periods import EARLIEST, Period
from agent.render import formats
from agent.understand.dates import when, without
from agent.understand.fold import fold
from agent.understand.read import read
from agent.understand.reading import Intent

TODAY = date(2026, 11, 28)  # a Saturday


def read_in(question: str, language: str) -> Period | None:
    said = when(fold(question), TODAY, language)
    return said.period if said else None


SPOKEN = [
    ("en", "in September 2022", "2022-09-01", "2022-09-30", "month"),
    ("en", "price of gpt-4o on 2024-06-01", "2024-06-01", "2024-06-01", "day"),
    ("en", "price as of 2024/06/01", "2024-06-01", "2024-06-01", "day"),
    ("en", "on March 15, 2024", "2024-03-15", "2024-03-15", "day"),
    ("en", "on the 15th of March 2024", "2024-03-15", "2024-03-15", "day"),
    ("en", "on 03/15/2024", "2024-03-15", "2024-03-15", "day"),
    ("en", "on 15/03/2024", "2024-03-15", "2024-03-15", "day"),
    ("en", "on May 3rd", "2026-05-03", "2026-05-03", "day"),
    ("en", "in Jan '23", "2023-01-01", "2023-01-31", "month"),
    ("en", "in january", "2026-01-01", "2026-01-31", "month"),
    ("en", "in december", "2025-12-01", "2025-12-31", "month"),
    ("en", "january last year", "2025-01-01", "2025-01-31", "month"),
    ("en", "in 2023", "2023-01-01", "2023-12-31", "year"),
    ("en", "last year", "2025-01-01", "2025-12-31", "year"),
    ("en", "what changed last week?", "2026-11-16", "2026-11-22", "week"),
    ("en", "last month", "2026-10-01", "2026-10-31", "month"),
    ("en", "last quarter", "2026-07-01", "2026-09-30", "quarter"),
    ("en", "Q3 2023", "2023-07-01", "2023-09-30", "quarter"),
    ("en", "the third quarter of 2023", "2023-07-01", "2023-09-30", "quarter"),
    ("en", "the last quarter of 2023", "2023-10-01", "2023-12-31", "quarter"),
    ("en", "H1 2023", "2023-01-01", "2023-06-30", "half"),
    ("en", "six months ago", "2026-05-28", "2026-05-28", "day"),
    ("en", "a year ago", "2025-11-28", "2025-11-28", "day"),
    ("en", "yesterday", "2026-11-27", "2026-11-27", "day"),
    ("en", "over the last year", "2025-11-28", "2026-11-28", "range"),
    ("en", "in the past two years", "2024-11-28", "2026-11-28", "range"),
    ("en", "early 2023", "2023-01-01", "2023-03-31", "part"),
    ("en", "mid-2023", "2023-05-01", "2023-08-31", "part"),
    ("en", "since 2023", "2023-01-01", "2026-11-28", "since"),
    ("en", "since the beginning of 2023", "2023-01-01", "2026-11-28", "since"),
    ("en", "from 2022 onwards", "2022-01-01", "2026-11-28", "since"),
    ("en", "after 2023", "2024-01-01", "2026-11-28", "since"),
    ("en", "before 2023", "1970-01-01", "2022-12-31", "until"),
    ("en", "between 2022 and 2024", "2022-01-01", "2024-12-31", "range"),
    ("en", "from March to June 2024", "2024-03-01", "2024-06-30", "range"),
    ("en", "2022-2024", "2022-01-01", "2024-12-31", "range"),
    ("en", "in 2022 and 2024", "2022-01-01", "2024-12-31", "range"),
    ("en", "cheaper than a year ago?", "2025-11-28", "2026-11-28", "since"),
    ("en", "cheaper than in 2023", "2023-01-01", "2026-11-28", "since"),
    ("en", "biggest drops this month on AWS", "2026-11-01", "2026-11-28", "this"),
    ("en", "8 GPUs in 2023", "2023-01-01", "2023-12-31", "year"),
    ("en", "m5.2xlarge 2022", "2022-01-01", "2022-12-31", "year"),
    ("en", "h100 80gb 2024", "2024-01-01", "2024-12-31", "year"),
    ("en", "in 2030", "2030-01-01", "2030-12-31", "year"),
    ("pt", "em março de 2023", "2023-03-01", "2023-03-31", "month"),
    ("pt", "em 15/03/2024", "2024-03-15", "2024-03-15", "day"),
    ("pt", "em 03/04/2024", "2024-04-03", "2024-04-03", "day"),
    ("pt", "em 1º de março de 2024", "2024-03-01", "2024-03-01", "day"),
    ("pt", "em 3 de maio", "2026-05-03", "2026-05-03", "day"),
    ("pt", "em set/2023", "2023-09-01", "2023-09-30", "month"),
    ("pt", "em jan/23", "2023-01-01", "2023-01-31", "month"),
    ("pt", "em 03/2024", "2024-03-01", "2024-03-31", "month"),
    ("pt", "em janeiro", "2026-01-01", "2026-01-31", "month"),
    ("pt", "em janeiro do ano passado", "2025-01-01", "2025-01-31", "month"),
    ("pt", "no ano passado", "2025-01-01", "2025-12-31", "year"),
    ("pt", "no mês passado", "2026-10-01", "2026-10-31", "month"),
    ("pt", "no último trimestre", "2026-07-01", "2026-09-30", "quarter"),
    ("pt", "no 3º trimestre de 2023", "2023-07-01", "2023-09-30", "quarter"),
    ("pt", "no primeiro semestre de 2023", "2023-01-01", "2023-06-30", "half"),
    ("pt", "há seis meses", "2026-05-28", "2026-05-28", "day"),
    ("pt", "dois anos atrás", "2024-11-28", "2024-11-28", "day"),
    ("pt", "ontem", "2026-11-27", "2026-11-27", "day"),
    ("pt", "nos últimos 6 meses", "2026-05-28", "2026-11-28", "range"),
    ("pt", "no último ano", "2025-11-28", "2026-11-28", "range"),
    ("pt", "no início de 2023", "2023-01-01", "2023-03-31", "part"),
    ("pt", "desde 2023", "2023-01-01", "2026-11-28", "since"),
    ("pt", "desde há dois anos", "2024-11-28", "2026-11-28", "since"),
    ("pt", "a partir de 2023", "2023-01-01", "2026-11-28", "since"),
    ("pt", "de 2022 até hoje", "2022-01-01", "2026-11-28", "since"),
    ("pt", "até 2023", "1970-01-01", "2023-12-31", "until"),
    ("pt", "entre março e junho de 2024", "2024-03-01", "2024-06-30", "range"),
    ("pt", "de 2022 a 2024", "2022-01-01", "2024-12-31", "range"),
    ("pt", "mais barata do que em 2023?", "2023-01-01", "2026-11-28", "since"),
    ("pt", "quais preços mudaram esta semana?", "2026-11-23", "2026-11-28", "this"),
]


@pytest.mark.parametrize(("language", "text", "first", "last", "kind"), SPOKEN)
def test_times_are_read_as_people_say_them(
    language: str, text: str, first: str, last: str, kind: str
) -> None:
    period = read_in(text, language)
    assert period is not None
    assert (period.start.isoformat(), period.last.isoformat(), period.kind) == (first, last, kind)


@pytest.mark.parametrize(
    "text",
    [
        "p3.2xlarge", "us-east-1", "2 TB", "1.234,56", "1,234.56", "2000 hours of m5.large", "2023 tokens",
        "2024 input and 2024 output tokens", "under $2020", "por menos de 2020 reais", "menos de 2020",
        "for 3 months", "por 3 meses", "may I know the price?", "dez m5.large", "10 out of 12", "rtx 4090",
        "RTX 2080 Ti", "gpt-4o-2024-08-06", "31/02/2024", "m5.large 24/7", "price of h1", "next year",
        "2T de memória", "3 million tokens", "8 vCPUs and 32 GB",
    ],
)  # fmt: skip
def test_other_numbers_and_words_are_no_times(text: str) -> None:
    assert read_in(text, "en") is None
    assert read_in(text, "pt") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("in january", "en"), ("on 03/04/2024", "en"), ("em maio", "pt"), ("recentemente", "pt")],
)
def test_what_was_not_said_is_marked(text: str, language: str) -> None:
    period = read_in(text, language)
    assert period is not None
    assert period.assumed


def test_a_time_is_taken_out_of_the_text_and_moves_nothing() -> None:
    folded = fold("8 GPUs in 2023 in Europe")
    rest = without(folded, when(folded, TODAY, "en"))
    assert rest == "8 gpus in      in europe"
    assert len(rest) == len(folded)


def test_numbers_of_a_date_count_nothing(context: Context) -> None:
    for question in ("price of m5.large in 2022", "2022 m5.large price", "m5.large 3 months ago"):
        reading = read(question, context.words, today=TODAY)
        assert reading.intent is Intent.HISTORY, question
        assert (reading.usage.machines, reading.usage.hours) == (1, None), question
    gpus = read("price of 8 GPU p5.48xlarge in 2023", context.words, today=TODAY)
    assert gpus.needs.max_gpus == 8
    assert read("March m5.large price in March", context.words, today=TODAY).unknown_places == ()


def test_a_model_named_by_its_date_is_no_time(context: Context) -> None:
    dated = context.words.models.setdefault("2024 4o 6 8 gpt", [])
    assert not dated
    assert read("price of gpt-4o-mini in 2024", context.words, today=TODAY).period is not None


DAYS = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@st.composite
def spoken_periods(draw: st.DrawFn) -> Period:
    first, unit = (
        draw(DAYS),
        draw(st.sampled_from(["day", "month", "quarter", "half", "year", "range", "since", "until"])),
    )
    if unit == "range":
        return Period(first, first + timedelta(days=draw(st.integers(2, 900))), "range")
    if unit == "since":
        return Period(first, max(first, TODAY) + periods.DAY, "since")
    if unit == "until":
        return Period(EARLIEST, first + periods.DAY, "until")
    return periods.around(first, unit)


@given(spoken_periods(), st.sampled_from(["en", "pt"]))
def test_a_time_is_read_back_from_its_own_words(period: Period, language: str) -> None:
    again = read_in(f"m5.large {formats.period(period, language)}", language)
    assert again is not None
    assert (again.start, again.end) == (period.start, period.end)


def test_before_a_change_of_a_month_is_that_month() -> None:
    said = when("what did it cost before the june 2025 price cut?", date(2026, 11, 23), "en")
    assert said is not None
    assert (said.period.start, said.period.end) == (date(2025, 6, 1), date(2025, 7, 1))
