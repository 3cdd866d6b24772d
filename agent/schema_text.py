"""What a model is told of the tables: made of the snapshot's own comments on their columns."""

from __future__ import annotations

from agent.per_snapshot import once_per_snapshot
from warehouse.reader import Reader

# What people ask of, the most asked first: what does not fit is left out from the end.
_TABLES = (
    "offers", "gpu_offers", "token_prices", "price_history", "price_changes", "service_prices",
    "instance_types", "accelerators", "regions", "fx_rates", "coverage", "freshness", "quarantine",
    "commitment_breakeven",
)  # fmt: skip
MOST_CHARACTERS = 12_000


@once_per_snapshot
def schema_text(reader: Reader) -> str:
    """One paragraph for each table, at most `MOST_CHARACTERS` in all.

    A column is explained where it first stands; further tables only name it.
    """
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
