"""DuckDB's errors as ours."""

from __future__ import annotations

import re

import duckdb

from warehouse.errors import InvalidInput, QueryRefused


def translated(error: duckdb.Error) -> InvalidInput:
    """What is wrong with a query, and what to do."""
    line = first_line(error)
    if isinstance(error, duckdb.PermissionException) or re.search(r"disabled|locked", line):
        return QueryRefused(f"{line.rstrip('.')}.", "A query may read this snapshot only.")
    if isinstance(error, duckdb.OutOfMemoryException):
        hint = "Filter or aggregate more, or raise CLOUD_PRICING_MEMORY_LIMIT."
        return InvalidInput("The query needs more memory than it may use.", hint)
    return InvalidInput(f"DuckDB: {line}", 'See `cloud-pricing sql "describe offers"` for the columns.')


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
