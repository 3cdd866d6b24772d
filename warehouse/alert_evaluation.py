"""What rules have to tell of a snapshot: looked for in it, and in the one that came before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.alert_rules import OfferRule, SourceRule, Threshold
from warehouse.errors import SnapshotDamaged
from warehouse.settings import settings
from warehouse.snapshots import Snapshot
from warehouse.statements import statement, statements

LARGEST = 10
_MOVES = {"change", "vanished", "new"}  # kinds that need what differs between two snapshots
_SOURCES = {"stale", "refused"}


@dataclass(frozen=True)
class Found:
    """What one rule has to tell: `untold` are the keys of its events that were not told before, of which
    `largest` has the first few. `keys` are all of them."""

    rule: OfferRule | SourceRule
    older: str | None
    newer: str
    keys: frozenset[str]
    untold: tuple[str, ...]
    largest: tuple[dict[str, Any], ...]


def evaluate(
    rules: Sequence[OfferRule | SourceRule],
    older: Snapshot | None,
    newer: Snapshot,
    told: Callable[[str], Collection[str]],
    rows: int = LARGEST,
) -> list[Found]:
    """One `Found` for each rule; `told` gives the keys of a rule's events that need no telling.

    Without an older snapshot there is no change: those rules find nothing. Raises SnapshotDamaged.
    """
    with _attached(older, newer) as connection:
        if any(rule.kind in _MOVES for rule in rules):
            _run(connection, statements("alerts/moved"))
        return [_found(connection, rule, older, newer, told(rule.name), rows) for rule in rules]


def unknown_names(rules: Iterable[OfferRule | SourceRule], newer: Snapshot) -> list[str]:
    """`rule h100, filter.gpu: H1000 is in no offer of the snapshot`: names that match nothing today."""
    lines = []
    with _attached(None, newer) as connection:
        for rule in rules:
            values = rule.filter.model_dump()
            for field in ("provider", "source", "machine", "gpu", "place"):
                for name in values.get(field) or ():
                    query, given = statement(f"alerts/names/{field}"), {"name": name}
                    known = connection.execute(query, given).fetchone()
                    if known is not None and not known[0]:
                        near = f"; nearest: {', '.join(known[1])}" if known[1] else ""
                        lines.append(f"rule {rule.name}, filter.{field}: no offer has {name}{near}")
    return lines


@contextmanager
def _attached(older: Snapshot | None, newer: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    limits = settings()
    config: dict[str, Any] = {"threads": limits.threads, "memory_limit": limits.memory_limit}
    with duckdb.connect(":memory:", config=config) as connection:
        try:
            connection.execute("SET TimeZone = 'UTC'")
            for name, snapshot in (("newer", newer), ("older", older)):
                if snapshot is None:
                    connection.execute(f"CREATE SCHEMA {name}")
                    _run(connection, statements("alerts/nothing"))
                else:
                    path = str(snapshot.warehouse).replace("'", "''")
                    connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            _run(connection, statements("alerts/known"))
            yield connection
        except duckdb.Error as error:
            raise SnapshotDamaged(
                f"Snapshot {newer.id} cannot be evaluated: {str(error).splitlines()[0]}",
                "Run `cloud-pricing snapshots verify`.",
            ) from error


def _found(
    connection: duckdb.DuckDBPyConnection,
    rule: OfferRule | SourceRule,
    older: Snapshot | None,
    newer: Snapshot,
    told: Collection[str],
    rows: int,
) -> Found:
    before = older.id if older else None
    if older is None and not isinstance(rule, SourceRule | Threshold):
        return Found(rule, before, newer.id, frozenset(), (), ())
    asked = rule.parameters()
    places = asked.pop("place")
    connection.execute(statement("alerts/asked"), asked)
    connection.execute(statement("alerts/asked_regions"), {"place": places})
    connection.execute(statement("alerts/matching"))
    connection.execute(statement(f"alerts/kinds/{rule.kind}"))
    keys = frozenset(key for (key,) in connection.execute("SELECT key FROM events").fetchall())
    untold = sorted(keys.difference(told))
    return Found(rule, before, newer.id, keys, tuple(untold), _largest(connection, rule, untold, rows))


def _largest(
    connection: duckdb.DuckDBPyConnection, rule: OfferRule | SourceRule, untold: list[str], rows: int
) -> tuple[dict[str, Any], ...]:
    if not untold:
        return ()
    connection.register("untold", pa.table({"key": pa.array(untold, pa.string())}))
    shown = "sources" if rule.kind in _SOURCES else "offers"
    cursor = connection.execute(statement(f"alerts/shown/{shown}"), {"rows": rows})
    columns = [column[0] for column in cursor.description or ()]
    found = tuple(dict(zip(columns, row, strict=True)) for row in cursor.fetchall())
    connection.unregister("untold")
    return found


def _run(connection: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> None:
    for text in texts:
        connection.execute(text)
