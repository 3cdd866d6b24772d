"""The description as the law: a parameter it does not name is refused; and HEAD answers where GET does."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving.problems import RejectedError


def only_described(request: Request) -> None:
    """A misspelt filter must not silently return everything. Raises RejectedError (422)."""
    known = set(_parameters(request))
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
            hint = (
                f"Did you mean {' or '.join(near)}?"
                if near
                else f"There are: {', '.join(sorted(known)) or 'none'}."
            )
            raise RejectedError(422, f"There is no parameter {name}.", hint)


def _parameters(request: Request) -> Iterator[str]:
    """The names of the query's parameters of the operation, which has the name of its function."""
    name = request.scope["endpoint"].__name__
    for path in request.app.openapi()["paths"].values():
        for operation in path.values():
            if operation["operationId"] == name:
                yield from (one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")


class Heads:
    """HEAD is GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, bodiless)
        finally:
            scope.update({name: asked[name] for name in ("endpoint", "route") if name in asked})
