"""What a model is told of the tables: made of the snapshot's own comments on their columns."""

from __future__ import annotations

import threading

from warehouse.reader import Reader

# What people ask of, the most asked first: what does not fit is left out from the end.
_TABLES = (
    "offers", "gpu_offers", "token_prices", "price_history", "price_changes", "service_prices",
    "instance_types", "accelerators", "regions", "fx_rates", "coverage", "freshness", "quarantine",
    "commitment_breakeven",
)  # fmt: skip
MOST_CHARACTERS = 12_000
_CACHE_SIZE = 4
_CACHE: dict[tuple[str, str], str] = {}
_LOCK = threading.Lock()


def schema_text(reader: Reader) -> str:
    """One paragraph for each table, at most `MOST_CHARACTERS` in all; made once for a snapshot."""
    at = (str(reader.folder), reader.snapshot.id)
    with _LOCK:
        if at not in _CACHE:
            while len(_CACHE) >= _CACHE_SIZE:
                _CACHE.pop(next(iter(_CACHE)))
            _CACHE[at] = _made(reader)
        return _CACHE[at]


def _made(reader: Reader) -> str:
    """A column is explained where it first stands; further tables only name it."""
    explained: set[tuple[str, str]] = set()
    paragraphs: list[str] = []
    left = MOST_CHARACTERS
    for table, names, types, comments in reader.named("columns_described", tables=list(_TABLES)).rows:
        columns = []
        for name, kind, comment in zip(names, types, comments, strict=True):
            known = (name, comment) in explained or not comment
            columns.append(name if known else f"{name} {kind} ({comment})")
        paragraph = f"{table}: {', '.join(columns)}"
        left -= len(paragraph) + 2
        if left < 0:
            break
        explained.update(zip(names, comments, strict=True))
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)
