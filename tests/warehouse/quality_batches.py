"""Tiny staged batches, judged and loaded by the real engines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import build
from warehouse.contracts import (
    INSTANCE_TYPES,
    PRICES,
    TABLES,
    Batch,
    PayloadRecord,
    Scope,
    SourceInfo,
    Verdict,
)

DAY = datetime(2026, 3, 1, tzinfo=UTC)
MEMORY = Path(":memory:")  # a disk that keeps nothing needs no waiting for
URL = "https://prices.example/list.json"
INFO = SourceInfo("lists", "Lists", "daily", 400, 1, "none", "https://prices.example")


def price(**changes: Any) -> dict[str, Any]:
    """A blameless row of PRICES."""
    row: dict[str, Any] = {
        "provider": "gcp",
        "service": "Compute Engine",
        "category": "compute",
        "sku_id": "AAAA-0001",
        "name": "n9-standard-2 (linux)",
        "instance_type": "n9-standard-2",
        "operating_system": "linux",
        "tenancy": "shared",
        "region": "us-central1",
        "purchase_option": "on_demand",
        "price_type": "list",
        "tier_from": 0,
        "unit": "hour",
        "unit_raw": "hour",
        "currency": "USD",
        "price": "0.1",
        "source": "lists",
        "source_url": URL,
        "observed_at": DAY,
    }
    return {**row, **changes}


def machine(**changes: Any) -> dict[str, Any]:
    """A blameless row of INSTANCE_TYPES."""
    row: dict[str, Any] = {
        "provider": "gcp",
        "instance_type": "n9-standard-2",
        "family": "n9",
        "vcpus": 2.0,
        "memory_gib": 8.0,
        "source": "lists",
    }
    return {**row, **changes}


def _table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    money = {column.name for column in schema if pa.types.is_decimal(column.type)}
    exact = [
        {
            key: Decimal(str(value)) if key in money and value is not None else value
            for key, value in row.items()
        }
        for row in rows
    ]
    return pa.Table.from_pylist(exact, schema=schema)


@dataclass
class Gate:
    """A warehouse that takes batches of one source; the day is counted from DAY."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    source: str = "lists"
    names: list[str] = field(default_factory=list)
    info: SourceInfo = INFO

    def load(
        self,
        prices: Sequence[Mapping[str, Any]] = (),
        machines: Sequence[Mapping[str, Any]] = (),
        *,
        day: float = 0,
        seen: float | None = None,
        scope: Scope | None = None,
        facts: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> Verdict:
        name = hashlib.sha256(f"{len(self.names)}".encode()).hexdigest()[:16]
        self.names.append(name)
        folder = self.folder / "staging" / name
        folder.mkdir(parents=True)
        prices = [{**row, "source": self.source} for row in prices]
        pq.write_table(_table(prices, PRICES), folder / "prices.parquet")
        if machines:
            pq.write_table(_table(machines, INSTANCE_TYPES), folder / "instance_types.parquet")
        for table, records in (facts or {}).items():
            known = [{**record, "source": self.source} for record in records]
            pq.write_table(_table(known, TABLES[table]), folder / f"{table}.parquet")
        as_of = DAY + timedelta(days=day)
        observed_at = DAY + timedelta(days=day if seen is None else seen)
        payload = PayloadRecord("ab" * 32, "list.json", URL, 1, observed_at)
        rows = {"prices": len(prices), "instance_types": len(machines)}
        batch = Batch(name, self.source, scope or Scope(), as_of, observed_at, "p", (payload,), rows, {})
        return build.load_batch(self.connection, batch, folder, self.folder / "validation", self.info)

    def accepted(self, columns: str = "price::DOUBLE") -> list[Any]:
        rows = self.connection.execute(f"SELECT {columns} FROM staged_prices ORDER BY ALL").fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def quarantine(self, columns: str = "reason", where: str = "true") -> list[Any]:
        query = f"SELECT {columns} FROM quarantine WHERE batch_id = ? AND {where} ORDER BY ALL"
        rows = self.connection.execute(query, [self.names[-1]]).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def in_force(self) -> list[float]:
        query = "SELECT price::DOUBLE FROM price_spans WHERE valid_to IS NULL ORDER BY ALL"
        return [row[0] for row in self.connection.execute(query).fetchall()]

    def report(self) -> dict[str, Any]:
        path = self.folder / "validation" / f"{self.names[-1]}.json"
        report: dict[str, Any] = json.loads(path.read_text())
        return report


@contextmanager
def opened_gate(folder: Path, path: Path = MEMORY) -> Iterator[Gate]:
    """A gate before a new warehouse with the real reference tables; what is staged is in `folder`."""
    with build.opened(path) as connection:
        build.load_reference(connection, Path(__file__).resolve().parents[2] / "data")
        yield Gate(connection, folder)
