"""`GET /metrics`: what Prometheus reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response
from prometheus_client.exposition import choose_encoder

from agent.serving.parts import TheParts

router = APIRouter(tags=["health"])


@router.get("/metrics", summary="What the server counts and holds, for Prometheus", response_class=Response)
def metrics(parts: TheParts, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
    """In the text format of Prometheus, or as OpenMetrics if that is asked for."""
    encode, media_type = choose_encoder(accept)
    return Response(encode(parts.metrics.registry), headers={"Content-Type": media_type})
