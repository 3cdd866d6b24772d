"""What a model may say of what tools returned: every form of a true figure, and no other figure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.agreement import disagreements
from agent.context import Context
from agent.evidence import Finding
from agent.fact_tools import convert, query_sql
from agent.facts import facts_of
from agent.toolbox import call
from agent.tools import price_of
from agent.understand.vocabulary import vocabulary
from warehouse.reader import Reader

Check = Callable[..., list[str]]


@pytest.fixture
def check(context: Context) -> Check:
    """What is not supported of a text, after prices of two machines were looked up."""
    for machine in ("m5.large", "m5.xlarge", "p5.48xlarge"):
        call(context, price_of, {"machine": machine})

    def asked(text: str, language: str = "en", question: str = "which is cheapest?") -> list[str]:
        facts = facts_of(context.findings, question, [context.reader.snapshot.created_at])
        return disagreements(text, facts, context.words, language)

    return asked


@pytest.mark.parametrize(
    "text",
    [
        "m5.large costs 0.096 USD/hour in us-east-1 [1], 70.08 USD a month.",
        "An m5.large is $0.096 an hour; an m5.xlarge is $0.192 an hour.",
        "m5.large and m5.xlarge cost $0.096 and $0.192 per hour.",
        "$0.096 for m5.large and $0.192 for m5.xlarge.",
        "m5.large (0.096 USD) is cheaper than m5.xlarge (0.192 USD).",
        "| m5.large | us-east-1 | 0.096 | 70.08 |",
        "The m5.xlarge has 4 vCPUs and 16 GiB. It costs 19.2 cents an hour in Virginia and $0.306 in São Paulo.",
        "p5.48xlarge: about $98 an hour, roughly 71.8 thousand USD a month, in us-east-1 (N. Virginia) and us-east-2 (Ohio).",
        "It has 8 H100 GPUs of 80 GB each. Prices are of March 25, 2025 (2025-03-25); a month is 730 hours.",
        "**m5.large** — **USD 0.096** per hour, as of March 2025.",
    ],
)
def test_what_tools_returned_may_be_said(check: Check, text: str) -> None:
    assert check(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "A m5.large custa 0,096 USD/hora em us-east-1, ou US$ 70,08 por mês.",
        "A p5.48xlarge custa US$ 98,32 por hora, 71.773,60 USD por mês, preços de 25 de março de 2025 (25/03/2025).",
        "m5.large: US$ 0,10 por hora; m5.xlarge: US$ 0,19 por hora na Virgínia do Norte.",
        "A m5.xlarge tem 4 vCPUs e 16 GiB e custa 0,306 dólares por hora em São Paulo.",
    ],
)
def test_it_may_be_said_in_portuguese(check: Check, text: str) -> None:
    assert check(text, "pt") == []


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("m5.large costs $0.097 an hour.", "0.097"),
        ("m5.large costs 0.192 USD per hour and m5.xlarge costs 0.096 USD per hour.", "0.192"),
        ("m5.large and m5.xlarge cost $0.192 and $0.096 per hour.", "0.192"),
        ("The cheapest is m5.large. It costs $0.192 an hour.", "0.192"),
        ("m5.xlarge costs $0.306 in us-east-1 and $0.192 in sa-east-1.", "0.306"),
        ("m5.large costs 0.096 USD per month.", "0.096"),
        ("m5.large costs 70.08 USD an hour.", "70.08"),
        ("m5.large costs R$ 0.096 an hour.", "0.096"),
        ("m5.large costs $0 an hour.", "0"),
        ("m5.xlarge has 8 vCPUs.", "8"),
        ("m5.xlarge is 100% dearer.", "100"),
        ("m5.xlarge is 2x the price.", "2"),
        ("m5.xlarge is twice the price of m5.large.", "twice"),
        ("m5.large costs ninety cents.", "ninety cents"),
        ("The difference is $0.21.", "0.21"),
        ("r5.4xlarge would do as well.", "r5.4xlarge"),
        ("Take the m9.large instead.", "m9.large"),
        ("There are 7 regions with m5.large.", "7"),
        ("It is sold for terms of 5 years.", "5"),
        ("It is cheaper in eu-west-3.", "eu-west-3"),
        ("It is cheaper in Frankfurt.", "Frankfurt"),
        ("An A100 is around $200.", "A100"),
        ("Prices are of April 1, 2025.", "april 1, 2025"),
        ("Prices are of 2026-01-01.", "2026-01-01"),
        ("Launched in 2023.", "2023"),
        ("p5.48xlarge costs $1e3 an hour.", "1e3"),
        ("p5.48xlarge costs $１００ an hour.", "100"),
    ],
)
def test_what_no_tool_returned_is_found(check: Check, text: str, invented: str) -> None:
    assert any(invented in found for found in check(text)), check(text)


def test_a_number_is_read_as_the_language_writes_it(check: Check) -> None:
    assert check("A p5.48xlarge custa 71,773.60 USD por mês e a m5.large 0,096 USD.", "pt") == []
    assert check("p5.48xlarge costs 98.320 USD per hour.", "pt") == ["98.320"]


def test_the_question_may_be_repeated_but_proves_no_price(check: Check) -> None:
    question = "is c7.large under $5 in Frankfurt since 2023?"
    assert (
        check(
            "No price of c7.large in Frankfurt since 2023 was found; you asked for less than $5.",
            question=question,
        )
        == []
    )


def test_what_a_model_gave_a_tool_proves_nothing(context: Context) -> None:
    call(
        context,
        query_sql,
        {"sql": "SELECT 0.05 AS price_usd_hour, instance_type FROM offers WHERE instance_type = 'm5.large'"},
    )
    call(context, convert, {"amount": "123", "currency": "BRL"})
    (amount,) = [row["amount"] for row in context.findings[-1].rows]
    facts = facts_of(context.findings, "m5.large?")
    for text in ("m5.large costs $0.05.", f"m5.large costs {amount:.2f} BRL.", "m5.large costs $123."):
        assert disagreements(text, facts, context.words, "en")


def test_a_converted_price_is_that_of_what_was_converted(check: Check, context: Context) -> None:
    call(context, convert, {"amount": "0.096", "currency": "BRL"})
    (amount,) = [row["amount"] for row in context.findings[-1].rows]
    assert check(f"m5.large costs R$ {amount:.4f} an hour.") == []
    assert check(f"m5.xlarge costs R$ {amount:.4f} an hour.") != []


# --- laws

PRICES = st.decimals(min_value="0.0001", max_value="99999", places=6).filter(lambda value: value > 0)


def written(value: Decimal, language: str, space: str = "") -> str:
    """`1234.5` as the language writes it, with commas, dots or spaces between thousands."""
    text = f"{value:,f}"
    if space:
        return text.replace(",", space).replace(".", "," if language == "pt" else ".")
    return text.translate(str.maketrans(",.", ".,")) if language == "pt" else text


FORMS = {
    "en": ("{} USD/hour", "US$ {} per hour", "${} an hour", "USD {}", "{} dollars", "**{} USD** per hour"),
    "pt": ("{} USD/hora", "US$ {} por hora", "USD {}", "{} dólares", "{} USD a hora"),
}


def row_of(value: Decimal, currency: str = "USD") -> Finding:
    row = {
        "provider": "aws", "instance_type": "m5.large", "region": "us-east-1", "currency": currency,
        "price_hour": value, "price_month": value * 730, "as_of": datetime(2025, 3, 25, tzinfo=UTC),
    }  # fmt: skip
    return Finding("price_of", {}, (row,))


@given(value=PRICES, data=st.data())
def test_every_form_of_a_price_passes(reader: Reader, value: Decimal, data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(["en", "pt"]))
    places = data.draw(st.integers(0, 6))
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if abs(rounded - value) > value * Decimal("0.05"):
        rounded = value
    form = data.draw(st.sampled_from(FORMS[language]))
    said = form.format(written(rounded, language, data.draw(st.sampled_from(["", " ", "\u00a0", "\u202f"]))))
    facts = facts_of([row_of(value)], "price?")
    assert disagreements(f"m5.large: {said}", facts, vocabulary(reader), language) == []


@given(value=PRICES, currency=st.sampled_from(["BRL", "EUR", "GBP"]), language=st.sampled_from(["en", "pt"]))
def test_a_price_passes_in_its_own_currency_alone(
    reader: Reader, value: Decimal, currency: str, language: str
) -> None:
    facts, words = facts_of([row_of(value, currency)], "price?"), vocabulary(reader)
    for symbol, code in (("R$", "BRL"), ("€", "EUR"), ("£", "GBP"), ("US$", "USD")):
        for said in (f"{symbol} {written(value, language)}", f"{written(value, language)} {code}"):
            assert bool(disagreements(f"m5.large: {said}", facts, words, language)) == (code != currency)


@given(value=PRICES, wrong=PRICES, data=st.data())
def test_a_wrong_price_never_passes(
    reader: Reader, value: Decimal, wrong: Decimal, data: st.DataObject
) -> None:
    """Whatever its form: unless it rounds to what the tool returned, per hour or per month."""
    language = data.draw(st.sampled_from(["en", "pt"]))
    said = data.draw(st.sampled_from(FORMS[language])).format(written(wrong, language))
    if min(abs(wrong - true) for true in (value, value * 730)) <= Decimal("0.000001"):
        return
    facts = facts_of([row_of(value)], "price?")
    text = f"m5.large costs {written(value, language)} USD. m5.large: {said}"
    assert disagreements(text, facts, vocabulary(reader), language) == [written(wrong, language)]


@given(value=PRICES.filter(lambda value: value > Decimal("0.001")), language=st.sampled_from(["en", "pt"]))
def test_a_monthly_price_is_none_per_hour(reader: Reader, value: Decimal, language: str) -> None:
    facts = facts_of([row_of(value)], "price?")
    month = written((value * 730).quantize(Decimal("0.01"), ROUND_HALF_UP), language)
    hour, per_month = FORMS[language][0], f"{month} USD/{'mês' if language == 'pt' else 'month'}"
    assert disagreements(f"m5.large: {per_month}", facts, vocabulary(reader), language) == []
    if value > 1:
        assert disagreements(f"m5.large: {hour.format(month)}", facts, vocabulary(reader), language) != []
