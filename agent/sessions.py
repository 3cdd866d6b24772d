"""Conversations that go on: their turns by name, in a SQLite file, in Redis or in Postgres."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from agent.evidence import Answer
from agent.turn import REMEMBERED, Turn
from warehouse.errors import InvalidInput, MissingRequirement, SessionsUnavailable, UnknownName
from warehouse.masking import masked

if TYPE_CHECKING:
    from agno.db.base import BaseDb
    from agno.run.agent import RunOutput
    from agno.session import AgentSession

_AGENT = "cloud-pricing"
_SESSIONS, _TURNS = "cloud_pricing_sessions", "cloud_pricing_turns"
_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True)
class Held:
    """A conversation that is kept; `at` is when it last went on, in UTC."""

    name: str
    turns: int
    at: datetime


class Sessions:
    """Secrets and personal data are masked before a turn is kept."""

    def __init__(self, db: BaseDb, where: str) -> None:
        self._db, self._where = db, where

    @classmethod
    def open(cls, address: str, store: Path) -> Self:
        """`address` is a path, `redis://…` or `postgresql://…`; empty: `state/sessions.db` in the store.

        Raises InvalidInput, MissingRequirement, SessionsUnavailable.
        """
        scheme, _, rest = address.partition("://")
        where = f"{scheme}://{rest.rpartition('@')[2]}" if rest else address
        try:
            with _translated(where):
                return cls(_database(address, scheme if rest else "", store), where)
        except ImportError as error:
            extra = "redis" if scheme.startswith("redis") else "postgres"
            raise MissingRequirement(
                f"CLOUD_PRICING_SESSIONS: {where} needs a package: {error}",
                f'pip install "cloud-pricing-agent[{extra}]"',
            ) from None

    def turns(self, name: str) -> tuple[Turn, ...]:
        """The last turns, the oldest first; none of a conversation that has not begun."""
        from agno.run.agent import RunOutput

        with _translated(self._where):
            found = self._session(name)
        turns = [_turn(run) for run in (found.runs or () if found else ()) if isinstance(run, RunOutput)]
        return tuple(sorted(turns, key=lambda turn: turn.at)[-REMEMBERED:])

    def add(self, name: str, answer: Answer) -> None:
        from agno.run.agent import RunInput, RunOutput
        from agno.run.base import RunStatus
        from agno.session import AgentSession

        at = datetime.now(UTC)
        now = int(at.timestamp())
        turn = RunOutput(
            run_id=str(uuid4()),
            session_id=_named(name),
            agent_id=_AGENT,
            input=RunInput(input_content=masked(answer.question)),
            content=masked(answer.text),
            metadata={"language": answer.language, "at": at.isoformat()},
            created_at=now,
            status=RunStatus.completed,
        )
        with _translated(self._where):
            self._db.upsert_session(
                AgentSession(session_id=name, agent_id=_AGENT, created_at=now, updated_at=now)
            )
            self._db.upsert_run(turn, name)

    def held(self) -> list[Held]:
        """Every conversation, the latest first."""
        from agno.db.base import SessionType

        with _translated(self._where):
            found = self._db.get_sessions(SessionType.AGENT, component_id=_AGENT)
        held = [
            Held(one.session_id, len(one.runs or ()), datetime.fromtimestamp(one.updated_at or 0, UTC))
            for one in found
            if not isinstance(one, tuple | list | int)
        ]
        return sorted(held, key=lambda one: one.at, reverse=True)

    def forget(self, name: str) -> None:
        """Raises UnknownName where there is no such conversation."""
        with _translated(self._where):
            found = self._session(name)
            if found:
                self._db.delete_session(name)
        if not found:
            raise UnknownName(f"There is no session {name}.", "See `cloud-pricing sessions list`.")

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _session(self, name: str) -> AgentSession | None:
        from agno.db.base import SessionType
        from agno.session import AgentSession

        found = self._db.get_session(_named(name), SessionType.AGENT)
        return found if isinstance(found, AgentSession) else None


def _turn(run: RunOutput) -> Turn:
    """Redis returns them in no order, and agno's own time is of whole seconds."""
    told = run.metadata or {}
    at = datetime.fromisoformat(told["at"]) if "at" in told else datetime.fromtimestamp(run.created_at, UTC)
    question = run.input.input_content_string() if run.input else ""
    return Turn(question, str(run.content or ""), str(told.get("language", "en")), at)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name of a session.", "Use up to 64 letters, digits, dots, @ and hyphens."
        )
    return name


def _database(address: str, scheme: str, store: Path) -> BaseDb:
    logging.getLogger("agno").disabled = True  # what fails is raised
    if scheme in ("redis", "rediss"):
        from agno.db.redis import RedisDb

        redis = RedisDb(db_url=address, db_prefix=_AGENT, session_table=_SESSIONS, runs_table=_TURNS)
        redis.redis_client.ping()  # agno takes a server that does not answer for an empty one
        return redis
    if scheme.partition("+")[0] in ("postgres", "postgresql"):
        from agno.db.postgres import PostgresDb

        url = f"postgresql+psycopg://{address.partition('://')[2]}"
        postgres = PostgresDb(db_url=url, db_schema="public", session_table=_SESSIONS, runs_table=_TURNS)
        postgres.db_engine.connect().close()
        return postgres
    if scheme:
        raise InvalidInput(
            f"CLOUD_PRICING_SESSIONS: {scheme} is no place for sessions.",
            "Give a path, redis://… or postgresql://….",
        )
    from agno.db.sqlite import SqliteDb

    path = Path(address).expanduser() if address else store / "state" / "sessions.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what people ask is theirs
    return SqliteDb(db_file=str(path), session_table=_SESSIONS, runs_table=_TURNS)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """What the database's own client raises, as ours."""
    try:
        yield
    except _client_errors() as error:
        said = masked(" ".join(str(error).split())[:200])
        raise SessionsUnavailable(
            f"Sessions cannot be read or written ({where or 'the store'}): {said}",
            "Check CLOUD_PRICING_SESSIONS and the server.",
        ) from None


def _client_errors() -> tuple[type[Exception], ...]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        from redis.exceptions import RedisError
    except ImportError:
        return (SQLAlchemyError,)
    return SQLAlchemyError, RedisError
