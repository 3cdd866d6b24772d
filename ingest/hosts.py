"""Politeness and patience: how often a host is asked, and when nobody asks it for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from warehouse.errors import SourceSkipped


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
# A host that did not answer three times, each time later, is down for all. One that answers with
# errors may have trouble with some of its regions only, so more of them must fail, and in a row.
_MOST_SILENCES = 3
_MOST_FAILED = 10
_DOWN_SECONDS = 60.0
_LONGEST_SECONDS = 3600.0
_LATER = "The last good data stays in force; try again later."


class Host:
    """One host as all threads of this process meet it."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._slots = threading.BoundedSemaphore(pace.at_once)
        self._lock = threading.Lock()
        self._next = 0.0
        self._silences, self._silent_at = 0, 0.0
        self._failed: set[str] = set()
        self._down_until, self._why = 0.0, ""

    @contextmanager
    def slot(self) -> Iterator[float]:
        """Wait for a turn, and hold it while the answer is read; the time it began.

        Raises SourceSkipped while the host is left alone.
        """
        with self._slots:
            while wait := self._wait():
                time.sleep(wait)
            yield time.monotonic()

    def pause(self, seconds: float) -> None:
        """Nobody asks this host again before so many seconds have passed; those who would, wait."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)

    def leave_alone(self, seconds: float, why: str) -> SourceSkipped:
        """As `pause`, but those who would ask are told `why` at once: the error this returns."""
        with self._lock:
            self._leave_alone(seconds, why)
            return self._skipped()

    def silent(self, began: float, why: str, backoff: float) -> None:
        """A request that began then got no answer. Requests side by side meet one silence, not several."""
        with self._lock:
            now = time.monotonic()
            if began < self._silent_at:
                return
            self._silent_at, self._silences = now, self._silences + 1
            if self._silences >= _MOST_SILENCES:
                self._leave_alone(_DOWN_SECONDS, why)
            else:
                self._next = max(self._next, now + backoff * 2 ** (self._silences - 1))

    def answered(self) -> None:
        """It is there, whatever it says."""
        self._silences = 0

    def failed(self, url: str, why: str) -> None:
        """All attempts at `url` ended in errors."""
        with self._lock:
            self._failed.add(url)
            if len(self._failed) >= _MOST_FAILED:
                self._failed.clear()
                self._leave_alone(_DOWN_SECONDS, why)

    def served(self) -> None:
        """It gave an answer that is one."""
        with self._lock:
            self._failed.clear()

    def _leave_alone(self, seconds: float, why: str) -> None:
        self._down_until, self._why = time.monotonic() + min(seconds, _LONGEST_SECONDS), why

    def _skipped(self) -> SourceSkipped:
        error = SourceSkipped(self._why, _LATER)
        error.until = self._down_until
        return error

    def _wait(self) -> float:
        """Seconds until somebody may ask; 0 where this thread takes its turn now."""
        with self._lock:
            now = time.monotonic()
            if now < self._down_until:
                raise self._skipped()
            if now < self._next:
                return self._next - now
            self._next = now + self._pace.apart
            return 0.0


_hosts: dict[str, Host] = {}


def host(name: str) -> Host:
    """The one `Host` of that name, also where two threads ask at once."""
    return _hosts.get(name) or _hosts.setdefault(name, Host(_PACES.get(name, Pace())))


def forget_all() -> None:
    """Meet every host as if for the first time."""
    _hosts.clear()
