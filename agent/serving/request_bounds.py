"""How large a request may be, of what type, and how long it may take until its response begins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving import problems
from agent.serving.problems import RejectedError

_MOST_URL_BYTES = 8 << 10
_MOST_HEADERS = 100
_MOST_HEADER_BYTES = 32 << 10
_WRITE_SECONDS = 30.0  # a client may take to read what has been written for it
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


async def in_time(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    seconds: float,
    write_seconds: float = _WRITE_SECONDS,
) -> None:
    """Answers 504 where the response has not begun by then.

    What is being worked on keeps its place until it ends, by its own limits or because its client seems to
    have gone; nobody hears of it. A client that does not take what is written for it is left.
    """
    late: asyncio.Task[None] | None = None

    def answer() -> None:
        nonlocal late
        error = RejectedError(504, f"There is no response after {seconds:g} s.", "Ask for less at once.")
        late = asyncio.create_task(_tell(error, scope, receive, send))

    async def written(message: Message) -> None:
        if late:
            return
        if message["type"] == "http.response.start":
            timer.cancel()
            await send(message)
            return
        async with asyncio.timeout(write_seconds):
            await send(message)

    timer = asyncio.get_running_loop().call_later(seconds, answer)
    try:
        await app(scope, receive, written)
    finally:
        timer.cancel()
        if late:
            await late


async def _tell(error: RejectedError, scope: Scope, receive: Receive, send: Send) -> None:
    await (await problems.of_error(Request(scope), error))(scope, receive, send)
