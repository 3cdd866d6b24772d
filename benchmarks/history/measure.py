"""The figures of one scale: what publishing takes, what is on disk, and how long questions take."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.history.command import spread
from benchmarks.history.invention import NOW, invent, store_of
from benchmarks.history.yardsticks import Pandas, Sqlite, Yardstick, taken_over
from flows import environment, publish
from flows.progress import listening
from ingest import staging
from warehouse import embed, snapshots
from warehouse.embed import Vectors
from warehouse.reader import Reader
from warehouse.settings import Settings

_PROVIDER = "aws"
_OFFERS = """
SELECT instance_type, region, purchase_option, price_usd_hour FROM offers
WHERE provider = 'aws' AND accelerator = $accelerator AND region = $region ORDER BY price_usd_hour LIMIT 100
"""
_PRICES_THEN = """
SELECT instance_type, price, valid_from FROM prices_as_of($moment::TIMESTAMPTZ)
WHERE provider = 'aws' AND instance_type = $machine AND region = $region
"""
_OFFERS_THEN = """
SELECT instance_type, price_usd_hour, valid_from FROM offers_as_of($moment::TIMESTAMPTZ)
WHERE provider = 'aws' AND accelerator = $accelerator AND region = $region ORDER BY price_usd_hour LIMIT 100
"""
_HISTORY = """
SELECT price_id, price, valid_from, valid_to FROM price_history
WHERE provider = 'aws' AND instance_type = $machine AND region = $region
ORDER BY price_id, valid_from LIMIT 1000
"""
_CHANGES = """
SELECT instance_type, region, change_percent FROM price_changes
WHERE changed_at >= $moment::TIMESTAMPTZ ORDER BY abs(change_percent) DESC, price_id LIMIT 20
"""


class Cheap:
    """Vectors of an invented store under the model's name: as large as its own, and of no meaning."""

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id

    def encode(self, texts: Sequence[str], progress: embed.Progress | None = None) -> Vectors:
        found = np.empty((len(texts), 384), np.float32)
        for place, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
            found[place] = np.random.default_rng(seed).normal(size=384)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found


def measured(prices: int, past: int, folder: Path) -> dict[str, Any]:
    """Invents a store in `folder`, publishes the list after it, and asks."""
    environment.prepare()
    limits = store_of(folder / "store")
    model = embed.document_embedder()
    batch = invent(limits, prices, past, Cheap(model.model_id))
    before = snapshots.load(limits.store)
    figures: dict[str, Any] = {
        "prices in force": f"{before.manifest.rows['prices_in_force']:,}",
        "past prices": f"{before.manifest.rows['price_spans'] - before.manifest.rows['prices_in_force']:,}",
        "warehouse.duckdb": _megabytes(before.warehouse.stat().st_size),
    }
    model.encode(["warm"])
    with _stages() as seconds:
        started = time.perf_counter()
        made = publish.publish_batches([batch], limits, embedder=model)
        figures["publish"] = f"{time.perf_counter() - started:.1f} s"
    if made.refused:
        raise RuntimeError(f"The list was refused: {made.refused}")
    for name, stages in (("gate and history", ("load",)), ("offers and views", ("derive",)),
                         ("documents and vectors", ("documents", "embed", "knowledge"))):  # fmt: skip
        figures[f"of it {name}"] = f"{sum(seconds.get(stage, 0) for stage in stages):.1f} s"
    moved = made.rows["price_spans"] - before.manifest.rows["price_spans"]
    figures |= {"changed": f"{moved:,}", "documents embedded": made.embedded}
    figures |= _asked(limits, before.manifest.rows["instance_types"])
    listed = staging.batch_folder(limits.store, batch.batch_id) / "prices.parquet"
    taken = taken_over(before.warehouse, listed, folder / "yardsticks")
    for kind in (Pandas, Sqlite):
        figures |= _beside(kind(taken), before.manifest.rows["instance_types"], moved)
    return figures


@contextmanager
def _stages() -> Iterator[dict[str, float]]:
    """Seconds by the stage that publishing tells of."""
    seconds: dict[str, float] = {}
    last = [time.perf_counter(), ""]

    def hear(stage: str, *_: object) -> None:
        now = time.perf_counter()
        seconds[str(last[1])] = seconds.get(str(last[1]), 0.0) + now - float(last[0])
        last[:] = [now, stage]

    with listening(hear):
        yield seconds


def _asked(limits: Settings, machines: int) -> dict[str, str]:
    with Reader.open(limits.store) as reader:
        offers, then = _questions(reader, machines)
        day = NOW - timedelta(days=7)
        return {
            "offers by provider, GPU and region": spread(lambda n: reader.query(_OFFERS, offers(n))),
            "offers_as_of, the same": spread(
                lambda n: reader.query(_OFFERS_THEN, {**offers(n), "moment": _moment(n)})
            ),
            "prices_as_of, machine and region": spread(
                lambda n: reader.query(_PRICES_THEN, {**then(n), "moment": _moment(n)})
            ),
            "history, machine and region": spread(lambda n: reader.query(_HISTORY, then(n))),
            "changes of the last week": spread(lambda _: reader.query(_CHANGES, {"moment": day})),
        }


def _questions(reader: Reader, machines: int) -> tuple[Any, Any]:
    regions = [row[0] for row in reader.query("SELECT DISTINCT region FROM offers ORDER BY 1").rows]
    gpus = [
        row[0]
        for row in reader.query(
            "SELECT DISTINCT accelerator FROM gpu_offers WHERE provider = 'aws' ORDER BY 1"
        ).rows
    ]

    def offers(number: int) -> dict[str, Any]:
        return {"accelerator": gpus[number % len(gpus)], "region": regions[7 * number % len(regions)]}

    def then(number: int) -> dict[str, Any]:
        family, size = divmod(13 * number % (machines - 2), 8)
        return {"machine": f"z{family}.{2**size}", "region": regions[5 * number % len(regions)]}

    return offers, then


def _moment(number: int) -> datetime:
    return NOW - timedelta(days=37 * number % 2600)


def _beside(yardstick: Yardstick, machines: int, expected: int) -> dict[str, str]:
    started = time.perf_counter()
    moved = yardstick.publish(_microseconds(NOW))
    seconds = time.perf_counter() - started
    if moved != expected:
        raise RuntimeError(f"{yardstick.name} found {moved} changes, not {expected}")
    gpus, regions = ("A100-80GB", "A10G", "H100", "L4"), ("eu-west-1", "us-east-1", "sa-east-1", "ap-south-1")

    def as_of(number: int) -> object:
        family, size = divmod(13 * number % (machines - 2), 8)
        return yardstick.as_of(_microseconds(_moment(number)), f"z{family}.{2**size}", regions[number % 4])

    name = yardstick.name
    return {
        f"{name}: the history alone": f"{seconds:.1f} s",
        f"{name}: on disk": _megabytes(yardstick.size()),
        f"{name}: offers": spread(lambda n: yardstick.offers(gpus[n % 4], regions[n % 3])),
        f"{name}: prices as of": spread(as_of),
    }


def _microseconds(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
