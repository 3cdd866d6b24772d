"""Large responses that are written already and wait for their clients to read them."""

from __future__ import annotations

import threading
from collections import Counter

from agent.serving.problems import RejectedError

_LATER = {"Retry-After": "10"}


class HeldBodies:
    """Counts their bytes, in memory and on disk, of each caller and of all. Threads may share it."""

    def __init__(self, most_of_one: int = 256 << 20, most: int = 1 << 30) -> None:
        self._most_of_one, self._most = most_of_one, most
        self._of: Counter[str] = Counter()
        self._lock = threading.RLock()  # a body that is collected meanwhile shrinks it

    @property
    def bytes(self) -> int:
        return self._of.total()

    def grow(self, caller: str, by: int) -> None:
        """Raises RejectedError: 429 where the caller has too much unread, 503 where all together have."""
        with self._lock:
            if self._of[caller] + by > self._most_of_one:
                said = f"Responses of {self._most_of_one >> 20} MiB wait to be read by this caller."
                raise RejectedError(429, said, "Read them, or close them.", _LATER)
            if self.bytes + by > self._most:
                said = f"Responses of {self._most >> 20} MiB wait to be read."
                raise RejectedError(503, said, "Try again later, or ask for less at once.", _LATER)
            self._of[caller] += by

    def shrink(self, caller: str, by: int) -> None:
        with self._lock:
            self._of[caller] -= by
            self._of += Counter()  # without those that have none
