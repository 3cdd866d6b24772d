"""Served queries without the conditions that were not given: binding one costs DuckDB more than the rows do.

What is left out is always true, so a query means the same with it. Two forms are known:

    AND ($most::DOUBLE IS NULL OR price <= $most::DOUBLE)     left out where `most` is None
    AND (NOT $gpus_only::BOOLEAN OR accelerator IS NOT NULL)  left out where `gpus_only` is false
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_KIND = r"::[A-Z]+(?:\(\d+, ?\d+\))?(?:\[\])?"
_OPTIONAL = re.compile(
    rf"\s*\bAND (?P<open>\()\s*(?:\$(?P<given>\w+){_KIND} IS NULL|NOT \$(?P<flag>\w+)::BOOLEAN)\s+OR\b"
)
_PARAMETER = re.compile(r"'[^']*'|--[^\n]*|\$(\w+)")
_QUOTED_OR_BRACKET = re.compile(r"'[^']*'|--[^\n]*|[()]")


def fitted(sql: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The query for these parameters, and those of them that it still has."""
    absent = frozenset(name for name, value in parameters.items() if value is None)
    off = frozenset(name for name, value in parameters.items() if value is False)
    text, names = _without(sql, absent, off)
    return text, {name: value for name, value in parameters.items() if name in names}


@cache
def _without(sql: str, absent: frozenset[str], off: frozenset[str]) -> tuple[str, frozenset[str]]:
    kept, at = [], 0
    for found in _OPTIONAL.finditer(sql):
        if found.start() >= at and (found["given"] in absent or found["flag"] in off):
            kept.append(sql[at : found.start()])
            at = _closing(sql, found.start("open"))
    text = "".join((*kept, sql[at:]))
    return text, frozenset(filter(None, _PARAMETER.findall(text)))


def _closing(sql: str, opening: int) -> int:
    """The place after the bracket that closes the one at `opening`."""
    depth = 0
    for found in _QUOTED_OR_BRACKET.finditer(sql, opening):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
    raise ValueError("A bracket of a served query is not closed.")
