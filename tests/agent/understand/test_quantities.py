from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.render import formats
from agent.understand.fold import fold
from agent.understand.quantities import number, quantities


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,234.56", "en", "1234.56"),
        ("1.234,56", "pt", "1234.56"),
        ("1.234,56", "en", "1234.56"),
        ("1,234.56", "pt", "1234.56"),
        ("1.234", "pt", "1234"),
        ("1.234", "en", "1.234"),
        ("1,234", "en", "1234"),
        ("1,234", "pt", "1.234"),
        ("0,125", "en", "0.125"),
        ("0.125", "pt", "0.125"),
        ("1.234.567", "en", "1234567"),
    ],
)
def test_both_number_formats(text: str, language: str, value: str) -> None:
    assert number(text, language) == Decimal(value)


@given(st.decimals(min_value=0, max_value=10_000_000, places=2), st.sampled_from(["en", "pt"]))
def test_what_we_write_we_read(value: Decimal, language: str) -> None:
    assert number(formats.total(value, "USD", language).split()[0], language) == value


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("at least 16 vCPUs", "en", ("16", "vcpu", "min", None)),
        ("no máximo 4 núcleos", "pt", ("4", "vcpu", "max", None)),
        ("16+ cores", "en", ("16", "vcpu", "min", None)),
        ("8 or more GPUs", "en", ("8", "gpu", "min", None)),
        ("40 GB each", "en", ("40", "gib", "exact", "each")),
        ("1 TB of RAM", "en", ("1024", "gib", "exact", None)),
        ("under $2/h", "en", ("2", "USD", "max", "hour")),
        ("abaixo de R$ 1.500 por mês", "pt", ("1500", "BRL", "max", "month")),
        ("3 million tokens", "en", ("3000000", "token", "exact", None)),
        ("500 mil tokens", "pt", ("500000", "token", "exact", None)),
        ("8 hours a day", "en", ("8", "hour", "exact", "day")),
        ("uma semana", "pt", ("1", "week", "exact", None)),
    ],
)
def test_units_and_bounds(text: str, language: str, expected: tuple[str, str, str, str | None]) -> None:
    (found,) = quantities(fold(text), language)
    assert (str(found.value), found.unit, found.bound, found.per) == expected


@pytest.mark.parametrize(
    "text", ["r5.4xlarge in us-east-1", "n2-standard-8", "Standard_D4s_v3", "p5.48xlarge"]
)
def test_numbers_inside_names_are_no_quantities(text: str) -> None:
    assert all(found.unit is None for found in quantities(fold(text), "en"))


def test_a_range_shares_its_unit() -> None:
    low, high = quantities(fold("between 4 and 8 vCPUs"), "en")
    assert (low.unit, low.bound, high.unit, high.bound) == ("vcpu", "min", "vcpu", "max")
