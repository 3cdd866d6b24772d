"""Where the server asks: an answer that is kept, one that is being made for somebody else, or a new one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from unicodedata import normalize

from pydantic import BaseModel, Field

from agent.answer import stream
from agent.beside import awaited
from agent.events import Done, Event
from agent.evidence import Answer
from agent.serving.answer_cache import Made
from agent.serving.caller import Caller
from agent.serving.flight import Flight
from agent.serving.problems import RejectedError, lacking
from agent.settings import AgentSettings
from agent.turn import Turn
from agent.understand.intent import sql_of
from agent.understand.reading import Intent

if TYPE_CHECKING:
    from agent.serving.parts import Parts

_AGENT = Path(__file__).resolve().parent.parent
_SAYS_HOW = re.compile(r"\.(md|py|toml)$")
_NOT_IN_ANSWERS = {"openai_api_key", "sessions"}


class Question(BaseModel):
    """What is asked, in English or Portuguese."""

    model_config = {"extra": "forbid"}

    question: str = Field(examples=["Where is p5.48xlarge cheapest on demand?"])
    language: Literal["auto", "auto-pt", "en", "pt"] | None = Field(
        default=None,
        description="Of the answer; the question's own if left out. Where that has no words of either, it is "
        "English, with `auto-pt` Portuguese.",
    )
    session: str | None = Field(
        default=None,
        pattern=r"^[\w.@-]{1,40}$",
        description="Go on with this conversation, and keep it under this name.",
    )
    snapshot: str | None = Field(default=None, description="Ask another snapshot than the one in force.")
    explain: bool = Field(default=False, description="With how it was read and what was looked up.")


@dataclass(frozen=True)
class Began:
    """The first thing that is told: which snapshot it is answered from."""

    snapshot: str


Telling: TypeAlias = Flight[Began | Event | Made]


class Answering:
    """Equal questions that are asked at the same time are answered once; conversations are their caller's."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._flights: dict[str, tuple[str, Telling]] = {}  # with whoever waits in the queue for it
        self._how = parts.asking.model_dump_json(exclude=_NOT_IN_ANSWERS)

    @property
    def waiting(self) -> int:
        """Questions that are being answered for all who ask them."""
        return len(self._flights)

    def ask(self, asked: Question, caller: Caller, earlier: Sequence[Turn] = ()) -> Made | Telling:
        """The answer if there is one, else the work on it, whose last event is the answer.

        `earlier` turns are a conversation that somebody else keeps. Raises RejectedError (403) where SQL is
        asked and no key lets the caller write it.
        """
        asked = asked.model_copy(update={"question": normalised(asked.question)})
        if "sql" not in caller.scopes and sql_of(asked.question):
            raise lacking("sql")
        counts = self._parts.answers.counts
        if asked.session or earlier:
            counts.unkept += 1
            return Flight(self._work(asked, caller, earlier), _alone)
        key = self._key(asked, caller)
        if made := self._parts.answers.in_memory(key):
            counts.hits += 1
            return made
        if key in self._flights:
            counts.coalesced += 1
            waits, flight = self._flights[key]
            return flight if waits == caller.id else Flight(self._joined(flight, key, asked, caller), _alone)
        return self._begun(key, asked, caller)

    def _begun(self, key: str, asked: Question, caller: Caller) -> Telling:
        def ended(flight: Telling) -> None:
            if key in self._flights and self._flights[key][1] is flight:
                del self._flights[key]

        flight: Telling = Flight(self._kept(key, asked, caller), ended)
        self._flights[key] = caller.id, flight
        return flight

    async def _joined(
        self, flight: Telling, key: str, asked: Question, caller: Caller
    ) -> AsyncGenerator[Began | Event | Made, None]:
        """What another caller waits for; where they are turned away, it is asked for once more."""
        try:
            async for event in _all(flight):
                yield event
        except RejectedError:  # which is before anything is told
            _, flight = self._flights.get(key) or (caller.id, self._begun(key, asked, caller))
            async for event in _all(flight):
                yield event

    async def _kept(
        self, key: str, asked: Question, caller: Caller
    ) -> AsyncGenerator[Began | Event | Made, None]:
        answers = self._parts.answers
        if made := await answers.get(key):
            answers.counts.hits += 1
            yield made
            return
        answers.counts.misses += 1
        async with aclosing(self._work(asked, caller)) as events:
            async for event in events:
                if isinstance(event, Made):
                    # Meanwhile the snapshot may have been exchanged, or a part turned off.
                    if event.lasting and self._key(asked, caller, event.snapshot) == key:
                        await answers.put(key, event)
                    else:
                        answers.counts.unkept += 1
                yield event

    async def _work(
        self, asked: Question, caller: Caller, earlier: Sequence[Turn] = ()
    ) -> AsyncGenerator[Began | Event | Made, None]:
        """Holds its place until its thread is done, also where nobody listens any more."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def told() -> Generator[Began | Event | Made, None, None]:
            try:
                yield from self._told(asked, caller, earlier)
            finally:
                loop.call_soon_threadsafe(over.set)

        async with self._parts.admission.entered(caller.id):
            try:
                async with aclosing(awaited(told())) as events:
                    async for event in events:
                        yield event
            finally:
                await over.wait()

    def _told(
        self, asked: Question, caller: Caller, earlier: Sequence[Turn]
    ) -> Generator[Began | Event | Made, None, None]:
        parts = self._parts
        sessions, name = parts.sessions, _session_of(asked.session, caller.id)
        if sessions and name:
            earlier = sessions.turns(name)
        with parts.in_force.reading(asked.snapshot) as reader:
            yield Began(reader.snapshot.id)
            for event in stream(
                asked.question,
                reader=reader,
                language=asked.language,
                settings=self._asking(caller),
                live=parts.live,
                earlier=earlier,
            ):
                if not isinstance(event, Done):
                    yield event
                    continue
                if sessions and name:
                    sessions.add(name, event.answer)
                # An answer says so where its snapshot is not in force, as it may be again tomorrow.
                yield Made.of(
                    event.answer, explain=asked.explain, lasting=self._lasts(event.answer) and reader.in_force
                )

    def _asking(self, caller: Caller) -> AgentSettings:
        """Neither they nor a model writes SQL for whom no key lets write it."""
        asking = self._parts.asking
        return asking if "sql" in caller.scopes else asking.model_copy(update={"off": (*asking.off, "sql")})

    def _lasts(self, answer: Answer) -> bool:
        """Whether the next who asks may be given it: nothing failed, was refused, or is of this moment."""
        return (
            answer.intent != Intent.REFUSED
            and self._parts.asking.model.partition(",")[0].strip().endswith(answer.model)
            and "live_price" not in answer.tools_used
            and not any(trace.failures or trace.ungrounded for trace in answer.traces())
        )

    def _key(self, asked: Question, caller: Caller, snapshot: str | None = None) -> str:
        parts = self._parts
        told = [
            asked.question,
            asked.language,
            asked.explain,
            snapshot or asked.snapshot or parts.in_force.snapshot,
            self._how,
            "sql" in caller.scopes,
            parts.live is not None,
            sorted(parts.off),
            datetime.now(UTC).date().isoformat(),  # answers tell how old a price is
            made_by(),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _alone(flight: Telling) -> None:
    """Nobody joins it, so that nobody needs to hear of its end."""


async def _all(flight: Telling) -> AsyncGenerator[Began | Event | Made, None]:
    async with aclosing(flight.events(None)) as events:
        async for event in events:
            if event is not None:
                yield event


def normalised(question: str) -> str:
    """Without what makes no difference to an answer. Case makes one (`US`, `us`), and a new line does."""
    if sql_of(question):
        return question
    lines = (" ".join(line.split()) for line in normalize("NFC", question).splitlines())
    return "\n".join(line for line in lines if line)


@cache
def made_by() -> str:
    """A digest of all that says how answers are made: prompts, phrases, rules and the version."""
    digest = hashlib.sha256(metadata.version("cloud-pricing-agent").encode())
    for path in sorted(_AGENT.rglob("*")):
        if _SAYS_HOW.search(path.name):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _session_of(name: str | None, caller: str) -> str | None:
    """Nobody reaches another caller's conversations, nor the command line's."""
    return f"{hashlib.sha256(caller.encode()).hexdigest()[:16]}.{name}" if name else None
