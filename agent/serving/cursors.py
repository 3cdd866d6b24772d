"""Where a listing goes on: after which row, of which snapshot, of which question."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool

from agent.serving.parts import AtWork, TheParts
from agent.serving.problems import RejectedError
from warehouse.errors import InvalidInput, UnknownName
from warehouse.reader import Reader

_OF_A_PAGE = ("cursor", "limit", "format")  # what may differ between the pages of a listing
_AGAIN = "Begin the listing again, without `cursor`."


@dataclass(frozen=True)
class Page:
    """The snapshot that a page is of, the row it begins after, and what was asked."""

    reader: Reader
    after: str | None
    request: Request

    @property
    def moment(self) -> datetime | None:
        """The row it begins after, where a moment tells which. Raises InvalidInput."""
        try:
            return datetime.fromisoformat(self.after) if self.after else None
        except ValueError:
            raise _unreadable() from None

    def next(self, last: str) -> str:
        """The cursor of the page after this one, whose last row is given."""
        return str(Cursor(self.reader.snapshot.id, question_of(self.request), last))

    def address(self, cursor: str) -> str:
        """Of that page, from where this one is."""
        asked = [pair for pair in self.request.query_params.multi_items() if pair[0] != "cursor"]
        return f"?{urlencode([*asked, ('cursor', cursor)])}"


@dataclass(frozen=True)
class Cursor:
    """Opaque to clients; `question` is a digest of the filters and the order."""

    snapshot: str
    question: str
    after: str

    def __str__(self) -> str:
        text = json.dumps([self.snapshot, self.question, self.after]).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, request: Request) -> Self:
        """Raises InvalidInput for what is none, or is of another question."""
        try:
            padded = text + "=" * (-len(text) % 4)
            snapshot, question, after = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            found = cls(str(snapshot), str(question), str(after))
        except (ValueError, TypeError):
            raise _unreadable() from None
        if found.question != question_of(request):
            raise InvalidInput("This cursor is of a listing with other filters or another order.", _AGAIN)
        return found


def _unreadable() -> InvalidInput:
    return InvalidInput("This cursor cannot be read.", _AGAIN)


def question_of(request: Request) -> str:
    asked = sorted(
        (name, value) for name, value in request.query_params.multi_items() if name not in _OF_A_PAGE
    )
    return hashlib.sha256(json.dumps([request.url.path, asked]).encode()).hexdigest()[:12]


async def page(request: Request, parts: TheParts, _: AtWork) -> AsyncGenerator[Page, None]:
    """All pages of a listing are of one snapshot. Raises RejectedError (410) where that is gone."""
    given = request.query_params.get("cursor")
    cursor = Cursor.read(given, request) if given is not None else None
    asked = cursor.snapshot if cursor else request.query_params.get("snapshot")
    async with AsyncExitStack() as until_sent:
        reading = contextmanager_in_threadpool(parts.in_force.reading(asked))
        try:
            reader = await until_sent.enter_async_context(reading)
        except UnknownName:
            if cursor is None:
                raise
            raise RejectedError(410, f"Snapshot {cursor.snapshot} is not kept any more.", _AGAIN) from None
        request.scope["snapshot"] = reader.snapshot.id
        yield Page(reader, cursor.after if cursor else None, request)


ThePage = Annotated[Page, Depends(page, scope="function")]
