"""What is published: each snapshot, what its manifest says, and its validation report."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from agent.evidence import plain
from agent.serving import validators
from agent.serving.asked import SnapshotId
from agent.serving.formats import dumped
from agent.serving.held_rows import SnapshotRow, SnapshotTold
from agent.serving.listings import Listing, listing
from agent.serving.parts import AtWork, TheParts, TheReader
from warehouse.errors import UnknownName
from warehouse.reader import Reader

router = APIRouter(tags=["snapshot"])
ReportPage = Annotated[str, Path(description="Such as index.html, which is also the page without a name.")]
_REPORT = "validation"
_PAGE = "index.html"
# The report is our own, but shows what feeds say: it may run no script and load nothing from elsewhere.
_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"


async def named(
    request: Request, snapshot: SnapshotId, parts: TheParts, _: AtWork
) -> AsyncGenerator[Reader, None]:
    async with contextmanager_in_threadpool(parts.in_force.reading(snapshot)) as reader:
        request.scope["snapshot"] = reader.snapshot.id
        yield reader


Named = Annotated[Reader, Depends(named, scope="function")]


@router.get("/snapshots", summary="All published snapshots", responses={200: {"model": Listing[SnapshotRow]}})
def list_snapshots(request: Request, parts: TheParts, reader: TheReader) -> Response:
    """The newest last."""
    names = list(SnapshotRow.model_fields)
    rows = [{name: row.get(name) for name in names} for row in parts.published()]
    told = hashlib.sha256(dumped(plain(rows)).encode()).hexdigest()[:12]
    headers = validators.headers_of(request, reader, clock=told)
    return listing(reader.snapshot.id, rows, names, found=len(rows), headers=headers)


@router.get("/snapshots/{snapshot}", summary="What a snapshot is", responses={200: {"model": SnapshotTold}})
def show_snapshot(request: Request, parts: TheParts, reader: Named) -> Response:
    """What its manifest says. The beginning of an id is enough where no other begins so."""
    in_force = reader.snapshot.id == parts.in_force.snapshot
    headers = validators.headers_of(request, reader, clock="in-force" if in_force else "")
    manifest = asdict(reader.snapshot)
    sizes = [int(one["size"]) for one in reader.snapshot.files.values()]
    told = {
        **manifest,
        "snapshot": reader.snapshot.id,
        "in_force": in_force,
        "files": len(sizes),
        "bytes": sum(sizes),
        "validation": f"/v1/snapshots/{reader.snapshot.id}/{_REPORT}/"
        if f"{_REPORT}/{_PAGE}" in reader.snapshot.files
        else None,
    }
    del told["id"], told["inputs"]
    return JSONResponse(plain(told), headers=headers)


@router.get("/snapshots/{snapshot}/validation", include_in_schema=False)
def to_report(snapshot: str) -> Response:
    return RedirectResponse(f"/v1/snapshots/{snapshot}/{_REPORT}/", 308)


@router.get(
    "/snapshots/{snapshot}/validation/{page:path}",
    summary="The validation report",
    response_class=HTMLResponse,
    responses={200: {"content": {"application/json": {}}}},
)
def show_report(request: Request, page: ReportPage, reader: Named) -> Response:
    """What the quality gate checked of each batch, as pages; the first is the one without a name."""
    name = f"{_REPORT}/{page or _PAGE}"
    if name not in reader.snapshot.files:  # so it is none of another folder
        raise UnknownName(f"The report has no page {page}.", f"Begin at {_REPORT}/.")
    headers = validators.headers_of(request, reader, form=hashlib.sha256(name.encode()).hexdigest()[:8])
    headers["Content-Security-Policy"] = _POLICY
    kind = mimetypes.guess_type(name)[0]
    return Response((reader.folder / name).read_bytes(), media_type=kind, headers=headers)
