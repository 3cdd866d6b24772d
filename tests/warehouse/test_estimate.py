"""Tiers and the estimate macro: worked examples, and laws against a naive loop."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import registry
from warehouse import build

ROOT = Path(__file__).resolve().parents[2]
# 100 GB free, then 10 TB at 0.09, then 0.085.
EGRESS = """[
    {tier_from: 0, tier_to: 100, price: 0}, {tier_from: 100, tier_to: 10340, price: 0.09},
    {tier_from: 10340, tier_to: NULL, price: 0.085}
]"""


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with build.opened(Path(":memory:")) as connection:
        build.load_reference(connection, ROOT / "data")
        build.load_sources(connection, registry.SOURCES)
        rows = (ROOT / "tests" / "fixtures" / "live_prices.sql").read_text(encoding="utf-8")
        for statement in duckdb.extract_statements(rows):
            connection.execute(statement)
        build.derive(connection)
        yield connection


def records(db: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> list[dict[str, Any]]:
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def lines(db: duckdb.DuckDBPyConnection, basket: str) -> list[dict[str, Any]]:
    return records(db, f"SELECT * FROM estimate({basket})")


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        ("0", "0"),
        ("99.5", "0"),
        ("100", "0"),
        ("101", "0.09"),
        ("2000", "171"),  # 1900 × 0.09
        ("10340", "921.6"),  # 10240 × 0.09
        ("12000", "1062.7"),  # 921.6 + 1660 × 0.085
    ],
)
def test_a_quantity_costs_what_its_tiers_take_of_it(
    db: duckdb.DuckDBPyConnection, quantity: str, cost: str
) -> None:
    assert db.execute(f"SELECT tiered_cost({quantity}, {EGRESS})").fetchall() == [(Decimal(cost),)]


def test_each_tier_has_its_quantity_and_charge(db: duckdb.DuckDBPyConnection) -> None:
    found = db.execute(f"SELECT quantity, unit_price, amount FROM tiered_charge(12000, {EGRESS})").fetchall()
    assert found == [
        (Decimal(100), Decimal(0), Decimal(0)),
        (Decimal(10240), Decimal("0.09"), Decimal("921.6")),
        (Decimal(1660), Decimal("0.085"), Decimal("141.1")),
    ]


_CENTS = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)
_PRICES = st.integers(0, 10**8).map(lambda units: Decimal(units) / 10**10)


@st.composite
def tiers(draw: st.DrawFn) -> list[dict[str, Decimal | None]]:
    """Contiguous tiers from zero on, the last without an end."""
    ends = sorted(draw(st.sets(_CENTS.filter(bool), max_size=4)))
    starts = [Decimal(0), *ends]
    return [
        {"tier_from": start, "tier_to": end, "price": draw(_PRICES)}
        for start, end in zip(starts, [*ends, None], strict=True)
    ]


def naive(quantity: Decimal, of: list[dict[str, Any]]) -> Decimal:
    """Walks up the tiers, as a person does."""
    left, cost = quantity, Decimal(0)
    for tier in of:
        room = left if tier["tier_to"] is None else min(left, tier["tier_to"] - tier["tier_from"])
        cost, left = cost + room * tier["price"], left - room
    return cost


@settings(max_examples=60)
@given(of=tiers(), first=_CENTS, more=_CENTS)
def test_tiers_keep_their_laws(
    db: duckdb.DuckDBPyConnection, of: list[dict[str, Any]], first: Decimal, more: Decimal
) -> None:
    sql = "SELECT tiered_cost($q, $of::STRUCT(tier_from DECIMAL(20, 6), tier_to DECIMAL(20, 6), price DECIMAL(20, 10))[])"

    def cost(quantity: Decimal, some: list[dict[str, Any]]) -> Decimal:
        row = db.execute(sql, {"q": quantity, "of": some}).fetchone()
        assert row is not None
        return Decimal(row[0])

    less, all_of_it = cost(first, of), cost(first + more, of)
    assert less == naive(first, of)
    assert less <= all_of_it  # more never costs less
    # What comes on top costs what the tiers above leave room for.
    rest = [
        {
            **tier,
            "tier_from": max(tier["tier_from"] - first, Decimal(0)),
            "tier_to": _lower(tier["tier_to"], first),
        }
        for tier in of
        if tier["tier_to"] is None or tier["tier_to"] > first
    ]
    assert less + cost(more, rest) == all_of_it


def _lower(end: Decimal | None, by: Decimal) -> Decimal | None:
    return None if end is None else end - by


def test_a_bill_of_one_list(db: duckdb.DuckDBPyConnection) -> None:
    found = lines(
        db,
        """[
            {machine: 'm5.large', region: 'us-east-1', count: 3, hours: 200},
            {item: 'gp3', region: 'us-east-1', quantity: 500},
            {item: 'egress', region: 'us-east-1', quantity: 12000},
            {model: 'gpt-4o', provider: 'openai', token_kind: 'output', quantity: 3000000}
        ]""",
    )
    assert [
        (row["line"], row["item"], row["quantity"], row["unit_price"], row["amount"]) for row in found
    ] == [
        (1, "m5.large", 600, Decimal("0.096"), Decimal("57.6")),
        (2, "gp3", 500, Decimal("0.08"), Decimal(40)),
        (3, "egress", 100, 0, 0),
        (3, "egress", 10240, Decimal("0.09"), Decimal("921.6")),
        (3, "egress", 1660, Decimal("0.085"), Decimal("141.1")),
        (4, "gpt-4o", 3, Decimal(10), Decimal(30)),
    ]
    assert all(row["price_id"] and row["source"] and row["problem"] is None for row in found)


def test_a_commitment_is_paid_for_every_hour(db: duckdb.DuckDBPyConnection) -> None:
    (row,) = lines(
        db, "[{machine: 'm5.large', region: 'us-east-1', purchase_option: 'reserved', hours: 200}]"
    )
    assert (row["term_months"], row["quantity"], row["amount"]) == (12, 730, Decimal("43.8"))
    (row,) = lines(
        db,
        "[{machine: 'm5.large', region: 'us-east-1', purchase_option: 'reserved', term_months: 36, count: 2}]",
    )
    # 876 at the start of 36 months of 730 hours.
    assert row["unit_price"] == (Decimal(876) / (36 * 730)).quantize(Decimal("1e-10"))
    assert row["upfront"] == 876


@pytest.mark.parametrize(
    ("line", "quantity", "problem"),
    [
        ("{machine: 'm5.large', region: 'sa-east-1'}", 730, "no price"),
        ("{item: 'gp3', region: 'sa-east-1', quantity: 5}", 5, "no price"),
        ("{item: 'gp3', quantity: 5}", 5, "no region"),
        ("{item: 'gp3', region: 'us-east-1'}", None, "no quantity"),
        (
            "{item: 'egress', region: 'us-east-1', quantity: 60000}",
            8700,
            "no price for the rest",
        ),  # it ends at 51300
        ("{model: 'no-model', quantity: 1000000}", 1, "no price"),
    ],
)
def test_what_has_no_price_is_said(
    db: duckdb.DuckDBPyConnection, line: str, quantity: int | None, problem: str
) -> None:
    (row,) = [row for row in lines(db, f"[{line}]") if row["problem"]]
    assert (row["quantity"], row["problem"], row["amount"]) == (quantity, problem, None)


def test_a_field_that_there_is_not_is_said(db: duckdb.DuckDBPyConnection) -> None:
    problems = [
        row["problem"] for row in lines(db, "[{machine: 'm5.large', region: 'us-east-1', hour: 200}]")
    ]
    assert problems == [None, "unknown field: hour"]


def test_units_of_a_list_become_those_of_a_bill(db: duckdb.DuckDBPyConnection) -> None:
    found = records(
        db, "SELECT item, unit, price, size_gb FROM service_prices WHERE provider = 'azure' ORDER BY item"
    )
    assert [tuple(row.values()) for row in found] == [
        ("blob-write", "request", Decimal("0.000005"), None),
        ("p10", "unit", Decimal("19.71"), 128),
        ("premium-ssd-v2", "gb_month", Decimal("0.0803"), None),  # 730 × 0.00011
    ]


def test_a_price_for_many_regions_stands_for_those_it_is_of(db: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT max(price) FROM service_prices WHERE item = 'egress' AND provider = 'oci' AND region = $1"
    assert db.execute(sql, ["eu-frankfurt-1"]).fetchone() == (Decimal("0.0085"),)
    assert db.execute(sql, ["sa-saopaulo-1"]).fetchone() == (Decimal("0.025"),)
    assert db.execute(sql, ["me-dubai-1"]).fetchone() == (None,)  # of which the list says nothing here
