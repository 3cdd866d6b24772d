"""What is read from a snapshot once, whatever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from warehouse.reader import Reader

_SNAPSHOTS = 4  # that are remembered; a server moves on to the next, and may be asked of some before it

_Made = TypeVar("_Made")


def once_per_snapshot(make: Callable[[Reader], _Made]) -> Callable[[Reader], _Made]:
    """Decorates what depends on nothing but the snapshot."""
    known: dict[tuple[str, str], _Made] = {}
    lock = threading.Lock()

    @wraps(make)
    def remembered(reader: Reader) -> _Made:
        at = (str(reader.folder), reader.snapshot.id)
        if (found := known.get(at)) is not None:  # nobody waits for what is made of another snapshot
            return found
        with lock:
            if at not in known:
                while len(known) >= _SNAPSHOTS:
                    known.pop(next(iter(known)))
                known[at] = make(reader)
            return known[at]

    return remembered
