"""A flow's run as a trace, where the settings want one, whoever started it: the command line or a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse import tracing
from warehouse.settings import Settings


@contextmanager
def traced(flow: str, limits: Settings) -> Iterator[None]:
    # No decorator: Prefect looks for the types of a flow's parameters where the function itself is written.
    tracing.configure(limits.traces, texts=limits.traces_text)
    with tracing.step("flow", flow):
        yield
