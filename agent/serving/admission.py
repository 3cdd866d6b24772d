"""How many requests are worked on at once, and who of those that wait is next."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import Receive

from agent.serving.problems import LEFT, RejectedError

_Place = asyncio.Future[None]


class Admission:
    """At most `most_running` at work and `most_waiting` in the queue, for `seconds` at the longest.

    Callers take turns, however many requests each has waiting, and none has all the places at work. Where
    the queue is full, the caller with the most in it loses its newest. Belongs to one event loop; its
    counters may be read from anywhere.
    """

    def __init__(self, most_running: int, most_waiting: int = 64, seconds: float = 10.0) -> None:
        self._most_running, self._most_waiting, self._seconds = most_running, most_waiting, seconds
        self._most_of_one = max(1, most_running - 1)
        self._of: Counter[str] = Counter()  # at work, for each caller
        self._queues: OrderedDict[str, deque[_Place]] = OrderedDict()  # in the order of their turns
        self.running = self.waiting = 0
        self.refused = 0  # turned away since the start: full, or waited too long

    @asynccontextmanager
    async def entered(self, caller: str, receive: Receive | None = None) -> AsyncGenerator[None, None]:
        """A place at work until the block ends. A client that goes, as `receive` tells, leaves the queue.

        Raises RejectedError: 503, with `Retry-After`.
        """
        if self.running < self._most_running and self._may(caller):  # then nobody waits who may, too
            self._begin(caller)
        else:
            await self._wait(caller, receive)
        try:
            yield
        finally:
            self._end(caller)

    def _may(self, caller: str) -> bool:
        return self._of[caller] < self._most_of_one

    def _begin(self, caller: str) -> None:
        self.running += 1
        self._of[caller] += 1

    def _end(self, caller: str) -> None:
        self.running -= 1
        self._of[caller] -= 1
        self._of += Counter()  # without those that have none
        self._pass_on()

    async def _wait(self, caller: str, receive: Receive | None) -> None:
        place = self._queue(caller)
        leaving = asyncio.create_task(_gone(receive, place)) if receive else None
        try:
            async with asyncio.timeout(self._seconds):
                await place
        except BaseException as error:
            self._leave(caller, place)
            if isinstance(error, TimeoutError):
                raise self._refusal(f"No place became free within {self._seconds:g} s.") from None
            raise
        finally:
            if leaving:
                leaving.cancel()

    def _queue(self, caller: str) -> _Place:
        if self.waiting >= self._most_waiting:
            self._make_room(caller)
        place: _Place = asyncio.get_running_loop().create_future()
        self._queues.setdefault(caller, deque()).append(place)
        self.waiting += 1
        return place

    def _make_room(self, caller: str) -> None:
        """Takes the newest of whoever has the most, if that leaves them no worse off than the caller."""
        largest = max(self._queues, key=lambda one: len(self._queues[one]), default=caller)
        full = f"{self._most_waiting} requests wait already."
        if len(self._queues.get(largest, ())) <= len(self._queues.get(caller, ())) + 1:
            raise self._refusal(full)
        newest = self._queues[largest][-1]
        self._forget(largest, newest)
        newest.set_exception(self._refusal(full))

    def _leave(self, caller: str, place: _Place) -> None:
        if place in self._queues.get(caller, ()):
            self._forget(caller, place)
        elif place.done() and not place.cancelled() and not place.exception():
            self._end(caller)  # it was given its place, and leaves without having used it

    def _forget(self, caller: str, place: _Place) -> None:
        self._queues[caller].remove(place)
        self.waiting -= 1
        if not self._queues[caller]:
            del self._queues[caller]

    def _pass_on(self) -> None:
        """Gives a free place at work to whose turn it is; they go to the end of the line."""
        while caller := next(filter(self._may, self._queues), None):
            place = self._queues[caller][0]
            self._forget(caller, place)
            if caller in self._queues:
                self._queues.move_to_end(caller)
            if not place.done():  # else its client has gone
                self._begin(caller)
                place.set_result(None)
                return

    def _refusal(self, why: str) -> RejectedError:
        self.refused += 1
        soon = str(1 + self.waiting // self._most_running)
        return RejectedError(503, why, "Try again later, or ask less at once.", {"Retry-After": soon})


async def _gone(receive: Receive, place: _Place) -> None:
    """Waits until the client closes its connection. The request's body has been read before."""
    while (await receive())["type"] != "http.disconnect":
        pass
    if not place.done():
        place.set_exception(RejectedError(LEFT, "The client has gone."))
