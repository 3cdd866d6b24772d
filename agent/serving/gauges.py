"""What the server holds, read at each scrape; of the snapshot, once for each snapshot."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from agent.flags import PARTS
from agent.serving.in_force import InForce
from agent.serving.parts import Parts
from warehouse.reader import Reader

_DAY = 86_400


@dataclass(frozen=True)
class _Source:
    """`confirmed` is when its data were last found to hold, None where none of it is in force."""

    name: str
    confirmed: float | None
    max_age_days: int


@dataclass(frozen=True)
class _Held:
    """What does not change while a snapshot is in force."""

    snapshot: str
    created: float
    rows: dict[str, int]
    quarantined: dict[str, int]
    sources: tuple[_Source, ...]


class TokenPrices:
    """What a language model's tokens cost at its own provider, by the snapshot in force."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force
        self._known: dict[tuple[str, str, str], dict[str, Decimal]] = {}

    def of(self, provider: str, model: str) -> dict[str, Decimal]:
        """USD a million tokens by kind; empty where no price is known."""
        with self._in_force.reading() as reader:
            key = (reader.snapshot.id, provider, model)
            if key not in self._known:
                self._known[key] = _token_prices(reader, f"{provider.lower()}/{model}")
        return self._known[key]


def _token_prices(reader: Reader, model: str) -> dict[str, Decimal]:
    nothing = dict.fromkeys(("regions", "providers", "kind", "named", "min_context"))
    found = reader.named("token_prices_of", **nothing, models=[model], free=True, dearest=False, rows=100)
    base = (row for row in found.records() if not row["tier_from"])
    return {row["kind"]: row["price_usd_million_tokens"] for row in base}


class Gauges(Collector):
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._held: _Held | None = None

    def collect(self) -> Iterable[Metric]:
        if self._held is None or self._held.snapshot != self._parts.in_force.snapshot:
            with self._parts.in_force.reading() as reader:
                self._held = _held(reader)
        yield from _of_snapshot(self._held, time.time())
        yield from _of_swaps(self._parts)
        yield from _of_work(self._parts)


def _held(reader: Reader) -> _Held:
    quarantined: dict[str, int] = {}
    for row in reader.named("quarantine_reasons", source=None, reason=None).records():
        quarantined[row["source"]] = quarantined.get(row["source"], 0) + row["rows"]
    sources: dict[str, _Source] = {}
    for row in reader.named("freshness_now", providers=None).records():
        known = sources.get(row["source"])
        found = _Source(row["source"], _seconds(row["confirmed_at"]), row["max_age_days"])
        if known is None or (known.confirmed or 0) < (found.confirmed or 0):
            sources[found.name] = found
    made = reader.snapshot
    return _Held(
        made.id,
        made.created_at.timestamp(),
        dict(made.rows),
        quarantined,
        tuple(sources.values()),
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _of_snapshot(held: _Held, now: float) -> Iterator[Metric]:
    info = GaugeMetricFamily("cloud_pricing_snapshot_info", "The snapshot in force.", labels=["snapshot"])
    info.add_metric([held.snapshot], 1)
    yield info
    yield GaugeMetricFamily(
        "cloud_pricing_snapshot_age_seconds", "Since the snapshot in force was made.", now - held.created
    )
    for name, label, about, found in (
        ("rows", "table", "Rows of the snapshot in force.", held.rows),
        ("quarantine_rows", "source", "Rows refused, of the batches the snapshot holds.", held.quarantined),
    ):
        family = GaugeMetricFamily(f"cloud_pricing_{name}", about, labels=[label])
        for key, value in found.items():
            family.add_metric([key], value)
        yield family
    age = GaugeMetricFamily(
        "cloud_pricing_source_age_seconds",
        "Since a source's freshest data in force were last found to hold.",
        labels=["source"],
    )
    stale = GaugeMetricFamily(
        "cloud_pricing_source_stale", "1 where that is longer than the source may take.", labels=["source"]
    )
    for source in held.sources:
        age.add_metric([source.name], now - (source.confirmed or 0))
        days = now // _DAY - (source.confirmed or 0) // _DAY  # as the view `freshness` counts them
        stale.add_metric([source.name], days > source.max_age_days)
    yield age
    yield stale


def _of_swaps(parts: Parts) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "cloud_pricing_snapshot_swaps", "Snapshots taken up since the start.", parts.in_force.swaps
    )
    yield CounterMetricFamily(
        "cloud_pricing_snapshot_swap_failures",
        "Snapshots that could not be taken up since the start.",
        parts.in_force.failed_swaps,
    )
    yield GaugeMetricFamily(
        "cloud_pricing_snapshot_trouble",
        "1 while the snapshot that was published last cannot be read: answers are from the one before.",
        parts.in_force.trouble is not None,
    )


def _of_work(parts: Parts) -> Iterator[Metric]:
    """The queue, the answers that are kept, and what is turned off."""
    queue, kept = parts.admission, parts.answers.counts
    yield GaugeMetricFamily("cloud_pricing_queue_running", "Requests at work.", queue.running)
    yield GaugeMetricFamily("cloud_pricing_queue_waiting", "Requests that wait.", queue.waiting)
    yield CounterMetricFamily(
        "cloud_pricing_queue_refused", "Requests turned away: the queue was full, or slow.", queue.refused
    )
    lookups = CounterMetricFamily(
        "cloud_pricing_answer_cache_lookups",
        "Questions by where their answer came from: kept (hit), made (miss), made for another who asked "
        "the same (coalesced), or made and not to be kept (unkept).",
        labels=["outcome"],
    )
    counted = {"hit": kept.hits, "miss": kept.misses, "coalesced": kept.coalesced, "unkept": kept.unkept}
    for outcome, count in counted.items():
        lookups.add_metric([outcome], count)
    yield lookups
    yield GaugeMetricFamily("cloud_pricing_answer_cache_entries", "Answers in memory.", kept.entries)
    yield GaugeMetricFamily("cloud_pricing_answer_cache_bytes", "What they take up, about.", kept.bytes)
    yield CounterMetricFamily(
        "cloud_pricing_answer_cache_evictions", "Answers let go for newer ones.", kept.evictions
    )
    yield CounterMetricFamily(
        "cloud_pricing_shared_cache_hits", "Hits that came out of Redis.", kept.shared_hits
    )
    yield CounterMetricFamily(
        "cloud_pricing_shared_cache_errors", "Times that Redis did not answer.", kept.shared_errors
    )
    off = GaugeMetricFamily("cloud_pricing_part_off", "1 where the part is turned off.", labels=["part"])
    for part in PARTS:
        off.add_metric([part], part in parts.off)
    yield off
