"""`GET /v1/knowledge/search`: guides and cards, by meaning, names and words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from agent.knowledge_tools import INDEX
from agent.serving import validators
from agent.serving.advice_rows import Document, Documents
from agent.serving.asked import Many, OfSnapshot
from agent.serving.described import refusals
from agent.serving.listings import listing
from agent.serving.parts import TheReader, needs
from agent.serving.request_log import tell
from warehouse.contracts import Hit
from warehouse.errors import InvalidInput, UnknownName
from warehouse.reader import Reader

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class SearchAsked(OfSnapshot):
    """What is looked for."""

    q: str = Field(
        max_length=2000, description="In English or Portuguese.", examples=["what is a spot instance?"]
    )
    provider: str | None = Field(None, description="Only its documents, and those of no provider.")
    kind: Many = Field([], description="guide, machine, region, ...")
    language: Literal["en", "pt"] | None = Field(None, description="In this one where there is one.")
    on: date | None = Field(None, description="Only what held on this day.")
    limit: int = Field(5, ge=1, le=100, description="Documents to send at most.")


@router.get(
    "/search",
    summary="Search the guides and cards",
    dependencies=[needs("knowledge")],
    responses={200: {"model": Documents}, **refusals(400)},
)
def search_documents(request: Request, asked: Annotated[SearchAsked, Query()], reader: TheReader) -> Response:
    """The nearest documents, the best first."""
    tell(request, "search_knowledge", query=asked.q)
    if not asked.q.strip():
        raise InvalidInput("There is nothing to look for.", "Give a few words as `q`.")
    headers = validators.headers_of(request, reader)
    _must_be_known(reader, asked)
    damaged = reader.knowledge_damage()
    found = reader.knowledge().find(
        asked.q,
        limit=asked.limit,
        provider=asked.provider.lower() if asked.provider else None,
        language=asked.language,
        kinds=asked.kind or None,
        on=asked.on,
        signals=("words", "name") if damaged.keys() - {INDEX} else None,
    )
    degraded = "Files of the vectors are damaged." if damaged else found.degraded
    if degraded:  # it may be mended at any time
        headers["Cache-Control"] = "no-store"
    rows = [_row(hit) for hit in found.hits]
    return listing(reader.snapshot.id, rows, list(Document.model_fields), headers=headers, degraded=degraded)


def _must_be_known(reader: Reader, asked: SearchAsked) -> None:
    held = reader.named("documents_held").records()
    given = (("kind", asked.kind), ("provider", [asked.provider.lower()] if asked.provider else []))
    for name, values in given:
        known = {str(row[name]) for row in held if row[name]}
        for value in values:
            if value not in known:
                raise UnknownName(
                    f"No document is of the {name} {value}.", f"There are {', '.join(sorted(known))}."
                )


def _row(hit: Hit) -> dict[str, object]:
    about = {**vars(hit.document), **vars(hit), "as_of": hit.document.valid_to}
    return {name: about[name] for name in Document.model_fields}
