"""The history of prices: what a batch changes in it, its order on disk, and what of spot prices is let go."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb

from warehouse.statements import statement, statements

_DISORDER = 4  # a table is sorted anew when a fourth of it, or more, came since
_FEW = 100_000  # rows that no order makes quicker


def load(connection: duckdb.DuckDBPyConnection, batch_id: str) -> None:
    """Run `sql/load/` over the staged tables of an accepted batch that `batches` already holds."""
    found = connection.execute("SELECT as_of FROM batches WHERE batch_id = ?", [batch_id]).fetchone()
    # Known when a statement is planned, the moment lets DuckDB pass over what ended before.
    values = {"batch_id": batch_id, "as_of": found[0] if found else None}
    for text in statements("load"):
        connection.execute(text, {name: value for name, value in values.items() if f"${name}" in text})


def settle(
    connection: duckdb.DuckDBPyConnection, snapshot: str, *, keep_spot_days: int, now: datetime
) -> None:
    """Finish a history that was loaded for `snapshot`, after the views were made.

    Of days more than `keep_spot_days` ago (0: of none) only `spot_daily` is kept of spot and market prices;
    list prices are never touched.
    """
    connection.execute(statement("first_snapshots"), {"snapshot": snapshot})
    if keep_spot_days:
        horizon = (now - timedelta(days=keep_spot_days)).date()
        for text in statements("retain"):
            connection.execute(text, {"horizon": horizon})
    _tidy(connection)


def _tidy(connection: duckdb.DuckDBPyConnection) -> None:
    """Put spans that belong to one price side by side again; seldom, so that its cost stays a share."""
    rows = connection.execute("SELECT relation, sorted, added FROM clustering").fetchall()
    for relation, ordered, added in rows:
        if added > _FEW and added * _DISORDER > ordered + added:
            # What it holds, which is less than ever came: a price that changes leaves the table it was in.
            (held,) = connection.execute(statement(f"tidy/{relation}")).fetchall()[0]
            connection.execute(statement("tidy/sorted"), {"relation": relation, "rows": held})
