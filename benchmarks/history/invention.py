"""A store whose snapshot holds an invented history in the shape of EC2's, and the next list to publish.

A region sells every machine with six operating systems on shared and dedicated hardware, and four of them
reserved on twelve terms, as AWS's own lists do. Prices are invented; each was changed once a year, in a week
of its own, by the weekly list of its region. The last tenth of them came in the order of time, as batches do.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingest import registry, staging
from warehouse import build, cards, history, knowledge, snapshots
from warehouse.contracts import INSTANCE_TYPES, PRICES, Batch, Scope, conform
from warehouse.embed import DocumentEmbedder, embed_missing
from warehouse.settings import Settings

SOURCE = "aws_list"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
VARIANTS = 60  # prices of one machine in one region
REGIONS = 33
MOVED = 100  # one machine in so many has new prices in the next list
_ID = "20261120T000000Z-00000000"


def invent(limits: Settings, prices: int, past: int, embedder: DocumentEmbedder) -> Batch:
    """Publish a snapshot of `prices` prices in force and `past` earlier ones, and stage the list after it."""
    folder = snapshots.begin(limits.store, _ID, None)
    batch_folder = staging.batch_folder(limits.store, "next")
    batch_folder.mkdir(parents=True)
    with build.opened(folder / snapshots.WAREHOUSE) as connection:
        build.load_reference(connection, limits.data)
        build.load_sources(connection, registry.SOURCES)
        values: dict[str, object] = {
            "machines": max(8, prices // (REGIONS * VARIANTS)),
            "regions": REGIONS,
            "source": SOURCE,
        }
        _run(connection, "machines", **values)
        _run(connection, "listed", **values, moved=MOVED)
        each = past / prices
        values |= {"now": NOW, "past": int(each), "part": round(1000 * (each % 1)), "years": int(each) + 2}
        for name in ("keys", "numbered", "batches", "open_spans"):
            _run(connection, name, **values)
        for late in (False, True):
            _run(connection, "past_spans", late=late, now=NOW)
        connection.execute(
            "INSERT INTO machine_specs BY NAME SELECT * EXCLUDE (base), '2026-10-01'::TIMESTAMPTZ AS as_of, "
            "'us-east-1-1' AS batch_id FROM machines"
        )
        for name, schema, query in (
            ("prices", PRICES, sql("next_list").replace("$now", f"'{NOW}'")),
            ("instance_types", INSTANCE_TYPES, "SELECT * EXCLUDE (base) FROM machines"),
        ):
            table = conform(connection.execute(query).to_arrow_table(), schema)
            pq.write_table(table, batch_folder / f"{name}.parquet", compression="zstd")
        build.derive(connection)
        history.settle(connection, _ID, keep_spot_days=0, now=NOW)
        cards.write_documents(connection, [])
        embed_missing(connection, embedder)
        known = knowledge.fill(connection, folder, embedder.model_id)
        build.describe(connection)
        rows = build.counts(connection)
    (folder / snapshots.VALIDATION).mkdir()
    manifest = snapshots.Manifest(_ID, NOW - timedelta(days=1), None, "", (), (), rows, known, {})
    snapshots.publish(limits.store, folder, snapshots.seal(folder, manifest))
    counted = {"prices": rows["prices_in_force"], "instance_types": rows["instance_types"]}
    batch = Batch("next", SOURCE, Scope("aws", "AmazonEC2"), NOW, NOW, "1", (), counted, {})
    (batch_folder / "batch.json").write_text(json.dumps(batch.to_dict(), default=str), encoding="utf-8")
    return batch


def sql(name: str) -> str:
    """The text of a file of `sql/`."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _run(connection: duckdb.DuckDBPyConnection, name: str, **values: object) -> None:
    text = sql(name)
    connection.execute(text, {name: value for name, value in values.items() if f"${name}" in text})


def store_of(folder: Path) -> Settings:
    return Settings(store=folder, memory_limit="4GB")
