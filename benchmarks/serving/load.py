"""Requests at given moments, whether or not those before have been answered, and how long each took.

A client of its own: httpx costs more per request than the server it would measure.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_TICK = 0.001  # seconds
_CONNECTIONS = 200  # a request that finds them all busy waits for one, and its time runs
_PATIENCE = 30.0  # seconds that the last replies are waited for


@dataclass(frozen=True)
class Reply:
    """`seconds` count from when the request was due, not from when it could be sent."""

    question: str
    status: int
    seconds: float
    head: str
    body: bytes

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


@dataclass
class Result:
    """Milliseconds of what was answered with 200, and how many replies had each status; 0 is none at all."""

    sent: int = 0
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    late: float = 0.0  # seconds the generator was behind, at the worst

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.statuses[200] / self.seconds if self.seconds else 0.0

    def cut(self, percent: int) -> float:
        values = sorted(self.milliseconds)
        return values[min(len(values) - 1, len(values) * percent // 100)] if values else float("nan")

    @property
    def failed(self) -> int:
        """Neither answered nor told to come back later."""
        return self.sent - self.statuses[200] - self.statuses[503]


class _Connection(asyncio.Protocol):
    """One request at a time over a connection that stays open."""

    def __init__(self, free: Callable[[_Connection], None]) -> None:
        self._free, self._got = free, bytearray()
        self._asked: tuple[str, float, Callable[[Reply], None]] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - how asyncio types it
        self._transport = transport

    def ask(self, question: str, request: bytes, due: float, told: Callable[[Reply], None]) -> None:
        self._asked = (question, due, told)
        if self._transport and self.open:
            self._transport.write(request)
        else:
            self.connection_lost(None)

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].decode("latin-1")
        _, _, after = head.lower().partition("content-length:")
        length = int(after.partition("\r\n")[0] or 0)
        if len(self._got) < end + 4 + length:
            return
        body, self._got = bytes(self._got[end + 4 : end + 4 + length]), bytearray()
        self._tell(int(head[9:12]), head, body)
        self._free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._tell(0, "", b"")

    def _tell(self, status: int, head: str, body: bytes) -> None:
        if self._asked:
            question, due, told = self._asked
            self._asked = None
            told(Reply(question, status, time.perf_counter() - due, head, body))


def run(
    port: int | Sequence[int],
    questions: Iterable[str],
    rate: float,
    seconds: float,
    *,
    seen: Callable[[Reply], None] | None = None,
    beside: Sequence[tuple[float, Callable[[], object]]] = (),
    at_once: int = 0,
) -> Result:
    """Asks `questions` in their order, `rate` a second; `beside` is done in a thread at its moments.

    Of several ports each has its turn, as behind a proxy. With `at_once` a question waits for its turn among
    so many, and its time runs from then.
    """
    ports = itertools.cycle([port] if isinstance(port, int) else port)
    return asyncio.run(_run(ports, iter(questions), rate, seconds, seen, beside, at_once))


async def _run(
    ports: Iterator[int],
    questions: Iterable[str],
    rate: float,
    seconds: float,
    seen: Callable[[Reply], None] | None,
    beside: Sequence[tuple[float, Callable[[], object]]],
    at_once: int,
) -> Result:
    loop, result = asyncio.get_running_loop(), Result()
    idle, waiting, connections = list[_Connection](), deque[tuple[str, float]](), 0
    open_requests = 0

    def told(reply: Reply) -> None:
        nonlocal open_requests
        open_requests -= 1
        result.statuses[reply.status] += 1
        if reply.status == 200:
            result.milliseconds.append(reply.seconds * 1000)
        if seen:
            seen(reply)

    def free(connection: _Connection) -> None:
        if waiting:
            question, due = waiting.popleft()
            connection.ask(question, request(question), due, told)
        else:
            idle.append(connection)

    async def connected(question: str, due: float) -> None:
        nonlocal connections
        try:
            _, connection = await loop.create_connection(lambda: _Connection(free), HOST, next(ports))
        except OSError:
            connections -= 1
            told(Reply(question, 0, 0.0, "", b""))
            return
        connection.ask(question, request(question), due, told)

    def ask(question: str, due: float) -> None:
        nonlocal connections
        while idle:
            connection = idle.pop()
            if connection.open:
                connection.ask(question, request(question), due, told)
                return
            connections -= 1
        if connections < _CONNECTIONS:
            connections += 1
            connecting.add(task := asyncio.create_task(connected(question, due)))
            task.add_done_callback(connecting.discard)
        else:
            waiting.append((question, due))

    connecting = set[asyncio.Task[None]]()
    acting = [asyncio.create_task(_at(at, act)) for at, act in beside]
    began = time.perf_counter()
    for number, question in enumerate(questions):
        due = began + number / rate
        if due >= began + seconds:
            break
        while (now := time.perf_counter()) < due:
            await asyncio.sleep(min(_TICK, due - now))
        while at_once and open_requests >= at_once:
            await asyncio.sleep(_TICK)
        if at_once:
            now = due = time.perf_counter()
        result.late = max(result.late, now - due)
        result.sent, open_requests = result.sent + 1, open_requests + 1
        ask(question, due)
        if not number % 50:
            await asyncio.sleep(0)
    ends = time.monotonic() + _PATIENCE
    while open_requests and time.monotonic() < ends:
        await asyncio.sleep(0.01)
    result.statuses[0] += open_requests
    ran = time.perf_counter() - began - 0.01
    result.seconds = ran if at_once else max(seconds, ran)
    await asyncio.gather(*acting)
    return result


async def _at(seconds: float, act: Callable[[], object]) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(act)


def request(question: str) -> bytes:
    body = json.dumps({"question": question}).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
