"""Feeds of real size: an EC2 offer file from payload to staged batch, and a gigabyte of JSON.

Every measurement is a process of its own, so that its memory is its own too; the ways of doing a thing
take turns. Our side keeps the payload (hash, compression), parses it, describes the machines, and
stages the batch (order, digest, Parquet).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import offers
from benchmarks.timing import Row

_FOLDER = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
_URL = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/20261120174747/us-east-1/index.csv"
_JSON_BYTES = 1_000_000_000
_EIGHTH = 8
_RUNS = 3
_ITEM = {
    "retailPrice": "DECIMAL(20,10)", "armRegionName": "VARCHAR", "armSkuName": "VARCHAR",
    "meterId": "VARCHAR", "skuId": "VARCHAR", "productName": "VARCHAR", "unitOfMeasure": "VARCHAR",
    "type": "VARCHAR", "effectiveStartDate": "VARCHAR", "savingsPlan": "JSON",
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What one process took, and what it found, to be compared."""

    seconds: float
    peak_mb: float
    found: Any = None


def run() -> list[Row]:
    return [*_offer(), _items()]


def _offer() -> list[Row]:
    path = offers.ec2_offer(_FOLDER / "ec2-offer.csv")
    jobs = ("staged", "arrow", "pandas")
    taken = {job: list[Outcome]() for job in jobs}
    for _ in range(_RUNS):
        for job in jobs:
            taken[job].append(_measured(job, path))
    ours, rows = taken["staged"], taken["arrow"][0].found
    _agree(ours[0].found, taken["pandas"][0].found)
    what = f"EC2 offer, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: to staged batch"
    return [
        _row(what, ours, "pyarrow.csv reads it", taken["arrow"]),
        _row(what, ours, "pandas, the same outcome", taken["pandas"]),
    ]


def _items() -> Row:
    whole = offers.azure_page(_FOLDER / "azure-page.json", _JSON_BYTES)
    part = offers.azure_page(_FOLDER / "azure-page-eighth.json", _JSON_BYTES // _EIGHTH)
    ours, theirs = _measured("items", whole), _measured("json", part)
    scaled = Outcome(theirs.seconds * _EIGHTH, theirs.peak_mb * _EIGHTH)
    what = f"JSON feed, {ours.found:,} items, {whole.stat().st_size / 1e6:.0f} MB: to a table"
    return _row(what, [ours], "json.load, an eighth times 8", [scaled])


def _row(what: str, ours: list[Outcome], yardstick: str, theirs: list[Outcome]) -> Row:
    return Row(
        what,
        [one.seconds for one in ours],
        yardstick,
        [one.seconds for one in theirs],
        max(one.peak_mb for one in ours),
        max(one.peak_mb for one in theirs),
    )


def _agree(ours: Any, theirs: Any) -> None:
    if ours != theirs:
        raise RuntimeError(f"The two loaders differ: {ours} and {theirs}.")


def _measured(job: str, path: Path) -> Outcome:
    command = [sys.executable, "-m", "benchmarks.feeds", job, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return Outcome(**json.loads(answer.stdout.splitlines()[-1]))


# --- in the process of its own: import, then take the time; a path that comes back holds the prices


def _staged(path: Path, folder: Path) -> Callable[[], Path]:
    from ingest import registry, staging
    from ingest.landing import Landing
    from ingest.source import Fetched
    from warehouse.contracts import Scope

    source, scope = registry.load("aws_list"), Scope("aws", "AmazonEC2", (offers.REGION,))

    def work() -> Path:
        fetched = Fetched("index.csv", _URL, _chunks(path))
        payloads = [Landing(folder).keep("aws_list", scope, fetched, datetime.now(UTC))]
        (batch,) = staging.stage(folder, "aws_list", scope, payloads, source.parse(payloads))
        return staging.batch_folder(folder, batch.batch_id) / "prices.parquet"

    return work


def _pandas(path: Path, folder: Path) -> Callable[[], Path]:
    from benchmarks import pandas_offer

    return lambda: pandas_offer.load(path, folder, _URL, offers.REGION)


def _arrow(path: Path, folder: Path) -> Callable[[], int]:
    import pyarrow.csv

    options = pyarrow.csv.ReadOptions(skip_rows=5)
    return lambda: pyarrow.csv.read_csv(path, read_options=options).num_rows


def _items_loaded(path: Path, folder: Path) -> Callable[[], int]:
    import duckdb

    from ingest.landing import Landing
    from ingest.normalize import Workspace
    from ingest.source import Fetched
    from warehouse.contracts import Scope

    fetched = Fetched("items.json", "https://prices.azure.com/api/retail/prices", _chunks(path))
    payload = Landing(folder).keep("azure_retail", Scope("azure"), fetched, datetime.now(UTC))

    def work() -> int:
        with duckdb.connect(config={"threads": 2}) as connection:
            room = Workspace(connection, "azure_retail")
            room.load_items("items", [payload], ("Items",), _ITEM, required=tuple(_ITEM))
            return int(connection.table("items").shape[0])

    return work


def _json(path: Path, folder: Path) -> Callable[[], int]:
    def work() -> int:
        with path.open(encoding="utf-8") as file:
            return len(json.load(file)["Items"])

    return work


_JOBS = {"staged": _staged, "pandas": _pandas, "arrow": _arrow, "items": _items_loaded, "json": _json}


def _contents(prices: Path) -> list[Any]:
    """How many prices there are, and the sums of their money."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

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
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        work = _JOBS[job](path, Path(folder))
        started = time.perf_counter()
        result = work()
        outcome = Outcome(time.perf_counter() - started, _peak_mb())
        found = _contents(result) if isinstance(result, Path) else result
    return Outcome(outcome.seconds, outcome.peak_mb, found)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measure(sys.argv[1], Path(sys.argv[2])))) + "\n")
