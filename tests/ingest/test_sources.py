"""What every source keeps, tested once over the registry on recorded payloads."""

from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa
import pytest

from ingest import registry
from ingest.source import Payload, Tables
from warehouse import contracts
from warehouse.contracts import TABLES, Scope

Recorded = Callable[[str], Sequence[tuple[Scope, list[Payload]]]]
Parsed = list[tuple[Scope, list[Tables]]]
VOCABULARY = {
    "category": contracts.CATEGORIES,
    "purchase_option": contracts.PURCHASE_OPTIONS,
    "payment": contracts.PAYMENTS,
    "price_type": contracts.PRICE_TYPES,
    "tenancy": contracts.TENANCIES,
    "operating_system": contracts.OPERATING_SYSTEMS,
    "unit": contracts.UNITS,
}
every_source = pytest.mark.parametrize("source", [info.name for info in registry.SOURCES])


@pytest.fixture(scope="module")
def known() -> dict[str, Parsed]:
    return {}


@pytest.fixture
def parsed(recorded: Recorded, known: dict[str, Parsed]) -> Callable[[str], Parsed]:
    """What a source makes of its recorded payloads, parsed once for all tests."""

    def of(source: str) -> Parsed:
        if source not in known:
            known[source] = parse(source, recorded)
        return known[source]

    return of


def parse(source: str, recorded: Recorded) -> Parsed:
    return [(scope, list(registry.load(source).parse(payloads))) for scope, payloads in recorded(source)]


def prices_of(batches: list[Tables]) -> list[pa.Table]:
    return [one.tables["prices"] for one in batches if "prices" in one.tables]


@every_source
def test_tables_have_the_schema_of_the_contract(source: str, parsed: Callable[[str], Parsed]) -> None:
    for _, batches in parsed(source):
        for tables in batches:
            assert tables.tables
            for name, table in tables.tables.items():
                assert table.schema.equals(TABLES[name]), (source, name)
                assert table.num_rows > 0
                for column in TABLES[name]:
                    assert column.nullable or table[column.name].null_count == 0, column.name


@every_source
def test_no_two_rows_of_a_batch_are_the_same_price(source: str, parsed: Callable[[str], Parsed]) -> None:
    for _, batches in parsed(source):
        for prices in prices_of(batches):
            keys = prices.select(list(contracts.NATURAL_KEY))
            assert keys.num_rows == keys.group_by(list(contracts.NATURAL_KEY)).aggregate([]).num_rows


@every_source
def test_values_are_of_the_vocabulary(source: str, parsed: Callable[[str], Parsed]) -> None:
    for _, batches in parsed(source):
        for prices in prices_of(batches):
            for column, words in VOCABULARY.items():
                assert set(prices[column].unique().to_pylist()) <= {*words, None}, (source, column)
            assert all(len(code) == 3 and code.isupper() for code in prices["currency"].unique().to_pylist())
            assert prices["source"].unique().to_pylist() == [source]


@every_source
def test_prices_stay_inside_the_scope_of_their_batch(source: str, parsed: Callable[[str], Parsed]) -> None:
    for scope, batches in parsed(source):
        for prices in prices_of(batches):
            if scope.provider is not None:
                assert prices["provider"].unique().to_pylist() == [scope.provider]
            if scope.service is not None:
                assert prices["service"].unique().to_pylist() == [scope.service]


@every_source
def test_parsing_twice_gives_the_same(
    source: str, parsed: Callable[[str], Parsed], recorded: Recorded
) -> None:
    for (_, first), (_, second) in zip(parsed(source), parse(source, recorded), strict=True):
        assert [one.as_of for one in first] == [one.as_of for one in second]
        for one, other in zip(first, second, strict=True):
            assert one.tables.keys() == other.tables.keys()
            for name in one.tables:
                assert same_rows(one.tables[name], other.tables[name])


def same_rows(one: pa.Table, other: pa.Table) -> bool:
    with duckdb.connect() as connection:
        connection.register("one", one)
        connection.register("other", other)
        extra = connection.sql("SELECT count(*) FROM (FROM one EXCEPT ALL FROM other)").fetchall()
        return one.num_rows == other.num_rows and extra == [(0,)]
