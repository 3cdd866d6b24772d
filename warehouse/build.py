"""Batches into a snapshot's warehouse: the only place that opens one for writing.

Everything is SQL files run in the order of their names: `schema/` once, `reference/` for the tables
of `data/reference`, `load/` for every batch, `views/` for what people ask.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import history, quality
from warehouse.bounds import LIMITS
from warehouse.contracts import TABLES, Batch, SourceInfo, Verdict
from warehouse.errors import InvalidInput
from warehouse.log import get_logger
from warehouse.settings import settings
from warehouse.statements import statement, statements

REFERENCE = ("accelerators", "countries", "fx_rates", "geographies", "regions", "services", "units")

_ROOM = Path(__file__).resolve().parent
_COLUMNS = _ROOM / "sql" / "columns.csv"
_RULES = ("bounds.py", "expectations.py", "fact_expectations.py", "batch_expectations.py")
_log = get_logger("build")


def recipe(*, everything: bool = False) -> str:
    """A digest of how warehouses are made: other tables or loading steps need a rebuild from batches.

    With `everything`, also of what is made anew for each snapshot: views, comments, cards, vectors.
    """
    anew = ("views", "phrases", "facts", "documents", "reference", "embed")
    folders = ("schema", "load", "gate", *(anew if everything else ()))
    digest = hashlib.sha256()
    for folder in folders:
        for text in statements(folder):
            digest.update(f"{text}\0".encode())
    for rules in _RULES:
        digest.update((_ROOM / rules).read_bytes())
    if everything:
        digest.update(_COLUMNS.read_bytes())
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse at `path`, read-write, with its tables made if the file is new."""
    limits = settings()
    config: dict[str, Any] = {"threads": limits.threads, "memory_limit": limits.memory_limit}
    with duckdb.connect(str(path), config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if not _has_table(connection, "batches"):
            # One transaction: each statement would wait for the disk.
            connection.execute("BEGIN")
            for text in statements("schema"):
                connection.execute(text)
            connection.execute("INSERT INTO recipe VALUES ($recipe)", {"recipe": recipe()})
            connection.execute("COMMIT")
        yield connection
        connection.execute("CHECKPOINT")


def made_by_this_recipe(path: Path) -> bool:
    """Whether the warehouse at `path` can be continued, or must be built anew from its batches."""
    with duckdb.connect(str(path), read_only=True) as connection:
        if not _has_table(connection, "recipe"):
            return False
        return connection.execute("SELECT digest FROM recipe").fetchone() == (recipe(),)


def carry_over(connection: duckdb.DuckDBPyConnection, older: Path) -> None:
    """Take from another warehouse what its batches do not tell: vectors (what a text means does not change),
    and the snapshots in which batches were first held."""
    path = str(older).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS older (READ_ONLY)")
    # Before there were projections, vectors were kept otherwise; they are made anew.
    wanted = {"embeddings": "projections", "projections": "projections", "first_snapshots": "first_snapshots"}
    for table, sign in wanted.items():
        if _has_table(connection, sign, "older"):
            connection.execute(statement(f"carry/{table}"))
    connection.execute("DETACH older")


def load_reference(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Fill the reference tables from `data`/reference. Raises InvalidInput naming the file."""
    for name in REFERENCE:
        path = data / "reference" / f"{name}.csv"
        try:
            connection.execute(statement(f"reference/{name}"), {"path": str(path)})
        except duckdb.Error as error:
            line = str(error).splitlines()[0]
            raise InvalidInput(f"{path.name} cannot be read: {line}", f"Correct {path}.") from error


def load_sources(connection: duckdb.DuckDBPyConnection, infos: Iterable[SourceInfo]) -> None:
    connection.execute("DELETE FROM sources")
    rows = [(i.name, i.title, i.schedule, i.max_age_days, i.rank, i.licence, i.homepage) for i in infos]
    if rows:
        connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def loaded(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Ids of the batches this warehouse has judged, refused ones among them."""
    return {row[0] for row in connection.execute("SELECT batch_id FROM batches").fetchall()}


def load_batch(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    folder: Path,
    validation: Path,
    info: SourceInfo | None = None,
    checked: datetime | None = None,
) -> Verdict:
    """Judge a staged batch and take what was accepted into the history; all of it or nothing.

    `checked` is when the source was last found to say the same. A batch that is loaded is judged anew.
    """
    connection.execute("BEGIN")
    try:
        _stage(connection, folder)
        connection.execute(statement("forget_batch"), {"batch_id": batch.batch_id})
        verdict = quality.judge(connection, batch, folder, validation, info=info, checked=checked)
        _record(connection, batch, verdict)
        record_checks(connection, {batch.batch_id: checked} if checked else {})
        if verdict.verdict != "refused":
            history.load(connection, batch.batch_id)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    _log.info(
        "batch_loaded",
        batch_id=batch.batch_id,
        source=batch.source,
        scope=str(batch.scope),
        verdict=verdict.verdict,
    )
    return verdict


def record_checks(connection: duckdb.DuckDBPyConnection, checked: Mapping[str, datetime]) -> None:
    """Note when the payloads of batches were last read again, unchanged; of batches held here only."""
    if checked:
        values = {"batch_ids": list(checked), "moments": list(checked.values())}
        connection.execute(statement("record_checks"), values)


def checks_of(path: Path) -> dict[str, datetime]:
    """What `record_checks` has noted in the warehouse at `path`; nothing if an older recipe made it."""
    with duckdb.connect(str(path), read_only=True) as connection:
        if not _has_table(connection, "checks"):
            return {}
        connection.execute("SET TimeZone = 'UTC'")
        return dict(connection.execute("SELECT batch_id, checked_at FROM checks").fetchall())


def in_doubt(connection: duckdb.DuckDBPyConnection, checked: Mapping[str, datetime]) -> set[str]:
    """Ids of loaded batches some of whose figures wait to be seen twice, and have been by now."""
    values = {
        "batch_ids": list(checked),
        "moments": list(checked.values()),
        "hours": LIMITS.seen_again_hours,
    }
    return {row[0] for row in connection.execute(statement("in_doubt"), values).fetchall()}


def standing_refusals(connection: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Verdicts of refused batches that nothing has followed: older data is in force in their place."""
    rows = connection.execute(statement("standing_refusals")).fetchall()
    return [
        Verdict(batch_id, "refused", count, quarantined, json.loads(reasons), tuple(failures))
        for batch_id, count, quarantined, reasons, failures in rows
    ]


def derive(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views people ask. Views and macros of the snapshot before stay, with the comments
    of their columns, where the same recipe made them."""
    made = f"{duckdb.__version__} {recipe(everything=True)}"
    stay = connection.execute(statement("made_by")).fetchone() == (made,)
    for text in statements("views"):
        if not stay or "CREATE OR REPLACE TABLE" in text:
            connection.execute(text)
    connection.execute(f"COMMENT ON TABLE recipe IS '{made}'")


def describe(connection: duckdb.DuckDBPyConnection) -> None:
    """COMMENT ON every column, from `sql/columns.csv`; a row with table `*` serves all tables."""
    known = column_comments()
    wanted = []
    for table, column, said in connection.execute(statement("all_columns")).fetchall():
        comment = known.get((table, column)) or known.get(("*", column))
        if comment and comment != said:
            quoted = comment.replace("'", "''")
            wanted.append(f"""COMMENT ON COLUMN "{table}"."{column}" IS '{quoted}'""")
    # One transaction: each of some hundred would wait for the disk.
    connection.execute("; ".join(["BEGIN", *wanted, "COMMIT"]))


def column_comments() -> dict[tuple[str, str], str]:
    with _COLUMNS.open(encoding="utf-8", newline="") as stream:
        return {(row["table"], row["column"]): row["comment"] for row in csv.DictReader(stream)}


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows per table that a manifest reports; `prices_in_force` are the current ones."""
    tables = ("batches", "price_keys", "instance_types", "quarantine", "offers", "documents")
    rows = {table: _count(connection, table) for table in tables}
    # The view of both joins them with their prices.
    rows["prices_in_force"] = _count(connection, "open_spans")
    rows["price_spans"] = rows["prices_in_force"] + _count(connection, "past_spans")
    return rows


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()  # noqa: S608 - our own names
    return int(row[0]) if row else 0


def _stage(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """TEMP tables `staged_<table>` with the rows of the batch and their place in the file."""
    for table, schema in TABLES.items():
        path = folder / f"{table}.parquet"
        staged = f"CREATE OR REPLACE TEMP TABLE staged_{table} AS"
        if path.is_file():
            rows = "FROM read_parquet($path, file_row_number = true)"
            connection.execute(
                f"{staged} SELECT * RENAME (file_row_number AS row_number) {rows}", {"path": str(path)}
            )
        else:
            connection.register("nothing", schema.append(pa.field("row_number", pa.int64())).empty_table())
            connection.execute(f"{staged} FROM nothing")
            connection.unregister("nothing")
    connection.execute("ALTER TABLE staged_prices ADD COLUMN price_id UUID")


def _record(connection: duckdb.DuckDBPyConnection, batch: Batch, verdict: Verdict) -> None:
    payloads = [
        {
            "sha256": p.sha256,
            "name": p.name,
            "url": p.url,
            "size": p.size,
            "fetched_at": p.fetched_at.isoformat(),
        }
        for p in batch.payloads
    ]
    scope = batch.scope
    connection.execute(
        statement("record_batch"),
        {
            "batch_id": batch.batch_id,
            "source": batch.source,
            "provider": scope.provider,
            "service": scope.service,
            "regions": _list(scope.regions),
            "purchase_options": _list(scope.purchase_options),
            "as_of": batch.as_of,
            "observed_at": batch.observed_at,
            "parser": batch.parser,
            "verdict": verdict.verdict,
            "row_count": verdict.rows,
            "quarantined": verdict.quarantined,
            "reasons": json.dumps(dict(verdict.reasons), sort_keys=True),
            "failures": list(verdict.failures),
            "payloads": json.dumps(payloads, sort_keys=True),
            "price_count": batch.rows.get("prices", 0),
        },
    )


def _list(values: Sequence[str] | None) -> list[str] | None:
    return list(values) if values is not None else None


def _has_table(connection: duckdb.DuckDBPyConnection, name: str, database: str | None = None) -> bool:
    query = """
        SELECT 1 FROM duckdb_tables()
        WHERE table_name = $name AND database_name = coalesce($database, current_database())
    """
    return connection.execute(query, {"name": name, "database": database}).fetchone() is not None
