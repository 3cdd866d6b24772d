"""What DuckDB cannot be given and Arrow cannot hold, refused with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from warehouse.errors import InvalidInput


def whole(text: str) -> str:
    """The text itself. Raises InvalidInput for half a character, which JSON may hold and DuckDB does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("A text has half a character in it, a surrogate.", "Send whole ones.") from None
    return text


def values(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters themselves. Raises InvalidInput, as `whole` does."""
    return {
        whole(name): whole(value) if isinstance(value, str) else value
        for name, value in (parameters or {}).items()
    }


def executed(cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The cursor itself. Raises InvalidInput for times of day with an offset, which Arrow does not have."""
    for name, kind, *_ in cursor.description or ():
        if "TIME WITH TIME ZONE" in str(kind):
            hint = "Cast it to text: CAST(x AS VARCHAR)."
            raise InvalidInput(f"The times of day in {name} would lose their offset.", hint)
    return cursor
