"""Work in a thread of its own, whose events are told as they come and which can be left at any moment."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from contextvars import copy_context
from typing import TypeVar

from agent.context import Context
from agent.events import Event

Result = TypeVar("Result")


class _Ended:
    """The last thing a thread says: its work is done, or has failed."""

    error: BaseException | None = None


def beside(
    work: Callable[[], Result], context: Context, until: float | None = None
) -> Generator[Event, None, Result]:
    """What `work` returns. Raises what it raises, and TimeoutError after `until` (`time.monotonic`).

    Work that is left, because time is up or nobody listens any more, finds the context's tools closed.
    """
    told: queue.SimpleQueue[Event | _Ended] = queue.SimpleQueue()
    results: list[Result] = []

    def running() -> None:
        end = _Ended()
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            end.error = error
        told.put(end)

    context.tell = told.put
    thread = threading.Thread(target=copy_context().run, args=(running,), daemon=True)
    thread.start()
    ended = False
    try:
        while True:
            try:
                event = told.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise TimeoutError from None
            if isinstance(event, _Ended):
                ended = True
                if event.error:
                    raise event.error
                return results[0]
            yield event
    finally:
        context.tell = None
        context.closed = not ended
