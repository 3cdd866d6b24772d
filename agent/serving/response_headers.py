"""What every response tells a browser: what it may load, and who may show or read it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving import problems

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {}"
)
_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": _POLICY.format("'none'"),
}
_TLS = {"Strict-Transport-Security": "max-age=31536000"}


class ResponseHeaders:
    """Also of what went wrong: it answers what nobody has caught. A route's own headers stay."""

    def __init__(self, app: ASGIApp, *, behind_tls: bool) -> None:
        self._app = app
        told = {**_HEADERS, **(_TLS if behind_tls else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def told(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                own = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in self._headers if header[0] not in own]
                message = {**message, "headers": [*message["headers"], *missing]}
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as error:
            if began:
                raise
            await (await problems.of_error(Request(scope), error))(scope, receive, told)
