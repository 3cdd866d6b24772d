"""The description as the law: what it does not name is refused, and what goes wrong it names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving.problems import MEDIA_TYPE, RejectedError
from agent.serving.request_log import API


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


_REFUSALS = {
    400: "What is asked cannot be done; the hint says what can.",
    401: "There is no API key, or it is none of this server's.",
    403: "The key has not the scope, or a page of another origin asks.",
    404: "What is named does not exist in this snapshot.",
    406: "It is in no format that Accept takes.",
    409: "The snapshot is of an earlier version, without what this needs.",
    410: "The snapshot of the cursor is not kept any more: begin the listing again.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not said to be JSON.",
    421: "The server does not answer to the name in Host.",
    422: "A parameter is unknown, or has a value it cannot have; or the query ran too long.",
    429: "Too many requests; Retry-After says when there may be more.",
    431: "There are too many headers.",
    503: "Too many requests wait, or what this needs is away or turned off; see Retry-After.",
    504: "There was no response in time.",
}
_HEADERS = {
    "X-Snapshot": "The snapshot that was read.",
    "ETag": "For `If-None-Match`: changes with the snapshot, and with what else the response depends on.",
}
_OF_ALL = (401, 403, 404, 409, 414, 421, 422, 429, 431, 503, 504)
_OF_BODIES = (400, 413, 415)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route: which problems it has beside those of all."""
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _REFUSALS[status], "content": problem} for status in statuses}


def describe(app: FastAPI) -> None:
    """Has the OpenAPI document name the problems of every operation under /v1, and their type everywhere."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = written()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                told = operation["responses"]
                if path.startswith(API):
                    del told["default"]
                    usual = refusals(*_OF_ALL, *(_OF_BODIES if method == "post" else ()))
                    told.update({str(status): one for status, one in usual.items()})
                    told["200"]["headers"] = {
                        name: {"description": what, "schema": {"type": "string"}, "required": True}
                        for name, what in _HEADERS.items()
                        if method == "get" or name != "ETag"
                    }
                else:
                    content = told["default"]["content"]
                    content[MEDIA_TYPE] = content.pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]


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
