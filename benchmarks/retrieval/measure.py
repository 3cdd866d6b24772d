"""Every query through the whole search, through its vectors alone and through its words and names alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.retrieval.labelled import Labelled
from warehouse import embed
from warehouse.knowledge import Knowledge
from warehouse.shards import subject_of

MODES: dict[str, Collection[str] | None] = {
    "fused": None,
    "vectors alone": ("vector",),
    "words and names alone": ("words", "name"),
}
LIMIT = 5
_WARM_UP = 10

Fair = Callable[[Labelled, str], bool]  # whether a subject is a fair answer that no label can name


@dataclass(frozen=True)
class Found:
    """What one query found, best first, and how long each of its searches took, in seconds."""

    asked: Labelled
    subjects: tuple[str, ...]
    seconds: tuple[float, ...]

    @property
    def rank(self) -> int | None:
        """Of the first accepted subject, from 1."""
        ranks = (rank for rank, subject in enumerate(self.subjects, 1) if self.asked.accepts(subject))
        return next(ranks, None)

    @property
    def right(self) -> bool:
        """Found, or rightly not found."""
        return self.rank is not None if self.asked.expects else not self.subjects


@dataclass(frozen=True)
class Quality:
    count: int
    recall: float
    reciprocal_rank: float

    @classmethod
    def of(cls, found: Sequence[Found]) -> Quality:
        ranks = [one.rank for one in found]
        return cls(
            len(ranks),
            sum(rank is not None for rank in ranks) / len(ranks),
            sum(1 / rank for rank in ranks if rank is not None) / len(ranks),
        )


def measure(
    open_knowledge: Callable[[], Knowledge],
    queries: Sequence[Labelled],
    rounds: int = 3,
    fair: Fair | None = None,
) -> dict[str, list[Found]]:
    """By mode. The modes take turns, so that a drifting machine favours none.

    Nothing is remembered from one pass over the queries to the next: a search is timed as the first that
    anyone makes. With `fair`, subjects for which it is true are left out before the first five are looked at.
    """
    seconds: dict[str, list[list[float]]] = {mode: [[] for _ in queries] for mode in MODES}
    subjects: dict[str, list[tuple[str, ...]]] = {}
    for _ in range(rounds):
        for mode, signals in MODES.items():
            embed._query_model.cache_clear()
            with open_knowledge() as knowledge:
                _warm_up(knowledge, signals)
                passed = [_timed(knowledge, one, signals) for one in queries]
                for taken, (took, _) in zip(seconds[mode], passed, strict=True):
                    taken.append(took)
                if mode not in subjects:
                    subjects[mode] = [
                        _fairly(knowledge, one, signals, found, fair)
                        for one, (_, found) in zip(queries, passed, strict=True)
                    ]
    return {
        mode: [
            Found(one, found, tuple(taken))
            for one, found, taken in zip(queries, subjects[mode], seconds[mode], strict=True)
        ]
        for mode in MODES
    }


def _warm_up(knowledge: Knowledge, signals: Collection[str] | None) -> None:
    for number in range(_WARM_UP):
        knowledge.search(
            f"machines number {number}", limit=LIMIT, language="en", signals=signals, gated=signals is None
        )


def _fairly(
    knowledge: Knowledge,
    one: Labelled,
    signals: Collection[str] | None,
    found: tuple[str, ...],
    fair: Fair | None,
) -> tuple[str, ...]:
    if fair is None:
        return found
    deeper = _subjects(knowledge, one, signals, 5 * LIMIT)
    return tuple(subject for subject in deeper if not fair(one, subject))[:LIMIT]


def _timed(
    knowledge: Knowledge, one: Labelled, signals: Collection[str] | None
) -> tuple[float, tuple[str, ...]]:
    started = time.perf_counter()
    subjects = _subjects(knowledge, one, signals, LIMIT)
    return time.perf_counter() - started, subjects


def _subjects(
    knowledge: Knowledge, one: Labelled, signals: Collection[str] | None, limit: int
) -> tuple[str, ...]:
    hits = knowledge.search(
        one.query, limit=limit, language=one.language, signals=signals, gated=signals is None
    )
    return tuple(subject_of(hit.document.document_id) for hit in hits)


def encoding(queries: Sequence[Labelled]) -> list[float]:
    """Seconds that the model alone takes for each query: a part of every search with vectors."""
    embedder = embed.QuickEmbedder()
    taken = []
    for one in queries:
        started = time.perf_counter()
        embedder.encode_query(one.query)
        taken.append(time.perf_counter() - started)
    return taken


def percentiles(seconds: Iterable[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    times = sorted(one * 1000 for one in seconds)
    return statistics.median(times), times[max(0, round(len(times) * 0.95) - 1)]
