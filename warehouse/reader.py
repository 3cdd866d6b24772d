"""One snapshot, read-only and locked: named questions and guarded SELECT.

What the agent may do is bounded here. The connection opens the file read-only, cannot reach other
files, the network or extensions, cannot change its own settings, and runs exactly one SELECT at a
time, within a time limit and a row cap.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import duckdb

from warehouse import integrity, representable, snapshots, tracing
from warehouse.contracts import QueryResult
from warehouse.duckdb_errors import first_line, translated
from warehouse.errors import (
    InvalidInput,
    QueryInterrupted,
    QueryRefused,
    SnapshotDamaged,
    SnapshotOutdated,
    UnknownName,
)
from warehouse.fitting import fitted, written
from warehouse.locked import OF_THE_SERVER, TABLE_FUNCTIONS, locked
from warehouse.row_bytes import bounded_rows
from warehouse.settings import settings
from warehouse.stopping import heard

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.knowledge import Knowledge

_SQL = Path(__file__).resolve().parent / "sql"
_SERVE = _SQL / "serve"
_ROWS_SENT = 5_000  # of a batch


@cache
def served_sql(name: str) -> str:
    """The text of `sql/serve/<name>.sql`. Raises UnknownName."""
    path = _SERVE / f"{name}.sql"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in _SERVE.glob("*.sql")))
        raise UnknownName(f"No served query is called {name}.", f"There are: {known}.")
    return path.read_text(encoding="utf-8")


@cache
def _views() -> frozenset[str]:
    """The views and macros that snapshots of this version have: the files' names without their number."""
    return frozenset(path.stem.partition("_")[2] for path in (_SQL / "views").glob("*.sql"))


