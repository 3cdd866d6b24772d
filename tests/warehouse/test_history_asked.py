"""What the history is asked: prices as of a moment, changes, spot prices by day; its order on disk, what is let go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import build, history
from warehouse.contracts import SourceInfo
from warehouse.statements import statements

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCES = [
    SourceInfo("list", "A list", "daily", 7, 20, "", ""),
    SourceInfo("old", "An old list", "release", 90, 50, "", ""),
    SourceInfo("market", "A market", "hourly", 2, 20, "", "", market=True),
]


@pytest.fixture
def db(small_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for text in statements("schema"):
            connection.execute(text)
        build.load_reference(connection, small_data)
        build.load_sources(connection, SOURCES)
        yield connection


def batch(db: duckdb.DuckDBPyConnection, source: str, as_of: datetime, read: datetime | None = None) -> str:
    name = f"{source} {as_of:%Y-%m-%d}"
    db.execute(
        "INSERT INTO batches BY NAME SELECT $1 AS batch_id, $2 AS source, $3 AS as_of, $4 AS observed_at, '' AS parser, "
        "'accepted' AS verdict, 1 AS row_count, 0 AS quarantined, '{}' AS reasons, [] AS failures, '[]' AS payloads",
        [name, source, as_of, read or as_of],
    )
    return name


def key(db: duckdb.DuckDBPyConnection, source: str = "list", option: str = "on_demand", **more: Any) -> int:
    given = {
        "source": source, "provider": "aws", "service": "AmazonEC2", "category": "compute", "sku_id": "x",
        "name": "m5.large", "instance_type": "m5.large", "operating_system": "linux", "tenancy": "shared",
        "region": "us-east-1", "purchase_option": option, "price_type": "list", "tier_from": 0, "unit": "hour",
        "unit_raw": "Hrs", "currency": "USD", "source_url": "u",
    } | more  # fmt: skip
    columns = ", ".join(f"${name} AS {name}" for name in given)
    query = f"INSERT INTO price_keys BY NAME SELECT uuid() AS price_id, {columns} RETURNING key_no"
    return int(db.execute(query, given).fetchall()[0][0])


def span(db: duckdb.DuckDBPyConnection, number: int, batch_id: str, start: datetime, *, to: datetime | None = None,
         price: str = "1", upfront: str | None = None, before: datetime | None = None) -> None:  # fmt: skip
    if to is None:
        db.execute(
            "INSERT INTO open_spans VALUES ($1, $2, $3, $4, $5, $6)",
            [number, start, price, upfront, batch_id, before],
        )
    else:
        values = [number, start, to, price, upfront, batch_id, before]
        db.execute("INSERT INTO past_spans VALUES ($1, $2, $3, $4, $5, $6, $7)", values)


def asked(db: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return db.execute(query, list(values)).fetchall()


# --- as of a moment


def test_offers_as_of_are_of_the_best_source_that_spoke_by_then(db: duckdb.DuckDBPyConnection) -> None:
    """The better source begins in 2024; before it the old list answers, stale once its 90 days are over."""
    first, later = datetime(2022, 10, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    span(db, key(db, "old"), batch(db, "old", first), first, price="0.10")
    span(db, key(db), batch(db, "list", later), later, price="0.12")
    build.derive(db)
    query = "SELECT source, price_hour, stale FROM offers_as_of($1)"
    assert asked(db, query, first - DAY) == []
    assert asked(db, query, first) == [("old", Decimal("0.10"), False)]
    assert asked(db, query, first + 90 * DAY) == [("old", Decimal("0.10"), False)]
    assert asked(db, query, first + 91 * DAY) == [("old", Decimal("0.10"), True)]
    assert asked(db, query, later) == [("list", Decimal("0.12"), False)]


def test_a_price_is_as_fresh_as_it_was_then(db: duckdb.DuckDBPyConnection) -> None:
    """Read on two days: on the first of them nobody knew of the second."""
    start = NOW - 10 * DAY
    span(db, key(db), batch(db, "list", start), start)
    batch(db, "list", start + 5 * DAY)
    build.derive(db)
    query = "SELECT as_of, confirmed_at, valid_to FROM prices_as_of($1)"
    assert asked(db, query, start + DAY) == [(start, start, None)]
    assert asked(db, query, start + 6 * DAY) == [(start + 5 * DAY, start + 5 * DAY, None)]


def test_dollars_of_then_are_by_the_rate_of_then(db: duckdb.DuckDBPyConnection) -> None:
    start = datetime(2023, 1, 1, tzinfo=UTC)
    rate = "INSERT INTO fx_observed VALUES ('EUR', $1, $2, 'list', $3, 'x')"
    for day, units in ((date(2022, 12, 31), "0.5"), (date(2023, 6, 1), "0.8")):
        db.execute(rate, [day, units, start])
    span(db, key(db, currency="EUR"), batch(db, "list", start), start, price="1")
    build.derive(db)
    query = "SELECT price_usd_hour FROM offers_as_of($1)"
    assert asked(db, query, start) == [(Decimal(2),)]
    assert asked(db, query, datetime(2023, 6, 1, 12, tzinfo=UTC)) == [(Decimal("1.25"),)]


# --- changes


def test_a_change_tells_both_prices_and_who_saw_it(db: duckdb.DuckDBPyConnection) -> None:
    number, days = (
        key(db, option="reserved", term_months=12),
        [NOW - 30 * DAY, NOW - 20 * DAY, NOW - 10 * DAY],
    )
    names = [batch(db, "list", day, day + DAY) for day in days]
    span(db, number, names[0], days[0], to=days[1], price="0.5", upfront="730")
    # A gap of five days: what is sold again at another price has changed.
    span(db, number, names[1], days[1], to=days[1] + 5 * DAY, price="0.5", upfront="876", before=days[1])
    span(db, number, names[2], days[2], price="0.25", upfront="876", before=days[1] + 5 * DAY)
    build.derive(db)
    history.settle(db, "snapshot-1", keep_spot_days=0, now=NOW)
    found = asked(
        db,
        "SELECT changed_at, old_price, new_price, old_upfront, new_upfront, round(change_percent, 2), old_valid_from, "
        "old_valid_to, first_seen, last_seen, batch_id, snapshot FROM price_changes ORDER BY changed_at",
    )
    half, quarter, first, second = Decimal("0.5"), Decimal("0.25"), Decimal(730), Decimal(876)
    # Effective by the hour: 0.5 + 730 / 8760 = 0.58333, then 0.6, then 0.35.
    assert found == [
        (days[1], half, half, first, second, 2.86, days[0], days[1], days[1] + DAY, days[1] + 5 * DAY, names[1], "snapshot-1"),
        (days[2], half, quarter, second, second, -41.67, days[1], days[1] + 5 * DAY, days[2] + DAY, days[2] + DAY, names[2],
         "snapshot-1"),
    ]  # fmt: skip


def test_a_snapshot_is_the_first_that_held_a_batch(db: duckdb.DuckDBPyConnection) -> None:
    batch(db, "list", NOW - DAY)
    build.derive(db)
    history.settle(db, "first", keep_spot_days=0, now=NOW)
    batch(db, "list", NOW)
    history.settle(db, "second", keep_spot_days=0, now=NOW)
    found = asked(db, "SELECT snapshot, batch_id FROM first_snapshots ORDER BY ALL")
    assert found == [("first", "list 2026-11-19"), ("second", "list 2026-11-20")]


# --- spot prices by day


def spot_day(db: duckdb.DuckDBPyConnection) -> None:
    """One day a spot price is 1 for twelve hours, 2 for six, 4 for six; a list price changes beside it."""
    start, hour = NOW - 40 * DAY, timedelta(hours=1)
    held = [
        (start, start + 12 * hour, "1"),
        (start + 12 * hour, start + 18 * hour, "2"),
        (start + 18 * hour, start + DAY, "4"),
    ]
    spot, listed, name = key(db, option="spot"), key(db), batch(db, "list", start)
    before = None
    for begin, end, price in held:
        span(db, spot, name, begin, to=end, price=price, before=before)
        before = end
    span(db, spot, batch(db, "list", start + DAY), start + DAY, price="3", before=before)
    span(db, listed, name, start, to=start + DAY, price="5")
    span(db, listed, name, start + DAY, price="6", before=start + DAY)
    build.derive(db)


DAILY = (
    "SELECT day, low, median, high, mean, round(volatility_percent, 2), changes FROM spot_daily ORDER BY day"
)


def test_a_day_of_spot_prices_by_hand(db: duckdb.DuckDBPyConnection) -> None:
    """Mean (12·1 + 6·2 + 6·4) / 24 = 2; variance (12·1 + 6·4 + 6·16) / 24 - 2² = 1.5, of which the root is 61.24%."""
    spot_day(db)
    day = (NOW - 40 * DAY).date()
    assert asked(db, DAILY) == [
        (day, Decimal(1), Decimal(1), Decimal(4), Decimal(2), 61.24, 2),
        (day + DAY, Decimal(3), Decimal(3), Decimal(3), Decimal(3), 0, 1),
    ]


def test_old_changes_of_spot_prices_are_let_go_and_their_days_stay(db: duckdb.DuckDBPyConnection) -> None:
    spot_day(db)
    before, listed = (
        asked(db, DAILY),
        "SELECT * FROM price_history WHERE purchase_option = 'on_demand' ORDER BY valid_from",
    )
    kept = asked(db, listed)
    history.settle(db, "s", keep_spot_days=30, now=NOW)
    assert asked(db, "SELECT valid_to FROM price_history WHERE purchase_option = 'spot'") == [(None,)]
    assert asked(db, DAILY) == before
    assert asked(db, listed) == kept
    history.settle(db, "s", keep_spot_days=30, now=NOW + DAY)
    assert asked(db, DAILY) == before


def test_nothing_is_let_go_without_a_setting_or_within_the_days(db: duckdb.DuckDBPyConnection) -> None:
    spot_day(db)
    spans = asked(db, "FROM price_spans ORDER BY ALL")
    for days in (0, 40, 365):
        history.settle(db, "s", keep_spot_days=days, now=NOW)
        assert asked(db, "FROM price_spans ORDER BY ALL") == spans, days


# --- order on disk


def test_sorting_the_spans_anew_changes_no_price(db: duckdb.DuckDBPyConnection) -> None:
    numbers = [key(db, name=str(place)) for place in range(5)]
    name = batch(db, "list", NOW)
    for number in reversed(numbers):
        span(db, number, name, NOW - 2 * DAY, to=NOW - DAY, price=str(number))
        span(db, number, name, NOW - DAY, price=str(number + 1), before=NOW - DAY)
    build.derive(db)
    before = asked(db, "FROM price_spans ORDER BY ALL")
    db.execute("INSERT INTO clustering VALUES ('open_spans', 0, 1000000), ('past_spans', 0, 1000000)")
    history.settle(db, "s", keep_spot_days=0, now=NOW)
    assert asked(db, "FROM price_spans ORDER BY ALL") == before
    for table in ("open_spans", "past_spans"):
        assert [row[0] for row in asked(db, f"SELECT key_no FROM {table}")] == numbers
    assert asked(db, "SELECT DISTINCT sorted, added FROM clustering") == [(5, 0)]
