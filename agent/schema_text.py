"""What a model is told of the tables: made of the snapshot's own comments on their columns."""

from __future__ import annotations

from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.per_snapshot import once_per_snapshot
from warehouse.errors import UnknownName
from warehouse.reader import Reader

# What people ask of, the most asked first: what does not fit is left out from the end.
_TABLES = (
    "offers", "gpu_offers", "token_prices", "price_history", "price_changes", "service_prices",
    "instance_types", "accelerators", "regions", "fx_rates", "coverage", "freshness", "quarantine",
    "commitment_breakeven",
)  # fmt: skip
MOST_CHARACTERS = 12_000
_AT_ONCE = 4  # tables that are described where none is named


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


def describe_schema(context: Context, tables: Names = None) -> Finding:
    """The columns of some tables and views, with their types and what they hold. Raises UnknownName."""
    known = sorted(name for (name,) in context.named("relations").rows)
    wanted = tables or list(_TABLES[:_AT_ONCE])
    for name in wanted:
        if name not in known:
            raise UnknownName(f"There is no table {name}.", f"There are: {', '.join(known)}.")
    rows = tuple(
        {"table": table, "column": column, "type": kind, "comment": comment}
        for table, *columns in context.named("columns_described", tables=wanted).rows
        for column, kind, comment in zip(*columns, strict=True)
    )
    return Finding("describe_schema", {}, rows, {"tables": known})
