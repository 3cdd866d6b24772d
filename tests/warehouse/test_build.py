"""Batches into a warehouse: what loading twice, quarantine and refusal do, and what the views then say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import registry, staging
from warehouse import build
from warehouse.contracts import PRICES, Batch, Verdict
from warehouse.errors import InvalidInput

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
HISTORY = ("price_keys", "price_spans", "machine_specs", "discount_rules", "batches", "quarantine")


class Warehouse:
    """A warehouse file that batches of a test's house are loaded into."""

    def __init__(self, house: Any, connection: duckdb.DuckDBPyConnection) -> None:
        self.house, self.connection = house, connection
        build.load_reference(connection, house.limits.data)
        build.load_sources(connection, registry.SOURCES)

    def load(self, batch: Batch) -> Verdict:
        store = self.house.limits.store
        folder = staging.batch_folder(store, batch.batch_id)
        info = registry.get(batch.source)
        return build.load_batch(self.connection, batch, folder, store / "validation", info)

    def listed(self, day: int, prices: dict[str, Any], **changes: Any) -> Verdict:
        return self.load(self.house.stage(prices, FIRST + day * DAY, **changes))

    def collect(self) -> list[Verdict]:
        known = build.loaded(self.connection)
        self.house.collect()
        return [
            self.load(one) for one in staging.staged(self.house.limits.store) if one.batch_id not in known
        ]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def derived(self, query: str) -> list[tuple[Any, ...]]:
        build.derive(self.connection)
        return self.rows(query)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: self.rows(f"FROM {table} ORDER BY ALL") for table in HISTORY}


@pytest.fixture
def warehouse(house: Any) -> Iterator[Warehouse]:
    house.limits.store.mkdir()
    with build.opened(Path(":memory:")) as connection:
        yield Warehouse(house, connection)


def day(number: int) -> datetime:
    return FIRST + number * DAY


def spans(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    found = warehouse.rows(
        "SELECT sku_id, valid_from, valid_to, price FROM price_spans JOIN price_keys USING (price_id) ORDER BY ALL"
    )
    return [
        (sku, (since - FIRST).days, until and (until - FIRST).days, float(price))
        for sku, since, until, price in found
    ]


def test_loading_a_batch_twice_changes_nothing(warehouse: Warehouse) -> None:
    house = warehouse.house
    batches = [
        house.stage({"m5.large@us-east-1": 0.1, "m5.xlarge@us-east-1": 0}, day(0), machines=house.machines),
        house.stage({"m5.large@us-east-1": 0.11, "m5.xlarge@us-east-1": 0.2}, day(1)),
    ]
    for batch in batches:
        warehouse.load(batch)
    before = warehouse.everything()
    assert len(before["price_spans"]) == 3
    assert len(before["quarantine"]) == 1
    # A batch that is loaded is not loaded again; what it says, loaded under another name, is no news.
    assert build.loaded(warehouse.connection) == {batch.batch_id for batch in batches}
    warehouse.connection.execute("DELETE FROM batches WHERE batch_id = $id", {"id": batches[1].batch_id})
    warehouse.load(batches[1])
    assert warehouse.everything() == before


def test_a_price_stays_until_a_batch_says_otherwise(warehouse: Warehouse) -> None:
    both = {"m5.large@us-east-1": 0.1, "m5.xlarge@us-east-1": 0.2}
    warehouse.listed(0, both)
    warehouse.listed(1, both)
    warehouse.listed(2, {"m5.large@us-east-1": 0.12, "m5.xlarge@us-east-1": 0.2})
    assert spans(warehouse) == [
        ("m5.large@us-east-1", 0, 2, 0.1),
        ("m5.large@us-east-1", 2, None, 0.12),
        ("m5.xlarge@us-east-1", 0, None, 0.2),
    ]


def test_a_quarantined_price_leaves_the_last_good_one_in_force(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"m5.large@us-east-1": 0.1, "m5.xlarge@us-east-1": 0.2})
    verdict = warehouse.listed(1, {"m5.large@us-east-1": 0, "m5.xlarge@us-east-1": 0.21})
    assert (verdict.verdict, dict(verdict.reasons)) == ("accepted_with_quarantine", {"zero_price": 1})
    assert ("m5.large@us-east-1", 0, None, 0.1) in spans(warehouse)
    confirmed = dict(warehouse.derived("SELECT sku_id, as_of FROM prices WHERE valid_to IS NULL"))
    assert confirmed == {"m5.large@us-east-1": day(0), "m5.xlarge@us-east-1": day(1)}


def test_a_price_that_is_gone_is_closed_but_kept(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"m5.large@us-east-1": 0.1, "m5.xlarge@us-east-1": 0.2})
    warehouse.listed(1, {"m5.large@us-east-1": 0.1})
    assert ("m5.xlarge@us-east-1", 0, 1, 0.2) in spans(warehouse)
    assert warehouse.derived("SELECT instance_type FROM offers") == [("m5.large",)]


