"""Connections that would be held open for nothing, over a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from agent.serving.connections import ImpatientProtocol, address_of, bound, listening
from warehouse.errors import InvalidInput


class Hasty(ImpatientProtocol):
    head_seconds = 0.1


async def greeting(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    config = listening(greeting)
    config.http, config.lifespan = Hasty, "off"
    server = uvicorn.Server(config)
    sockets = bound("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield sockets[0].getsockname()
    server.should_exit = True
    thread.join(10)


def until_closed(address: tuple[str, int], *sent: bytes) -> bytes:
    """What the server says to this before it closes the connection."""
    said = b""
    with socket.create_connection(address, timeout=5) as one:
        try:
            for part in sent:
                one.sendall(part)
            while received := one.recv(1000):
                said += received
        except ConnectionError:
            pass
    return said


@pytest.mark.parametrize("sent", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\nHost: x\r\nX: y\r\n",)])
def test_a_head_must_come_soon(address: tuple[str, int], sent: tuple[bytes, ...]) -> None:
    began = time.perf_counter()
    assert until_closed(address, *sent) == b""
    assert time.perf_counter() - began < 2


def test_the_next_head_must_come_soon_too(address: tuple[str, int]) -> None:
    began = time.perf_counter()
    said = until_closed(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n")
    assert said.endswith(b"hi")
    assert time.perf_counter() - began < 2


def test_a_head_has_an_end(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hasty, "head_seconds", 60)
    endless = (b"X-Filler: %b\r\n" % (b"y" * 1000) for _ in range(1000))
    assert until_closed(address, b"GET / HTTP/1.1\r\n", *endless) == b""


def test_a_port_that_is_taken_is_told() -> None:
    (taken, *others) = bound("localhost", 0)
    port = taken.getsockname()[1]
    with pytest.raises(InvalidInput, match=rf"http://localhost:{port}: Address already in use"):
        bound("localhost", port)
    with pytest.raises(InvalidInput, match=r"nowhere\.invalid"):
        bound("nowhere.invalid", 0)
    for one in (taken, *others):
        one.close()


def test_every_address_is_of_one_port() -> None:
    sockets = bound("::", 0)
    ports = {one.getsockname()[1] for one in sockets}
    assert len(ports) == 1
    socket.create_connection(("127.0.0.1", *ports), timeout=5).close()
    assert address_of("::", 8321) == "http://[::]:8321"
    for one in sockets:
        one.close()
