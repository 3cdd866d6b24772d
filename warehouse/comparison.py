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
    """`counts` has one row for each kind of thing (what, added, gone, changed), `kinds` one for each kind
    of document. Lists of more rows than were asked for are truncated; changes of prices come largest
    first, of an amount by the hour or of one at the start."""

    counts: QueryResult
    kinds: QueryResult
    prices_added: QueryResult
    prices_gone: QueryResult
    price_changes: QueryResult
    documents_added: QueryResult
    documents_dropped: QueryResult
    documents_changed: QueryResult


def compare(older: Snapshot, newer: Snapshot, limit: int = 20) -> Difference:
    """Raises SnapshotDamaged where a warehouse does not open."""
    with duckdb.connect(":memory:") as connection:
        try:
            for name, snapshot in (("older", older), ("newer", newer)):
                path = str(snapshot.warehouse).replace("'", "''")
                connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            prices = _fetch(connection, "prices", limit=limit + 1)
            documents = _fetch(connection, "documents", limit=limit + 1)
            return Difference(
                _fetch(connection, "counts"),
                _fetch(connection, "kinds"),
                *(_only(prices, how, limit) for how in ("added", "gone", "changed")),
                *(_only(documents, how, limit) for how in ("added", "dropped", "changed")),
            )
        except duckdb.Error as error:
            hint = "Run `cloud-pricing snapshots verify`."
            raise SnapshotDamaged(
                f"Snapshots cannot be compared: {str(error).splitlines()[0]}", hint
            ) from error


def _fetch(connection: duckdb.DuckDBPyConnection, name: str, **parameters: int) -> QueryResult:
    cursor = connection.execute(statement(f"diff/{name}"), parameters or None)
    columns = tuple(column[0] for column in cursor.description or ())
    return QueryResult(columns, tuple(cursor.fetchall()))


def _only(result: QueryResult, how: str, limit: int) -> QueryResult:
    """The first `limit` rows whose first column says `how`, without it."""
    rows = tuple(row[1:] for row in result.rows if row[0] == how)
    return QueryResult(result.columns[1:], rows[:limit], len(rows) > limit)
