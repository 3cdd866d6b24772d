"""One line in the log for each request, a span of its trace, and an id that its other lines carry."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from agent.serving.caller import caller_of
from agent.serving.metrics import Answered, Metrics
from warehouse import tracing
from warehouse.log import get_logger

_log = get_logger("http")
_ID = "X-Request-Id"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
API = "/v1"
_REGULAR = {"/healthz", "/readyz", "/metrics"}  # asked again and again; told at level debug while all is well
_MOST_TOLD = 100  # rows whose prices are told
_LONGEST = 2000  # characters of a question or SQL that the log keeps


@dataclass
class Facts:
    """What a route tells of a request, for its line, the metrics and the audit: what was asked and shown."""

    query: str = ""
    tools_used: Sequence[str] = ()
    price_ids: Sequence[str] = ()
    row_count: int | None = None  # where `price_ids` are those of the first rows only
    snapshot: str | None = None  # where no header says it, as of protocols with bodies of their own
    answer: Answered | None = None


def facts_of(request: Request) -> Facts:
    return cast(Facts, request.scope["facts"])


TheFacts = Annotated[Facts, Depends(facts_of)]


def tell(
    request: Request,
    tool: str,
    rows: Sequence[Mapping[str, Any]] = (),
    query: str = "",
    count: int | None = None,
) -> None:
    """What answered a request, and the prices in its first rows, which are `count` in all."""
    facts = facts_of(request)
    facts.tools_used, facts.query = (tool,), query
    facts.price_ids = [str(row["price_id"]) for row in rows[:_MOST_TOLD] if row.get("price_id")]
    facts.row_count = len(rows) if count is None else count


class RequestLog:
    """Outermost: what it times is what the client waits for. A client's own request id is kept."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked, parent = headers.get(_ID, ""), headers.get("traceparent", "")
        request_id = scope["request_id"] = asked if re.fullmatch(r"[\w.-]{8,64}", asked) else uuid4().hex
        facts = scope["facts"] = Facts()
        line: dict[str, Any] = {"status": 500, "trace_id": tracing.trace_id(parent)}
        started = time.perf_counter()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                line.update(status=message["status"], snapshot=answered.get("X-Snapshot"))
                line["cache"] = answered.get("X-Cache")
                answered[_ID] = request_id
                if here := tracing.traceparent():
                    answered["traceresponse"] = here
            await send(message)

        heard = tracing.listener.set(self._metrics)
        with (
            bound_contextvars(request_id=request_id),
            self._metrics.in_flight.track_inprogress(),
            tracing.step("http", "request", parent=parent) as step,
        ):
            line["trace_id"] = tracing.trace_id(tracing.traceparent()) or line["trace_id"]
            try:
                await self._app(scope, receive, named)
            finally:
                tracing.listener.reset(heard)
                method = scope["method"] if scope["method"] in _METHODS else "other"
                route, seconds = route_of(scope), time.perf_counter() - started
                step.name(f"{method} {route}")
                step.say({"http.request.method": method, "http.route": route})
                step.say({"http.response.status_code": line["status"], "request_id": request_id})
                if line["status"] >= 500:
                    step.fail(str(line["status"]))
                self._metrics.requested(method, route, line["status"], seconds, line["trace_id"])
                answer = facts.answer
                line["snapshot"] = line.get("snapshot") or facts.snapshot
                if answer:
                    self._metrics.answered(answer)
                level = logging.ERROR if line["status"] >= 500 else logging.INFO
                if route in _REGULAR and line["status"] < 400:
                    level = logging.DEBUG
                _log.log(
                    level,
                    "request",
                    operation=f"{method} {route}",
                    path=scope["path"][:_LONGEST],
                    query=facts.query[:_LONGEST],
                    tools_used=list(answer.tools_used if answer else facts.tools_used),
                    tokens_used=answer.tokens_used if answer and line.get("cache") != "hit" else 0,
                    caller=caller_of(scope).id,
                    duration_ms=round(seconds * 1000, 1),
                    **line,
                )


def route_of(scope: Scope) -> str:
    """The template of the path, of which there are few; never what a client wrote into it."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:  # a router's own, without the prefix it is included with
        return f"{API if scope['path'].startswith(f'{API}/') and not path.startswith(API) else ''}{path}"
    if "endpoint" not in scope:
        return "unknown"
    if scope.get("root_path"):
        return f"{scope['root_path']}/…"
    # A route of Starlette's own: without parameters it has the one path.
    return "unknown" if scope.get("path_params") else str(scope["path"])
