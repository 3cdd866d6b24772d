"""What a reader allows, on a real small snapshot: one SELECT, within its limits, and nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import snapshots
from warehouse.errors import InvalidInput, QueryInterrupted, QueryRefused, SnapshotOutdated, UnknownName
from warehouse.reader import Reader, served_sql
from warehouse.settings import settings

SERVE = Path(__file__).resolve().parents[2] / "warehouse" / "sql" / "serve"
# What the served queries filter by, as the agent would give it; all others are null.
GIVEN: dict[str, Any] = {
    "numbers": [0],
    "rows": 10,
    "table": "offers",
    "tables": ["offers"],
    "machines": ["m5.large", "p5.48xlarge"],
    "accelerators": ["H100"],
    "min_percent": 0,
    "machine": "m5.large",
    "provider": "aws",
    "region": "us-east-1",
    "models": ["openai/gpt-4o"],
    "operating_system": "linux",
    "tenancy": "shared",
    "purchase_option": "on_demand",
    "purchase_options": ["on_demand"],
    "price_type": "list",
    "currency": "EUR",
    "words": ["spot"],
    "kinds": ["guide"],
    "document_id": "guide/spot-instances/en",
    "language": "en",
    "per_gpu": False,
    "dearest": False,
    "gpus_only": False,
    "no_gpus": False,
    "no_burstable": False,
    "bare_metal": None,
    "basket": '[{"machine": "m5.large", "region": "us-east-1"}]',
    "below_usd_hour": 1,
    "same_architecture": True,
    "burstable": False,
    "rank_by": "price",
    "per_provider": 3,
    "count": 2,
    "hours": 730,
    "months": 12,
    "amount": 1,
    "from_currency": "USD",
    "to_currency": "EUR",
    "at": datetime.now(UTC),
    "since": datetime(2020, 1, 1, tzinfo=UTC),
    "until": datetime.now(UTC),
}
# Its one refused row is of another region, it has no benchmarks and no spot prices, and nothing changed.
EMPTY = {"quarantine_rows", "vocabulary_benchmarks", "changes_of", "spot_days_of"}


@pytest.fixture
def reader(small_store: Path, limits: object) -> Iterator[Reader]:
    with Reader.open(small_store) as opened:
        yield opened


def limit(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CLOUD_PRICING_{name}", value)
    settings.cache_clear()


NOT_A_SELECT = [
    "COPY offers TO 'stolen.csv'",
    "COPY (SELECT 1) TO 'stolen.csv'",
    "ATTACH 'other.duckdb'",
    "DETACH warehouse",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 1",
    "SET enable_external_access = true",
    "RESET memory_limit",
    "SET VARIABLE x = 1",
    "PRAGMA threads = 1",
    "PRAGMA enable_profiling",
    "EXPORT DATABASE 'stolen'",
    "CREATE TABLE mine (a INTEGER)",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "CREATE MACRO mine() AS 1",
    "CREATE SECRET (TYPE s3)",
    "INSERT INTO sources SELECT * FROM sources",
    "UPDATE price_spans SET price = 0",
    "DELETE FROM price_spans",
    "DROP TABLE price_spans",
    "ALTER TABLE price_spans ADD COLUMN x INTEGER",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "EXPLAIN ANALYZE COPY offers TO 'stolen.csv'",
    "EXPLAIN ANALYZE CREATE TEMP TABLE mine AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE price_spans",
    "",
    " ; -- nothing",
]


@pytest.mark.parametrize("sql", NOT_A_SELECT)
def test_only_one_select_is_run(reader: Reader, sql: str) -> None:
    with pytest.raises(QueryRefused, match=r"SELECT") as refused:
        reader.query(sql)
    assert "\n" not in str(refused.value)


FUNCTIONS = [
    "read_text('/etc/hostname')",
    "read_blob('/etc/hostname')",
    "read_csv('/etc/hostname')",
    "READ_PARQUET('x.parquet')",
    "read_json('https://example.org/x.json')",
    "glob('/*')",
    "sniff_csv('/etc/hostname')",
    "query('SELECT 1')",
    "json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "system.main.enable_logging(storage := 'file', storage_config := {'path': 'stolen'})",
    "disable_logging()",
    "enable_profiling(save_location := 'stolen.json')",
    "checkpoint()",
    "arrow_scan(1, 2, 3)",
    "pragma_database_size()",
    "duckdb_settings()",
    "duckdb_secrets()",
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("around", ["SELECT * FROM {}", "SELECT 1 WHERE EXISTS (WITH a AS (FROM {}) FROM a)"])
def test_rows_come_from_the_snapshot_only(reader: Reader, function: str, around: str) -> None:
    name = re.match(r"[a-z.]*?([a-z_]+)\(", function.lower())
    assert name is not None
    with pytest.raises(QueryRefused, match=rf"{name[1]}\(\) is not allowed.*snapshot only"):
        reader.query(around.format(function))


@pytest.mark.parametrize(
    "sql",
    [
        "FROM pragma_database_list",
        "SELECT setting FROM pg_catalog.PG_Settings WHERE name = 'secret_directory'",
        "SELECT path FROM system.main.duckdb_databases AS d",
        "SELECT 1 WHERE (SELECT Current_Setting('temp_directory')) IS NULL",
    ],
)
def test_where_the_server_keeps_its_files_is_not_told(reader: Reader, sql: str) -> None:
    with pytest.raises(QueryRefused, match="is not allowed"):
        reader.query(sql)


def test_the_engine_itself_is_locked(small_store: Path, limits: object) -> None:
    """Whatever the guard overlooks: the trusted path reaches no file and changes no setting either."""
    with Reader.open(small_store) as reader:
        for sql in (
            "FROM read_text('/etc/hostname')",
            "COPY sources TO 'x.csv'",
            "SET threads = 1",
            "INSTALL httpfs",
        ):
            with pytest.raises(InvalidInput):
                reader._run(sql, {}, 1)
        with pytest.raises(InvalidInput, match="read-only"):
            reader._run("DELETE FROM sources", {}, 1)


def test_a_file_is_no_table(reader: Reader) -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        reader.query("SELECT * FROM '/etc/hostname'")


def test_no_query_writes_to_the_snapshot(small_store: Path, reader: Reader) -> None:
    def files() -> dict[str, str]:
        found = (path for path in sorted(reader.folder.rglob("*")) if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    before = files()
    reader.query("SELECT count(*) FROM offers a, offers b, offers c")
    reader.query("SELECT DISTINCT region FROM prices ORDER BY region")
    for sql in NOT_A_SELECT:
        with pytest.raises(InvalidInput):
            reader.query(sql)
    assert files() == before
    assert snapshots.verify(snapshots.load(small_store)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "FROM sources",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
        "VALUES (1)",
        "DESCRIBE offers",
        "SHOW TABLES",
        "SUMMARIZE sources",
        "SELECT unnest([1, 2])",
        "SELECT * FROM range(3), unnest([1])",
        "PIVOT sources ON schedule IN ('daily') USING count(*)",
        "SELECT * FROM duckdb_columns() LIMIT 1",
        "/* why */ SELECT 1;",
    ],
)
def test_every_kind_of_select_runs(reader: Reader, sql: str) -> None:
    assert reader.query(sql).rows


def test_a_runaway_join_is_cut(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, "QUERY_TIMEOUT", "0.3")
    started = time.monotonic()
    runaway = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 3"
    with pytest.raises(QueryInterrupted, match=r"longer than 0\.3 seconds.*CLOUD_PRICING_QUERY_TIMEOUT"):
        reader.query(runaway)
    assert time.monotonic() - started < 5
    assert reader.query("SELECT 1").rows == ((1,),)


def test_a_runaway_query_does_not_cut_another_one(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, "QUERY_TIMEOUT", "0.5")
    cut: list[BaseException] = []

    def run_away() -> None:
        try:
            reader.query(
                "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 3"
            )
        except QueryInterrupted as error:
            cut.append(error)

    runner = threading.Thread(target=run_away)
    runner.start()
    while runner.is_alive():
        assert reader.query("SELECT count(*) FROM sources").rows[0][0] > 0
    assert len(cut) == 1


def test_the_row_cap_says_that_it_cut(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, "QUERY_ROWS", "5")
    assert len(reader.query("FROM range(5)").rows) == 5
    assert not reader.query("FROM range(5)").truncated
    many = reader.query("FROM range(1000000000)")
    assert (len(many.rows), many.truncated) == (5, True)
    assert len(reader.query("FROM range(9)", limit=7).rows) == 7


def test_a_query_may_not_use_all_memory(
    small_store: Path, limits: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, "MEMORY_LIMIT", "50MB")
    with Reader.open(small_store) as reader:
        with pytest.raises(InvalidInput, match=r"more memory than it may use.*CLOUD_PRICING_MEMORY_LIMIT"):
            reader.query("SELECT list(range) FROM range(100000000)")
        assert reader.query("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM offers", 'column "nothing"'),
        ("SELECT * FROM nowhere", "nowhere does not exist"),
        ("SELECT error('bad luck')", "bad luck"),
        ("SELECT CAST('x' AS INTEGER)", "Could not convert"),
        ("SELECT $x", "parameters: x"),
        ("SELECT " + "1+" * 20_000 + "1", "depth"),
        ("SELECT * FROM (" * 400 + "SELECT 1" + ")" * 400, "nested too deeply"),
    ],
)
def test_an_error_is_one_line_and_says_what_to_do(reader: Reader, sql: str, says: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        reader.query(sql)
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert wrong.value.hint
    assert len(str(wrong.value)) < 500


def test_parameters_are_values_not_text(reader: Reader) -> None:
    found = reader.query("SELECT $name AS name", {"name": "'; DROP TABLE offers; --"})
    assert found.records() == [{"name": "'; DROP TABLE offers; --"}]


def test_threads_share_a_reader(reader: Reader) -> None:
    def ask(number: int) -> tuple[Any, ...]:
        return reader.query("SELECT $number + count(*) - count(*) FROM offers", {"number": number}).rows[0]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(200))) == [(number,) for number in range(200)]


def test_a_second_reader_of_a_snapshot_is_as_locked_as_the_first(
    small_store: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: Reader.open(small_store), range(16)))
    assert {one.query("SELECT count(*) FROM offers").rows for one in (reader, *opened)} == {
        ((reader.snapshot.rows["offers"],),)
    }
    for one in opened:
        with pytest.raises(InvalidInput, match="disabled"):
            one._run("FROM read_text('/etc/hostname')", {}, 1)
        one.close()
    assert reader.query("SELECT 1").rows == ((1,),)
    with pytest.raises(InvalidInput, match=r"open in this process with other limits.*serves many threads"):
        Reader(snapshots.load(small_store), spill=tmp_path)
    limit(monkeypatch, "MEMORY_LIMIT", "3GB")
    with pytest.raises(InvalidInput, match="open in this process with other limits"):
        Reader.open(small_store)


ASKED_ELSEWHERE = """
import sys
from pathlib import Path
from warehouse.reader import Reader

