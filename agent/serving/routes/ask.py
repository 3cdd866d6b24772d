"""`POST /v1/ask`: an answer as JSON, or told while it is made as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from agent.answer import answer, astream
from agent.events import Done, Event
from agent.evidence import Answer, plain
from agent.serving.parts import SNAPSHOT, AtWork, Parts, TheParts
from agent.turn import Turn

router = APIRouter(tags=["ask"])
_EVENTS = "text/event-stream"


class Question(BaseModel):
    """What is asked, in English or Portuguese."""

    model_config = {"extra": "forbid"}

    question: str = Field(examples=["Where is p5.48xlarge cheapest on demand?"])
    language: Literal["auto", "en", "pt"] | None = Field(
        default=None, description="Of the answer; the question's own if left out."
    )
    session: str | None = Field(
        default=None,
        pattern=r"^[\w.@-]{1,40}$",
        description="Go on with this conversation, and keep it under this name.",
    )
    snapshot: str | None = Field(default=None, description="Ask another snapshot than the one in force.")
    explain: bool = Field(default=False, description="With how it was read and what was looked up.")


@router.post("/ask", summary="Answer a question, with the rows it rests on")
async def ask(
    asked: Question, parts: TheParts, _: AtWork, accept: Annotated[str, Header(include_in_schema=False)] = ""
) -> Any:
    if _EVENTS in accept:
        return StreamingResponse(_told(parts, asked), media_type=_EVENTS)
    answered = await to_thread.run_sync(_answered, parts, asked)
    return JSONResponse(answered.to_dict(explained=asked.explain), headers={SNAPSHOT: answered.snapshot})


def _answered(parts: Parts, asked: Question) -> Answer:
    with parts.in_force.reading(asked.snapshot) as reader:
        answered = answer(asked.question, reader=reader, **_how(parts, asked))
    _keep(parts, asked, answered)
    return answered


async def _told(parts: Parts, asked: Question) -> AsyncGenerator[str, None]:
    with parts.in_force.reading(asked.snapshot) as reader:
        events = astream(asked.question, reader=reader, **_how(parts, asked))
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Done):
                    await to_thread.run_sync(_keep, parts, asked, event.answer)
                yield _event(event, asked.explain)


def _how(parts: Parts, asked: Question) -> dict[str, Any]:
    return {
        "language": asked.language,
        "settings": parts.asking,
        "live": parts.live,
        "earlier": _earlier(parts, asked),
    }


def _earlier(parts: Parts, asked: Question) -> Sequence[Turn]:
    return parts.sessions.turns(asked.session) if parts.sessions and asked.session else ()


def _keep(parts: Parts, asked: Question, answered: Answer) -> None:
    if parts.sessions and asked.session:
        parts.sessions.add(asked.session, answered)


def _event(event: Event, explain: bool) -> str:
    """One server-sent event: its name, and its fields as JSON on one line."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__).strip("_")
    said = event.answer.to_dict(explained=explain) if isinstance(event, Done) else plain(asdict(event))
    return f"event: {name}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