def test_a_refused_batch_leaves_the_history_untouched(warehouse: Warehouse) -> None:
    many = {f"m5.size{number}@us-east-1": 0.1 + number / 1000 for number in range(120)}
    warehouse.listed(0, many)
    before = warehouse.everything()
    verdict = warehouse.listed(1, dict(list(many.items())[:20]))
    assert verdict.verdict == "refused"
    assert "fewer" in verdict.failures[0]
    after = warehouse.everything()
    unchanged = [table for table in HISTORY if after[table] == before[table]]
    assert set(unchanged) >= {"price_keys", "price_spans", "machine_specs", "discount_rules"}
    assert len(after["batches"]) == 2
    assert warehouse.derived("SELECT DISTINCT as_of FROM offers") == [(day(0),)]
    assert warehouse.rows("SELECT verdict FROM freshness") == [("refused",)]


def test_a_failure_while_loading_leaves_nothing_of_the_batch(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"m5.large@us-east-1": 0.1})
    before = warehouse.everything()
    batch = warehouse.house.stage({"m5.large@us-east-1": 0.12}, day(1))
    (warehouse.house.limits.data / "reference" / "anchors.csv").unlink()
    with pytest.raises(InvalidInput, match=r"anchors\.csv cannot be read"):
        warehouse.load(batch)
    assert warehouse.everything() == before


def test_prices_know_when_they_were_last_confirmed(warehouse: Warehouse) -> None:
    same = {"m5.large@us-east-1": 0.1}
    for number in (0, 1, 2):
        warehouse.listed(number, same if number < 2 else {"m5.large@us-east-1": 0.12})
    found = warehouse.derived(
        "SELECT valid_from, valid_to, as_of, observed_at, price FROM prices ORDER BY valid_from"
    )
    assert found == [
        (day(0), day(2), day(0), day(0), Decimal("0.1")),
        (day(2), None, day(2), day(2), Decimal("0.12")),
    ]
    warehouse.listed(5, {"m5.large@us-east-1": 0.12})
    assert warehouse.derived("SELECT as_of FROM prices WHERE valid_to IS NULL") == [(day(5),)]


def test_price_changes_are_told_with_their_size(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"m5.large@us-east-1": 0.1})
    warehouse.listed(1, {"m5.large@us-east-1": 0.11})
    found = warehouse.derived(
        "SELECT old_price, new_price, round(change_percent, 6), changed_at FROM price_changes"
    )
    assert found == [(Decimal("0.1"), Decimal("0.11"), 10.0, day(1))]


def test_of_two_sources_the_lower_rank_is_offered(warehouse: Warehouse) -> None:
    """Two sources price the same thing; `rank` of the registry decides, not which is newer."""
    assert registry.get("genai_prices").rank < registry.get("libcloud").rank
    older, newer = (datetime.now(UTC) - days * DAY for days in (4, 1))
    warehouse.load(warehouse.house.stage({"m5.large@us-east-1": 0.1}, older, source="genai_prices"))
    warehouse.load(warehouse.house.stage({"m5.large@us-east-1": 0.2, "m5.xlarge@us-east-1": 0.3}, newer))
    found = warehouse.derived("SELECT instance_type, source, price_hour FROM offers ORDER BY ALL")
    assert found == [
        ("m5.large", "genai_prices", Decimal("0.1")),
        ("m5.xlarge", "libcloud", Decimal("0.3")),
    ]


def test_the_users_own_price_stands_beside_the_list_price(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"m5.large@us-east-1": 0.1})
    warehouse.house.write_list({"m5.large@us-east-1": 0.08}, as_of="2026-11-02", service="AmazonEC2")
    assert [verdict.verdict for verdict in warehouse.collect()] == ["accepted"]
    found = warehouse.derived("SELECT price_type, source, price_hour FROM offers ORDER BY price_type")
    assert found == [("contracted", "price_file", Decimal("0.08")), ("list", "libcloud", Decimal("0.1"))]


def test_own_offers_take_the_first_rule_that_fits(warehouse: Warehouse) -> None:
    warehouse.listed(
        0, {"m5.large@us-east-1": 0.1, "c5.large@us-east-1": 0.2, "p5.48xlarge@us-east-1": 98.32}
    )
    warehouse.house.write_discounts("a,aws,on_demand,m5*,-10%", "b,AWS,,*.large,-50", "c,gcp,,,-99")
    warehouse.collect()
    own = "SELECT instance_type, rule, price_usd_hour, own_price_usd_hour FROM own_offers ORDER BY ALL"
    assert warehouse.derived(own) == [
        ("c5.large", "b", Decimal("0.2"), Decimal("0.1")),
        ("m5.large", "a", Decimal("0.1"), Decimal("0.09")),
    ]
    assert warehouse.rows("SELECT count(*) FROM offers") == [(3,)]
    warehouse.house.write_discounts("a,aws,on_demand,m5*,-20%")
    warehouse.collect()
    assert warehouse.derived(own) == [("m5.large", "a", Decimal("0.1"), Decimal("0.08"))]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, (0.1, 73.0, 0.1)),
        ({"upfront": 876, "term_months": 12, "payment": "all_upfront", "price": 0}, (0.1, 73.0, 0.1)),
        ({"upfront": 438, "term_months": 12, "payment": "partial_upfront", "price": 0.05}, (0.1, 73.0, 0.1)),
    ],
)
def test_an_offer_costs_what_an_hour_of_it_costs(
    warehouse: Warehouse, own: dict[str, Any], expected: tuple[float, ...]
) -> None:
    option = {"purchase_option": "reserved"} if own else {}
    warehouse.listed(0, {"m5.large@us-east-1": {"price": 0.1, **own, **option}})
    found = warehouse.derived("SELECT price_hour, price_month, price_usd_hour FROM offers")
    assert [tuple(map(float, row)) for row in found] == [expected]


