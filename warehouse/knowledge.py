"""The knowledge base of a snapshot: documents found by meaning, by name and by words.

Vectors come from Chroma, names and words from an index beside it; reciprocal rank fusion joins the
three. Both live in a working copy of the snapshot's `chroma` folder, made by the first process that
opens it and shared by the others.
"""

from __future__ import annotations

import shutil
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from warehouse import lexicon
from warehouse.contracts import Document, Hit
from warehouse.embed import Vectors, query_embedder
from warehouse.errors import KnowledgeUnavailable
from warehouse.vectors import (
    client_of,
    close_client,
    collections_of,
    copy_of,
    fill,
    logical_digest,
    open_client,
    shard_of,
    translated,
)

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

__all__ = ["Knowledge", "fill", "logical_digest"]

_CHROMA = "chroma"
_LEXICON = "lexicon-1.sqlite3"  # another number when its contents change: old copies are then remade
_DEPTH = 40
_K = 60  # the constant of reciprocal rank fusion
_WEIGHTS = {"vector": 1.0, "words": 1.0, "name": 2.0}
_OTHER_LANGUAGE = 0.9

Scores = Mapping[str, float]  # by document_id, higher is better


class Knowledge:
    """Safe to share between threads; close it, or use it in a `with`."""

    def __init__(self, copy: Path) -> None:
        with ExitStack() as opened, translated(f"Opening the knowledge base in {copy}"):
            self._lexicon = lexicon.Lexicon(copy / _LEXICON)
            opened.callback(self._lexicon.close)
            self._client = open_client(copy / _CHROMA)
            opened.callback(close_client, self._client)
            self._shards = collections_of(self._client)
            self._opened = opened.pop_all()
        self._kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self._versions: dict[str, dict[str, str]] = defaultdict(dict)
        for entry in self._lexicon.catalogue.values():
            self._kinds[shard_of(entry.provider)][entry.kind] += 1
            self._versions[entry.subject][entry.language] = entry.document_id

    @classmethod
    def open(cls, folder: Path, cache: Path) -> Self:
        """The knowledge base of the snapshot in `folder`, read from its copy `cache`/<snapshot id>.

        Raises KnowledgeUnavailable where the snapshot's vectors are missing or damaged.
        """
        copy = cache / folder.name
        if not (copy / _LEXICON).is_file():
            _make_copy(folder, copy)
            return cls(copy)
        try:
            return cls(copy)
        except KnowledgeUnavailable:
            # The copy is damaged, the published folder perhaps not.
            _make_copy(folder, copy, instead=True)
            return cls(copy)

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, document_id: str) -> Document | None:
        return self._lexicon.document(document_id)

    def search(
        self,
        text: str,
        *,
        limit: int = 5,
        provider: str | None = None,
        language: str | None = None,
        kinds: Collection[str] | None = None,
    ) -> list[Hit]:
        """The best documents, best first; of each subject one, in `language` where it is written in it.

        `provider` leaves its documents and those of no provider, `kinds` those of these kinds.
        Raises KnowledgeUnavailable.
        """
        if not text.strip() or limit < 1:
            return []
        with translated("Searching the knowledge base"):
            signals = {
                "vector": self._near(text, provider, kinds, limit),
                "words": self._lexicon.worded(text, provider, kinds),
                "name": self._lexicon.named(text, provider, kinds),
            }
            return self._fused(signals, limit, language)

    def _near(
        self, text: str, provider: str | None, kinds: Collection[str] | None, limit: int
    ) -> dict[str, float]:
        shards = list(self._shards_for(provider, kinds))
        if not shards:
            return {}
        vector = query_embedder(str(self._shards[shards[0]].metadata["model"])).encode_query(text)
        found: dict[str, float] = {}
        for shard in shards:
            found.update(self._ask(shard, vector, kinds, limit))
        best = sorted(found, key=lambda document_id: -found[document_id])[:_DEPTH]
        return {document_id: found[document_id] for document_id in best}

    def _shards_for(self, provider: str | None, kinds: Collection[str] | None) -> Iterator[str]:
        wanted = self._shards.keys() if provider is None else {shard_of(provider), shard_of(None)}
        for name in sorted(wanted & self._kinds.keys()):
            held = self._kinds[name].keys()
            if kinds is not None:
                if not held.isdisjoint(kinds):
                    yield name
            # Most providers have nothing but their own card, which its name finds at no cost.
            elif provider is not None or held != {"provider"}:
                yield name

    def _ask(
        self, shard: str, vector: Vectors, kinds: Collection[str] | None, limit: int
    ) -> dict[str, float]:
        held = self._kinds[shard]
        found = self._query(shard, vector, None)
        if kinds is None or held.keys() <= set(kinds):
            return found
        fitting = {key: score for key, score in found.items() if self._lexicon.catalogue[key].kind in kinds}
        if len(fitting) >= min(2 * limit, sum(held[kind] for kind in kinds)):
            return fitting
        # Chroma's own filter is ten times slower, so it is for kinds that are rare in the shard.
        return self._query(shard, vector, {"kind": {"$in": sorted(kinds)}})

    def _query(self, shard: str, vector: Vectors, where: Any) -> dict[str, float]:
        depth = min(_DEPTH, self._kinds[shard].total())
        answer: Any = self._shards[shard].query(
            query_embeddings=np.asarray([vector]), n_results=depth, where=where, include=["distances"]
        )
        return {
            key: -distance for key, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)
        }

    def _fused(self, signals: Mapping[str, Scores], limit: int, language: str | None) -> list[Hit]:
        totals: dict[str, float] = defaultdict(float)
        matched: dict[str, list[str]] = defaultdict(list)
        found: dict[str, str] = {}
        for signal, scores in signals.items():
            for rank, subject, document_id in self._ranked(scores):
                strength = scores[document_id] if signal == "name" else 1.0
                totals[subject] += _WEIGHTS[signal] * strength / (_K + rank)
                matched[subject].append(signal)
                found.setdefault(subject, document_id)
        for subject in totals:
            if language is not None and language not in self._versions[subject]:
                totals[subject] *= _OTHER_LANGUAGE
        best = sorted(totals, key=lambda subject: (-totals[subject], subject))[:limit]
        hits = []
        for subject in best:
            document = self.get(self._versions[subject].get(language or "", found[subject]))
            if document is not None:
                hits.append(Hit(document, totals[subject], tuple(matched[subject])))
        return hits

    def _ranked(self, scores: Scores) -> Iterator[tuple[int, str, str]]:
        """Rank, subject and best document of each subject; equal scores share a rank."""
        best: dict[str, str] = {}
        ordered = sorted(scores, key=lambda key: (-scores[key], key))
        for document_id in ordered:
            best.setdefault(self._lexicon.catalogue[document_id].subject, document_id)
        rank, last = 0, None
        for place, (subject, document_id) in enumerate(best.items(), 1):
            if scores[document_id] != last:
                rank, last = place, scores[document_id]
            yield rank, subject, document_id


