"""A circuit breaker: who failed again and again is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class Breaker:
    """Opens after `most` failures within `window` seconds; `rest` seconds later one caller tries again."""

    def __init__(
        self,
        most: int = 3,
        window: float = 60.0,
        rest: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures: deque[float] = deque(maxlen=most)
        self._window, self._rest, self._clock = window, rest, clock
        self._open_until: float | None = None
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Seconds until somebody may ask; 0 where this caller takes its turn now."""
        with self._lock:
            now = self._clock()
            if self._open_until is None:
                return 0.0
            if now < self._open_until:
                return self._open_until - now
            self._open_until = now + self._rest  # the others wait for what this one finds
            return 0.0

    def failed(self) -> None:
        """Opens the breaker, or keeps it open, where that was one failure too many."""
        with self._lock:
            now = self._clock()
            self._failures.append(now)
            many = len(self._failures) == self._failures.maxlen and now - self._failures[0] <= self._window
            if many or self._open_until is not None:
                self._open_until = now + self._rest

    def served(self) -> None:
        """Closes it, and forgets what failed before."""
        with self._lock:
            self._failures.clear()
            self._open_until = None
