"""Agno's AgentOS over the same answers: what its clients need of it, and nothing else.

AgentOS brings some hundred routes, among them ones that write memories, run schedules and change agents. Here
its routers are asked for the few routes named in `ROUTES`; the rest is never part of the application.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from agno.agent import Agent
from agno.db.base import BaseDb
from agno.db.sqlite import SqliteDb
from agno.models.message import Message
from agno.models.response import ModelResponse
from agno.os import AgentOS
from agno.os.interfaces.agui import AGUI
from agno.os.router import get_base_router
from agno.os.routers.agents import get_agent_router
from agno.os.routers.health import get_health_router
from agno.os.routers.session import get_session_router
from agno.os.settings import AgnoAPISettings
from agno.run.agent import RunInput
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from agent.events import Text
from agent.plain_model import PlainModel, words
from agent.serving import problems
from agent.serving.answer_cache import Made
from agent.serving.answering import Question
from agent.serving.caller import caller_of
from agent.serving.parts import Parts
from agent.serving.problems import RejectedError
from agent.serving.request_log import facts_of
from agent.turn import REMEMBERED, Turn
from agent.understand.language import detect
from warehouse.masking import masked

ID = "cloud-pricing"
ROUTES = frozenset(
    {
        ("GET", "/health"),
        ("GET", "/config"),
        ("GET", "/agents"),
        ("GET", "/agents/{agent_id}"),
        ("POST", "/agents/{agent_id}/runs"),
        ("GET", "/sessions"),
        ("GET", "/sessions/{session_id}"),
        ("GET", "/sessions/{session_id}/runs"),
        ("POST", "/sessions/{session_id}/rename"),
        ("DELETE", "/sessions/{session_id}"),
        ("POST", "/agui"),
        ("GET", "/status"),
    }
)
# Of a run agno hands every other field on to the agent, files and a schema for the answer among them.
_FIELDS = frozenset({"message", "stream", "session_id", "user_id"})
_ADDED = "\n\n<additional context>\n"  # what agno writes behind a question for what AG-UI calls context
_PAUSE = 15.0
_REQUEST: ContextVar[Request] = ContextVar("request")


@dataclass(kw_only=True)
class AnswerModel(PlainModel):
    """Says what `/v1/ask` says, line by line; agno's copies of an agent share it."""

    id: str = ID
    name: str | None = "Cloud prices"
    provider: str | None = ID
    parts: Parts

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        raise NotImplementedError("AgentOS runs its agents in the event loop.")

    async def ainvoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        return words("".join([line async for line in self._lines(messages)]))

    async def ainvoke_stream(self, messages: list[Message], **_: Any) -> AsyncIterator[ModelResponse]:
        async for line in self._lines(messages):
            yield words(line)

    async def _lines(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        *before, question = [one for one in messages if one.role in ("user", "assistant")]
        asked = Question(question=_said(question))
        request = _REQUEST.get()
        facts = facts_of(request)
        facts.query = asked.question
        found = self.parts.answering.ask(asked, caller_of(request.scope), _turns(before))
        if isinstance(found, Made):
            facts.answer, facts.snapshot = found, found.snapshot
            yield _text(found)
            return
        told = False
        async with aclosing(found.events(_PAUSE)) as events:
            async for event in events:
                if isinstance(event, Text):
                    told = True
                    yield event.text
                elif isinstance(event, Made):
                    facts.answer, facts.snapshot = event, event.snapshot
                    if not told:  # another server has made it
                        yield _text(event)


def _text(made: Made) -> str:
    return str(json.loads(made.body)["text"])


def _said(message: Message) -> str:
    return message.get_content_string().partition(_ADDED)[0]


def _turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Each question with the answer after it."""
    pairs = pairwise(messages)
    return tuple(
        Turn(_said(asked), _said(told), detect(_said(told)), datetime.fromtimestamp(told.created_at, UTC))
        for asked, told in pairs
        if (asked.role, told.role) == ("user", "assistant")
    )[-REMEMBERED:]


def conversations(state: Path) -> BaseDb:
    """A file of their own: what clients name there must not meet the names of `ask --session`."""
    path = state / "agentos.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what people ask is theirs
    return SqliteDb(db_file=str(path))


def agentos_over(parts: Parts, kept: BaseDb) -> ASGIApp:
    """To be mounted; conversations are in `kept`."""
    return _SameOrigin(application(parts, kept))


def application(parts: Parts, kept: BaseDb) -> FastAPI:
    """It has `ROUTES` and no other."""
    agent = Agent(
        id=ID,
        name="Cloud prices",
        description="What every cloud costs, in English and Portuguese, with sources.",
        model=AnswerModel(parts=parts),
        db=kept,
        add_history_to_context=True,
        num_history_runs=REMEMBERED,
        pre_hooks=[_without_secrets],
        store_media=False,
        telemetry=False,
    )
    chat = AGUI(agent=agent)
    # Its own key would be a second one: who may come in has been decided before.
    given = AgnoAPISettings(os_security_key=None, docs_enabled=False)
    system = AgentOS(id=ID, agents=[agent], interfaces=[chat], settings=given, telemetry=False)
    system.get_app()  # which is where it learns of its databases; the application itself is not served
    before = [Depends(one) for one in (_known, _only_a_question, _only_pages_there_are)]
    app = FastAPI(openapi_url=None)
    problems.install(app)
    for router in (
        get_health_router(),
        get_base_router(system, settings=given),
        get_agent_router(system, settings=given),
        get_session_router(dbs=system.dbs),
        chat.get_router(),
    ):
        app.include_router(_chosen(router), dependencies=before)
    return app


def _chosen(router: APIRouter) -> APIRouter:
    chosen = APIRouter()
    chosen.routes = [
        route
        for route in router.routes
        if isinstance(route, APIRoute) and {(method, route.path) for method in route.methods or ()} <= ROUTES
    ]
    return chosen


async def _known(request: Request) -> None:
    """Agno sees who asks where its own middleware would have put it, and keeps to what is theirs."""
    _REQUEST.set(request)
    request.state.user_id = hashlib.sha256(str(caller_of(request.scope)).encode()).hexdigest()[:16]
    request.state.user_isolation_enabled = request.state.authenticated = True
    request.state.scopes = []


async def _only_a_question(request: Request) -> None:
    """Raises RejectedError for a run with more than a message and its conversation."""
    if request.method != "POST" or not request.scope["path"].endswith("/runs"):
        return
    more = [name for name in await request.form() if name not in _FIELDS]
    if more:
        raise RejectedError(422, f"A run cannot be given {', '.join(more)}.", "Send `message` alone.")


async def _only_pages_there_are(
    limit: Annotated[int | None, Query(ge=1)] = None, page: Annotated[int | None, Query(ge=1)] = None
) -> None:
    """Agno lets page 0 pass, and fails."""


def _without_secrets(run_input: RunInput) -> None:
    """What is kept of a conversation holds none."""
    if isinstance(run_input.input_content, str):
        run_input.input_content = masked(run_input.input_content)


class _SameOrigin:
    """AG-UI's route opens itself to every origin; which may read answers is decided for the whole server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def closed(message: Sent) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
            await send(message)

        await self._app(scope, receive, closed)
