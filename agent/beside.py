"""Work in a thread of its own, whose events are told as they come and which can be left at any moment."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Generic, TypeVar

from agent.context import Context
from agent.events import Event
from warehouse.stopping import stoppable

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Ended(Generic[Result]):
    """The last thing a thread says: what its work returned, or the error it failed with."""

    results: tuple[Result, ...] = ()
    error: BaseException | None = None

    def result(self) -> Result:
        if self.error:
            raise self.error
        return self.results[0]


def _begin(work: Callable[[], Result], tell: Callable[[_Ended[Result]], None]) -> None:
    def running() -> None:
        try:
            ended = _Ended((work(),))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            ended = _Ended(error=error)
        tell(ended)

    threading.Thread(target=copy_context().run, args=(running,), daemon=True).start()


def beside(
    work: Callable[[], Result], context: Context, until: float | None = None
) -> Generator[Event, None, Result]:
    """What `work` returns. Raises what it raises, and TimeoutError after `until` (`time.monotonic`).

    Work that is left, because time is up or nobody listens any more, finds the context's tools closed.
    """
    told: queue.SimpleQueue[Event | _Ended[Result]] = queue.SimpleQueue()
    context.tell = told.put
    _begin(work, told.put)
    ended = False
    try:
        while True:
            try:
                event = told.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise TimeoutError from None
            if isinstance(event, _Ended):
                ended = True
                return event.result()
            yield event
    finally:
        context.tell = None
        context.closed = not ended


async def awaited(events: Generator[Result, None, None]) -> AsyncGenerator[Result, None]:
    """The same events, each as it comes, while the loop does other things.

    Where nobody waits any more, `events` is closed at its next event, and a query it runs ends at once.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Result | _Ended[None]] = asyncio.Queue()
    left = threading.Event()

    def tell(event: Result | _Ended[None]) -> None:
        with suppress(RuntimeError):  # a closed loop has no listener
            loop.call_soon_threadsafe(told.put_nowait, event)

    def work() -> None:
        with closing(events):
            for event in events:
                if left.is_set():
                    return
                tell(event)

    with stoppable() as stop:
        _begin(work, tell)
    try:
        while not isinstance(event := await told.get(), _Ended):
            yield event
        event.result()
    finally:
        left.set()
        stop.give()
