"""Documents by their names and words, in SQLite: what vectors are bad at.

A name is a thing's own code or title, or one of its keywords: `p5.48xlarge`, `H100`, `São Paulo`.
It matches whatever its case, accents, spaces, hyphens, underscores and dots. Words are ranked by BM25.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.asked import Asked, Synonym, Terms
from warehouse.contracts import Document
from warehouse.glossary import Glossary
from warehouse.statements import statement
from warehouse.words import STOP, name_key

_LONGEST_NAME = 5  # tokens
_DEPTH = 40
_NAMED = 64
_REMEMBERED = 1024  # documents: the guides, and what is asked for most
_ROWS = 4000  # documents that words may rank: the rarest words are enough
_CODE = 0.5
_MENTIONED = 0.5  # of what a thing's own name counts
_DATES = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Entry:
    """What ranking must know of a document; `subject` is its id without the language."""

    document_id: str
    subject: str
    kind: str
    provider: str | None
    language: str
    parent: str | None
    week: str | None
    valid_from: str | None


@dataclass(frozen=True)
class Wanted:
    """Filters: of this provider or of none, of these kinds, in force on this day."""

    provider: str | None = None
    kinds: frozenset[str] | None = None
    on: date | None = None

    @property
    def week(self) -> str | None:
        """The week of the digests."""
        return f"{self.on:%G-W%V}" if self.on else None

    def fits(self, entry: Entry) -> bool:
        return (
            (self.provider is None or entry.provider in (None, self.provider))
            and (self.kinds is None or entry.kind in self.kinds)
            and (self.on is None or (entry.valid_from or "") <= self.on.isoformat())
            and (self.week is None or entry.week in (None, self.week))
        )

    def parameters(self) -> dict[str, Any]:
        return {
            "provider": self.provider,
            "kinds": None if self.kinds is None else json.dumps(sorted(self.kinds)),
            "on": self.on.isoformat() if self.on else None,
            "week": self.week,
        }


class Lexicon:
    """An index that `lexicon_build` wrote, opened read-only. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._held = lru_cache(maxsize=_REMEMBERED)(self._read)
        try:
            self.about: Mapping[str, str] = dict(self._rows("about"))
            self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
            for shard, kind, number in self._rows("shards"):
                self.kinds[shard][kind] = number
            held = sum(counts.total() for counts in self.kinds.values())
            synonyms = map(Synonym._make, self._rows("synonyms"))
            self._terms = Terms(self._rows("terms"), synonyms, held, Glossary(self._rows("glossary")))
        except sqlite3.Error:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def read(self, text: str) -> Asked:
        return self._terms.read(text)

    def document(self, document_id: str) -> Document | None:
        return self._held(document_id)

    def _read(self, document_id: str) -> Document | None:
        rows = self._rows("document", {"document_id": document_id})
        return _document(rows[0][0]) if rows else None

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        rows = self._rows("entries", {"ids": json.dumps(list(ids))})
        return {row[0]: Entry(*row) for row in rows}

    def versions(self, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
        """The ids of the subjects' documents by language."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for subject, language, document_id in self._rows(
            "versions", {"subjects": json.dumps(list(subjects))}
        ):
            found[subject][language] = document_id
        return found

    def worded(self, asked: Asked, wanted: Wanted) -> dict[str, float]:
        """Documents with words of the question, by their BM25 score."""
        stems = self._rarest(asked.stems)
        if not stems:
            return {}
        query = " OR ".join(f'"{stem}"' for stem in stems)
        return dict(self._rows("worded", {"query": query, "depth": _DEPTH, **wanted.parameters()}))

    def _rarest(self, stems: Collection[str]) -> list[str]:
        frequency, chosen, rows = self._terms.frequency, list[str](), 0
        for stem in sorted((one for one in stems if one in frequency), key=frequency.__getitem__):
            rows += frequency[stem]
            if chosen and rows > _ROWS:
                break
            chosen.append(stem)
        return chosen

    def named(self, asked: Asked, wanted: Wanted) -> dict[str, float]:
        """Documents named in the question, by how surely it is them that it asks for, from 0 to 1."""
        tokens = asked.tokens
        spans = _spans(tokens)
        places: dict[str, set[int]] = {}
        least: dict[str, float] = {}
        weight: dict[str, float] = {}
        filters = wanted.parameters()
        for name, run in spans.items():
            for document_id, mentioned in self._rows("named", {"name": name, "depth": _NAMED, **filters}):
                places.setdefault(document_id, set()).update(run)
                # A code (`h100`, `us-east-1`) is meant, however long the question around it.
                least[document_id] = max(least.get(document_id, 0), _CODE if _is_code(name) else 0)
                own = _MENTIONED if mentioned else 1
                weight[document_id] = max(weight.get(document_id, 0), own)
        letters = sum(len(token) for token in tokens if token not in STOP) or 1
        share = {key: sum(len(tokens[place]) for place in held) / letters for key, held in places.items()}
        # Squared: a name in passing (`… on Google Cloud?`) is seldom what a question is about.
        return {key: weight[key] * min(1, max(share[key] ** 2, least[key])) for key in share}

    def _rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement(f"lexicon/{name}"), parameters or {}).fetchall()


def _document(text: str) -> Document:
    record = json.loads(text)
    for name in _DATES:
        if record.get(name):
            record[name] = date.fromisoformat(record[name])
    return Document(**record)


def _is_code(name: str) -> bool:
    return len(name) > 1 and not name.isalpha() and not name.isdigit()


def _spans(tokens: tuple[str, ...]) -> dict[str, set[int]]:
    """Every run of up to five tokens that could be a name, and the places of its tokens."""
    spans: dict[str, set[int]] = {}
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + _LONGEST_NAME, len(tokens)) + 1):
            run = tokens[first:last]
            if not all(token in STOP for token in run):
                spans.setdefault(name_key("".join(run)), set()).update(range(first, last))
    spans.setdefault(name_key("".join(tokens)), set()).update(range(len(tokens)))
    spans.pop("", None)
    return spans
