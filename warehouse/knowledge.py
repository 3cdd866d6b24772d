"""The knowledge base of a snapshot: documents found by meaning, by name and by words.

Vectors come from Chroma, in two levels (`warehouse.shards`); names and words from an index beside it.
Reciprocal rank fusion joins the three. Where the vectors cannot be read, names and words still answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Self

from warehouse import ranking, tracing
from warehouse.asked import Asked
from warehouse.chroma_clients import FROM_FOLDER, translated
from warehouse.contracts import Document, Found, Hit
from warehouse.embed import QueryEmbedder, query_embedder, read_projection
from warehouse.errors import KnowledgeUnavailable
from warehouse.filling import damage, fill, place_of, promise, sweep
from warehouse.lexicon import Entry, Wanted
from warehouse.nearest import Near, Search
from warehouse.opened_vectors import OpenedVectors
from warehouse.passages import asked_for, share
from warehouse.settings import settings
from warehouse.vector_files import export_vectors, import_vectors
from warehouse.vectors import Place, Servers, logical_digest
from warehouse.working_copies import lexicon_of, vectors_of

__all__ = [
    "Knowledge",
    "Servers",
    "damage",
    "export_vectors",
    "fill",
    "import_vectors",
    "logical_digest",
    "place_of",
    "promise",
    "sweep",
]

SIGNALS = ("vector", "words", "name")
# A question is about something else where its cosine to the nearest document, and what these add to it,
# are less than _LEAST: how surely it names one, the share of its words that are in none, and each word
# that guides are about, up to _TOPICS. A logistic regression over the `tune` half of
# benchmarks/retrieval/queries.csv, with the threshold where no answerable question was refused.
_NAMED, _UNKNOWN, _TOPIC = 0.67, -1.39, 0.24
_TOPICS = 4
_LEAST = -0.17
_SURE = 0.35  # of a question that nothing else says is one for a guide
_MIDDLING = 0.45  # the cosine where vectors take no part


class Knowledge:
    """Safe to share between threads; close it, or use it in a `with`.

    `degraded` says why vectors took no part in the last search, or not all of them; None where they did.
    """

    def __init__(self, folder: Path, cache: Path, place: Place) -> None:
        self.snapshot, self._folder = folder.name, folder
        self._embedder: QueryEmbedder | None = None
        with ExitStack() as opened:
            self._lexicon = lexicon_of(folder, cache, place)
            opened.callback(self._lexicon.close)
            self._vectors, self._broken = _opened(folder, cache, place, self._lexicon.kinds)
            if self._vectors is not None:
                opened.callback(self._vectors.close)
            self._opened = opened.pop_all()
        self.degraded = self._vectors.lacking() if self._vectors else self._broken

    @classmethod
    def open(cls, folder: Path, cache: Path) -> Self:
        """The knowledge base of the snapshot in `folder`; working copies are in `cache`/<snapshot id>.

        Where its vectors are missing or damaged it opens without them, and `degraded` says so. Raises
        KnowledgeUnavailable where its index of names and words cannot be read either.
        """
        place = place_of(folder)
        if isinstance(place, Servers):
            # A server may have moved, or vectors been imported into another one, since it was published.
            place = replace(place, urls=tuple(dict.fromkeys((*place.urls, *settings().chroma_urls))))
        return cls(folder, cache, place)

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, document_id: str) -> Document | None:
        with translated("Reading the knowledge base"):
            return self._lexicon.document(document_id)

    def search(
        self,
        text: str,
        *,
        limit: int = 5,
        provider: str | None = None,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        on: date | None = None,
        signals: Collection[str] | None = None,
        gated: bool = True,
        surely: bool = False,
    ) -> list[Hit]:
        """The hits of `find`."""
        return list(
            self.find(
                text,
                limit=limit,
                provider=provider,
                language=language,
                kinds=kinds,
                on=on,
                signals=signals,
                gated=gated,
                surely=surely,
            ).hits
        )

    def find(
        self,
        text: str,
        *,
        limit: int = 5,
        provider: str | None = None,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        on: date | None = None,
        signals: Collection[str] | None = None,
        gated: bool = True,
        surely: bool = False,
    ) -> Found:
        """The best documents, best first; of each subject one, in `language` where it is written in it.

        `provider` leaves its documents and those of no provider, `kinds` those of these kinds, `on` those
        whose figures held on that day, and the digests of its week. `signals` leaves those of SIGNALS.
        Nothing is found where nothing is relevant, `surely` where that is in doubt; without `gated` the
        nearest is, for measuring. Raises KnowledgeUnavailable where the index fails.
        """
        if not text.strip() or limit < 1:
            return Found()
        wanted = Wanted(provider, None if kinds is None else frozenset(kinds), on)
        using = SIGNALS if signals is None else tuple(signals)
        with tracing.step("search", "knowledge"), translated("Searching the knowledge base"):
            asked = self._lexicon.read(text)
            words = self._lexicon.worded(asked, wanted) if "words" in using else {}
            names = self._lexicon.named(asked, wanted) if "name" in using else {}
            entries = self._lexicon.entries({*words, *names})
            near = Near()
            if "vector" in using:
                named = [entries[key] for key in sorted(names, key=lambda key: -names[key])]
                near = self._near(asked, wanted, named, limit)
                self.degraded = near.degraded
            scores = {"vector": near.scores, "words": words, "name": names}
            entries |= near.entries
            hits = self._hits(asked, scores, entries, limit, language)
            relevant = not gated or self._relevance(asked, scores) >= (_SURE if surely else _LEAST)
            return Found(tuple(hits) if relevant else (), tuple(near.shards), near.degraded)

    def _near(self, asked: Asked, wanted: Wanted, named: Iterable[Entry], limit: int) -> Near:
        if self._vectors is None:
            return Near(degraded=self._broken)
        try:
            if self._embedder is None:
                self._embedder = query_embedder(self._vectors.identity, read_projection(self._folder))
            vector = self._embedder.encode_query(asked.text)
        except KnowledgeUnavailable as error:
            return Near(degraded=error.message)
        return Search(self._vectors, self._lexicon, wanted, limit).run(vector, named)

    def _relevance(self, asked: Asked, scores: Mapping[str, ranking.Scores]) -> float:
        near = max(scores["vector"].values(), default=_MIDDLING)
        named = max(scores["name"].values(), default=0.0)
        topics = min(asked.topics, _TOPICS)
        return near + _NAMED * named + _UNKNOWN * asked.unknown + _TOPIC * topics

    def _hits(
        self,
        asked: Asked,
        scores: Mapping[str, ranking.Scores],
        entries: Mapping[str, Entry],
        limit: int,
        language: str | None,
    ) -> Iterator[Hit]:
        versions = self._lexicon.versions({entry.subject for entry in entries.values()})
        ranked = ranking.fused(scores, entries, versions, language)

        def spoken(one: ranking.Ranked) -> Document:
            wanted = versions[one.entry.subject].get(language or "", one.entry.document_id)
            found = self._lexicon.document(wanted)
            if found is None:
                raise KnowledgeUnavailable(f"The index has lost {wanted}.", FROM_FOLDER)
            return found

        for one, document in ranking.folded(ranked, limit, spoken):
            hit = Hit(document, one.score, tuple(one.matched), self.snapshot, tuple(one.folded))
            if document.kind == "guide":
                passages = asked_for(document.text, asked.words)
                hit = replace(hit, passages=passages, told=share(document.text, asked.words))
            yield hit


def _opened(
    folder: Path, cache: Path, place: Place, kinds: Mapping[str, Counter[str]]
) -> tuple[OpenedVectors | None, str | None]:
    """The vectors of a snapshot, or why there are none."""
    if isinstance(place, Servers):
        return OpenedVectors(place, kinds), None
    problem = None
    for again in (False, True):
        try:
            found = OpenedVectors(vectors_of(folder, cache, again), kinds)
        except KnowledgeUnavailable as error:
            return None, problem or error.message
        problem = found.lacking()
        if problem is None:
            return found, None
        # The copy is damaged, the published folder perhaps not.
        found.close()
    return None, problem