with Reader.open(Path(sys.argv[1])) as reader:
    sys.stdout.write(reader.query("SELECT TIMESTAMPTZ '2026-11-20 01:00:00+00'::DATE::VARCHAR").rows[0][0])
"""


def test_no_query_is_answered_in_the_time_zone_of_the_machine(small_store: Path, limits: object) -> None:
    command = [sys.executable, "-c", ASKED_ELSEWHERE, str(small_store)]
    there = {**os.environ, "TZ": "America/Sao_Paulo", "PYTHONPATH": str(SERVE.parents[2])}
    asked = subprocess.run(command, env=there, capture_output=True, text=True, check=True)
    assert asked.stdout == "2026-11-20"


def test_times_are_utc_and_money_is_decimal(reader: Reader) -> None:
    row = reader.query("SELECT as_of, price_usd_hour FROM offers WHERE source = 'libcloud' LIMIT 1").rows[0]
    assert row[0].utcoffset().total_seconds() == 0
    assert isinstance(row[1], Decimal)


@pytest.mark.parametrize("name", sorted(path.stem for path in SERVE.glob("*.sql")))
def test_every_served_query_runs(reader: Reader, name: str) -> None:
    used = dict.fromkeys(re.findall(r"\$([a-z_]+)", re.sub(r"--(?! if ).*", "", served_sql(name))))
    prices = [row[0] for row in reader.query("SELECT price_id::VARCHAR FROM offers").rows]
    these = {"price_ids": prices, "price_id": prices[0]}
    result = reader.named(name, **{key: {**GIVEN, **these}.get(key) for key in used})
    assert result.columns
    assert bool(result.rows) != (name in EMPTY)
    assert len(set(result.columns)) == len(result.columns)


def test_a_served_query_that_is_not_there_is_told(reader: Reader) -> None:
    with pytest.raises(UnknownName, match=r"called nothing.*find_offers"):
        reader.named("nothing")


def test_rows_that_are_too_wide_are_not_held(reader: Reader) -> None:
    with pytest.raises(InvalidInput, match="first 3 rows are larger than 64 MiB"):
        reader.query("SELECT ['x', repeat('x', 30000000)] FROM range(4)")


def test_a_reader_stays_with_its_snapshot(reader: Reader, small_store: Path) -> None:
    assert reader.snapshot.id == snapshots.current_id(small_store)
    assert reader.query("SELECT count(*) FROM offers").rows == ((reader.snapshot.rows["offers"],),)


def test_a_stream_has_no_row_cap_and_holds_only_a_batch(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, "QUERY_ROWS", "10")
    assert (
        sum(batch.num_rows for batch in reader.stream("SELECT i FROM range(100000) t(i)", rows=20_000))
        == 100_000
    )
    endless = reader.stream("SELECT i FROM range(1000000000000) t(i)", rows=2048)
    assert [next(endless).num_rows for _ in range(3)] == [0, 2048, 2048]
    endless.close()  # type: ignore[attr-defined]


def test_a_stream_is_guarded_as_a_query_is(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    for sql in ("COPY offers TO 'stolen.csv'", "SELECT * FROM read_text('/etc/passwd')"):
        with pytest.raises(QueryRefused):
            next(reader.stream(sql))
    with pytest.raises(InvalidInput, match="nothing"):
        next(reader.stream("SELECT nothing FROM offers"))
    limit(monkeypatch, "EXPORT_TIMEOUT", "0.2")
    with pytest.raises(QueryInterrupted, match="CLOUD_PRICING_EXPORT_TIMEOUT"):
        list(reader.stream("SELECT max(hash(a.i * b.i)) FROM range(100000) a(i), range(100000) b(i)"))


def test_what_does_not_fit_in_memory_is_spilled_where_that_is_allowed(
    small_store: Path, limits: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, "MEMORY_LIMIT", "40MB")
    sorted_rows = "SELECT md5(i::VARCHAR) AS text, i FROM range(1000000) t(i) ORDER BY text"
    loaded = snapshots.load(small_store)
    with Reader(loaded) as reader, pytest.raises(InvalidInput, match="memory"):
        list(reader.stream(sorted_rows))
    with Reader(loaded, spill=tmp_path) as reader:
        assert sum(batch.num_rows for batch in reader.stream(sorted_rows)) == 1_000_000


def test_what_an_earlier_versions_snapshot_lacks_is_said(small_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(small_store, store)
    with duckdb.connect(str(snapshots.load(store).warehouse)) as connection:
        for sql in ("VIEW focus_sku_prices", "MACRO TABLE estimate", "MACRO TABLE offers_as_of"):
            connection.execute(f"DROP {sql}")
    with Reader.open(store) as opened:
        for asked in (
            lambda: opened.named("basket_lines", basket=GIVEN["basket"]),
            lambda: opened.query("SELECT * FROM focus_sku_prices"),
            lambda: opened.query("FROM offers_as_of(now())"),
            lambda: list(opened.stream("SELECT * FROM focus_sku_prices")),
        ):
            with pytest.raises(SnapshotOutdated, match=r"earlier version.*cloud-pricing refresh"):
                asked()
        with pytest.raises(InvalidInput, match="DuckDB: Catalog Error: Table with name nowhere"):
            opened.query("SELECT * FROM nowhere")
