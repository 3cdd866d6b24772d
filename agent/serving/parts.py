"""What the server is put together from; each request finds it as `request.app.state.parts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Query, Request, Response

from agent.context import LivePrices
from agent.serving.in_force import InForce
from agent.serving.settings import ServingSettings
from agent.sessions import Sessions
from agent.settings import AgentSettings
from warehouse.reader import Reader

SNAPSHOT = "X-Snapshot"  # the header in which every response names its snapshot


@dataclass
class Parts:
    """`live` asks the providers' feeds, and `sessions` keeps conversations; None where that is off."""

    in_force: InForce
    given: ServingSettings
    asking: AgentSettings
    live: LivePrices | None
    sessions: Sessions | None
    running: CapacityLimiter


def parts_of(request: Request) -> Parts:
    return cast(Parts, request.app.state.parts)


def reading(
    parts: Annotated[Parts, Depends(parts_of)],
    response: Response,
    snapshot: Annotated[
        str | None, Query(description="Another snapshot than the one in force, by its id.")
    ] = None,
) -> Iterator[Reader]:
    """The request's one snapshot, which its response names."""
    with parts.in_force.reading(snapshot) as reader:
        response.headers[SNAPSHOT] = reader.snapshot.id
        yield reader


TheParts = Annotated[Parts, Depends(parts_of)]
TheReader = Annotated[Reader, Depends(reading)]
