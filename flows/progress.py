"""What a long run tells whoever watches it: its stages and how far each is.

A listener is called as `listener(stage, done, total)`, by one thread at a time; done and total are 0 when a
stage begins and its length is not known, and may be again. Listeners belong to the process, because Prefect
keeps and validates the parameters of a flow and a function is not one it can keep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from warehouse import tracing

Listener: TypeAlias = Callable[[str, int, int], None]

_listeners: list[Listener] = []
_one_at_a_time = threading.RLock()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(stage: str, done: int = 0, total: int = 0) -> None:
    if not done:
        tracing.mark(stage)
    with _one_at_a_time:
        for listener in _listeners:
            listener(stage, done, total)
