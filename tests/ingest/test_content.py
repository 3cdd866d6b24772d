"""One order and one hash for equal rows, whatever table they are in."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingest.content import ordered
from warehouse.contracts import TABLES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXTS = ["", "a", "B", "ã", "a\nb", "zz", "𝛼"]


def value(chance: random.Random, field: Any) -> Any:
    if field.nullable and chance.random() < 0.2:
        return None
    number = chance.randrange(-3, 4)
    kinds: dict[str, Any] = {
        "string": chance.choice(TEXTS),
        "int32": number,
        "double": number / 4,
        "bool": number > 0,
        "date32[day]": date(2026, 11, 20) + timedelta(days=number),
        "timestamp[us, tz=UTC]": NOON + timedelta(microseconds=number),
        "decimal128(20, 10)": Decimal(number) / 8,
    }
    return kinds[str(field.type)]


def table(name: str, rows: int, seed: int = 1) -> pa.Table:
    chance = random.Random(seed)
    schema = TABLES[name]
    return pa.Table.from_pylist(
        [{field.name: value(chance, field) for field in schema} for _ in range(rows)], schema=schema
    )


def shuffled(rows: pa.Table, chunk: int) -> pa.Table:
    places = list(range(rows.num_rows))
    random.Random(2).shuffle(places)
    return pa.Table.from_batches(
        rows.take(pa.array(places, pa.int64())).to_batches(max_chunksize=chunk), schema=rows.schema
    )


@pytest.mark.parametrize("name", TABLES)
def test_the_order_is_that_of_all_columns_one_after_the_other(name: str) -> None:
    rows = table(name, 300)
    told = ", ".join(f'"{column}"' for column in rows.column_names if column != "observed_at")
    last = ', "observed_at"' if "observed_at" in rows.column_names else ""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("given", rows)
        expected = connection.execute(f"FROM given ORDER BY {told}{last}").to_arrow_table()
    found, _ = ordered(rows)
    assert found.schema.equals(rows.schema)
    assert found.to_pylist() == expected.cast(rows.schema).to_pylist()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("size", [0, 1, 250])
def test_neither_order_nor_chunks_change_the_hash(name: str, size: int) -> None:
    rows = table(name, size)
    found, digest = ordered(rows)
    again, same = ordered(shuffled(rows, 7))
    assert digest == same
    assert found.equals(again)


def test_when_rows_were_seen_is_not_in_the_hash() -> None:
    rows = table("prices", 50)
    later = pa.array(
        [NOON + timedelta(days=number) for number in range(50)], rows.schema.field("observed_at").type
    )
    place = rows.column_names.index("observed_at")
    assert ordered(rows)[1] == ordered(rows.set_column(place, rows.schema.field(place), later))[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a", "b"], ["a", "b", "b"]),
        (["a", None], ["a", ""]),
        (["ab", "c"], ["a", "bc"]),
        (["a\nb"], ["a", "b"]),
        ([None], [None, None]),
    ],
)
def test_other_values_give_another_hash(one: list[Any], other: list[Any]) -> None:
    made = [ordered(pa.table({"x": pa.array(values, pa.string())}))[1] for values in (one, other)]
    assert made[0] != made[1]


def test_which_column_a_value_is_in_counts() -> None:
    one = pa.table({"x": ["a", "b"], "y": ["b", "a"]})
    other = pa.table({"x": ["a", "b"], "y": ["a", "b"]})
    assert ordered(one)[1] != ordered(other)[1]
    assert ordered(one)[1] != ordered(one.rename_columns(["x", "z"]))[1]


def test_more_distinct_values_than_one_key_holds() -> None:
    columns = {f"c{number}": pa.array([f"{row * 7919 % 5000}" for row in range(5000)]) for number in range(8)}
    columns["last"] = pa.array([str(row % 10) for row in range(5000)])
    rows = pa.table(columns)
    assert ordered(shuffled(rows, 999))[0].equals(ordered(rows)[0])
    assert ordered(rows)[0]["c0"].to_pylist() == sorted(rows["c0"].to_pylist())
