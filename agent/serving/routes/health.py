"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from agent.serving.parts import SNAPSHOT, TheParts

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="A snapshot is open, and is the one in force")
async def readyz(parts: TheParts) -> JSONResponse:
    trouble = parts.in_force.trouble
    said: dict[str, Any] = {
        "status": "degraded" if trouble else "ok",
        "snapshot": parts.in_force.snapshot,
        "trouble": trouble.message if trouble else None,
    }
    return JSONResponse(said, headers={SNAPSHOT: parts.in_force.snapshot})