def test_another_currency_is_converted_at_the_reference_rate(warehouse: Warehouse) -> None:
    (rate,) = warehouse.rows("SELECT units_per_usd FROM fx_latest WHERE currency = 'EUR'")[0]
    warehouse.listed(0, {"m5.large@eu-west-1": 0.1}, currency="EUR")
    found = warehouse.derived("SELECT currency, price_hour, price_usd_hour FROM offers")
    assert [(c, float(p), round(float(usd), 6)) for c, p, usd in found] == [
        ("EUR", 0.1, round(0.1 / float(rate), 6))
    ]


def test_offers_know_machine_and_place(warehouse: Warehouse) -> None:
    warehouse.listed(0, {"p5.48xlarge@us-east-1": 98.32}, machines=warehouse.house.machines)
    found = warehouse.derived(
        "SELECT family, vcpus, accelerator, price_usd_gpu_hour, accelerator_memory_total_gib, city, country, continent "
        "FROM gpu_offers"
    )
    assert found == [("p5", 192, "H100", Decimal("12.29"), 640, "Ashburn", "US", "north_america")]


def undescribed(connection: duckdb.DuckDBPyConnection) -> Sequence[tuple[Any, ...]]:
    return connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' "
        "AND database_name = current_database() AND coalesce(comment, '') = ''"
    ).fetchall()


def test_every_column_of_every_table_has_a_comment(warehouse: Warehouse) -> None:
    build.derive(warehouse.connection)
    build.describe(warehouse.connection)
    assert undescribed(warehouse.connection) == []
    assert warehouse.rows(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'regions' AND column_name = 'name'"
    ) == [("The provider's name of the region",)]


def test_every_comment_is_of_a_column(warehouse: Warehouse) -> None:
    build.derive(warehouse.connection)
    columns = set(warehouse.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"))
    names = {column for _, column in columns}
    stray = [
        key
        for key in build.column_comments()
        if key not in columns and not (key[0] == "*" and key[1] in names)
    ]
    assert stray == []


def test_prices_have_the_columns_of_the_contract(warehouse: Warehouse) -> None:
    build.derive(warehouse.connection)
    served = {row[0] for row in warehouse.rows("DESCRIBE prices")}
    assert served >= {*PRICES.names, "price_id", "valid_from", "valid_to", "batch_id", "as_of"}


def test_a_warehouse_of_another_recipe_is_not_continued(tmp_path: Path, limits: Any) -> None:
    path = tmp_path / "warehouse.duckdb"
    with build.opened(path):
        pass
    assert build.made_by_this_recipe(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE recipe SET digest = 'another'")
    assert not build.made_by_this_recipe(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE recipe")
    assert not build.made_by_this_recipe(path)


def test_views_stay_until_something_else_would_make_them(warehouse: Warehouse) -> None:
    def number() -> int:
        ((found,),) = warehouse.rows("SELECT view_oid FROM duckdb_views() WHERE view_name = 'prices'")
        return int(found)

    build.derive(warehouse.connection)
    build.describe(warehouse.connection)
    first = number()
    build.derive(warehouse.connection)
    assert number() == first
    warehouse.connection.execute("COMMENT ON TABLE recipe IS 'of another release'")
    warehouse.connection.execute("CREATE OR REPLACE VIEW prices AS SELECT 'old' AS price")
    build.derive(warehouse.connection)
    assert number() != first
    served = {row[0] for row in warehouse.rows("DESCRIBE prices")}
    assert served >= {*PRICES.names}


def test_a_reference_table_that_cannot_be_read_is_named(warehouse: Warehouse) -> None:
    path = warehouse.house.limits.data / "reference" / "fx_rates.csv"
    path.write_text("currency,rate_date,units_per_usd,source\nUSD,yesterday,1,x\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"fx_rates\.csv cannot be read.*Correct .*fx_rates\.csv") as wrong:
        build.load_reference(warehouse.connection, warehouse.house.limits.data)
    assert "\n" not in str(wrong.value)
