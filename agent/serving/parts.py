"""What the server is put together from; each request finds it as `request.app.state.parts`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, cast

from anyio import to_thread
from fastapi import Depends, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool

from agent.context import LivePrices
from agent.flags import need, turned_off
from agent.serving.admission import Admission
from agent.serving.answer_cache import AnswerCache
from agent.serving.answering import Answering
from agent.serving.audit import Audit
from agent.serving.caller import caller_of
from agent.serving.held_bodies import HeldBodies
from agent.serving.in_force import InForce
from agent.serving.keys import Keys
from agent.serving.metrics import Metrics
from agent.serving.problems import SNAPSHOT as SNAPSHOT
from agent.serving.rates import Rates
from agent.serving.settings import ServingSettings
from agent.sessions import Sessions
from agent.settings import AgentSettings, Part
from warehouse.reader import Reader
from warehouse.stopping import Stop, stoppable

if TYPE_CHECKING:
    from agno.db.base import BaseDb

Records = Sequence[Mapping[str, Any]]


@dataclass
class Parts:
    """`live` asks the providers' feeds, and `sessions` keeps conversations; None where that is off.

    `sources` tells of every feed, with what a snapshot holds of it; `published` of every snapshot.
    """

    in_force: InForce
    given: ServingSettings
    asking: AgentSettings
    live: LivePrices | None
    sessions: Sessions | None
    admission: Admission
    keys: Keys
    rates: Rates
    sources: Callable[[Reader], Records]
    published: Callable[[], Records]
    audit: Audit | None
    answers: AnswerCache = field(default_factory=AnswerCache)
    metrics: Metrics = field(default_factory=Metrics)
    held: HeldBodies = field(default_factory=HeldBodies)
    agentos: BaseDb | None = None  # where AgentOS keeps its conversations; None where it is not served

    @property
    def off(self) -> frozenset[Part]:
        """What is turned off now."""
        return turned_off(self.in_force.store, self.asking)

    @cached_property
    def answering(self) -> Answering:
        return Answering(self)

    async def close(self) -> None:
        await self.answers.close()
        await self.rates.close()
        await to_thread.run_sync(self.in_force.close)  # a snapshot may be opening
        if self.sessions:
            self.sessions.close()
        if self.audit:
            self.audit.close()
        if self.agentos:
            self.agentos.close()


async def parts_of(request: Request) -> Parts:
    """Of a coroutine's cost: FastAPI would call a plain function in a thread, for which it would wait."""
    return cast(Parts, request.app.state.parts)


async def at_work(request: Request, parts: Annotated[Parts, Depends(parts_of)]) -> AsyncGenerator[None, None]:
    """A place among the requests that are worked on, until there is a response.

    Where the client goes away its queries are ended, for others wait for the place.
    """
    async with parts.admission.entered(caller_of(request.scope).id, request.receive):
        with stoppable() as stop:
            leaving = asyncio.create_task(_stop_once_gone(request, stop))
            try:
                yield
            finally:
                leaving.cancel()


async def _stop_once_gone(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.give()


async def reading(
    request: Request,
    response: Response,
    parts: Annotated[Parts, Depends(parts_of)],
    _: Annotated[None, Depends(at_work, scope="function")],
) -> AsyncGenerator[Reader, None]:
    """The request's one snapshot, which its response names; with it a place among those at work.

    It is that of the parameter `snapshot`, which an operation that takes it describes; see `OfSnapshot`.
    """
    asked = request.query_params.get("snapshot")
    async with contextmanager_in_threadpool(parts.in_force.reading(asked)) as reader:
        response.headers[SNAPSHOT] = request.scope["snapshot"] = reader.snapshot.id
        yield reader


TheParts = Annotated[Parts, Depends(parts_of)]
# Left when the route returns: whoever reads a response slowly keeps nobody waiting.
TheReader = Annotated[Reader, Depends(reading, scope="function")]
AtWork = Annotated[None, Depends(at_work, scope="function")]


def needs(part: Part) -> Any:
    """For a route's `dependencies`: 503 while the part is turned off."""

    def on(parts: TheParts) -> None:
        need(part, parts.off)

    return Depends(on)
