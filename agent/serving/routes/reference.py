"""`/docs`: what there is to ask, for people."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from agent.serving import reference

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def show_reference(request: Request) -> HTMLResponse:
    page = reference.written(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": reference.POLICY})
