"""What the snapshot holds: its sources and their age, what was refused, what filters can be."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from agent.evidence import plain
from agent.serving import validators
from agent.serving.asked import AnySnapshot, Limit, OfSnapshot
from agent.serving.formats import dumped
from agent.serving.held_rows import Options, Reason, Refused, SourceState
from agent.serving.listings import Listing, listing
from agent.serving.parts import TheParts, TheReader
from warehouse.errors import UnknownName

router = APIRouter(tags=["snapshot"])


@router.get(
    "/sources",
    summary="The feeds and how old their data is",
    responses={200: {"model": Listing[SourceState]}},
)
def list_sources(request: Request, parts: TheParts, _: AnySnapshot, reader: TheReader) -> Response:
    """Every feed there is, with what the snapshot holds of it; a feed of releases has a row for each."""
    names = list(SourceState.model_fields)
    rows = [{name: row.get(name) for name in names} for row in parts.sources(reader)]
    for row in rows:
        row["due_at"] = row["due_at"] if row["fetched_at"] else None  # what was never fetched is due now
    told = hashlib.sha256(dumped(plain(rows)).encode()).hexdigest()[:12]
    headers = validators.headers_of(request, reader, clock=told)
    return listing(reader.snapshot.id, rows, names, found=len(rows), headers=headers)


class RefusedAsked(OfSnapshot):
    """Which refused rows."""

    source: str | None = Field(None, description="As /v1/sources names it.")
    reason: str | None = Field(None, description="As /v1/quarantine tells without filters.")
    machine: str | None = Field(None, description="Its name; % stands for any letters.")
    region: str | None = Field(None, description="Region code.")
    limit: Limit = 100


@router.get(
    "/quarantine",
    summary="What the quality gate refused",
    responses={200: {"model": Listing[Refused] | Listing[Reason]}},
)
def list_refused(request: Request, asked: Annotated[RefusedAsked, Query()], reader: TheReader) -> Response:
    """The rows of a reason, machine or region; without these three a count for each reason."""
    wanted = {"source": asked.source, "reason": asked.reason}
    if asked.source is not None:
        names = sorted(str(row["source"]) for row in reader.named("vocabulary_sources").records())
        if asked.source not in names:
            raise UnknownName(f"No source is called {asked.source}.", f"There are: {', '.join(names)}.")
    headers = validators.headers_of(request, reader)
    if asked.reason or asked.machine or asked.region:
        found = reader.named("quarantine_rows", **wanted, machine=asked.machine, region=asked.region)
    else:
        found = reader.named("quarantine_reasons", **wanted)
    rows = found.records()
    return listing(
        reader.snapshot.id,
        rows[: asked.limit],
        found.columns,
        truncated=found.truncated or len(rows) > asked.limit,
        found=None if found.truncated else len(rows),
        headers=headers,
    )


@router.get("/options", summary="What filters can be", responses={200: {"model": Options}})
def list_options(request: Request, _: AnySnapshot, reader: TheReader) -> Response:
    """Providers, regions with their names, accelerators, operating systems and ways of buying."""
    headers = validators.headers_of(request, reader)
    (found,) = reader.named("filter_options").records()
    lists = {name: [] if value is None else value for name, value in found.items()}
    return JSONResponse(plain({"snapshot": reader.snapshot.id, **lists}), headers=headers)
