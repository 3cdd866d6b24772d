"""What two snapshots hold that the other does not."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.contracts import QueryResult
from warehouse.errors import SnapshotDamaged
from warehouse.snapshots import Snapshot
from warehouse.statements import statement


@dataclass(frozen=True)
class Difference:
    """`counts` has one row for each kind of thing: what, added, gone, changed. `price_changes` has the
    largest, and is truncated where there are more."""

    counts: QueryResult
    price_changes: QueryResult


def compare(older: Snapshot, newer: Snapshot, limit: int = 20) -> Difference:
    """Raises SnapshotDamaged where a warehouse does not open."""
    with duckdb.connect(":memory:") as connection:
        try:
            for name, snapshot in (("older", older), ("newer", newer)):
                path = str(snapshot.warehouse).replace("'", "''")
                connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            return Difference(
                _fetch(connection, statement("diff/counts")),
                _cut(_fetch(connection, statement("diff/price_changes"), limit=limit + 1), limit),
            )
        except duckdb.Error as error:
            hint = "Run `cloud-pricing snapshots verify`."
            raise SnapshotDamaged(
                f"Snapshots cannot be compared: {str(error).splitlines()[0]}", hint
            ) from error


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str, **parameters: int) -> QueryResult:
    cursor = connection.execute(sql, parameters or None)
    columns = tuple(column[0] for column in cursor.description or ())
    return QueryResult(columns, tuple(cursor.fetchall()))


def _cut(result: QueryResult, limit: int) -> QueryResult:
    return QueryResult(result.columns, result.rows[:limit], len(result.rows) > limit)
