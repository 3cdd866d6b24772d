from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evidence import Finding
from agent.grounding import evidence_of, ungrounded
from agent.render import formats

ROW = {
    "provider": "aws",
    "instance_type": "p5.48xlarge",
    "region": "us-east-1",
    "accelerator_count": 8.0,
    "memory_gib": 2048.0,
    "price_hour": Decimal("98.3200000000"),
    "price_month": Decimal("71773.6000000000"),
    "as_of": datetime(2025, 3, 25, tzinfo=UTC),
}
EVIDENCE = evidence_of([Finding("price_of", {}, (ROW,))], "price of 3 p5.48xlarge under $120")


@pytest.mark.parametrize(
    "text",
    [
        "p5.48xlarge costs 98.32 USD/hour in us-east-1 [1], 71,773.60 USD a month.",
        "A p5.48xlarge custa 98,32 USD/hora, ou US$ 71.773,60 por mês.",
        "About $98 an hour, as of 2025-03-25 (25/03/2025).",
        "It has 8 GPUs and 2,048 GiB; a month is 730 hours; you asked for at most $120.",
        "Roughly 71.8 thousand USD a month.",
    ],
)
def test_what_a_tool_returned_may_be_said(text: str) -> None:
    assert ungrounded(text, EVIDENCE) == []


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("It costs 97.32 USD/hour.", "97.32"),
        ("Custa R$ 540,00 por hora.", "540,00"),
        ("That is $8 an hour.", "$8"),
        ("Take a p4d.24xlarge instead.", "p4d.24xlarge"),
        ("It is cheaper in eu-west-3.", "eu-west-3"),
        ("Prices of 2026-01-01.", "2026-01-01"),
        ("You save 35% with spot.", "35%"),
        ("An A100 is around $200.", "$200"),
        ("It was launched in 2023.", "2023"),
    ],
)
def test_what_no_tool_returned_is_found(text: str, invented: str) -> None:
    assert any(invented in found for found in ungrounded(text, EVIDENCE))


@given(st.decimals(min_value="0.0001", max_value="99999", places=4), st.sampled_from(["en", "pt"]))
def test_every_figure_our_own_formats_write_is_recognised(value: Decimal, language: str) -> None:
    evidence = evidence_of([Finding("x", {}, ({"price_hour": value},))], "")
    assert ungrounded(formats.rate(value, "USD", language), evidence) == []


@given(st.decimals(min_value="13", max_value="99999", places=2), st.sampled_from(["en", "pt"]))
def test_a_figure_that_is_off_by_a_tenth_is_not(value: Decimal, language: str) -> None:
    evidence = evidence_of([Finding("x", {}, ({"price_hour": value * Decimal("1.1") + 1},))], "")
    assert ungrounded(formats.rate(value + Decimal("0.01"), "USD", language), evidence) != []
