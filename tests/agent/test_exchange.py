"""Questions about nothing but currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.answer import answer
from agent.understand.exchange import Exchange, exchange
from agent.understand.fold import fold
from agent.understand.language import detect
from agent.understand.quantities import quantities
from warehouse.reader import Reader


@pytest.mark.parametrize(
    ("question", "amount", "source", "into"),
    [
        ("convert 100 dollars to reais", 100, "USD", "BRL"),
        ("converter 250 euros em reais", 250, "EUR", "BRL"),
        ("how much is R$ 1,000 in dollars?", 1000, "BRL", "USD"),
        ("quantos reais dão 100 dólares canadenses?", 100, "CAD", "BRL"),
        ("5000 yen in euros", 5000, "JPY", "EUR"),
        ("what's the dollar to real exchange rate?", 1, "USD", "BRL"),
        ("qual a cotação do dólar?", 1, "USD", "BRL"),
        ("quanto valia o dólar?", 1, "USD", "BRL"),
        ("convert 50 euros", 50, "EUR", "USD"),
        ("convert 300 SEK to USD", 300, "SEK", "USD"),
        ("200 dólares são quantos pesos argentinos?", 200, "USD", "ARS"),
        ("how many rupees is 50 dollars", 50, "USD", "INR"),
        ("C$ 100 em reais", 100, "CAD", "BRL"),
        ("¥5000 to euros", 5000, "JPY", "EUR"),
        ("50 contos em dólar", 50, "BRL", "USD"),
        ("what was the dollar worth in reais?", 1, "USD", "BRL"),
        ("USD/BRL", 1, "USD", "BRL"),
    ],
)
def test_what_is_converted_into_what(question: str, amount: int, source: str, into: str) -> None:
    folded, language = fold(question), detect(question)
    read = exchange(question, folded, quantities(folded, language), language)
    assert read == Exchange(Decimal(amount), source, (into,))


@pytest.mark.parametrize(
    "question",
    ["convert 1 bitcoin to dollars", "price of bitcoin in dollars", "m5.large in reais", "my euros"],
)
def test_what_names_no_two_currencies_is_none(question: str) -> None:
    folded = fold(question)
    assert exchange(question, folded, quantities(folded, "en"), "en") is None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("convert 100 dollars to reais", "100.00 USD is about "),
        ("converter 100 dólares em reais", "100,00 USD são cerca de "),
    ],
)
def test_an_amount_is_converted_at_a_dated_rate(question: str, text: str, reader: Reader) -> None:
    said = answer(question, reader=reader)
    (row,) = said.rows
    assert said.intent == "convert"
    assert said.text.startswith(text)
    assert str(row["rate_date"].year) in said.text.splitlines()[0]
    assert row["amount"] == pytest.approx(100 * row["rate"], abs=Decimal("0.01"))


def test_a_rate_alone_is_said_with_all_its_digits(reader: Reader) -> None:
    said = answer("qual a cotação do dólar?", reader=reader)
    assert said.text.startswith("1 USD vale 5,")
    assert "(taxas de referência do euro do Banco Central Europeu)" in said.text


def test_several_currencies_are_each_answered(reader: Reader) -> None:
    said = answer("100 USD in EUR and GBP", reader=reader)
    assert [row["currency"] for row in said.rows] == ["EUR", "GBP"]


def test_a_rate_to_come_is_refused(reader: Reader) -> None:
    said = answer("qual será a cotação do dólar em 2099?", reader=reader)
    assert said.text.startswith("Ninguém sabe as cotações do futuro (em 2099).")
    assert not said.answered


def test_a_machine_in_another_currency_is_a_price(reader: Reader) -> None:
    assert answer("convert the price of m5.large in us-east-1 to euros", reader=reader).intent == "price"


def test_a_name_that_currencies_share_is_read_aloud_and_the_others_suggested(reader: Reader) -> None:
    said = answer("quanto é 1000 pesos em reais?", reader=reader)
    assert said.rows[0]["from_currency"] == "MXN"
    assert any("“pesos” foi lido como MXN" in caveat for caveat in said.caveats)
    assert "converter 1.000 ARS em BRL" in said.suggestions


@pytest.mark.parametrize("question", ["convert 100 usd to PKR", "quanto dá 10 dólares em kwanza?"])
def test_a_rate_that_is_not_held_is_refused(question: str, reader: Reader) -> None:
    said = answer(question, reader=reader)
    assert (said.intent, said.answered, said.rows) == ("convert", False, ())


def test_which_rate_is_used_is_told_with_its_day(reader: Reader) -> None:
    said = answer("which exchange rate do you use?", reader=reader)
    assert [row["currency"] for row in said.rows] == ["EUR", "GBP", "BRL"]


@pytest.mark.parametrize(
    ("question", "currency"),
    [("m5.large in us-east-1 in yen", "JPY"), ("m5.large em pesos argentinos", "ARS")],
)
def test_a_price_is_also_said_in_any_currency(question: str, currency: str, reader: Reader) -> None:
    said = answer(question, reader=reader)
    assert said.intent == "price"
    assert f" {currency} " in said.text
    assert not any("Argentin" in caveat for caveat in said.caveats)
