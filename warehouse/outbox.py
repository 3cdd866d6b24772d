"""What is to be told and what was: messages, where each must go, and how that went, in SQLite in the store.

Messages, the keys of what they tell and the snapshot they were found in are written in one transaction, so a
process killed anywhere has told the outbox everything or nothing. A message is marked as delivered after it
was: one that was sent by a process which then died is sent again. No address is ever in here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from warehouse.errors import InvalidInput, StoreBusy
from warehouse.statements import statement, statements

ATTEMPTS, DAYS = 12, 3  # a delivery is given up after as many, or as long
_REMEMBERED = timedelta(days=400)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True)
class Message:
    """`told` are the keys of what it tells; `reference` is equal for equal ones."""

    reference: str
    rule: str
    snapshot: str
    title: str
    body: str
    told: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Due:
    """A delivery to be tried."""

    message: str
    target: str
    attempts: int
    created_at: datetime
    title: str
    body: str


class Outbox:
    """Opened for one step of work; `Outbox.exists` tells whether anything was ever written."""

    def __init__(self, store: Path) -> None:
        self.folder = store / "alerts"
        self.path = self.folder / "outbox.sqlite3"

    @property
    def exists(self) -> bool:
        return self.path.is_file()

    @contextmanager
    def alone(self, step: str, timeout: float = 0) -> Iterator[None]:
        """Evaluating and delivering are each done by one process at a time. Raises StoreBusy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / f"{step}.lock", timeout=timeout):
                yield
        except Timeout:
            raise StoreBusy(
                f"Another process is at alerts of this store ({step}).", "Try again later."
            ) from None

    def told(self, rule: str) -> set[str]:
        return {row["key"] for row in self._rows("keys_told", rule=rule)}

    def evaluated(self) -> set[str]:
        """Ids of the snapshots that were evaluated."""
        return {row["snapshot"] for row in self._rows("evaluated")}

    def record(
        self,
        messages: Iterable[Message],
        rearmed: Iterable[tuple[str, str]],
        evaluated: str | None,
        now: datetime,
    ) -> None:
        """All of what an evaluation found, or nothing; `rearmed` are rules and keys that hold no longer."""
        with self._open() as connection:
            moment = _text(now)
            for rule, key in rearmed:
                connection.execute(statement("outbox/rearm"), {"rule": rule, "key": key})
            for one in messages:
                told = ({"rule": one.rule, "key": key, "moment": moment} for key in one.told)
                connection.executemany(statement("outbox/tell"), told)
                connection.execute(
                    statement("outbox/add_message"),
                    {
                        "message": one.reference,
                        "rule": one.rule,
                        "snapshot": one.snapshot,
                        "events": len(one.told),
                        "moment": moment,
                        "title": one.title,
                        "body": one.body,
                    },
                )
                for target in one.targets:
                    values = {"message": one.reference, "target": target, "moment": moment}
                    connection.execute(statement("outbox/add_delivery"), values)
            if evaluated is not None:
                values = {"snapshot": evaluated, "moment": moment}
                connection.execute(statement("outbox/add_evaluation"), values)
            before = {"before": _text(now - _REMEMBERED)}
            for name in ("forget_messages", "forget"):
                connection.execute(statement(f"outbox/{name}"), before)
            connection.execute(statement("outbox/forget_deliveries"))

    def due(self, now: datetime | None, *, abandoned: bool = False) -> list[Due]:
        """Deliveries whose time has come, the oldest first; without a time, all that are not delivered."""
        rows = self._rows("due", moment=_text(now) if now else None, abandoned=abandoned)
        return [Due(**{**row, "created_at": datetime.fromisoformat(row["created_at"])}) for row in rows]

    def delivered(self, due: Due, now: datetime) -> None:
        values = {"message": due.message, "target": due.target, "moment": _text(now)}
        with self._open() as connection:
            connection.execute(statement("outbox/delivered"), values)

    def failed(self, due: Due, reason: str, now: datetime) -> bool:
        """Note it, with the time of the next attempt; true where there will be none."""
        attempts = due.attempts + 1
        given_up = attempts >= ATTEMPTS or now - due.created_at >= timedelta(days=DAYS)
        wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 16), _LONGEST_WAIT)
        values = {
            "message": due.message,
            "target": due.target,
            "reason": reason,
            "next": _text(now + wait),
            "abandoned": _text(now) if given_up else None,
        }
        with self._open() as connection:
            connection.execute(statement("outbox/failed"), values)
        return given_up

    def listed(self, *, undelivered: bool = False) -> list[dict[str, Any]]:
        """Every delivery with its message and state, the newest last."""
        return self._rows("listed", undelivered=undelivered)

    def _rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        if not self.exists:
            return []
        with self._open() as connection:
            return [dict(row) for row in connection.execute(statement(f"outbox/{name}"), parameters)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when it is over. Raises InvalidInput."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path, timeout=10)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = FULL")
                for text in statements("outbox/schema"):
                    connection.execute(text)
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise InvalidInput(
                f"{self.path} cannot be used: {error}.",
                "Check the disk, or move the file away: what was told may then be told once more.",
            ) from error


def _text(moment: datetime) -> str:
    """Sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