def _make_copy(folder: Path, copy: Path, instead: bool = False) -> None:
    """Copy the vectors and index the documents aside, then rename: no process sees half a copy."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    aside = copy.with_name(f".{copy.name}.{uuid.uuid4().hex}")
    try:
        copy_of(folder / _CHROMA, aside / _CHROMA)
        with client_of(aside / _CHROMA) as client, translated(f"Indexing the documents of {folder.name}"):
            lexicon.build(aside / _LEXICON, _documents(client))
        _put(aside, copy, instead)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put(aside: Path, copy: Path, instead: bool) -> None:
    if not instead and (copy / _LEXICON).is_file():
        return  # another process was faster
    if copy.exists():
        doomed = aside.with_name(f"{aside.name}.old")
        copy.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    try:
        aside.rename(copy)
    except OSError:
        if not (copy / _LEXICON).is_file():
            raise


def _documents(client: ClientAPI) -> Iterator[Document]:
    for collection in collections_of(client).values():
        held: Any = collection.get(include=["documents", "metadatas"])
        for document_id, text, metadata in zip(
            held["ids"], held["documents"], held["metadatas"], strict=True
        ):
            known = {name: value for name, value in metadata.items() if name != "content_hash"}
            yield Document(document_id=document_id, text=text, **known)
