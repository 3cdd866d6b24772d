"""What the server counts and times, for `/metrics`; what it holds is read by `gauges`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

_REQUESTS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STEPS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10)
_REFUSALS = (401, 403, 413, 429, 503)
_MILLION = 1_000_000


class Answered(Protocol):
    """An answer, or what a cache keeps of one."""

    @property
    def intent(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def answered(self) -> bool: ...
    @property
    def tools_used(self) -> tuple[str, ...]: ...
    @property
    def tokens_used(self) -> int: ...
    @property
    def price_ids(self) -> tuple[str, ...]: ...


class Metrics:
    """Of one server: two in a process do not meet. Every label has few values, none a client can make up.

    `price` finds what a model's tokens cost, in USD a million of each kind (`input`, `output`).
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.price: Callable[[str, str], Mapping[str, Decimal]] = lambda provider, model: {}
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self.in_flight = Gauge(
            "cloud_pricing_http_requests_in_flight", "Requests under way.", registry=registry
        )
        self._requests = Histogram(
            "cloud_pricing_http_request_seconds",
            "How long a client waited for the whole response, by the path's template and class of status.",
            ["method", "route", "status"],
            buckets=_REQUESTS,
            registry=registry,
        )
        self._refused = Counter(
            "cloud_pricing_http_refused",
            "Requests turned away: without a key or right, too many, too large, or while there is too much.",
            ["status"],
            registry=registry,
        )
        self._answers = Counter(
            "cloud_pricing_answers",
            "Answers, by what was asked for, their language, who phrased them and whether there was one.",
            ["intent", "language", "model", "answered"],
            registry=registry,
        )
        self._steps = {
            kind: Histogram(
                f"cloud_pricing_{kind}_seconds", about, [label], buckets=_STEPS, registry=registry
            )
            for kind, label, about in (
                ("tool", "tool", "How long a call of a tool took."),
                ("sql", "query", "How long a query of the snapshot took; `written` is somebody's own."),
                ("search", "part", "How long a search in the knowledge base took, and to embed for it."),
            )
        }
        self._failed = {
            kind: Counter(f"cloud_pricing_{kind}_errors", about, [label, "error"], registry=registry)
            for kind, label, about in (
                ("tool", "tool", "Calls of tools that failed, by the class of the error."),
                ("sql", "query", "Queries of the snapshot that failed, by the class of the error."),
                ("search", "part", "Searches in the knowledge base that failed, by the class of the error."),
            )
        }
        self._tokens = Counter(
            "cloud_pricing_tokens",
            "Tokens that language models read (input) and wrote (output).",
            ["provider", "model", "direction"],
            registry=registry,
        )
        self._cost = Counter(
            "cloud_pricing_tokens_cost_usd",
            "What these tokens cost at the snapshot's list prices, where the model has one.",
            ["provider", "model"],
            registry=registry,
        )

    def requested(self, method: str, route: str, status: int, seconds: float, trace_id: str = "") -> None:
        exemplar = {"trace_id": trace_id} if trace_id else None
        self._requests.labels(method, route, f"{status // 100}xx").observe(seconds, exemplar)
        if status in _REFUSALS:
            self._refused.labels(str(status)).inc()

    def answered(self, answer: Answered) -> None:
        self._answers.labels(answer.intent, answer.language, answer.model, str(answer.answered).lower()).inc()

    def worked(self, kind: str, name: str, seconds: float, error: str) -> None:
        """A step of `warehouse.tracing` has ended."""
        if kind in self._steps:
            self._steps[kind].labels(name).observe(seconds)
            if error:
                self._failed[kind].labels(name, error).inc()

    def spent(self, provider: str, model: str, read: int, written: int) -> None:
        prices = self.price(provider, model)
        for direction, tokens in (("input", read), ("output", written)):
            self._tokens.labels(provider, model, direction).inc(tokens)
            if direction in prices:
                self._cost.labels(provider, model).inc(float(tokens * prices[direction] / _MILLION))
