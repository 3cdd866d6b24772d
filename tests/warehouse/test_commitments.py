"""What a commitment costs beside on demand and spot: worked examples, computed by hand, and the laws behind them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import INFO, Gate, opened_gate, price
from warehouse import build

# On demand an hour, and spot where it is sold: AWS us-east-1 of January 2019, Azure francecentral of December
# 2021, Google us-east4 of January 2026, each as recorded; spot of AWS is made up.
UNCOMMITTED = {"aws": ("0.192", "0.08"), "azure": ("0.224", "0.049392"), "gcp": ("0.437512", "0.088")}
MACHINE = {
    "aws": ("m5.xlarge", "us-east-1"),
    "azure": ("Standard_D4s_v3", "francecentral"),
    "gcp": ("n2-standard-8", "us-east4"),
}


def bought(provider: str, amount: str, **how: Any) -> dict[str, Any]:
    name, region = MACHINE[provider]
    sku = "/".join([name, *map(str, how.values())])
    where = {"provider": provider, "instance_type": name, "region": region}
    return price(**where, sku_id=sku, name=name, price=amount, **how)


def reserved(
    provider: str, amount: str, months: int, payment: str, upfront: str | None = None
) -> dict[str, Any]:
    """As the sources stage it: the recurring fee, and what is paid once."""
    how = {"purchase_option": "reserved", "term_months": months, "payment": payment, "upfront": upfront}
    return bought(provider, amount, offering_class="standard" if provider == "aws" else None, **how)


def saved(amount: str, payment: str) -> dict[str, Any]:
    plan = {"purchase_option": "savings_plan", "term_months": 12, "offering_class": "compute"}
    return bought("aws", amount, payment=payment, **plan)


def used(amount: str, months: int) -> dict[str, Any]:
    return bought("gcp", amount, purchase_option="commitment", term_months=months)


# Total of the term, effective hour, discount %, hours and months to break even, % of the term, payback months.
EXAMPLES = {
    # 0.123 * 8760 = 1077.48; / 0.192 = 5611.875 h; / 730 = 7.6875 months; 0.123 / 0.192 = 64.0625%
    "aws 1 year, no upfront": (
        reserved("aws", "0.123", 12, "no_upfront"),
        ("1077.48", "0.123", "35.94", "5611.88", "7.69", "64.06", "0"),
    ),
    # 512 + 0.058 * 8760 = 512 + 508.08 = 1020.08; / 8760 = 0.1164474886; 1020.08 / 0.192 = 5312.9167 h
    # = 7.2780 months = 60.6497%; paid back after 512 / ((0.192 - 0.058) * 730) = 512 / 97.82 = 5.2341 months
    "aws 1 year, partial upfront": (
        reserved("aws", "0.058", 12, "partial_upfront", "512"),
        ("1020.08", "0.1164474886", "39.35", "5312.92", "7.28", "60.65", "5.23"),
    ),
    # 1003 / 8760 = 0.1144977169; 1003 / 0.192 = 5223.9583 h = 7.1561 months = 59.6342%; nothing else is paid
    "aws 1 year, all upfront": (
        reserved("aws", "0", 12, "all_upfront", "1003"),
        ("1003", "0.1144977169", "40.37", "5223.96", "7.16", "59.63", "7.16"),
    ),
    # 0.085 * 26280 = 2233.8; / 0.192 = 11634.375 h = 15.9375 months; 0.085 / 0.192 = 44.2708%
    "aws 3 years, no upfront": (
        reserved("aws", "0.085", 36, "no_upfront"),
        ("2233.8", "0.085", "55.73", "11634.38", "15.94", "44.27", "0"),
    ),
    # 1030 + 0.039 * 26280 = 1030 + 1024.92 = 2054.92; / 26280 = 0.0781933029; / 0.192 = 10702.7083 h
    # = 14.6612 months = 40.7257%; paid back after 1030 / ((0.192 - 0.039) * 730) = 1030 / 111.69 = 9.2220 months
    "aws 3 years, partial upfront": (
        reserved("aws", "0.039", 36, "partial_upfront", "1030"),
        ("2054.92", "0.0781933029", "59.27", "10702.71", "14.66", "40.73", "9.22"),
    ),
    # 1937 / 26280 = 0.0737062405; 1937 / 0.192 = 10088.5417 h = 13.8199 months = 38.3887%
    "aws 3 years, all upfront": (
        reserved("aws", "0", 36, "all_upfront", "1937"),
        ("1937", "0.0737062405", "61.61", "10088.54", "13.82", "38.39", "13.82"),
    ),
    # The list says 1288 for the whole year; 1288 / 8760 = 0.1470319635; 1288 / 0.224 = 5750 h = 7.8767 months
    # = 65.6393%
    "azure 1 year": (
        reserved("azure", "0.1470319635", 12, "no_upfront"),
        ("1288", "0.1470319635", "34.36", "5750", "7.88", "65.64", "0"),
    ),
    # 2619 for three; / 26280 = 0.0996575342; 2619 / 0.224 = 11691.9643 h = 16.0164 months = 44.4900%
    "azure 3 years": (
        reserved("azure", "0.0996575342", 36, "no_upfront"),
        ("2619", "0.0996575342", "55.51", "11691.96", "16.02", "44.49", "0"),
    ),
    # A plan's rate holds whatever the payment. 0.139 * 8760 = 1217.64; / 0.192 = 6341.875 h = 8.6875 months
    # = 72.3958%; half of it at once, 608.82, is back after 608.82 / ((0.192 - 0.0695) * 730) = 608.82 / 89.425
    "aws savings plan, partial upfront": (
        saved("0.139", "partial_upfront"),
        ("1217.64", "0.139", "27.6", "6341.88", "8.69", "72.4", "6.81"),
    ),
    # 0.136 * 8760 = 1191.36, all of it at once; / 0.192 = 6205 h = 8.5 months = 70.8333%
    "aws savings plan, all upfront": (
        saved("0.136", "all_upfront"),
        ("1191.36", "0.136", "29.17", "6205", "8.5", "70.83", "8.5"),
    ),
    # 191.16072 a month of 730 hours = 0.261864 an hour; * 8760 = 2293.92864; / 0.437512 = 5243.1216 h
    # = 7.1824 months; 0.261864 / 0.437512 = 59.8530%
    "google 1 year": (
        used("0.261864", 12),
        ("2293.9286", "0.261864", "40.15", "5243.12", "7.18", "59.85", "0"),
    ),
    # 136.54504 a month = 0.187048 an hour; * 26280 = 4915.62144; / 0.437512 = 11235.3979 h = 15.3910 months
    # = 42.7527%
    "google 3 years": (
        used("0.187048", 36),
        ("4915.6214", "0.187048", "57.25", "11235.4", "15.39", "42.75", "0"),
    ),
}  # fmt: skip
FIGURES = (
    "total_cost",
    "effective_price_hour",
    "discount_percent",
    "break_even_hours",
    "break_even_months",
    "break_even_utilisation_percent",
    "payback_months",
)


def market() -> list[dict[str, Any]]:
    listed = []
    for provider, (on_demand, spot) in UNCOMMITTED.items():
        listed += [bought(provider, on_demand), bought(provider, spot, purchase_option="spot")]
    return listed


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with opened_gate(tmp_path_factory.mktemp("commitments")) as opened:
        build.load_sources(opened.connection, [INFO])
        rows = [*market(), *(row for row, _ in EXAMPLES.values())]
        assert opened.load(rows).verdict == "accepted"
        build.derive(opened.connection)
        yield opened


def found(gate: Gate, columns: str, row: dict[str, Any]) -> tuple[Any, ...]:
    (one,) = gate.connection.execute(
        f"SELECT {columns} FROM commitment_breakeven WHERE provider = $1 AND purchase_option = $2 "
        "AND term_months = $3 AND payment IS NOT DISTINCT FROM $4",
        [row["provider"], row["purchase_option"], row["term_months"], row.get("payment")],
    ).fetchall()
    return one


@pytest.mark.parametrize(("row", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_a_worked_example(gate: Gate, row: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert found(gate, ", ".join(FIGURES), row) == tuple(map(Decimal, expected))


def test_what_is_paid_at_once_and_by_the_hour(gate: Gate) -> None:
    asked = "upfront, hourly_fee, term_hours"
    assert found(gate, asked, EXAMPLES["aws 1 year, partial upfront"][0]) == (512, Decimal("0.058"), 8760)
    assert found(gate, asked, EXAMPLES["azure 3 years"][0]) == (0, Decimal("0.0996575342"), 26280)
    halves = (Decimal("608.82"), Decimal("0.0695"), 8760)
    assert found(gate, asked, EXAMPLES["aws savings plan, partial upfront"][0]) == halves
    assert found(gate, asked, EXAMPLES["aws savings plan, all upfront"][0]) == (Decimal("1191.36"), 0, 8760)


def test_against_spot_that_is_cheaper_it_never_pays_off(gate: Gate) -> None:
    asked = (
        "spot_price_hour, spot_discount_percent, spot_pays_off, spot_break_even_hours, spot_break_even_months"
    )
    # 0.123 / 0.08 = 153.75%
    never = (Decimal("0.08"), Decimal("-53.75"), False, None, None)
    assert found(gate, asked, EXAMPLES["aws 1 year, no upfront"][0]) == never
    # 1937 / 0.08 = 24212.5 h of 26280; / 730 = 33.1678 months; 0.0737062405 / 0.08 = 92.1328%
    sold = (Decimal("0.08"), Decimal("7.87"), True, Decimal("24212.5"), Decimal("33.17"))
    assert found(gate, asked, EXAMPLES["aws 3 years, all upfront"][0]) == sold


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        build.load_sources(opened.connection, [INFO])
        yield opened


def derived(gate: Gate, query: str) -> list[tuple[Any, ...]]:
    build.derive(gate.connection)
    return gate.connection.execute(query).fetchall()


def test_dearer_than_on_demand_or_beside_nothing(other: Gate) -> None:
    plan = reserved("aws", "0.2", 12, "no_upfront")
    alone = [reserved("gcp", "0.2", 12, "no_upfront"), {**plan, "operating_system": "windows"}]
    euro = {**bought("aws", "0.1"), "currency": "EUR", "sku_id": "euro"}
    elsewhere = {**bought("aws", "0.3"), "region": "eu-west-1", "sku_id": "elsewhere"}
    assert other.load([bought("aws", "0.192"), plan, *alone, euro, elsewhere]).verdict == "accepted"
    asked = derived(
        other,
        "SELECT provider, operating_system, on_demand_price_hour, discount_percent, pays_off, break_even_hours, "
        "payback_months, spot_pays_off FROM commitment_breakeven ORDER BY ALL",
    )
    dearer = (Decimal("0.192"), Decimal("-4.17"), False, None, None, None)
    nothing = (None, None, None, None, None, None)
    assert asked == [("aws", "linux", *dearer), ("aws", "windows", *nothing), ("gcp", "linux", *nothing)]


def test_beside_a_price_of_ones_own_stands_ones_own(other: Gate) -> None:
    listed, own = (
        bought("aws", "0.192"),
        {**bought("aws", "0.15"), "price_type": "contracted", "sku_id": "own"},
    )
    plan = reserved("aws", "0.12", 12, "no_upfront")
    contract = {**plan, "price_type": "contracted", "price": "0.1", "sku_id": "plan"}
    assert other.load([listed, own, plan, contract]).verdict == "accepted"
    query = "SELECT price_type, on_demand_price_hour::DOUBLE, discount_percent::DOUBLE FROM commitment_breakeven ORDER BY 1"
    assert derived(other, query) == [("contracted", 0.15, 33.33), ("list", 0.192, 37.5)]


def test_at_break_even_both_cost_the_same(other: Gate) -> None:
    """Whatever fee, upfront payment and term: within half of the last digit shown."""
    chance = random.Random(5)
    terms = []
    for number in range(60):
        months, upfront = chance.choice((12, 36)), chance.choice((None, f"{chance.uniform(1, 4000):.2f}"))
        fee = f"{chance.uniform(0.005, 0.25):.6f}"
        row = reserved("aws", fee, months, "partial_upfront" if upfront else "no_upfront", upfront)
        terms.append({**row, "offering_class": f"class {number}", "sku_id": str(number)})
    assert other.load([bought("aws", "0.192"), *terms]).verdict == "accepted"
    wrong = derived(
        other,
        """
        SELECT *
        FROM commitment_breakeven
        WHERE pays_off IS DISTINCT FROM (discount_percent >= 0)
           OR abs(total_cost - (upfront + hourly_fee * term_hours)) > 0.00005
           OR abs(effective_price_hour * term_hours - total_cost) > 0.0001
           OR abs(break_even_hours * on_demand_price_hour - total_cost) > 0.005 * on_demand_price_hour + 0.0001
           OR break_even_hours > term_hours + 0.01
           OR abs(break_even_months * 730 - break_even_hours) > 3.66
           OR payback_months > break_even_months
           OR abs((on_demand_price_hour - hourly_fee) * 730 * payback_months - upfront)
              > 0.0051 * 730 * on_demand_price_hour
        """,
    )
    assert wrong == []
    assert derived(other, "SELECT count(*), count(break_even_hours) > 20 FROM commitment_breakeven") == [
        (60, True)
    ]
