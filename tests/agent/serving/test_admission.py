"""Who is worked on, who waits, and who is turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from agent.serving.admission import Admission
from agent.serving.problems import RejectedError

Started = asyncio.Task[None]


async def settled() -> None:
    """Everything that can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


class Requests:
    """Requests that work until they are told to end; `served` names their callers in turn."""

    def __init__(self, *bounds: Any) -> None:
        self.admission = Admission(*bounds)
        self.served: list[str] = []
        self._ends: list[asyncio.Event] = []

    async def ask(self, caller: str, receive: Callable[[], Awaitable[Message]] | None = None) -> Started:
        started = asyncio.create_task(self._work(caller, receive))
        await settled()
        return started

    async def _work(self, caller: str, receive: Any) -> None:
        async with self.admission.entered(caller, receive):
            self.served.append(caller)
            end = asyncio.Event()
            self._ends.append(end)
            try:
                await end.wait()
            finally:
                self._ends.remove(end)

    async def end_one(self) -> bool:
        ends = bool(self._ends)
        if ends:
            self._ends[0].set()
        await settled()
        return ends


def counts(admission: Admission) -> tuple[int, int, int]:
    return admission.running, admission.waiting, admission.refused


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def runs() -> None:
        asyncio.run(test())

    runs.__name__ = test.__name__
    return runs


@run
async def test_callers_take_turns() -> None:
    requests = Requests(1, 10)
    for caller in "aaaaabbc":
        await requests.ask(caller)
    assert counts(requests.admission) == (1, 7, 0)
    while await requests.end_one():
        pass
    assert "".join(requests.served) == "aabcabaa"
    assert counts(requests.admission) == (0, 0, 0)


@run
async def test_no_caller_has_all_the_places() -> None:
    requests = Requests(3, 10)
    for caller in "aaaa":
        await requests.ask(caller)
    assert counts(requests.admission) == (2, 2, 0)
    await requests.ask("b")
    assert (requests.served, counts(requests.admission)) == (["a", "a", "b"], (3, 2, 0))
    await requests.end_one()
    assert (requests.served[-1], counts(requests.admission)) == ("a", (3, 1, 0))


@run
async def test_a_full_queue_takes_from_whoever_has_most() -> None:
    requests = Requests(1, 3)
    asked = [await requests.ask(caller) for caller in "aaaa"]
    refused = await requests.ask("a")
    with pytest.raises(RejectedError, match="3 requests wait") as error:
        await refused
    assert (error.value.status, error.value.headers) == (503, {"Retry-After": "4"})
    other = await requests.ask("b")  # in place of the last of a
    with pytest.raises(RejectedError):
        await asked[3]
    assert counts(requests.admission) == (1, 3, 2)
    await requests.end_one()
    await requests.end_one()
    assert requests.served == ["a", "a", "b"]
    assert not other.done()


@run
async def test_nobody_waits_for_ever() -> None:
    requests = Requests(1, 3, 0.01)
    await requests.ask("a")
    with pytest.raises(RejectedError, match=r"within 0\.01 s"):
        await (await requests.ask("b"))
    assert counts(requests.admission) == (1, 0, 1)


@run
async def test_a_client_that_goes_away_leaves_the_queue() -> None:
    requests = Requests(1, 3)
    await requests.ask("a")
    told: asyncio.Queue[Message] = asyncio.Queue()
    waiting = await requests.ask("b", told.get)
    await told.put({"type": "http.request"})
    await settled()
    assert counts(requests.admission) == (1, 1, 0)
    await told.put({"type": "http.disconnect"})
    with pytest.raises(RejectedError, match="gone") as error:
        await waiting
    assert error.value.status == 499
    assert counts(requests.admission) == (1, 0, 0)


@run
async def test_who_leaves_while_given_a_place_passes_it_on() -> None:
    for moment in range(4):
        requests = Requests(1, 3)
        _, leaves, waits = [await requests.ask(caller) for caller in "abc"]
        requests._ends[0].set()
        for _ in range(moment):
            await asyncio.sleep(0)
        leaves.cancel()
        await settled()
        assert (requests.served[-1], leaves.cancelled(), waits.done()) == ("c", True, False)
        assert counts(requests.admission) == (1, 0, 0)
        waits.cancel()


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["ask", "end", "leave", "end and leave"]), st.integers(0, 30)), max_size=40
    )
)
def test_no_place_is_lost(steps: list[tuple[str, int]]) -> None:
    async def tried() -> None:
        requests = Requests(2, 4)
        asked: list[Started] = []
        for what, which in steps:
            if what == "ask":
                asked.append(await requests.ask("abc"[which % 3]))
            if "end" in what and requests._ends:
                requests._ends[0].set()
                for _ in range(which % 4):  # it leaves at any moment of being given its place
                    await asyncio.sleep(0)
            if "leave" in what and asked:
                asked[which % len(asked)].cancel()
            if what != "ask":
                await settled()
            admission = requests.admission
            assert admission.running <= 2
            assert admission.waiting <= 4
            assert admission.running == 2 or len(admission._queues) < 2  # one caller alone has one place
            assert admission._of.total() == admission.running
            assert admission.running == len(requests._ends)
        while await requests.end_one():
            pass
        assert counts(requests.admission)[:2] == (0, 0)
        await asyncio.gather(*asked, return_exceptions=True)

    asyncio.run(tried())
