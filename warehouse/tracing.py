"""What takes time, as steps: spans of an OpenTelemetry trace where that is on, and told to who listens.

A step costs next to nothing while there is neither. Nothing of OpenTelemetry is imported before `configure`.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from warehouse.errors import InvalidInput, MissingRequirement
from warehouse.masking import masked

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer

Attribute = str | bool | int | float
_TRACEPARENT = re.compile(r"[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}")


class Listener(Protocol):
    """Hears of each step that ends in a context where it listens; `error` is the class that was raised."""

    def worked(self, kind: str, name: str, seconds: float, error: str) -> None: ...

    def spent(self, provider: str, model: str, read: int, written: int) -> None:
        """Tokens of one request to a language model."""


class Step:
    """What is under way; what is said of it stands in its span."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    def name(self, name: str) -> None:
        if self._span:
            self._span.update_name(name)

    def say(self, attributes: Mapping[str, Attribute]) -> None:
        if self._span:
            self._span.set_attributes(attributes)

    def quote(self, attribute: str, text: str) -> None:
        """A question or SQL: masked, and only where the setting `traces_text` allows texts at all."""
        if self._span and _texts:
            self._span.set_attribute(attribute, masked(text))

    def fail(self, error: str) -> None:
        if self._span:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", error)
            self._span.set_status(StatusCode.ERROR)


listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_tracer: Tracer | None = None
_texts = False
_SILENT = Step()


@contextmanager
def step(kind: str, name: str, *, parent: str = "", alone: bool = False) -> Iterator[Step]:
    """A piece of work; steps within it are its children, unless it is `alone`, which has none.

    `parent` is a traceparent of another process. Only the class of an error is told, never its words.
    """
    hears = listener.get()
    if _tracer is None and hears is None:
        yield _SILENT
        return
    started, error = time.perf_counter(), ""
    with _spanned(kind, name, parent, alone) as made:
        try:
            yield made
        except Exception as raised:
            error = type(raised).__name__
            made.fail(error)
            raise
        finally:
            if hears:
                hears.worked(kind, name, time.perf_counter() - started, error)


@contextmanager
def _spanned(kind: str, name: str, parent: str, alone: bool) -> Iterator[Step]:
    if _tracer is None:
        yield _SILENT
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    of_server = trace.SpanKind.SERVER if kind == "http" else trace.SpanKind.INTERNAL
    span = _tracer.start_span(f"{kind} {name}", context, of_server)
    try:
        if alone:
            yield Step(span)
        else:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield Step(span)
    finally:
        span.end()


def traceparent() -> str:
    """The step under way, for another process; empty where there is no trace."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


def mark(event: str) -> None:
    """Note in the step under way that this begins."""
    if _tracer:
        from opentelemetry import trace

        trace.get_current_span().add_event(event)


def trace_id(parent: str) -> str:
    """Of a traceparent; empty if it is none."""
    found = _TRACEPARENT.fullmatch(parent)
    return found[1] if found else ""


def spent(provider: str, model: str, read: int, written: int) -> None:
    """Tell who listens what a language model read and wrote, in tokens."""
    if hears := listener.get():
        hears.spent(provider, model, read, written)


def configure(exporter: str, *, texts: bool = False) -> None:
    """Trace from now on, if nothing does yet, to `console` (standard error) or to an OTLP/HTTP address.

    Empty traces nothing. Raises InvalidInput for anything else, MissingRequirement without the extra `otlp`.
    """
    if exporter and _tracer is None:
        export_to(_processor(exporter), texts=texts)


def export_to(processor: SpanProcessor, *, texts: bool = False) -> None:
    """Hand the span of every step to `processor` from now on.

    The provider is our own, not the process's: what libraries trace by themselves holds texts.
    """
    from importlib import metadata

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    global _tracer, _texts
    version = metadata.version("cloud-pricing-agent")
    about = {"service.name": "cloud-pricing", "service.version": version}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(processor)
    _tracer, _texts = provider.get_tracer("cloud_pricing", version), texts


def _processor(exporter: str) -> SpanProcessor:
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

    if exporter == "console":
        return SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr))
    if not re.fullmatch(r"https?://[^\s@]+", exporter):
        raise InvalidInput(
            "CLOUD_PRICING_TRACES is neither `console` nor an address.",
            "Set it to an OTLP/HTTP address such as http://localhost:4318/v1/traces, or unset it.",
        )
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise MissingRequirement(
            "Sending traces needs a package.", "pip install 'cloud-pricing-agent[otlp]'"
        ) from None
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=exporter))
