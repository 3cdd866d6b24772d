"""What a machine costs now, from its provider's own feed: in seconds, or not at all.

Only feeds that can be asked about one machine, or are small, are asked: the lists of AWS (hundreds of
megabytes a region) and of Google (every SKU) are not.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from cachetools import TTLCache

from ingest.breaker import Breaker
from ingest.client import Client
from ingest.landing import Landing
from ingest.registry import load
from ingest.source import Selection
from ingest.sources import azure_retail
from warehouse.contracts import PRICES, LiveAsk, LiveReply
from warehouse.errors import CloudPricingError, SourceSkipped
from warehouse.log import get_logger
from warehouse.settings import Settings, settings

_log = get_logger("live")
_KEPT_SECONDS = 60.0
_KEPT_ANSWERS = 64
_MOST_BYTES = 64 << 20
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Feed:
    """A source that answers within seconds; `options` are the ways of buying it is asked for."""

    source: str
    service: str
    options: tuple[str, ...] = ("on_demand", "spot")
    single: bool = False  # asked for one machine in one region; others for all they have

    def key(self, asked: LiveAsk) -> Key:
        """What is fetched for `asked`: equal for questions that one answer serves."""
        return (self.source, self.service, *((asked.region, asked.machine) if self.single else ("", "")))


_FEEDS = {
    "aws": (Feed("aws_spot", "AmazonEC2", ("spot",)),),
    "azure": (
        Feed(
            "azure_retail",
            "Virtual Machines",
            ("on_demand", "spot", "reserved", "savings_plan"),
            single=True,
        ),
    ),
    "linode": (Feed("linode", "Linodes", ("on_demand",)),),
    "oci": (Feed("oci_list", "Compute"),),
    "runpod": (Feed("runpod", "Pods"),),
    "vast": (Feed("vast", "Marketplace"),),
    "vultr": (Feed("vultr", "Cloud Compute"), Feed("vultr", "Bare Metal")),
}


class LiveFeeds:
    """Remembers an answer for a minute, and leaves a provider alone that failed three times in one.

    A feed has `seconds` to answer, from the first request to the last parsed row.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._kept: TTLCache[Key, pa.Table] = TTLCache(_KEPT_ANSWERS, _KEPT_SECONDS, timer=clock)
        self._breakers: dict[str, Breaker] = defaultdict(lambda: Breaker(clock=clock))
        self._lock = threading.Lock()

    def ask(self, asked: LiveAsk) -> LiveReply:
        """What the feeds of its provider list for it; never raises for what a feed does."""
        feeds = [one for one in _FEEDS.get(asked.provider, ()) if asked.purchase_option in one.options]
        if not feeds:
            return LiveReply(why="no_feed")
        keys = [one.key(asked) for one in feeds]
        with self._lock:
            kept = {key: self._kept[key] for key in keys if key in self._kept}
            breaker = self._breakers[asked.provider]
        if len(kept) < len(keys):
            if wait := breaker.wait():
                return LiveReply(why="resting", seconds=wait)
            try:
                kept |= {
                    one.key(asked): self._asked(one, asked) for one in feeds if one.key(asked) not in kept
                }
            except (TimeoutError, CloudPricingError) as error:
                breaker.failed()
                return self._unanswered(asked, error)
            breaker.served()
            with self._lock:
                self._kept.update(kept)
        rows = _fitting(pa.concat_tables(kept.values()), asked)
        return LiveReply(rows=rows, why="" if rows else "unlisted")

    def _asked(self, feed: Feed, asked: LiveAsk) -> pa.Table:
        return _within(self._seconds, lambda: _read(feed, asked, _limits(self._seconds)))

    def _unanswered(self, asked: LiveAsk, error: TimeoutError | CloudPricingError) -> LiveReply:
        _log.warning("unanswered", provider=asked.provider, error=str(error) or "late")
        if isinstance(error, TimeoutError):
            return LiveReply(why="late", seconds=self._seconds)
        if isinstance(error, SourceSkipped):
            return LiveReply(why="resting", seconds=max(0.0, error.until - time.monotonic()))
        return LiveReply(why="failed", message=error.message)


def _limits(seconds: float) -> Settings:
    patience = {"http_timeout": 2 * seconds, "http_attempts": 1, "payload_bytes": _MOST_BYTES}
    return settings().model_copy(update=patience)


def _within(seconds: float, work: Callable[[], pa.Table]) -> pa.Table:
    """What `work` returns or raises; TimeoutError after `seconds`, whatever it waits for.

    A name that is not resolved, or a turn at a busy host, knows no time-out of its own. The thread ends
    with its request, and does not keep the process.
    """
    future: Future[pa.Table] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result(timeout=seconds)


def _read(feed: Feed, asked: LiveAsk, limits: Settings) -> pa.Table:
    """Fetched and parsed as a refresh does it, but kept nowhere."""
    source = load(feed.source)
    regions = (asked.region,) if feed.single else None
    with tempfile.TemporaryDirectory(prefix="cloud-pricing-") as folder, Client((), limits=limits) as client:
        landing, now = Landing(Path(folder)), datetime.now(UTC)
        (scope,) = source.scopes(client, Selection(regions, (feed.service,)))
        fetched = (
            azure_retail.fetch(client, scope, asked.machine) if feed.single else source.fetch(client, scope)
        )
        payloads = [landing.keep(feed.source, scope, one, now) for one in fetched]
        tables = [one.tables["prices"] for one in source.parse(payloads)] if payloads else []
    return pa.concat_tables([PRICES.empty_table(), *tables])


def _fitting(prices: pa.Table, asked: LiveAsk) -> tuple[dict[str, Any], ...]:
    """The hourly prices of what was asked for, the lowest first. A price of zero is a filler."""
    terms = {name: getattr(asked, name) for name in ("term_months", "payment", "offering_class")}
    wanted = {
        "instance_type": asked.machine,
        "region": asked.region,
        "operating_system": asked.operating_system,
        "tenancy": asked.tenancy,
        "purchase_option": asked.purchase_option,
        "unit": "hour",
        **{name: value for name, value in terms.items() if value is not None},
    }
    for name, value in wanted.items():
        prices = prices.filter(pc.field(name) == value)
    rows = (row for row in prices.to_pylist() if row["price"] and row["upfront"] is None)
    return tuple(sorted(rows, key=lambda row: row["price"]))
