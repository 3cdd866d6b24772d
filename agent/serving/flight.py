"""One piece of work that several requests wait for; it ends when none of them does any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Generic, TypeVar

Told = TypeVar("Told")


class Flight(Generic[Told]):
    """Tells everyone who listens all that `work` tells, from the first event; `ended` hears of its end."""

    def __init__(self, work: AsyncGenerator[Told, None], ended: Callable[[Flight[Told]], object]) -> None:
        self._work, self._ended = work, ended
        self._told: list[Told] = []
        self._more = asyncio.Event()
        self._listeners = 0
        self._task = asyncio.create_task(self._run())

    async def last(self) -> Told:
        """What was told last, once all is told. Raises what the work raises."""
        self._listeners += 1
        try:
            await asyncio.shield(self._task)
            return self._told[-1]
        finally:
            self._leave()

    async def events(self, pause: float | None) -> AsyncGenerator[Told | None, None]:
        """Each as it comes; None when `pause` seconds went by without one. Raises what the work raises."""
        self._listeners += 1
        seen = 0
        try:
            while True:
                more = self._more
                while seen < len(self._told):
                    seen += 1
                    yield self._told[seen - 1]
                if self._task.done():
                    self._task.result()
                    return
                if more is self._more:
                    try:
                        await asyncio.wait_for(more.wait(), pause)
                    except TimeoutError:
                        yield None
        finally:
            self._leave()

    def _leave(self) -> None:
        self._listeners -= 1
        if not self._listeners and not self._task.done():
            self._ended(self)
            self._task.cancel()

    async def _run(self) -> None:
        try:
            async with aclosing(self._work):
                async for event in self._work:
                    self._told.append(event)
                    self._wake()
        finally:
            self._ended(self)
            self._wake()

    def _wake(self) -> None:
        before, self._more = self._more, asyncio.Event()
        before.set()
