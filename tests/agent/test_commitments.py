"""When a commitment breaks even, asked in both languages; amounts in other currencies, with their rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agent.answer import answer
from agent.commitment_tools import commitment_options
from agent.context import Context
from agent.fact_tools import convert
from warehouse.errors import InvalidInput
from warehouse.reader import Reader


@pytest.mark.parametrize(
    "question",
    [
        "is a reserved m5.large worth it in us-east-1?",
        "when does reserving m5.large pay off in us-east-1",
        "break-even of m5.large in us-east-1",
        "is it worth committing to m5.large for 3 years in us-east-1?",
        "quando compensa reservar uma m5.large em us-east-1?",
        "vale a pena reservar m5.large em us-east-1?",
        "qual o ponto de equilíbrio da m5.large reservada em us-east-1?",
        "uma m5.large reservada por 3 anos compensa em us-east-1?",
    ],
)
def test_a_question_for_break_even_gets_its_hours(live: Reader, question: str) -> None:
    said = answer(question, reader=live)
    assert said.intent == "commitment"
    assert said.answered
    # 876 / 0.096 = 9125 hours; / 730 = 12.5 months; of 26280 hours 34.72%
    hours, months, share = ("9.125", "12,5", "34,72") if said.language == "pt" else ("9,125", "12.5", "34.72")
    assert f"{hours} ho" in said.text
    assert f"{months} m" in said.text
    assert f"{share}%" in said.text
    assert said.rows[0]["break_even_hours"] == 9125
    assert "sob demanda, Linux" not in said.text
    assert "on demand, Linux" not in said.text


def test_the_other_questions_of_worth_stay_what_they_were(live: Reader) -> None:
    for question in ("when is reserved worth it?", "quando vale a pena spot?"):
        assert answer(question, reader=live).intent == "explain"
    assert answer("price of m5.large reserved in us-east-1", reader=live).intent == "price"


def test_at_few_hours_on_demand_is_the_cheapest(live: Reader) -> None:
    said = answer("break-even of m5.large 1 year no upfront at 300 hours a month", reader=live)
    # 300 * 0.096 = 28.8 against 730 * 0.06 = 43.8
    assert "At 300 hours a month the cheapest is on demand: 28.80 USD a month." in said.text


def test_no_commitment_is_said_and_not_made_up(live: Reader) -> None:
    said = answer("is it worth reserving Standard_A1?", reader=live)
    assert not said.answered
    assert "no commitment price of Standard_A1" in said.text
    assert "0.06 USD/hour in eastus" in said.text


def test_a_month_has_no_more_hours(found: Context) -> None:
    with pytest.raises(InvalidInput, match="730 hours"):
        commitment_options(found, "m5.large", hours_per_month=Decimal(731))


def test_any_currency_at_the_rate_of_a_day(found: Context) -> None:
    (row,) = convert(found, Decimal(12), "eur", "brl", date(2024, 6, 30)).rows
    assert (row["from_currency"], row["currency"], row["rate_date"]) == ("BRL", "EUR", date(2024, 6, 28))
    # The reference table of that day: 0.93414292 euros and 5.50350304 reais for a dollar.
    expected = Decimal(12) * Decimal("0.93414292") / Decimal("5.50350304")
    assert row["amount"] == expected.quantize(Decimal("0.0000000001"))
    with pytest.raises(InvalidInput, match=r"BRL against USD on 1999-01-01 or before"):
        convert(found, Decimal(1), "BRL", day=date(1999, 1, 1))
    with pytest.raises(InvalidInput, match="too great"):
        convert(found, Decimal("1e15"), "BRL")


def test_a_converted_figure_stands_beside_its_rate_and_date(live: Reader) -> None:
    english = answer("price of m5.large in us-east-1 in reais", reader=live).text
    assert "0.096 USD is about 0.504 BRL at the rate of 2030-01-15, 5.25 BRL for 1 USD" in english
    portuguese = answer("quanto custa m5.large em us-east-1 em reais", reader=live).text
    assert "0,096 USD são cerca de 0,504 BRL pela cotação de 15/01/2030, 5,25 BRL por 1 USD" in portuguese


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (
            "what would I owe in total committing to m5.large for 3 years in us-east-1?",
            "The whole term costs 876.00 USD",
        ),
        (
            "quanto desembolso no total se fechar 3 anos de m5.large em us-east-1?",
            "O prazo inteiro custa 876,00 USD",
        ),
        (
            "10 m5.large reserved 3 years all upfront in us-east-1, total?",
            "For 10 machines that is 8,760.00 USD.",
        ),
        ("m5.large reserved for 5 years in us-east-1, discount?", "On the terms asked for there is none"),
    ],
)
def test_what_is_owed_and_saved_is_said(live: Reader, question: str, says: str) -> None:
    said = answer(question, reader=live)
    assert (said.intent, said.answered) == ("commitment", True)
    assert says in said.text


def test_the_picture_shows_where_on_demand_meets_what_is_owed(live: Reader) -> None:
    chart = answer("break-even of m5.large 3 years all upfront in us-east-1", reader=live).chart
    assert chart is not None
    assert chart["layer"][1]["data"]["values"][0] | {"series": ""} == {
        "series": "",
        "hours": 9125.0,
        "cost": 876.0,
    }
    lines = chart["layer"][0]["data"]["values"]
    assert ("on demand", 26280.0, 26280 * 0.096) in [(v["series"], v["hours"], v["cost"]) for v in lines]
