"""Who may come in, and how often: everything that is decided about a request before any route sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from agent.serving import problems, route_scopes
from agent.serving.audit import Audit, AuditLog
from agent.serving.caller import RIGHTS, Caller
from agent.serving.keys import Key, Keys
from agent.serving.origins import Origins
from agent.serving.problems import RejectedError, lacking
from agent.serving.rates import Rates
from agent.serving.request_bounds import Seconds, bounded, check_head, in_time
from agent.serving.response_headers import ResponseHeaders
from agent.serving.settings import ServingSettings
from warehouse.errors import CloudPricingError
from warehouse.log import get_logger

_log = get_logger("protection")
_EVERYTHING = frozenset(RIGHTS)
_LATER = {"Retry-After": "1", "Connection": "close"}
_SENT = ["Authorization", "X-API-Key", "X-Request-Id", "If-None-Match", "Last-Event-ID", "Mcp-Session-Id"]
_SENT += ["Mcp-Protocol-Version", "Traceparent"]
_READ = ["ETag", "Link", "Retry-After", "X-Snapshot", "X-Request-Id", "X-Cache", "Mcp-Session-Id"]
_READ += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]


def install(app: FastAPI, given: ServingSettings, keys: Keys, rates: Rates, audit: Audit | None) -> None:
    """Round every route and mounted application; what is added later is further out."""
    route_scopes.describe(app, required=given.keys_required)
    app.add_middleware(Protection, given=given, keys=keys, rates=rates)
    if given.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=given.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "DELETE"],
            allow_headers=_SENT,
            expose_headers=_READ,
        )
    app.add_middleware(ResponseHeaders, behind_tls=given.behind_tls)
    if given.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(given.trusted_proxies))
    if audit:
        app.add_middleware(AuditLog, audit=audit)


class Protection:
    """What it finds out of who asks is in the scope, as `caller`."""

    def __init__(self, app: ASGIApp, *, given: ServingSettings, keys: Keys, rates: Rates) -> None:
        self._app, self._given, self._keys, self._rates = app, given, keys, rates
        self._origins, self._required = Origins(given), given.keys_required
        self._seconds, self._unreadable = Seconds(given.request_seconds), False
        self._open: Counter[str] = Counter()  # requests of each caller, until their response is sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await WebSocketClose(1008)(scope, receive, send)
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await self._asked(scope, receive, send)

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False
        left: Mapping[str, str] = {}

        async def answered(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                MutableHeaders(scope=message).update(left)
            await send(message)

        try:
            left = await self._admit(scope)
            read = bounded(receive, self._given.max_body_bytes)
            with self._opened(scope):
                await in_time(self._app, scope, read, answered, self._seconds)
        except (RejectedError, HTTPException) as error:
            if began:
                raise
            await (await problems.of_error(Request(scope), error))(scope, receive, answered)

    @contextmanager
    def _opened(self, scope: Scope) -> Iterator[None]:
        """Raises RejectedError (429) where its caller has too many open: nobody shuts the others out."""
        caller, most = scope["caller"].id, self._given.max_open
        if self._open[caller] >= most and scope["path"] not in route_scopes.PROBED:
            said = f"{most} requests of this caller are open already."
            raise RejectedError(429, said, "Read their responses, or close them.", _LATER)
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]

    async def _admit(self, scope: Scope) -> Mapping[str, str]:
        """How much its caller may still ask, as headers. Raises RejectedError, HTTPException."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        check_head(scope, headers, self._given.max_body_bytes)
        probed = self._required and scope["path"] in route_scopes.PROBED
        if not probed:
            self._origins.check(headers, scope["method"])
        address = (scope.get("client") or ("",))[0]
        caller, key = await self._caller(headers, address)
        scope["caller"] = caller
        limited = self._required and not probed
        left = await self._rates.spend(key, address) if limited else {}
        right = route_scopes.needed(scope["path"])
        if right and right not in caller.scopes:
            raise lacking(right) if key else _unknown("This needs an API key.")
        return left

    async def _caller(self, headers: Mapping[str, str], address: str) -> tuple[Caller, str | None]:
        """Who asks, and the name of their key."""
        if not self._required:
            return Caller(f"address:{address}", _EVERYTHING), None
        secret = _secret(headers)
        if not secret:
            return Caller(f"address:{address}"), None
        if key := self._key_of(secret):
            return Caller(f"key:{key.name}", frozenset(key.scopes)), key.name
        await self._rates.failed(address)
        raise _unknown("The API key is none of this server's, or has ended.")

    def _key_of(self, secret: str) -> Key | None:
        """Nobody comes in where the keys cannot be read; the log says where they are, and says so once."""
        try:
            key = self._keys.of(secret)
        except CloudPricingError as error:
            if not self._unreadable:
                _log.error("keys_unreadable", error=error.message, hint=error.hint)
            self._unreadable = True
            raise RejectedError(
                503, "The server cannot read its API keys.", "Who runs it finds more in its log."
            ) from None
        self._unreadable = False
        return key


def _secret(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def _unknown(why: str) -> RejectedError:
    hint = "Send `Authorization: Bearer KEY`; `cloud-pricing keys create NAME` makes a key."
    return RejectedError(401, why, hint, {"WWW-Authenticate": 'Bearer realm="cloud-pricing"'})
