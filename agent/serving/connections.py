"""How the server listens, and how long a connection may take to say what it wants."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from warehouse.errors import InvalidInput

_MOST_HEAD_BYTES = 64 << 10
_MOST_CONNECTIONS = 1000
_IDLE_SECONDS = 5
_GRACE_SECONDS = 10  # for requests that are being answered when the server is told to end


def bound(host: str, port: int) -> list[socket.socket]:
    """A socket for each address that `host` stands for, of one port; `::` is every address there is.

    Port 0 is a free one. Raises InvalidInput.
    """
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    try:
        # `::` by itself would be of IPv6 alone, or show clients of IPv4 under addresses that are not theirs.
        every = None if host == "::" else host
        found = socket.getaddrinfo(every, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, address in sorted(set(found)):
            try:
                free = sockets[0].getsockname()[1] if sockets else port
                sockets.append(socket.create_server((str(address[0]), free), family=family, backlog=2048))
            except OSError as error:
                refused = error
                if error.errno == errno.EADDRINUSE:
                    raise
        if not sockets and refused:
            raise refused
    except OSError as error:
        for one in sockets:
            one.close()
        why = (error.strerror or str(error)).partition(" (")[0]
        raise InvalidInput(
            f"The server cannot listen at {address_of(host, port)}: {why}.",
            "Choose another --port or --host.",
        ) from None
    return sockets


def address_of(host: str, port: int) -> str:
    """As it stands in a URL."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listening(app: ASGIApp) -> uvicorn.Config:
    """`X-Forwarded-For` is read by the application, which knows whom to believe."""
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class ImpatientProtocol(HttpToolsProtocol):
    """Ends connections that send the head of a request too slowly, or without end; uvicorn waits for both."""

    head_seconds = 10.0
    _late: asyncio.TimerHandle | None = None  # there while a head is awaited
    _received = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._late:
            self._received += len(data)
            if self._received > _MOST_HEAD_BYTES:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._stop_waiting()
        self._late = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late:
            self._late.cancel()
        self._late, self._received = None, 0
