"""Rates, machines, scores, bands and checks: the order of loading leaves no trace, and twice is once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import build, history
from warehouse.contracts import TABLES, SourceInfo
from warehouse.statements import statements

START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = [
    SourceInfo(name, name, schedule, 9, rank, "", "")
    for name, schedule, rank in (("a", "daily", 10), ("b", "daily", 20), ("c", "release", 20))
]
KEPT = ("fx_observed", "machine_specs", "benchmarks", "interruptions", "checks")
DERIVED = ("fx_rates", "fx_latest", "instance_types", "spec_conflicts")


@dataclass(frozen=True)
class Said:
    """One accepted batch of a source and what it says, by table."""

    batch_id: str
    source: str
    day: int
    seen: int
    rows: dict[str, list[dict[str, Any]]]
    checked: tuple[int, ...]


def _rows(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    some, figure = st.sets(st.integers(0, 1), max_size=2), st.integers(1, 3)
    maybe = st.none() | st.sampled_from([2.0, 4.0])
    machine = {"provider": "p"}
    return {
        "fx_rates": [
            {"currency": "BRL", "rate_date": date(2026, 1, 1 + day), "units_per_usd": Decimal(draw(figure))}
            for day in draw(some)
        ],
        "instance_types": [
            {
                **machine,
                "instance_type": f"m{number}",
                "family": "m",
                "vcpus": draw(maybe),
                "cpu_model": draw(st.sampled_from([None, "x", "y"])),
                "accelerator": draw(st.sampled_from([None, "H100", "A100-80GB"])),
                "accelerator_count": draw(maybe),
            }
            for number in draw(some)
        ],
        "benchmarks": [
            {
                **machine,
                "instance_type": "m0",
                "benchmark": "b",
                "configuration": [None, "{}"][number],
                "score": float(draw(figure)),
                "higher_is_better": True,
            }
            for number in draw(some)
        ],
        "interruptions": [
            {
                **machine,
                "region": f"r{number}",
                "instance_type": "m0",
                "operating_system": "linux",
                "percent_from": draw(figure),
            }
            for number in draw(some)
        ],
    }


@st.composite
def batches(draw: st.DrawFn) -> list[Said]:
    days = st.integers(0, 2)
    return [
        Said(
            f"b{number}",
            draw(st.sampled_from([info.name for info in SOURCES])),
            draw(days),
            draw(days),
            _rows(draw),
            tuple(draw(st.lists(days, max_size=3))),
        )
        for number in range(draw(st.integers(2, 5)))
    ]


def load(connection: duckdb.DuckDBPyConnection, said: Said) -> None:
    connection.execute("DELETE FROM batches WHERE batch_id = $id", {"id": said.batch_id})
    connection.execute(
        "INSERT INTO batches BY NAME SELECT $id AS batch_id, $source AS source, $as_of AS as_of, $seen AS observed_at, "
        "'' AS parser, 'accepted' AS verdict, 0 AS row_count, 0 AS quarantined, '{}' AS reasons, [] AS failures, "
        "'[]' AS payloads",
        {
            "id": said.batch_id,
            "source": said.source,
            "as_of": START + timedelta(days=said.day),
            "seen": START + timedelta(days=50 + said.seen),
        },
    )
    for name, schema in TABLES.items():
        known = [{**row, "source": said.source} for row in said.rows.get(name, [])]
        table = pa.Table.from_pylist(known, schema=schema)
        table = table.append_column("row_number", pa.array(range(len(known)), pa.int64()))
        connection.register("incoming", table)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_{name} AS FROM incoming")
        connection.unregister("incoming")
    connection.execute("ALTER TABLE staged_prices ADD COLUMN price_id UUID")
    history.load(connection, said.batch_id)
    for day in said.checked:
        build.record_checks(connection, {said.batch_id: START + timedelta(days=60 + day)})


@pytest.fixture(scope="module")
def shared() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for text in statements("schema"):
        connection.execute(text)
    build.load_sources(connection, SOURCES)
    return connection


def outcome(connection: duckdb.DuckDBPyConnection, order: Sequence[Said]) -> dict[str, list[tuple[Any, ...]]]:
    for table in ("batches", *KEPT):
        connection.execute(f"DELETE FROM {table}")
    for said in order:
        load(connection, said)
    for text in statements("views")[:2]:  # instance_types and what contradicts it
        connection.execute(text)
    return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in (*KEPT, *DERIVED)}


def naive_vcpus(said: Sequence[Said]) -> dict[str, tuple[float | None, str]]:
    """vCPUs and the source that gave them: of each source the latest description, of those the best rank."""
    ranks = {info.name: info.rank for info in SOURCES}
    found: dict[str, tuple[float | None, str]] = {}
    latest: dict[tuple[str, str], tuple[Said, float | None]] = {}
    for one in sorted(said, key=lambda one: (one.day, one.seen, one.batch_id)):
        for row in one.rows["instance_types"]:
            latest[row["instance_type"], one.source] = (one, row["vcpus"])
    for name in {machine for machine, _ in latest}:
        described = [(one, vcpus) for (machine, _), (one, vcpus) in latest.items() if machine == name]
        described.sort(key=lambda pair: (ranks[pair[0].source], -pair[0].day, -pair[0].seen, pair[0].source))
        first = next((pair for pair in described if pair[1] is not None), described[0])
        found[name] = (first[1], first[0].source)
    return found


@settings(max_examples=12)
@given(said=batches(), seed=st.integers(0, 1000))
def test_neither_order_nor_repetition_leaves_a_trace(
    shared: duckdb.DuckDBPyConnection, said: list[Said], seed: int
) -> None:
    expected = outcome(shared, said)
    chance = random.Random(seed)
    shuffled = chance.sample(said, len(said))
    assert outcome(shared, shuffled) == expected
    # The last one again, as a batch that is judged anew is loaded.
    assert outcome(shared, [*shuffled, chance.choice(said)]) == expected
    machines = shared.execute("SELECT instance_type, vcpus, source FROM instance_types").fetchall()
    assert {name: (vcpus, source) for name, vcpus, source in machines} == naive_vcpus(said)
    rates = [(row["rate_date"], row["units_per_usd"], one) for one in said for row in one.rows["fx_rates"]]
    assert {row[1] for row in expected["fx_rates"]} == {day for day, _, _ in rates}
    checked = {one.batch_id: START + timedelta(days=60 + max(one.checked)) for one in said if one.checked}
    assert {row[0]: row[-1] for row in expected["checks"]} == checked


@settings(max_examples=10)
@given(said=batches())
def test_one_rate_a_day_and_none_of_a_worse_source(
    shared: duckdb.DuckDBPyConnection, said: list[Said]
) -> None:
    found = outcome(shared, said)
    ranks = {info.name: info.rank for info in SOURCES}
    by_day = {(currency, day): source for currency, day, _, source in found["fx_rates"]}
    assert len(by_day) == len(found["fx_rates"])
    for currency, day, _, source, *_ in found["fx_observed"]:
        assert ranks[by_day[currency, day]] <= ranks[source]
    assert [row[1] for row in found["fx_latest"]] == [max(day for _, day in by_day)] if by_day else True


def test_a_release_is_confirmed_by_its_date_alone(shared: duckdb.DuckDBPyConnection) -> None:
    outcome(shared, [Said("b0", "a", 0, 0, {}, (1,)), Said("b1", "c", 0, 0, {}, (1,))])
    found = shared.execute("SELECT source, confirmed_at FROM confirmations ORDER BY source").fetchall()
    assert found == [("a", START + timedelta(days=61)), ("c", START)]
