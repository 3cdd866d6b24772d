"""One measurement in a process of its own: import, keep the payload, then take the time.

`python -m benchmarks.jobs <job> <file>` prints what it took and what it found, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks import offers
from ingest import normalize, registry, staging, wire
from ingest.landing import Landing
from ingest.normalize import Workspace
from ingest.source import Fetched, Payload
from warehouse.contracts import Scope

FOLDER = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
_URL = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/20261120174747/us-east-1/index.csv"
_KEPT_SIZE = "Standard_D2s_v2"  # one item in thirty
_ITEM = {
    "retailPrice": "DECIMAL(20,10)", "armRegionName": "VARCHAR", "armSkuName": "VARCHAR",
    "meterId": "VARCHAR", "skuId": "VARCHAR", "productName": "VARCHAR", "unitOfMeasure": "VARCHAR",
    "type": "VARCHAR", "effectiveStartDate": "VARCHAR", "savingsPlan": "JSON",
}  # fmt: skip
_WANTED = (("Items",), _ITEM, tuple(_ITEM))


@dataclass(frozen=True)
class Outcome:
    """What one process took, and what it found, to be compared."""

    seconds: float
    peak_mb: float
    found: Any = None


def _staged(path: Path, folder: Path) -> Callable[[], Path]:
    source, payload = registry.load("aws_list"), _kept_offer(path, folder)
    _warm()

    def work() -> Path:
        (batch,) = staging.stage(folder, "aws_list", payload.scope, [payload], source.parse([payload]))
        return staging.batch_folder(folder, batch.batch_id) / "prices.parquet"

    return work


def _pandas(loader: str, path: Path, folder: Path) -> Callable[[], Path]:
    from benchmarks import pandas_offer  # here alone: nobody else needs its memory

    load, payload = getattr(pandas_offer, loader), _kept_offer(path, folder)
    return lambda: Path(load(payload, folder, offers.REGION))


def _warm() -> None:
    """pyarrow imports pandas, if it is there, the first time it is given plain values."""
    pa.table({"warm": ["up"]})


def _kept_offer(path: Path, folder: Path) -> Payload:
    return _kept("aws_list", Scope("aws", "AmazonEC2", (offers.REGION,)), path, _URL, folder)


def _kept(source: str, scope: Scope, path: Path, url: str, folder: Path) -> Payload:
    fetched = Fetched(path.name, url, _chunks(path))
    return Landing(folder).keep(source, scope, fetched, datetime.now(UTC))


def _arrow(path: Path, folder: Path) -> Callable[[], int]:
    options = pa.csv.ReadOptions(skip_rows=5)
    return lambda: pa.csv.read_csv(path, read_options=options).num_rows


def _items_loaded(path: Path, folder: Path) -> Callable[[], int]:
    return _loaded(path, folder, lambda room, payload: room.load_items("items", [payload], *_WANTED))


def _items_chosen(path: Path, folder: Path) -> Callable[[], int]:
    statement = (normalize.SQL_FOLDER / "normalize" / "items.sql").read_text(encoding="utf-8")

    def load(room: Workspace, payload: Payload) -> None:
        with duckdb.connect() as reading:
            rows = wire.json_rows(reading, statement, [payload], *_WANTED)
            chosen = (batch.filter(pc.equal(batch["armSkuName"], _KEPT_SIZE)) for batch in rows)
            room.load("items", pa.RecordBatchReader.from_batches(rows.schema, chosen))

    return _loaded(path, folder, load)


def _loaded(path: Path, folder: Path, load: Callable[[Workspace, Payload], None]) -> Callable[[], int]:
    payload = _kept(
        "azure_retail", Scope("azure"), path, "https://prices.azure.com/api/retail/prices", folder
    )
    _warm()

    def work() -> int:
        with duckdb.connect(config={"threads": 2}) as connection:
            load(Workspace(connection, "azure_retail"), payload)
            return int(connection.table("items").shape[0])

    return work


def _json(path: Path, folder: Path) -> Callable[[], int]:
    def work() -> int:
        with path.open(encoding="utf-8") as file:
            return len(json.load(file)["Items"])

    return work


_JOBS = {
    "staged": _staged,
    "plain": partial(_pandas, "plain"),
    "tuned": partial(_pandas, "tuned"),
    "arrow": _arrow,
    "items": _items_loaded,
    "chosen": _items_chosen,
    "json": _json,
}


def _contents(prices: Path) -> list[Any]:
    """How many prices there are, and the sums of their money."""
    table = pq.read_table(prices, columns=["price", "upfront"])
    return [table.num_rows, *(str(pc.sum(table[name])) for name in table.column_names)]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _peak_mb() -> float:
    """The most memory this process ever held. What getrusage says includes the process that began it."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def _measure(job: str, path: Path) -> Outcome:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        work = _JOBS[job](path, Path(folder))
        started = time.perf_counter()
        result = work()
        outcome = Outcome(time.perf_counter() - started, _peak_mb())
        found = _contents(result) if isinstance(result, Path) else result
    return Outcome(outcome.seconds, outcome.peak_mb, found)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measure(sys.argv[1], Path(sys.argv[2])))) + "\n")
