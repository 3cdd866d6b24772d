"""`POST /v1/ask`: an answer as JSON, or told while it is made as server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from agent.events import Text
from agent.evidence import plain
from agent.serving import problems
from agent.serving.answer_cache import Made
from agent.serving.answering import Began, Question, Telling
from agent.serving.caller import caller_of
from agent.serving.parts import SNAPSHOT, TheParts
from agent.serving.problems import LEFT
from agent.serving.request_log import facts_of

router = APIRouter(tags=["ask"])
_EVENTS = "text/event-stream"
_PAUSE = 15.0  # seconds without an event after which a proxy hears that there is still somebody
_Result = TypeVar("_Result")


@router.post("/ask", summary="Answer a question, with the rows it rests on")
async def ask(
    asked: Question,
    request: Request,
    parts: TheParts,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    began = time.time()
    facts_of(request).query = asked.question
    found = parts.answering.ask(asked, caller_of(request.scope))
    if _EVENTS in accept:
        return await _streamed(request, found, began)
    made = found if isinstance(found, Made) else await _while_connected(request, found.last())
    if not isinstance(made, Made):
        return Response(status_code=LEFT)
    facts_of(request).answer = made
    return Response(made.body, media_type="application/json", headers=_headers(made, began))


async def _streamed(request: Request, found: Made | Telling, began: float) -> Response:
    """What fails before the first event has a status of its own; what fails later is an event."""
    if isinstance(found, Made):
        facts_of(request).answer = found
        headers = _headers(found, began)
        return StreamingResponse(_replayed(found), media_type=_EVENTS, headers=headers | _UNBUFFERED)
    events = found.events(_PAUSE)
    first = await _while_connected(request, anext(events))
    if not isinstance(first, Began | Made):
        await events.aclose()
        return Response(status_code=LEFT)
    headers = _headers(first, began) if isinstance(first, Made) else {SNAPSHOT: first.snapshot}
    told = _told(request, first, events)
    return StreamingResponse(told, media_type=_EVENTS, headers=headers | _UNBUFFERED)


_UNBUFFERED = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


def _headers(made: Made, began: float) -> dict[str, str]:
    """An answer that is older than the request was kept."""
    hit = made.at < began
    return {SNAPSHOT: made.snapshot, "X-Cache": "hit" if hit else "miss"} | (
        {"Age": str(made.age)} if hit else {}
    )


async def _while_connected(request: Request, work: Awaitable[_Result]) -> _Result | None:
    """None where the client goes away before the work is done; nobody waits for it then."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, gone):
            task.cancel()
        # Events that are still being waited for cannot be closed.
        await asyncio.gather(working, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _told(
    request: Request, first: Began | Made, events: AsyncGenerator[Any, None]
) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        if isinstance(first, Made):
            facts_of(request).answer = first
            async for said in _replayed(first):
                yield said
            return
        try:
            async for event in events:
                if isinstance(event, Made):
                    facts_of(request).answer = event
                    yield _event("done", event.body)
                elif event is None:
                    yield b": still here\n\n"
                else:
                    yield _event(_named(event), _json(plain(asdict(event))))
        except Exception as error:  # noqa: BLE001 - it is told to the client, and logged where it is a defect
            reply = await problems.of_error(request, error)
            yield _event("error", bytes(reply.body))


async def _replayed(made: Made) -> AsyncGenerator[bytes, None]:
    for line in str(json.loads(made.body)["text"]).splitlines(keepends=True):
        yield _event("text", _json(asdict(Text(line))))
    yield _event("done", made.body)


def _event(name: str, data: bytes) -> bytes:
    """One server-sent event: its name, and its fields as JSON on one line."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def _named(event: object) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__).strip("_")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