class Reader:
    """Safe to share between threads: every query runs on its own cursor."""

    def __init__(self, snapshot: snapshots.Snapshot, spill: Path | None = None) -> None:
        """`spill` is a folder for what a query cannot hold in memory; without one it holds all or fails."""
        self.snapshot = snapshot.manifest
        self.folder = snapshot.folder
        self._connection = locked(snapshot, spill)
        self._knowledge: Knowledge | None = None
        self._opening = threading.Lock()

    @classmethod
    def open(cls, store: Path, snapshot: str | None = None) -> Self:
        """The snapshot in force, or the named one. Raises NoSnapshot, UnknownName, SnapshotDamaged."""
        return cls(snapshots.load(store, snapshot))

    @property
    def store(self) -> Path:
        return self.folder.parent.parent

    @property
    def in_force(self) -> bool:
        """Whether the store's pointer names no other snapshot."""
        try:
            current = snapshots.current_id(self.store)
        except SnapshotDamaged:
            return False
        return current in (None, self.snapshot.id)

    def knowledge(self) -> Knowledge:
        """The snapshot's own, opened by the first that asks and closed with the reader.

        Raises KnowledgeUnavailable.
        """
        from warehouse.knowledge import Knowledge

        with self._opening:
            if self._knowledge is None:
                self._knowledge = Knowledge.open(self.folder, settings().store / "cache" / "chroma")
            return self._knowledge

    def knowledge_damage(self) -> dict[str, str]:
        """Files of its vectors and its index that are not as published; see `integrity.knowledge_damage`."""
        return integrity.knowledge_damage(self.folder, self.snapshot)

    def close(self) -> None:
        if self._knowledge:
            self._knowledge.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def named(self, name: str, **parameters: Any) -> QueryResult:
        """Run `sql/serve/<name>.sql` with its $parameters. Raises SnapshotOutdated, QueryInterrupted."""
        # Written, not bound: DuckDB imports pandas, if it is there, to bind the first value of a process.
        text = written(*fitted(served_sql(name), parameters))
        return self._run(text, {}, settings().query_rows, name)

    def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, limit: int | None = None
    ) -> QueryResult:
        """Run one SELECT somebody wrote.

        Raises QueryRefused for anything else, InvalidInput with DuckDB's own words for an error in
        it or where its rows are too large to hold, QueryInterrupted at the time limit.
        """
        return self._run(
            self._only_select(sql), representable.values(parameters), limit or settings().query_rows
        )

    def _only_select(self, sql: str) -> str:
        try:
            statements = self._connection.extract_statements(representable.whole(sql))
        except duckdb.Error as error:
            raise InvalidInput(f"The SQL cannot be read: {first_line(error)}", "Correct it.") from None
        if len(statements) != 1:
            raise QueryRefused(f"{len(statements)} statements, not one.", "Send one SELECT at a time.")
        if statements[0].type != duckdb.StatementType.SELECT:
            name = str(statements[0].type).rpartition(".")[2].replace("_", " ")
            raise QueryRefused(f"{name} is not allowed: snapshots are read-only.", "Send a SELECT.")
        self._only_known_functions(statements[0].query)
        return statements[0].query

    def _only_known_functions(self, select: str) -> None:
        """DuckDB's own parse tree tells which functions the rows come from, in whatever subquery."""
        found: list[str] = []

        def see(node: dict[str, Any]) -> dict[str, Any]:
            if node.get("type") == "TABLE_FUNCTION":
                found.append(str(node["function"]["function_name"]).lower())
            name = str(node.get("function_name") or node.get("table_name") or "").lower()
            if name in OF_THE_SERVER:
                found.append(name)
            return node

        with self._connection.cursor() as cursor:
            row = cursor.execute("SELECT json_serialize_sql($select::VARCHAR)", {"select": select}).fetchone()
        try:
            tree = json.loads(row[0] if row else "{}", object_hook=see)
        except RecursionError:
            raise QueryRefused("The SQL is nested too deeply.", "Use WITH for its parts.") from None
        if tree.get("error", True):
            raise QueryRefused("PRAGMA is not allowed: snapshots are read-only.", "Send a SELECT.")
        for name in found:
            if name not in TABLE_FUNCTIONS and name not in self._own_table_functions:
                self.expect(name)
                raise QueryRefused(f"{name}() is not allowed.", "A query may read this snapshot only.")

    def stream(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        rows: int = 50_000,
        within: Literal["export_timeout", "query_timeout"] = "export_timeout",
    ) -> Iterator[pa.RecordBatch]:
        """The rows of one SELECT somebody wrote, never all at once; the first batch is empty.

        No row cap, and all within the setting's time. Raises what `query` raises.
        """
        return self._stream(self._only_select(sql), representable.values(parameters), rows, within)

    def stream_named(self, name: str, **parameters: Any) -> Iterator[pa.RecordBatch]:
        """The rows of `sql/serve/<name>.sql` as `stream` gives them."""
        text = written(*fitted(served_sql(name), parameters))
        return self._stream(text, {}, _ROWS_SENT, "export_timeout", name)

    def _stream(
        self, text: str, parameters: dict[str, Any], rows: int, within: str, name: str | None = None
    ) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        seconds = getattr(settings(), within)
        with (
            _step(name, text),
            self._timed(seconds, f"CLOUD_PRICING_{within.upper()}", ours=bool(name)) as cursor,
        ):
            found = representable.executed(cursor.execute(text, parameters or None)).to_arrow_reader(rows)
            none = [pa.nulls(0, field.type) for field in found.schema]
            yield pa.RecordBatch.from_arrays(none, schema=found.schema)
            yield from found

    @cached_property
    def _own_table_functions(self) -> frozenset[str]:
        """The table macros that the snapshot was published with."""
        with self._connection.cursor() as cursor:
            rows = cursor.execute(served_sql("own_table_functions")).fetchall()
        return frozenset(name for (name,) in rows)

    def _run(
        self, sql: str, parameters: Mapping[str, Any], limit: int, name: str | None = None
    ) -> QueryResult:
        started = time.perf_counter()
        with (
            _step(name, sql),
            self._timed(settings().query_timeout, "CLOUD_PRICING_QUERY_TIMEOUT", ours=bool(name)) as cursor,
        ):
            cursor.execute(sql, dict(parameters) or None)
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchmany(limit + 1) if name else bounded_rows(cursor, limit + 1)
        duration = (time.perf_counter() - started) * 1000
        return QueryResult(columns, tuple(rows[:limit]), len(rows) > limit, duration)

    @contextmanager
    def _timed(
        self, seconds: float, setting: str, *, ours: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that is interrupted after `seconds`, and whose errors are ours; so may be its SQL."""
        cursor = self._connection.cursor()
        late, left = threading.Event(), threading.Event()

        def end(why: threading.Event) -> None:
            why.set()
            cursor.interrupt()

        timer = threading.Timer(seconds, end, (late,))
        timer.daemon = True
        timer.start()
        try:
            with heard(partial(end, left)) as stopped:
                if stopped:
                    raise QueryInterrupted("Nobody waits for this query any more.")
                yield cursor
        except (duckdb.Error, OSError) as error:  # Arrow's reader raises the latter
            if left.is_set():
                raise QueryInterrupted("Nobody waits for this query any more.") from None
            if late.is_set():
                hint = f"Filter or aggregate more, or raise {setting}."
                raise QueryInterrupted(f"The query ran longer than {seconds:g} seconds.", hint) from None
            if isinstance(error, duckdb.Error):
                missing = re.search(r"with name (\w+) does not exist", str(error))
                if missing:
                    self.expect(missing[1].lower())
                if ours and isinstance(error, duckdb.BinderException | duckdb.CatalogException):
                    raise self._outdated() from None
                raise translated(error) from None
            raise
        finally:
            timer.cancel()
            with suppress(duckdb.ConnectionException):  # a stream that outlives its reader
                cursor.interrupt()  # a query that Ctrl-C left running would keep `close` waiting
            cursor.close()

    def expect(self, name: str) -> None:
        """Where a view or macro is missing: raises SnapshotOutdated if snapshots of this version have it."""
        if name in _views():
            raise self._outdated()

    def _outdated(self) -> SnapshotOutdated:
        hint = "Run `cloud-pricing refresh`: it publishes the same prices with all there is now."
        if not self.in_force:
            hint = "Ask the snapshot in force: past prices are in it too."
        return SnapshotOutdated(
            f"Snapshot {self.snapshot.id} is of an earlier version, without what this needs.", hint
        )


@contextmanager
def _step(name: str | None, sql: str) -> Iterator[None]:
    """`name` is that of a served query; without one it is SQL that somebody wrote."""
    with tracing.step("sql", name or "written", alone=True) as step:
        step.say({"db.system.name": "duckdb", "db.query.summary": name or "written"})
        if not name:
            step.quote("db.query.text", sql)
        yield
