"""Politeness: how many requests at once, and how far apart, a host gets from this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Pace:
    """`at_once` requests side by side, their beginnings `apart` seconds from each other."""

    at_once: int = 4
    apart: float = 0.0


# Where a provider or its other readers name a limit. AWS's CDN answers 403 to more than about four
# downloads at once; Azure's Retail API and GitHub's raw files answer 429 to a crowd.
_PACES = {
    "prices.azure.com": Pace(2, 0.1),
    "raw.githubusercontent.com": Pace(2, 0.1),
    "cloudbilling.googleapis.com": Pace(2, 0.2),
    "apexapps.oracle.com": Pace(1, 0.2),
    "console.vast.ai": Pace(1, 0.2),
    "api.runpod.io": Pace(1, 0.2),
}


class Host:
    """One host as all threads of this process meet it."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._slots = threading.BoundedSemaphore(pace.at_once)
        self._lock = threading.Lock()
        self._next = 0.0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a turn, and hold it while the answer is read."""
        with self._slots:
            time.sleep(self._wait())
            yield

    def pause(self, seconds: float) -> None:
        """Nobody asks this host again before so many seconds have passed."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)

    def _wait(self) -> float:
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._pace.apart
            return turn - now


@cache
def host(name: str) -> Host:
    """The one `Host` of that name."""
    return Host(_PACES.get(name, Pace()))
