"""The history laws, over random batches in random orders, against a naive model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import history as history_of
from warehouse.contracts import TABLES
from warehouse.statements import statement, statements

START = datetime(2026, 1, 1, tzinfo=UTC)
IDENTITY = "price_id_of('s', 'p', 'v', sku_id, NULL, NULL, NULL, region, NULL, 'on_demand', 'list', NULL, NULL, NULL, 0, 'hour', 'USD')"
REGIONS = ("here", "there")
SKUS = ("a", "b", "c")


@dataclass(frozen=True)
class Observation:
    """One accepted batch: its prices by (sku, region), and those it had in quarantine."""

    batch_id: str
    day: int
    seen: int
    regions: tuple[str, ...] | None
    prices: dict[tuple[str, str], int]
    silent: frozenset[tuple[str, str]] = frozenset()

    @property
    def order(self) -> tuple[int, int, str]:
        return (self.day, self.seen, self.batch_id)

    def covers(self, key: tuple[str, str]) -> bool:
        return (self.regions is None or key[1] in self.regions) and key not in self.silent


@st.composite
def observations(draw: st.DrawFn) -> list[Observation]:
    result = []
    for number in range(draw(st.integers(1, 6))):
        regions = draw(st.sampled_from([None, ("here",), ("there",)]))
        keys = [(sku, region) for sku in SKUS for region in REGIONS if regions is None or region in regions]
        states = {key: draw(st.sampled_from(["gone", "silent", 1, 2])) for key in keys}
        result.append(
            Observation(
                f"b{number}",
                draw(st.integers(0, 5)),
                draw(st.integers(0, 1)),
                regions,
                {key: state for key, state in states.items() if isinstance(state, int)},
                frozenset(key for key, state in states.items() if state == "silent"),
            )
        )
    return result


def naive(batches: Sequence[Observation]) -> set[tuple[Any, ...]]:
    """Spans worked out price by price: at each moment, what the last batch that speaks of it said."""
    spans = set()
    for key in [(sku, region) for sku in SKUS for region in REGIONS]:
        said = {
            batch.day: batch.prices.get(key)
            for batch in sorted(batches, key=lambda b: b.order)
            if batch.covers(key)
        }
        days = sorted(said)
        start, price = None, None
        for day in days:
            if said[day] != price:
                if price is not None:
                    spans.add((*key, start, day, price))
                start, price = day, said[day]
        if price is not None:
            spans.add((*key, start, None, price))
    return spans


def load(connection: duckdb.DuckDBPyConnection, batch: Observation) -> None:
    for table in ("batches", "quarantine"):
        connection.execute(f"DELETE FROM {table} WHERE batch_id = $id", {"id": batch.batch_id})
    connection.execute(
        "INSERT INTO batches BY NAME SELECT $id AS batch_id, 's' AS source, $regions AS regions, $as_of AS as_of, "
        "$seen AS observed_at, '' AS parser, 'accepted' AS verdict, 0 AS row_count, 0 AS quarantined, "
        "'{}' AS reasons, [] AS failures, '[]' AS payloads",
        {
            "id": batch.batch_id,
            "regions": list(batch.regions) if batch.regions else None,
            "as_of": START + timedelta(days=batch.day),
            "seen": START + timedelta(days=50 + batch.seen),
        },
    )
    prices = [(sku, region, price) for (sku, region), price in batch.prices.items()]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged_prices AS SELECT * REPLACE ("
        f"{IDENTITY} AS price_id, $name AS name, price::DECIMAL(20, 10) AS price) FROM ("
        "SELECT k.* EXCLUDE (key_no, sku_id, region), unnest($skus::VARCHAR[]) AS sku_id, unnest($regions::VARCHAR[]) AS region, "
        "unnest($prices::INTEGER[]) AS price, NULL::DECIMAL(20, 10) AS upfront FROM described AS k)",
        {
            "name": f"as told by {batch.batch_id}",
            "skus": [sku for sku, _, _ in prices],
            "regions": [region for _, region, _ in prices],
            "prices": [price for _, _, price in prices],
        },
    )
    if batch.silent:
        connection.execute(
            f"INSERT INTO quarantine BY NAME SELECT $id AS batch_id, {IDENTITY} AS price_id, 's' AS source, 'p' AS provider, "
            "'v' AS service, region, 'on_demand' AS purchase_option, 'r' AS reason, 'd' AS detail, now() AS as_of, "
            "'{}' AS row_json FROM (SELECT unnest($skus::VARCHAR[]) AS sku_id, unnest($regions::VARCHAR[]) AS region)",
            {
                "id": batch.batch_id,
                "skus": [sku for sku, _ in batch.silent],
                "regions": [region for _, region in batch.silent],
            },
        )
    history_of.load(connection, batch.batch_id)


@pytest.fixture(scope="module")
def shared() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for text in statements("schema"):
        connection.execute(text)
    connection.execute(
        "CREATE TEMP TABLE described AS FROM price_keys LIMIT 0; INSERT INTO described BY NAME SELECT 0 AS key_no, 's' AS source, "
        "'p' AS provider, 'v' AS service, 'compute' AS category, 'on_demand' AS purchase_option, 'list' AS price_type, "
        "0 AS tier_from, 'hour' AS unit, 'h' AS unit_raw, 'USD' AS currency, '' AS source_url"
    )
    for table, schema in TABLES.items():
        connection.register("nothing", schema.append(pa.field("row_number", pa.int64())).empty_table())
        connection.execute(f"CREATE TEMP TABLE staged_{table} AS FROM nothing")
        connection.unregister("nothing")
    for name in (
        "05_instance_types",
        "10_cells",
        "11_cells_at",
        "12_doubted",
        "21_priced_at",
        "22_prices_as_of",
    ):
        connection.execute(statement(f"views/{name}"))
    return connection


def history(connection: duckdb.DuckDBPyConnection, batches: Sequence[Observation]) -> list[tuple[Any, ...]]:
    for table in ("batches", "quarantine", "open_spans", "past_spans", "price_keys"):
        connection.execute(f"DELETE FROM {table}")
    for batch in batches:
        load(connection, batch)
    return connection.execute(
        "SELECT k.sku_id, k.region, s.valid_from, s.valid_to, s.price, s.batch_id, s.previous_to FROM spans s "
        "JOIN price_keys k USING (key_no) ORDER BY ALL"
    ).fetchall()


def days(rows: Sequence[tuple[object, ...]]) -> set[tuple[object, ...]]:
    def day(moment: object) -> int | None:
        return (moment - START).days if isinstance(moment, datetime) else None

    return {(r[0], r[1], day(r[2]), day(r[3]), int(r[4])) for r in rows if isinstance(r[4], Decimal)}


@settings(max_examples=18)
@given(batches=observations(), seed=st.integers(0, 1000))
def test_history_is_what_a_naive_model_says_in_any_order_and_however_often(
    shared: duckdb.DuckDBPyConnection, batches: list[Observation], seed: int
) -> None:
    twice = batches + batches[: seed % 3]
    shuffled = random.Random(seed).sample(twice, len(twice))
    in_order, out_of_order = (
        history(shared, sorted(batches, key=lambda b: b.order)),
        history(shared, shuffled),
    )
    assert days(in_order) == naive(batches)
    assert out_of_order == in_order


def test_a_span_cut_open_names_the_last_batch_of_the_moment_it_now_begins_at(
    shared: duckdb.DuckDBPyConnection,
) -> None:
    """Two batches speak of day 1; whichever order they come in, the later of them has the word."""
    price = {("a", "here"): 1}
    batches = [
        Observation("b0", 0, 0, None, price),
        Observation("b1", 0, 0, ("here",), {}),
        Observation("b2", 1, 0, None, {}),
        Observation("b3", 1, 0, None, price),
    ]
    found = {tuple(history(shared, order)) for order in permutations(batches)}
    assert len(found) == 1
    assert [row[5] for row in found.pop()] == ["b3"]


@settings(max_examples=12)
@given(batches=observations(), seed=st.integers(0, 1000))
def test_prices_as_of_a_day_are_those_a_naive_model_has_in_force(
    shared: duckdb.DuckDBPyConnection, batches: list[Observation], seed: int
) -> None:
    history(shared, random.Random(seed).sample(batches, len(batches)))
    shared.execute(statement("views/10_cells"))
    for day in range(7):
        found = shared.execute(
            "SELECT sku_id, region, price FROM prices_as_of($1)", [START + timedelta(days=day, hours=1)]
        ).fetchall()
        expected = {
            (sku, region, price)
            for sku, region, start, end, price in naive(batches)
            if start <= day and (end is None or day < end)
        }
        assert {(sku, region, int(price)) for sku, region, price in found} == expected
        assert len(found) == len(expected)


@settings(max_examples=10)
@given(batches=observations())
def test_spans_of_a_price_neither_overlap_nor_touch_with_an_equal_price(
    shared: duckdb.DuckDBPyConnection, batches: list[Observation]
) -> None:
    spans = history(shared, batches)
    for one, two in pairwise([(None,) * 7, *spans]):
        if one[:2] == two[:2]:
            assert one[3] is not None
            assert one[3] < two[2] or (one[3] == two[2] and one[4] != two[4])
        assert two[6] == (one[3] if one[:2] == two[:2] else None), "the end of the span before"


def test_a_price_is_described_by_the_latest_batch_that_has_it(shared: duckdb.DuckDBPyConnection) -> None:
    batches = [Observation(f"b{day}", day, 0, None, {("a", "here"): 1}) for day in range(3)]
    for order in permutations(batches):
        history(shared, order)
        assert shared.execute("SELECT name FROM price_keys").fetchall() == [("as told by b2",)]


def test_a_price_missing_outside_the_scope_of_a_batch_stays(shared: duckdb.DuckDBPyConnection) -> None:
    everything = Observation("b0", 0, 0, None, {("a", "here"): 1, ("a", "there"): 1})
    only_here = Observation("b1", 1, 0, ("here",), {})
    assert days(history(shared, [everything, only_here])) == {
        ("a", "here", 0, 1, 1),
        ("a", "there", 0, None, 1),
    }
