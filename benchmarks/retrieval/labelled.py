"""The labelled queries, and what of them is answered by a document.

`queries.csv`: a query as people write it, its language, its style, the half it belongs to (labels of
`tune` may be looked at when search is adjusted, those of `held` only measure), and the subjects a fair
judge would accept, as shell patterns with `; ` between them. None: nothing in the knowledge base answers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

QUERIES = Path(__file__).with_name("queries.csv")
STYLES = ("name", "paraphrase", "typo", "broad")
UNANSWERABLE = ("off_topic", "near_miss")
HALVES = ("tune", "held")


@dataclass(frozen=True)
class Labelled:
    query: str
    language: str
    style: str
    half: str
    expects: tuple[str, ...]

    def accepts(self, subject: str) -> bool:
        return any(fnmatchcase(subject, pattern) for pattern in self.expects)


def read(path: Path = QUERIES) -> list[Labelled]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Labelled(row["query"], row["language"], row["style"], row["half"], _patterns(row["expects"]))
            for row in csv.DictReader(stream)
        ]


def _patterns(cell: str) -> tuple[str, ...]:
    return tuple(pattern.strip() for pattern in cell.split(";") if pattern.strip())


def unknown(queries: Iterable[Labelled], subjects: Iterable[str]) -> dict[str, list[str]]:
    """By query, the expected subjects that no document has: a label that is wrong, or a card not written."""
    held = set(subjects)
    missing = {
        one.query: [
            pattern for pattern in one.expects if not any(fnmatchcase(subject, pattern) for subject in held)
        ]
        for one in queries
    }
    return {query: patterns for query, patterns in missing.items() if patterns}
