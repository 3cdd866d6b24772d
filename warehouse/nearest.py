"""What is near to a question in meaning, searched for in two levels so that few vectors are touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from warehouse.embed import Vectors
from warehouse.errors import KnowledgeUnavailable
from warehouse.lexicon import Entry, Lexicon, Wanted
from warehouse.opened_vectors import OpenedVectors
from warehouse.shards import LEVEL_1, OVERVIEW, shard_of_members, shard_of_provider

_DEPTH = 40
_WIDE = 120  # where most of what is near belongs to other providers
_LIKELY = 12  # subjects of level 1 whose families open a shard of level 2
_SHARDS = 3  # of level 2
_MEMBERS = ("machine", "model")
_OF_ALL = ("accelerator", "comparison")  # of no provider


@dataclass
class Near:
    """The cosine of documents by id, and the collections that were asked for them.

    `degraded` says what could not be asked.
    """

    scores: dict[str, float] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    shards: list[str] = field(default_factory=list)
    degraded: str | None = None


class Search:
    """One question's way through the levels."""

    def __init__(self, vectors: OpenedVectors, lexicon: Lexicon, wanted: Wanted, limit: int) -> None:
        self._vectors, self._lexicon, self._wanted, self._limit = vectors, lexicon, wanted, limit
        self._kinds = vectors.kinds
        self._all: list[tuple[float, Entry]] = []  # wanted or not
        self.near = Near(degraded=vectors.lacking())

    def run(self, vector: Vectors, named: Iterable[Entry]) -> Near:
        """`named` are what the question names, the surest first."""
        try:
            for shard in self._level_1():
                self._ask(shard, vector)
            for shard in self._level_2(named):
                self._ask(shard, vector)
        except KnowledgeUnavailable as error:
            self.near.degraded = error.message
        scores, entries = self.near.scores, self.near.entries
        best = sorted(scores, key=lambda key: -scores[key])
        # Guides are ranked among themselves too, however many cards are nearer.
        kept = [key for place, key in enumerate(best) if place < _DEPTH or entries[key].kind == "guide"]
        self.near.scores = {key: scores[key] for key in kept}
        return self.near

    def _level_1(self) -> list[str]:
        """The collections every question is put to, unless they hold nothing wanted."""
        # Families are asked for even where only their members are wanted: they say whose.
        families = self._wanted.provider is None and self._holds(self._kinds.keys() - set(LEVEL_1))
        asked = [shard for shard in LEVEL_1 if shard in self._kinds]
        return [shard for shard in asked if families or self._holds([shard])]

    def _level_2(self, named: Iterable[Entry]) -> list[str]:
        """The collections of cards below: the provider's, or those of the families nearest to a question."""
        if self._wanted.provider is not None:
            shards = [shard_of_provider(self._wanted.provider)]
        else:
            members = (one for one in named if one.kind in _MEMBERS)
            ordered = sorted(self._all, key=lambda one: (-one[0], one[1].document_id))
            near = list({one.subject: one for _, one in ordered}.values())[:_LIKELY]
            families = (one for one in near if one.kind == "family")
            shards = [shard_of_members(one.provider) for one in (*members, *families)]
        known = (shard for shard in dict.fromkeys(shards) if shard in self._kinds)
        return [shard for shard in known if self._holds([shard])][:_SHARDS]

    def _holds(self, shards: Iterable[str]) -> bool:
        kinds = self._wanted.kinds
        return any(kinds is None or not kinds.isdisjoint(self._kinds[shard]) for shard in shards)

    def _ask(self, shard: str, vector: Vectors) -> None:
        self.near.shards.append(shard)
        narrow = shard == OVERVIEW and self._wanted.provider is not None
        found = self._vectors.nearest(shard, vector, _WIDE if narrow else _DEPTH)
        entries = self._lexicon.entries(found)
        self._all += [(found[key], one) for key, one in entries.items()]
        fitting = self._keep(found, entries)
        if fitting < min(self._limit, self._possible(shard)) and (where := self._where(shard)):
            # Chroma's own filter is ten times slower, so it is for what is rare in the collection.
            more = self._vectors.nearest(shard, vector, _DEPTH, where)
            self._keep(more, self._lexicon.entries(more))

    def _keep(self, found: Mapping[str, float], entries: Mapping[str, Entry]) -> int:
        fitting = {key: one for key, one in entries.items() if self._wanted.fits(one)}
        self.near.entries |= fitting
        self.near.scores |= {key: found[key] for key in fitting}
        return len(fitting)

    def _possible(self, shard: str) -> int:
        kinds = self._wanted.kinds
        return sum(count for kind, count in self._kinds[shard].items() if kinds is None or kind in kinds)

    def _where(self, shard: str) -> Any:
        kinds, provider = self._wanted.kinds, self._wanted.provider
        parts: list[dict[str, Any]] = []
        if kinds is not None and not self._kinds[shard].keys() <= kinds:
            parts.append({"kind": {"$in": sorted(kinds)}})
        if provider is not None and shard == OVERVIEW:
            parts.append({"$or": [{"provider": provider}, {"kind": {"$in": list(_OF_ALL)}}]})
        return {"$and": parts} if len(parts) > 1 else next(iter(parts), None)
