"""How large a request may be, of what type, and how long it may take until its response begins."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving import problems
from agent.serving.problems import RejectedError

_MOST_URL_BYTES = 8 << 10
_MOST_HEADERS = 100
_MOST_HEADER_BYTES = 32 << 10
# Agno's clients send forms; a browser says of every one whose page it is, and `Origins` knows our own.
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TAKES_FORMS = re.compile(r"/agno/agents/[^/]+/runs")
_WITH_BODY = ("POST", "PUT", "PATCH")


def check_head(scope: Scope, headers: Mapping[str, str], most_body_bytes: int) -> None:
    """Raises RejectedError (414, 415, 431), HTTPException (413)."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MOST_URL_BYTES:
        raise RejectedError(
            414, f"The address is longer than {_MOST_URL_BYTES} bytes.", "Filter with fewer values at once."
        )
    sent = scope["headers"]
    if len(sent) > _MOST_HEADERS or sum(len(name) + len(value) for name, value in sent) > _MOST_HEADER_BYTES:
        said = f"There are more than {_MOST_HEADERS} headers, or {_MOST_HEADER_BYTES} bytes of them."
        raise RejectedError(431, said, "Send fewer.")
    if scope["method"] not in _WITH_BODY:
        return
    # No form of another page can be of this type, so that none can post here without asking first.
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    form = kind in _FORMS and _TAKES_FORMS.fullmatch(scope["path"])
    if (
        not form
        and kind != "application/json"
        and not (kind.startswith("application/") and kind.endswith("+json"))
    ):
        raise RejectedError(415, "The body is not said to be JSON.", "Send `Content-Type: application/json`.")
    if int(headers.get("content-length", "0") or 0) > most_body_bytes:
        raise _too_large(most_body_bytes)


def _too_large(most: int) -> HTTPException:
    """Of all that is raised while a body is read, FastAPI hands on only an HTTPException."""
    return HTTPException(413, f"The body has more than {most} bytes.", {"Connection": "close"})


def bounded(receive: Receive, most_bytes: int) -> Receive:
    """The same, until the body is larger than that, whatever length it was said to have."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most_bytes:
            raise _too_large(most_bytes)
        return message

    return counted


@dataclass(frozen=True)
class Seconds:
    """Until a response begins, for each part of it to be taken, and for all of it if it has an end."""

    begin: float
    write: float = 30.0
    whole: float = 300.0


async def in_time(app: ASGIApp, scope: Scope, receive: Receive, send: Send, seconds: Seconds) -> None:
    """Answers 504 where the response has not begun by then. Raises TimeoutError where its reader is too slow.

    What is being worked on keeps its place until it ends, by its own limits or because its client seems to
    have gone; nobody hears of it.
    """
    loop = asyncio.get_running_loop()
    late: asyncio.Task[None] | None = None
    ends = math.inf

    def answer() -> None:
        nonlocal late
        said = f"There is no response after {seconds.begin:g} s."
        late = asyncio.create_task(
            _tell(RejectedError(504, said, "Ask for less at once."), scope, receive, send)
        )

    async def written(message: Message) -> None:
        nonlocal ends
        if late:
            return
        if message["type"] == "http.response.start":
            timer.cancel()
            if (b"content-type", b"text/event-stream") not in _kinds(message):
                ends = loop.time() + seconds.whole
            await send(message)
            return
        async with asyncio.timeout_at(min(loop.time() + seconds.write, ends)):
            await send(message)

    timer = loop.call_later(seconds.begin, answer)
    try:
        await app(scope, receive, written)
    finally:
        timer.cancel()
        if late:
            await late


def _kinds(start: Message) -> Iterator[tuple[bytes, bytes]]:
    return ((name.lower(), value.partition(b";")[0].strip()) for name, value in start["headers"])


async def _tell(error: RejectedError, scope: Scope, receive: Receive, send: Send) -> None:
    await (await problems.of_error(Request(scope), error))(scope, receive, send)
