"""The collections of a snapshot, opened for searching: of a folder, or of what servers answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warehouse.chroma_clients import ASKING, close_client, open_client, translated
from warehouse.embed import Vectors
from warehouse.errors import KnowledgeUnavailable
from warehouse.vectors import Place, clients_of, collections_of, hint_of, identity_of, prefix_of

if TYPE_CHECKING:
    from chromadb import Collection

_AGAIN = 30.0  # seconds after which a server that was away is asked again


class OpenedVectors:
    """Safe to share between threads. `kinds` counts the documents each shard should hold, by kind."""

    def __init__(self, place: Place, kinds: Mapping[str, Counter[str]]) -> None:
        self.kinds = kinds
        self._place, self._lock, self._opened = place, threading.Lock(), ExitStack()
        self._held: dict[str, Collection] = {}
        self._home: dict[str, str] = {}  # what a shard was opened on
        self._away: dict[str, KnowledgeUnavailable] = {}
        self._again = 0.0
        self._open(clients_of(place))

    def _open(self, targets: Iterable[Path | str]) -> None:
        for target in targets:
            try:
                client = open_client(target, ASKING)
                self._opened.callback(close_client, client)
                found = collections_of(client, prefix_of(self._place))
                self._held = self._held | found
                self._home |= dict.fromkeys(found, str(target))
                self._away.pop(str(target), None)
            except KnowledgeUnavailable as error:
                self._away[str(target)] = error
        self._again = time.monotonic() + _AGAIN

    def close(self) -> None:
        self._opened.close()

    def __contains__(self, shard: str) -> bool:
        return shard in self._held

    @property
    def identity(self) -> str:
        """Of which model the vectors are. Raises KnowledgeUnavailable."""
        held = self._held
        if not held:
            raise KnowledgeUnavailable(self.lacking() or "There are no vectors.", hint_of(self._place))
        return identity_of(held)

    def lacking(self) -> str | None:
        """What of the vectors cannot be read; servers that were away are asked again now and then."""
        if self._away and time.monotonic() > self._again:
            with self._lock:
                if time.monotonic() > self._again:
                    self._open([one for one in clients_of(self._place) if str(one) in self._away])
        missing = sorted(self.kinds.keys() - self._held.keys())
        if self._held and not missing:
            return None
        if away := list(self._away.values()):
            return away[0].message
        return f"There are no vectors of {', '.join(missing) or 'any document'} in {self._place}."

    def lost(self) -> str | None:
        """What the place no longer holds. Raises KnowledgeUnavailable where it cannot be asked."""
        if missing := self.lacking():
            if self._away:
                raise next(iter(self._away.values()))
            return missing
        with translated(f"Counting the vectors in {self._place}", hint_of(self._place)):
            held = {shard: self._held[shard].count() for shard in self.kinds}
        fewer = sorted(shard for shard, kinds in self.kinds.items() if held[shard] != kinds.total())
        return (
            f"There are fewer vectors of {', '.join(fewer)} in {self._place} than there were."
            if fewer
            else None
        )

    def nearest(self, shard: str, vector: Vectors, depth: int, where: Any = None) -> dict[str, float]:
        """The cosine of the `depth` documents nearest to `vector`. Raises KnowledgeUnavailable."""
        collection = self._held.get(shard)
        if collection is None:
            return {}
        try:
            with translated(f"Searching {shard} in {self._place}", hint_of(self._place)):
                answer: Any = collection.query(
                    query_embeddings=np.asarray([vector]),
                    n_results=min(depth, self.kinds[shard].total()),
                    where=where,
                    include=["distances"],
                )
        except KnowledgeUnavailable as error:
            self._leave_alone(shard, error)
            raise
        ids, distances = answer["ids"][0], answer["distances"][0]
        return {key: 1.0 - distance for key, distance in zip(ids, distances, strict=True)}

    def _leave_alone(self, shard: str, error: KnowledgeUnavailable) -> None:
        """A server that failed is not asked for a while: every question would wait for it."""
        if isinstance(self._place, Path):
            return
        with self._lock:
            home = self._home[shard]
            self._away[home], self._again = error, time.monotonic() + _AGAIN
            self._held = {name: one for name, one in self._held.items() if self._home[name] != home}
