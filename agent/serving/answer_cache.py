"""Answers as they went out, kept in memory within bounds; with Redis, shared by every server that has it."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, fields
from typing import Any, Self

from agent.evidence import Answer
from agent.serving.settings import ServingSettings
from agent.serving.shared_cache import RedisCache

_OVERHEAD = 2048  # bytes an entry costs beside its body, about
_LARGEST = 1 << 20  # bytes of a body that is still kept


@dataclass(frozen=True)
class Made:
    """An answer's JSON, and what logs and metrics say of it; `at` is when it was made, in Unix seconds."""

    body: bytes
    at: float
    snapshot: str
    language: str
    intent: str
    answered: bool
    model: str
    tools_used: tuple[str, ...]
    tokens_used: int
    duration_ms: float
    rows: int
    price_ids: tuple[str, ...]
    lasting: bool = True  # whether others may be given it too

    @classmethod
    def of(cls, answer: Answer, *, explain: bool, lasting: bool) -> Self:
        said = answer.to_dict(explained=explain)
        return cls(
            body=json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(),
            at=time.time(),
            rows=len(answer.rows),
            lasting=lasting,
            price_ids=tuple(dict.fromkeys(citation.price_id for citation in answer.citations)),
            **{name: getattr(answer, name) for name in _OF_AN_ANSWER},
        )

    @property
    def age(self) -> int:
        """Whole seconds since it was made."""
        return max(0, int(time.time() - self.at))

    def to_bytes(self) -> bytes:
        """One line of facts, then the body."""
        facts = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "body"}
        return json.dumps(facts).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """Raises ValueError, TypeError for what `to_bytes` did not write."""
        line, _, body = kept.partition(b"\n")
        facts: dict[str, Any] = json.loads(line)
        lists = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
        return cls(body=body, **{**facts, **lists})


_OF_AN_ANSWER = (
    "snapshot",
    "language",
    "intent",
    "answered",
    "model",
    "tools_used",
    "tokens_used",
    "duration_ms",
)


@dataclass
class Counts:
    """Since the server began. `coalesced` questions waited for the same one, asked just before.

    `unkept` answers are not for the next who asks; `shared_hits` of the hits came out of Redis.
    """

    hits: int = 0
    misses: int = 0
    coalesced: int = 0
    unkept: int = 0
    evictions: int = 0
    entries: int = 0
    bytes: int = 0
    shared_hits: int = 0
    shared_errors: int = 0


@dataclass
class AnswerCache:
    """Least recently used first out; `entries` and `size` (bytes) bound what is in memory."""

    entries: int = 2000
    size: int = 64 << 20
    shared: RedisCache | None = None
    counts: Counts = field(default_factory=Counts)
    _kept: OrderedDict[str, Made] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def given(cls, given: ServingSettings) -> Self:
        """As the settings say. Raises InvalidInput, MissingRequirement."""
        kept = cls(given.cache_entries, given.cache_mb << 20)
        if url := given.cache_url.get_secret_value():
            kept.shared = RedisCache(url, kept.counts)
        return kept

    async def get(self, key: str) -> Made | None:
        made = self.in_memory(key)
        if made is None and self.shared and (kept := await self.shared.get(key)):
            try:
                made = Made.from_bytes(kept)
            except (ValueError, TypeError):
                return None
            self.counts.shared_hits += 1
            self._remember(key, made)
        return made

    def in_memory(self, key: str) -> Made | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    async def put(self, key: str, made: Made) -> None:
        if len(made.body) > _LARGEST:
            return
        self._remember(key, made)
        if self.shared:
            await self.shared.put(key, made.to_bytes())

    async def close(self) -> None:
        if self.shared:
            await self.shared.close()

    def _remember(self, key: str, made: Made) -> None:
        with self._lock:
            self._forget(self._kept.pop(key, None))
            self._kept[key] = made
            self.counts.entries, self.counts.bytes = len(self._kept), self.counts.bytes + _weight(made)
            while self._kept and (len(self._kept) > self.entries or self.counts.bytes > self.size):
                self._forget(self._kept.popitem(last=False)[1])
                self.counts.evictions += 1

    def _forget(self, made: Made | None) -> None:
        if made:
            self.counts.entries, self.counts.bytes = len(self._kept), self.counts.bytes - _weight(made)


def _weight(made: Made) -> int:
    return len(made.body) + _OVERHEAD
