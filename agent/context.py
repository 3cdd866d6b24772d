"""What tools work on: one snapshot's reader, its words, its knowledge, and the findings so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from agent.events import Event
from agent.evidence import Finding
from agent.flags import turned_off
from agent.settings import AgentSettings, Part
from agent.understand.vocabulary import Vocabulary, vocabulary
from warehouse.contracts import Found, LiveAsk, LiveReply, QueryResult
from warehouse.errors import CloudPricingError
from warehouse.reader import Reader


class Knowing(Protocol):
    """What the agent needs of a knowledge base, which several answers may search at the same time."""

    def find(
        self,
        text: str,
        *,
        limit: int = 5,
        provider: str | None = None,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        signals: Collection[str] | None = None,
        surely: bool = False,
    ) -> Found: ...


class LivePrices(Protocol):
    """What asks a provider's own feed now, within seconds; without an answer the reply says why."""

    def ask(self, asked: LiveAsk) -> LiveReply: ...


@dataclass(frozen=True)
class Degraded:
    """How a search in the knowledge base was less than it should be, and why.

    `how` is `index`, `partly`, `names` or `words`: what was left to search with. `damaged` are files of
    the snapshot with what is wrong with them; `message` says what else was wrong.
    """

    how: str
    damaged: Mapping[str, str]
    message: str = ""


@dataclass
class Context:
    """`knowledge` is opened by its first use: a structured question never loads it.

    `live` is None where nothing may be asked over the network; `off` are the parts that are turned off.
    `tell` hears of every call of a tool; `closed` is the context of a run that nobody waits for;
    `sql_failed` counts the statements that could not be run.
    """

    reader: Reader
    words: Vocabulary
    knowledge: Callable[[], Knowing]
    language: str = "en"
    findings: list[Finding] = field(default_factory=list)
    failures: list[CloudPricingError] = field(default_factory=list)
    degraded: Degraded | None = None
    live: LivePrices | None = None
    off: Collection[Part] = ()
    tell: Callable[[Event], None] | None = None
    closed: bool = False
    sql_failed: int = 0
    _results: dict[str, QueryResult] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: Reader, given: AgentSettings | None = None) -> Self:
        """With the snapshot's own words and knowledge, but for what is turned off."""
        return cls(reader, vocabulary(reader), reader.knowledge, off=turned_off(reader.store, given))

    def anew(self, language: str) -> Self:
        """For another run on the same snapshot: nothing is found yet."""
        return type(self)(self.reader, self.words, self.knowledge, language, live=self.live, off=self.off)

    def named(self, name: str, **parameters: Any) -> QueryResult:
        """`Reader.named`; what several tools of one answer ask is asked once."""
        asked = f"{name} {parameters}"
        if asked not in self._results:
            self._results[asked] = self.reader.named(name, **parameters)
        return self._results[asked]

    @property
    def calls(self) -> int:
        return len(self.findings) + len(self.failures)

    def found(self, tool: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.tool == tool]
