"""Questions about the past, on lists of years ago, a second source of late, and dated token prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from agent import asking, history_tools
from agent.answer import answer
from agent.context import Context
from agent.evidence import Answer
from agent.grounding import evidence_of, ungrounded
from agent.render.facts import examples
from agent.settings import AgentSettings
from agent.understand.quantities import NUMBER, number
from agent.understand.read import read
from tests.conftest import House
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput
from warehouse.reader import Reader


@pytest.fixture(scope="module")
def past(past_store: Path) -> Iterator[Reader]:
    with Reader.open(past_store) as reader:
        yield reader


@pytest.fixture
def then(past: Reader) -> Context:
    return Context.of(past)


def said(question: str, reader: Reader) -> Answer:
    return answer(question, reader=reader)


# What no test may depend on: today's date and the snapshot's id.
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

QUESTIONS = (
    "how much did p3.2xlarge cost in us-east-1 in September 2022?",
    "quanto custava uma m5.xlarge em São Paulo em março de 2023?",
    "price of p3.2xlarge in 2023",
    "m5.xlarge in March 2023",
    "m5.xlarge in us-east-1 in 2015",
    "price of p3.2xlarge in us-east-1 on 2025-06-01",
    "how did the price of m5.xlarge change since 2021?",
    "o preço da m5.large caiu desde 2021?",
    "how did the price of m5.xlarge change since 2024?",
    "price of gpt-4o on 2024-06-01",
    "como o preço do gpt-4o mudou em 2024?",
    "biggest price drops between 2022 and 2025 on AWS",
    "quais preços subiram desde 2021?",
    "what changed between 2021-01-01 and 2021-06-30?",
    "since when has m5.xlarge been at this price in us-east-1?",
    "desde quando o gpt-4o custa isso?",
    "when was p3.2xlarge cheapest?",
    "em que mês a m5.xlarge ficou mais barata?",
    "highest price gpt-4o has ever had",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_whole_answers(question: str, past: Reader, snapshot: SnapshotAssertion) -> None:
    text = said(question, past).text
    assert _ID.sub("ID", text) == snapshot


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_said_that_no_tool_returned(question: str, then: Context) -> None:
    reading = read(question, then.words)
    then.language = reading.language
    page = asking.by_rules(reading, then, AgentSettings())
    made = then.reader.snapshot
    evidence = evidence_of(then.findings, question, [made.id, made.created_at, page.counts, examples(page)])
    assert ungrounded("\n".join(page.lines), evidence) == []


PAIRS = (
    ("price of p3.2xlarge in September 2022", "preço da p3.2xlarge em setembro de 2022"),
    ("how much did m5.xlarge cost in São Paulo in 2023?", "quanto custava a m5.xlarge em São Paulo em 2023?"),
    ("m5.large on 2022-03-01", "m5.large em 01/03/2022"),
    ("m5.xlarge in Q4 2022", "m5.xlarge no 4º trimestre de 2022"),
    ("has m5.large become cheaper since 2021?", "a m5.large ficou mais barata desde 2021?"),
    (
        "how did m5.xlarge prices develop between 2021 and 2024?",
        "como evoluiu a m5.xlarge entre 2021 e 2024?",
    ),
    ("how did the price of gpt-4o change since 2024?", "como o preço do gpt-4o mudou desde 2024?"),
    ("which prices rose since 2021?", "quais preços subiram desde 2021?"),
    ("biggest price drops since 2022 on AWS", "maiores quedas de preço desde 2022 na AWS"),
    ("how did H100 prices develop since 2024?", "como evoluíram os preços da H100 desde 2024?"),
    ("price of m5.xlarge vs m5.large in 2021", "preço da m5.xlarge vs m5.large em 2021"),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}|\bQ\d|\dº")
_FIGURE = re.compile(rf"(?<![\w.,\-\[]){NUMBER}(?![\w\]])")


@pytest.mark.parametrize(("english", "portuguese"), PAIRS)
def test_both_languages_say_the_same(english: str, portuguese: str, past: Reader) -> None:
    first, second = said(english, past), said(portuguese, past)
    assert (first.language, second.language) == ("en", "pt")
    assert first.answered
    assert first.rows
    assert first.rows == second.rows
    figures = [
        sorted(number(figure, of.language) for figure in _FIGURE.findall(_DATE.sub(" ", of.text)))
        for of in (first, second)
    ]
    assert figures[0] == figures[1]
    assert [c.price_id for c in first.citations] == [c.price_id for c in second.citations]
    assert (first.chart is None) == (second.chart is None)


def test_the_present_price_is_never_given_for_the_past(past: Reader) -> None:
    unknown = said("m5.xlarge in us-east-1 in 2015", past)
    assert not unknown.answered
    assert "No price of m5.xlarge" in unknown.text
    assert "first known is 0.20 USD/hour, from 2020-08-30" in unknown.text
    compared = said("AWS vs Azure for 4 vCPUs in 2021", past)
    assert compared.text.startswith("These are the prices in force now, not those in 2021")


def test_offers_are_sought_as_of_the_end_of_a_past_time(past: Reader) -> None:
    searched = said("cheapest machine with 4 vCPUs in us-east-1 in 2021", past)
    assert searched.text.startswith("As of the end of 2021-12-31, out of the history:")
    assert "m5.xlarge" in searched.text
    assert "0.20 USD/hour" in searched.text
    portuguese = said("máquina mais barata com 4 vCPUs em us-east-1 em 2021", past)
    assert portuguese.rows == searched.rows


def test_a_use_of_then_is_added_up_at_the_prices_of_then(past: Reader) -> None:
    once = said("5 p3.2xlarge for 200 hours in us-east-1 in September 2022", past)
    assert "5 × p3.2xlarge for 200 hours each came to 3,060.00 USD at that price." in once.text
    both = said("3 p3.2xlarge por mês em us-east-1 em 2023", past).text
    assert "por 730 horas cada custavam 6.351,00 USD ao menor desses preços e 6.701,40 USD ao maior." in both
    assert "came to" not in said("price of p3.2xlarge in us-east-1 in 2023", past).text


def test_a_course_into_the_future_ends_today(past: Reader) -> None:
    course = said("how will the price of m5.xlarge in us-east-1 change until 2099?", past)
    assert course.text.startswith("What is to come is not known")
    assert "2099" not in "".join(course.text.splitlines()[1:])


def test_from_then_until_now_is_a_course(past: Reader) -> None:
    course = said("difference between the price of p3.2xlarge in us-east-1 in 2021 and now", past)
    assert "price_history" in course.tools_used
    assert "fell by" in course.text
    assert said("diferença do preço da p3.2xlarge em us-east-1 em 2021 e hoje", past).rows == course.rows


def test_the_cheapest_accelerator_of_a_time_is_an_offer_of_then(past: Reader) -> None:
    found = said("cheapest machine with a V100 in September 2022", past)
    assert found.text.startswith("As of the end of 2022-09-30, out of the history:")


def test_a_year_in_which_the_price_changed_has_each_price_with_its_dates(past: Reader) -> None:
    text = said("price of p3.2xlarge in us-east-1 in 2023", past).text
    assert "from 2020-08-30 to 2023-08-06: 3.06 USD/hour" in text
    assert "from 2023-08-06 to 2025-03-02: 2.90 USD/hour (-5.2%)" in text


def test_another_source_is_named_and_makes_no_change(past: Reader) -> None:
    course = said("has the price of m5.large in us-east-1 changed since 2024?", past)
    assert course.text.startswith("No: m5.large in us-east-1 (N. Virginia) has not changed in price")
    assert any("AWS Price List" in caveat and "no change" in caveat for caveat in course.caveats)
    year = said("m5.large in us-east-1 in 2026", past).text
    assert "changed price" not in year


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("has m5.large become cheaper since 2021?", "Yes: m5.large in us-east-1 (N. Virginia) fell by 10.3%"),
        ("has m5.large become more expensive since 2021?", "No: m5.large"),
        ("o preço da m5.large subiu desde 2021?", "Não: m5.large"),
        ("o preço da p5 caiu desde 2023?", "Sim: p5.48xlarge"),
        (
            "did the price of m5.xlarge rise since 2021?",
            "In part: m5.xlarge in us-east-1 (N. Virginia) fell by 4%",
        ),
        ("how did m5.large change since 2021?", "m5.large in us-east-1"),
    ],
)
def test_yes_and_no_come_first(question: str, begins: str, past: Reader) -> None:
    assert said(question, past).text.startswith(begins)


def test_a_family_is_read_as_one_of_its_machines_and_that_is_said(past: Reader) -> None:
    of_family = said("preço da m5 em janeiro de 2023", past)
    assert "m5.xlarge" in of_family.text
    assert any("família" in caveat for caveat in of_family.caveats)


def test_the_future_is_not_told(past: Reader) -> None:
    for question in ("price of m5.large in 2090", "preço da m5.large em 2090"):
        future = said(question, past)
        assert future.intent == "price"
        assert "futur" in future.text.splitlines()[0]
        assert not future.answered


def test_where_nothing_changed_the_last_change_and_the_newest_data_are_told(past: Reader) -> None:
    text = said("which prices fell between 2021-01-01 and 2021-06-30?", past).text
    assert text.startswith("No list price held here fell from 2021-01-01 to 2021-06-30")
    assert "No earlier change" in text
    assert "newest data held is of 2026-11-20" in text


def test_courses_have_a_chart_and_moments_have_none(past: Reader) -> None:
    course = said("how did the price of m5.xlarge change since 2021?", past)
    assert course.chart is not None
    assert course.to_dict()["chart"]["data"]["values"]
    assert "USD per hour" in str(course.chart)
    assert said("price of p3.2xlarge in 2023", past).chart is None


def test_a_time_that_ends_before_it_begins_is_refused(then: Context) -> None:
    with pytest.raises(InvalidInput):
        history_tools.price_on(then, ["m5.large"], date(2023, 1, 1), date(2022, 1, 1))
    with pytest.raises(InvalidInput):
        history_tools.price_changes(then, since=date(2023, 1, 1), until=date(2022, 1, 1))


def test_changes_can_be_filtered_and_counted(then: Context) -> None:
    every = history_tools.price_changes(then, since=date(2020, 1, 1))
    assert (every.figures["found"], every.figures["fell"], every.figures["rose"]) == (8, 7, 1)
    large = history_tools.price_changes(then, since=date(2020, 1, 1), min_percent=5, machines=["m5.large"])
    assert [str(row["new_price"].normalize()) for row in large.rows] == ["0.1"]
    gpu = history_tools.price_changes(then, accelerators=["H100"], direction="down", sort="date")
    assert [row["instance_type"] for row in gpu.rows] == ["p5.48xlarge"]
    assert history_tools.price_changes(then, purchase_options=["spot"]).rows == ()


def test_the_cheapest_day_of_spot_is_told_with_the_days_held(house: House) -> None:
    days = {5: 0.04, 6: 0.03, 7: 0.05}
    at = (datetime(2026, 11, day, tzinfo=UTC) for day in days)
    spot = Scope("aws", "AmazonEC2", purchase_options=("spot",))
    batches = [
        house.stage({"m5.large@us-east-1": price}, when, scope=spot, purchase_option="spot")
        for when, price in zip(at, days.values(), strict=True)
    ]
    house.publish_prices(*batches)
    with Reader.open(house.limits.store) as reader:
        text = said("which day was spot m5.large cheapest?", reader).text
        dearest = said("em que dia a m5.large spot ficou mais cara?", reader).text
    assert "lowest on 2026-11-06: 0.03 USD/hour in us-east-1" in text
    assert "3 days, from 2026-11-05 to 2026-11-07; 1 of them" in text
    assert "foi o de 07/11/2026: 0,05 USD/hora" in dearest
