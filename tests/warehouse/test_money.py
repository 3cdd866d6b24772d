"""Rates of a day, amounts and prices in another currency or unit, and the two views that compare places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.quality_batches import INFO, Gate, machine, opened_gate, price
from warehouse import build

RATES = {"BRL": (("2026-01-05", "5"), ("2026-02-02", "6")), "EUR": (("2026-01-20", "0.8"),)}


def sold(name: str, region: str, amount: str, **changes: Any) -> dict[str, Any]:
    sku = "/".join(map(str, (name, region, *changes.values())))
    row = {"provider": "aws", "instance_type": name, "name": name, "region": region, "sku_id": sku}
    return price(**{**row, "price": amount, **changes})


OFFERS = [
    sold("m5.large", "us-east-1", "0.1"),
    # Sold in dollars and, by the seller itself, in reais: not what the dollars would be.
    sold("m5.large", "sa-east-1", "0.16"),
    sold("m5.large", "sa-east-1", "1.1", currency="BRL"),
    sold("m5.large", "eu-west-1", "0.11"),
    sold("m5.large", "eu-west-1", "0.09", currency="EUR"),
    sold("m5.large", "eu-central-1", "0.12", currency="EUR"),
    sold("c5.large", "us-east-1", "0.2"),
    sold("c5.large", "sa-east-1", "0.5"),
    sold("c5.large", "eu-west-1", "0.3"),
    # Of two regions in six: no part of the basket.
    sold("x1.large", "us-east-1", "1"),
    sold("x1.large", "mx-central-1", "9"),
]
GPUS = [
    machine(provider=provider, instance_type=name, accelerator="H100", accelerator_count=count, accelerator_memory_gib=80.0)
    for provider, name, count in (("aws", "p5.48xlarge", 8.0), ("gcp", "a3-highgpu-1g", 1.0), ("oci", "BM.GPU.H100.8", 8.0))
]  # fmt: skip
GPU_OFFERS = [
    sold("p5.48xlarge", "us-east-1", "96"),
    sold("p5.48xlarge", "us-west-2", "88"),
    sold("p5.48xlarge", "us-west-2", "40", tenancy="dedicated"),
    sold("p5.48xlarge", "us-west-2", "24", purchase_option="spot"),
    sold("a3-highgpu-1g", "us-central1", "11.5", provider="gcp"),
    sold("BM.GPU.H100.8", "us-ashburn-1", "80", provider="oci", price_type="contracted"),
]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with opened_gate(tmp_path_factory.mktemp("money")) as opened:
        build.load_sources(opened.connection, [INFO])
        opened.connection.execute("DELETE FROM fx_reference WHERE currency IN ('BRL', 'EUR')")
        rates = [(name, day, units, "a bank") for name, days in RATES.items() for day, units in days]
        opened.connection.executemany("INSERT INTO fx_reference VALUES (?, ?, ?, ?)", rates)
        assert opened.load([*OFFERS, *GPU_OFFERS], GPUS).verdict == "accepted"
        build.derive(opened.connection)
        yield opened


def rows(gate: Gate, query: str, values: Any = None) -> list[tuple[Any, ...]]:
    return gate.connection.execute(query, values).fetchall()


@pytest.mark.parametrize(
    ("currency", "day", "expected"),
    [
        ("BRL", "2026-01-04", None),  # never a later one
        ("BRL", "2026-01-05", ("2026-01-05", 5)),
        ("brl", "2026-02-01", ("2026-01-05", 5)),
        ("BRL", "2026-02-02", ("2026-02-02", 6)),
        ("BRL", "2030-01-01", ("2026-02-02", 6)),
        ("XXX", "2026-02-02", None),
        ("USD", "1999-01-01", ("1999-01-01", 1)),
    ],
)
def test_the_rate_of_a_day_is_the_latest_until_then(
    gate: Gate, currency: str, day: str, expected: tuple[str, int] | None
) -> None:
    (found,) = rows(gate, "SELECT fx_on($1, $2::DATE)", [currency, day])[0]
    shown = found and (found["rate_date"].isoformat(), found["units_per_usd"])
    assert shown == expected
    if found and currency != "USD":
        assert found["source"] == "a bank"


@pytest.mark.parametrize(
    ("amount", "before", "after", "day", "expected"),
    [
        ("100", "USD", "BRL", "2026-01-31", "500"),
        ("100", "BRL", "USD", "2026-02-02", "16.6666666667"),
        ("-100", "BRL", "USD", "2026-02-02", "-16.6666666667"),
        ("12", "BRL", "EUR", "2026-02-02", "1.6"),
        ("12", "BRL", "EUR", "2026-01-19", None),  # the euro has no rate yet
        ("12", "XXX", "XXX", "1990-01-01", "12"),
    ],
)
def test_an_amount_is_converted_at_the_rates_of_the_day(
    gate: Gate, amount: str, before: str, after: str, day: str, expected: str | None
) -> None:
    query = "SELECT convert_money($1::DECIMAL(20, 10), $2, $3, $4::DATE)"
    (found,) = rows(gate, query, [amount, before, after, day])[0]
    assert found == (expected and Decimal(expected))


_rates = st.decimals(min_value="0.0001", max_value="100000", places=10)


@settings(max_examples=40)
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=10), _rates, _rates)
def test_no_amount_passes_a_float(gate: Gate, amount: Decimal, before: Decimal, after: Decimal) -> None:
    query = "SELECT exchanged($1::DECIMAL(38, 10), $2::DECIMAL(20, 10), $3::DECIMAL(20, 10))"
    exact = (amount * after / before).quantize(Decimal("0.0000000001"), ROUND_HALF_UP)
    if abs(exact) < 10**17:
        assert rows(gate, query, [amount, before, after]) == [(exact,)]


def test_published_prices_of_a_currency_are_never_mixed_with_converted_ones(gate: Gate) -> None:
    query = (
        "SELECT region, currency, price_hour_in::DOUBLE, price_month_in::DOUBLE, fx_rate::DOUBLE, fx_date, converted "
        "FROM offers_in('brl', on_day := DATE '2026-01-31') WHERE instance_type = 'm5.large' ORDER BY region"
    )
    assert rows(gate, query) == [
        # Sold in euros alone: through the dollar, and as old as the older of the two rates.
        ("eu-central-1", "EUR", 0.75, 547.5, 6.25, date(2026, 1, 5), True),
        # In dollars and euros: the dollars.
        ("eu-west-1", "USD", 0.55, 401.5, 5.0, date(2026, 1, 5), True),
        # In reais: as published, and the dollars are left out.
        ("sa-east-1", "BRL", 1.1, 803.0, None, None, False),
        ("us-east-1", "USD", 0.5, 365.0, 5.0, date(2026, 1, 5), True),
    ]


def test_without_a_day_the_latest_rate_counts_and_without_a_rate_there_is_no_price(gate: Gate) -> None:
    where = "WHERE instance_type = 'c5.large' AND region = 'us-east-1'"
    asked = "SELECT price_hour_in::DOUBLE, fx_date, fx_source"
    assert rows(gate, f"{asked} FROM offers_in('BRL') {where}") == [(1.2, date(2026, 2, 2), "a bank")]
    early = f"{asked} FROM offers_in('BRL', on_day := DATE '2025-01-01') {where}"
    assert rows(gate, early) == [(None, None, None)]
    assert rows(gate, f"SELECT price_hour_in = price_hour, converted FROM offers_in('USD') {where}") == [
        (True, False)
    ]


@pytest.mark.parametrize(
    ("amount", "before", "after", "expected"),
    [
        ("0.1", "hour", "month", "73"),
        ("73", "month", "hour", "0.1"),
        ("1", "month", "hour", "0.0013698630"),
        ("876", "year", "hour", "0.1"),
        ("0.09", "gb", "gib", "0.0966367642"),
        ("2.5", "million_tokens", "token", "0.0000025"),
        ("0.4", "million_requests", "thousand_requests", "0.0004"),
        ("0.0001", "gb_hour", "gb_month", "0.073"),
        ("5", "unit", "unit", "5"),
        ("5", "hour", "gb", None),
        ("5", "hour", "vcpu_hour", None),
        ("5", "furlong", "hour", None),
    ],
)
def test_units_are_converted_where_the_table_says_how(
    gate: Gate, amount: str, before: str, after: str, expected: str | None
) -> None:
    (found,) = rows(gate, "SELECT convert_unit_price($1::DECIMAL(20, 10), $2, $3)", [amount, before, after])[
        0
    ]
    assert found == (expected and Decimal(expected))


def test_no_pair_of_units_is_told_twice(gate: Gate) -> None:
    pairs = "SELECT least(from_unit, to_unit), greatest(from_unit, to_unit), count(*) FROM units GROUP BY ALL"
    assert [pair for pair in rows(gate, pairs) if pair[2] > 1] == []


def test_the_cheapest_of_a_gpu_and_of_another_provider(gate: Gate) -> None:
    query = (
        "SELECT purchase_option, price_usd_gpu_hour::DOUBLE, provider, instance_type, region, offers, providers, "
        "second_provider, second_price_usd_gpu_hour::DOUBLE FROM cheapest_by_gpu ORDER BY 1"
    )
    assert rows(gate, query) == [
        ("on_demand", 11.0, "aws", "p5.48xlarge", "us-west-2", 3, 2, "gcp", 11.5),
        ("spot", 3.0, "aws", "p5.48xlarge", "us-west-2", 1, 1, None, None),
    ]


def test_a_region_is_measured_by_the_machines_it_shares_with_the_base(gate: Gate) -> None:
    query = (
        "SELECT region, price_index, base_region, machines, basket_machines, lowest_ratio_percent, highest_ratio_percent "
        "FROM region_index WHERE provider = 'aws' ORDER BY region"
    )
    assert rows(gate, query) == [
        ("eu-central-1", 150.0, "us-east-1", 1, 2, 150.0, 150.0),  # 0.12 EUR at 0.8 a dollar
        ("eu-west-1", 128.45, "us-east-1", 2, 2, 110.0, 150.0),  # the root of 1.1 * 1.5
        ("sa-east-1", 200.0, "us-east-1", 2, 2, 160.0, 250.0),  # the root of 1.6 * 2.5
        ("us-east-1", 100.0, "us-east-1", 2, 2, 100.0, 100.0),
    ]
