"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from typing import Literal

from anyio import fail_after, to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from agent.serving.caller import caller_of
from agent.serving.parts import SNAPSHOT, Parts, TheParts
from agent.settings import Part
from warehouse.errors import CloudPricingError, KnowledgeUnavailable, SessionsUnavailable
from warehouse.log import get_logger

router = APIRouter(tags=["health"])
_log = get_logger("serving")
_SECONDS = 2.0  # that what keeps conversations has to answer
State = Literal["ok", "away", "off"]


class Status(BaseModel):
    """`degraded` still answers, with less than all; `down` answers nothing."""

    status: Literal["ok", "degraded", "down"]


class Readiness(Status):
    """What is told to whom a key lets ask, or to everybody where none is required."""

    snapshot: str = Field(description="What is answered from.")
    trouble: str | None = Field(description="Why that is not the snapshot that was published last.")
    off: list[Part] = Field(description="Parts that were turned off.")
    knowledge: State = Field(description="Whether guides are found by meaning, or by their words alone.")
    sessions: State = Field(description="Where conversations are kept.")
    cache: State = Field(description="Where servers keep answers together; `off` where each keeps its own.")


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Which snapshot is read, and what is out of order or turned off",
    responses={503: {"model": Readiness, "description": "No question can be answered."}},
)
async def readyz(request: Request, parts: TheParts, response: Response) -> Readiness | Status:
    response.headers[SNAPSHOT] = parts.in_force.snapshot
    reads = await to_thread.run_sync(_reads, parts)
    trouble = parts.in_force.trouble
    said = Readiness(
        status="ok",
        snapshot=parts.in_force.snapshot,
        trouble=trouble.message.replace(str(parts.in_force.store), "…") if trouble else None,
        off=sorted(parts.off),
        knowledge=await to_thread.run_sync(_knowledge, parts) if reads else "away",
        sessions=await _sessions(parts),
        cache=await _cache(parts),
    )
    if not reads:
        said.status, response.status_code = "down", 503
    elif trouble or said.off or "away" in (said.knowledge, said.sessions, said.cache):
        said.status = "degraded"
    return said if "ask" in caller_of(request.scope).scopes else Status(status=said.status)


def _reads(parts: Parts) -> bool:
    try:
        with parts.in_force.reading() as reader:
            return bool(reader.named("is_locked").rows)
    except CloudPricingError as error:
        _log.error("not_ready", error=error.message)
        return False


def _knowledge(parts: Parts) -> State:
    if "knowledge" in parts.off:
        return "off"
    with parts.in_force.reading() as reader:
        try:
            reader.knowledge()
        except KnowledgeUnavailable:
            return "away"
        return "away" if reader.knowledge_damage() else "ok"


async def _sessions(parts: Parts) -> State:
    if parts.sessions is None:
        return "off"
    try:
        with fail_after(_SECONDS):
            await to_thread.run_sync(parts.sessions.turns, "readyz", abandon_on_cancel=True)
    except (SessionsUnavailable, TimeoutError):
        return "away"
    return "ok"


async def _cache(parts: Parts) -> State:
    shared = parts.answers.shared
    if shared is None:
        return "off"
    await shared.get("readyz")
    return "away" if shared.away else "ok"
