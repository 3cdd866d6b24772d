"""Parsed rows as tests look at them."""

import json
from collections.abc import Iterable
from typing import Any

Rows = list[dict[str, Any]]


def some(rows: Iterable[dict[str, Any]], **wanted: Any) -> Rows:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def one(rows: Iterable[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = some(rows, **wanted)
    return found


def attributes(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["attributes"])
    return found
