"""Rankings joined into one, and what says nearly the same folded into one hit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from warehouse.contracts import Document
from warehouse.lexicon import Entry
from warehouse.words import words_of

# Measured on the `tune` half of benchmarks/retrieval/queries.csv.
_K = 20  # the constant of reciprocal rank fusion: lists are short, their heads matter
_WEIGHTS = {"vector": 0.7, "words": 1.0, "name": 3.0}
_GUIDES = 0.5
_OTHER_LANGUAGE = 0.9
_MEMBERS = 2  # of a family, that are hits of their own
_ALIKE = 0.9  # of the words of both texts, that are in both
SURELY_NAMED = 0.5

Scores = Mapping[str, float]  # by document_id, higher is better


@dataclass
class Ranked:
    """A subject with the document that stands for it, and the signals that found it."""

    entry: Entry
    score: float = 0.0
    matched: list[str] = field(default_factory=list)
    named: float = 0.0
    folded: list[str] = field(default_factory=list)


def fused(
    signals: Mapping[str, Scores],
    entries: Mapping[str, Entry],
    versions: Mapping[str, Mapping[str, str]],
    language: str | None,
) -> list[Ranked]:
    """The subjects by reciprocal rank fusion, the best first."""
    found: dict[str, Ranked] = {}
    for signal, weight, scores in _lists(signals, entries):
        for rank, entry in _ranks(scores, entries):
            one = found.setdefault(entry.subject, Ranked(entry))
            strength = scores[entry.document_id] if signal == "name" else 1.0
            one.score += weight * strength / (_K + rank)
            if signal not in one.matched:
                one.matched.append(signal)
            if signal == "name":
                one.named = strength
    for subject, one in found.items():
        if language is not None and language not in versions[subject]:
            one.score *= _OTHER_LANGUAGE
    return sorted(found.values(), key=lambda one: (-one.score, one.entry.subject))


def _lists(
    signals: Mapping[str, Scores], entries: Mapping[str, Entry]
) -> Iterator[tuple[str, float, Scores]]:
    """Signals with their weights; where nothing is surely named, guides also as a list of their own.

    Cards are many and alike: they would leave the one guide that answers no place near the top.
    """
    for signal, scores in signals.items():
        yield signal, _WEIGHTS[signal], scores
    near, names = signals.get("vector", {}), signals.get("name", {})
    if (names or signals.get("words")) and max(names.values(), default=0.0) < SURELY_NAMED:
        yield "vector", _GUIDES, {key: near[key] for key in near if entries[key].kind == "guide"}


def _ranks(scores: Scores, entries: Mapping[str, Entry]) -> Iterator[tuple[int, Entry]]:
    """Rank and best document of each subject; equal scores share a rank."""
    best: dict[str, Entry] = {}
    for document_id in sorted(scores, key=lambda key: (-scores[key], key)):
        best.setdefault(entries[document_id].subject, entries[document_id])
    rank, last = 0, None
    for place, entry in enumerate(best.values(), 1):
        if scores[entry.document_id] != last:
            rank, last = place, scores[entry.document_id]
        yield rank, entry


def folded(
    ranked: Iterable[Ranked], limit: int, document_of: Callable[[Ranked], Document]
) -> list[tuple[Ranked, Document]]:
    """The first `limit` that say something of their own; the others are in `Ranked.folded` of those.

    Members of a family beyond the first two fold into the family's hit, or into its first member where
    the family is no hit; what a question names is never folded.
    """
    hits: list[tuple[Ranked, Document]] = []
    members: Counter[str] = Counter()
    into: dict[str, Ranked] = {}  # by family
    waiting: dict[str, list[str]] = defaultdict(list)
    texts: dict[tuple[str, str | None, str], list[tuple[frozenset[str], Ranked]]] = defaultdict(list)
    for one in ranked:
        parent = one.entry.parent if one.entry.kind in ("machine", "model") else None
        certain = one.named >= SURELY_NAMED
        if parent is not None and not certain and members[parent] >= _MEMBERS:
            waiting[parent].append(one.entry.document_id)
            continue
        if len(hits) == limit:
            continue
        document = document_of(one)
        words = _words(document.text)
        like = texts[one.entry.kind, one.entry.provider, document.language]
        twin = None if certain else next((held for other, held in like if _alike(words, other)), None)
        if twin is not None:
            twin.folded.append(document.document_id)
            continue
        like.append((words, one))
        hits.append((one, document))
        if parent is not None:
            members[parent] += 1
            into.setdefault(parent, one)
        elif one.entry.kind == "family":
            into[one.entry.subject] = one
    for parent, ids in waiting.items():
        into[parent].folded.extend(ids)
    return hits


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < _ALIKE * max(len(one), len(other)):
        return False
    return len(one & other) >= _ALIKE * len(one | other)
