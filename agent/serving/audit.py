"""The audit log: who asked what, and which rows they were shown; a file of its own, for its owner only."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.serving.caller import caller_of
from agent.serving.request_log import Facts
from agent.serving.route_scopes import needed
from agent.serving.settings import ServingSettings
from warehouse.log import get_logger
from warehouse.masking import masked

_LIMIT_BYTES = 50 * 1024 * 1024
_KEPT_FILES = 10
_MOST_ROWS = 100  # whose price_ids a line has
_MOST_CHARACTERS = 4000  # of a question or of SQL
_MOST_KEPT = 500  # of what is remembered with its masks
_NOT_TOLD = {413, 414, 415, 421, 429, 431}  # turned away unread; or a flood would drive out the rest
_log = get_logger("audit")

_again = lru_cache(maxsize=1024)(masked)  # what is asked often need not be looked through each time


def _shown(text: str) -> str:
    """Masked before it is cut: half a secret has not the shape of one."""
    if len(text) <= _MOST_KEPT:
        return _again(text)
    return masked(text[: 2 * _MOST_CHARACTERS])[:_MOST_CHARACTERS]


class Audit:
    """Lines of JSON in `folder`/audit.jsonl, rotated at 50 MiB, ten files kept; secrets are masked."""

    def __init__(self, folder: Path, *, questions: bool = True, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._questions = questions
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _OwnersFile(
            folder / "audit.jsonl",
            maxBytes=limit_bytes,
            backupCount=_KEPT_FILES,
            encoding="utf-8",
            delay=True,
        )

    @classmethod
    def given(cls, settings: ServingSettings, store: Path) -> Self | None:
        """None where it is off."""
        if settings.audit == "off":
            return None
        return cls(store / "logs", questions=settings.audit == "full")

    def write(self, asked: Mapping[str, str], **said: Any) -> None:
        """`asked` is what the caller wrote, which is masked here; it is left out if the settings say so."""
        if self._questions:
            said |= {name: _shown(text) for name, text in asked.items() if text}
        line = json.dumps({"timestamp": datetime.now(UTC).isoformat(), **said}, ensure_ascii=False)
        self._file.handle(logging.makeLogRecord({"msg": "%s", "args": (line,)}))

    def close(self) -> None:
        self._file.close()


class _OwnersFile(RotatingFileHandler):
    _failed = False

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802
        """By what has been written; logging's own asks the disk before each line."""
        del record
        return self.stream is not None and self.stream.tell() >= self.maxBytes

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return cast(TextIOWrapper, open(self.baseFilename, self.mode, encoding=self.encoding, opener=opener))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Nobody's answer waits for the disk; the log says once that lines are missing."""
        del record
        if not self._failed:
            _log.exception("audit_not_written")
        self._failed = True


class AuditLog:
    """A line for each request that needs a scope, refused or not, once its response has been sent."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app, self._audit = app, audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not needed(scope["path"]):
            await self._app(scope, receive, send)
            return
        status, snapshot, started = 500, None, time.perf_counter()

        async def heard(message: Message) -> None:
            nonlocal status, snapshot
            if message["type"] == "http.response.start":
                status = message["status"]
                snapshot = next(
                    (v.decode() for k, v in message["headers"] if k.lower() == b"x-snapshot"), None
                )
            await send(message)

        try:
            await self._app(scope, receive, heard)
        finally:
            if status not in _NOT_TOLD:
                self._tell(scope, status, snapshot, round((time.perf_counter() - started) * 1000, 1))

    def _tell(self, scope: Scope, status: int, snapshot: str | None, duration_ms: float) -> None:
        facts: Facts = scope["facts"]
        made = facts.answer
        rows = made.price_ids if made else facts.price_ids
        self._audit.write(
            {"question": facts.query, "parameters": unquote_plus(scope["query_string"].decode("latin-1"))},
            request_id=_id_of(scope),
            caller=caller_of(scope).id,
            address=(scope.get("client") or (None,))[0],
            operation=_shown(f"{scope['method']} {scope['path']}"),
            status=status,
            snapshot=snapshot or facts.snapshot,
            tools=list(made.tools_used if made else facts.tools_used),
            rows=list(rows[:_MOST_ROWS]),
            row_count=len(rows) if made or facts.row_count is None else facts.row_count,
            duration_ms=duration_ms,
        )


def _id_of(scope: Scope) -> str:
    """One that we made is no secret; a client's own may be."""
    given: str = scope["request_id"]
    return given if re.fullmatch("[0-9a-f]{32}", given) else masked(given)
