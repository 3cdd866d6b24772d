"""One line in the log for each request, and an id that its other lines carry."""

from __future__ import annotations

import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from warehouse.log import get_logger

_log = get_logger("http")
_ID = "X-Request-Id"


class RequestLog:
    """Outermost: what it times is what the client waits for. A client's own request id is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(_ID, "")
        request_id = scope["request_id"] = asked if re.fullmatch(r"[\w.-]{8,64}", asked) else uuid4().hex
        status, started = 500, time.perf_counter()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_ID] = request_id
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, named)
            finally:
                _log.info(
                    "request",
                    operation=f"{scope['method']} {scope['path']}",
                    status=status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 1),
                )
