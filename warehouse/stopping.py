"""A word to the queries of one piece of work, from another thread: nobody waits for them any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Stop:
    """`given` once somebody has called `give`."""

    def __init__(self) -> None:
        self.given = False
        self._acts: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def give(self) -> None:
        with self._lock:
            self.given = True
            acts = tuple(self._acts)
        for act in acts:
            act()

    @contextmanager
    def _hearing(self, act: Callable[[], None]) -> Iterator[None]:
        with self._lock:
            self._acts.append(act)
            late = self.given
        try:
            if late:
                act()
            yield
        finally:
            with self._lock:
                self._acts.remove(act)


_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Work begun within, in threads too that take its context along, can be stopped."""
    stop = Stop()
    token = _STOP.set(stop)
    try:
        yield stop
    finally:
        _STOP.reset(token)


@contextmanager
def heard(act: Callable[[], None]) -> Iterator[bool]:
    """`act` is what a stop does while the block runs; true where the stop was given before it began."""
    stop = _STOP.get()
    if stop is None:
        yield False
        return
    with stop._hearing(act):
        yield stop.given
