"""Served queries without what was not asked for: binding a condition costs DuckDB more than the rows do.

A condition that is left out is always true, so a query means the same with it. Two forms are known:

    AND ($most::DOUBLE IS NULL OR price <= $most::DOUBLE)     left out where `most` is None
    AND (NOT $gpus_only::BOOLEAN OR accelerator IS NOT NULL)  left out where `gpus_only` is false

Other parts stand between marks, one a line, and may stand within each other:

    -- if $rank                        kept where `rank` is neither None nor false
    -- if $price_type = 'contracted'   kept where it is just that
    -- else
    -- end
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from warehouse.errors import InvalidInput
from warehouse.representable import whole

_KIND = r"::[A-Z]+(?:\(\d+, ?\d+\))?(?:\[\])?"
_OPTIONAL = re.compile(
    rf"\s*\bAND (?P<open>\()\s*(?:\$(?P<given>\w+){_KIND} IS NULL|NOT \$(?P<flag>\w+)::BOOLEAN)\s+OR\b"
)
_PARAMETER = re.compile(r"'[^']*'|--[^\n]*|\$(\w+)")
_QUOTED_OR_BRACKET = re.compile(r"'[^']*'|--[^\n]*|[()]")
_MARK = re.compile(r" *-- (?:if \$(?P<name>\w+)(?: = '(?P<value>\w+)')?|(?P<other>else)|(?P<end>end))\n?")


def fitted(sql: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The query for these parameters, and those of them that it still has."""
    absent = frozenset(name for name, value in parameters.items() if value is None)
    off = frozenset(name for name, value in parameters.items() if value is False)
    chosen = frozenset((name, parameters.get(name)) for name in _compared(sql))
    text, names = _without(sql, absent, off, chosen)
    return text, {name: value for name, value in parameters.items() if name in names}


@cache
def _compared(sql: str) -> frozenset[str]:
    """The parameters whose value decides between parts."""
    return frozenset(mark["name"] for mark in _MARK.finditer(sql) if mark["value"])


@lru_cache(maxsize=1024)
def _without(
    sql: str, absent: frozenset[str], off: frozenset[str], chosen: frozenset[tuple[str, Any]]
) -> tuple[str, frozenset[str]]:
    sql = _parts(sql, absent | off, chosen)
    kept, at = [], 0
    for found in _OPTIONAL.finditer(sql):
        if found.start() >= at and (found["given"] in absent or found["flag"] in off):
            kept.append(sql[at : found.start()])
            at = _closing(sql, found.start("open"))
    text = "".join((*kept, sql[at:]))
    return text, frozenset(filter(None, _PARAMETER.findall(text)))


def _parts(sql: str, left_out: frozenset[str], chosen: frozenset[tuple[str, Any]]) -> str:
    kept: list[str] = []
    inside: list[bool] = []  # of each `if` around this line, whether its part is kept
    for line in sql.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if mark is None:
            kept += [line] if all(inside) else []
        elif mark["end"]:
            inside.pop()
        elif mark["other"]:
            inside[-1] = not inside[-1]
        elif mark["value"]:
            inside.append((mark["name"], mark["value"]) in chosen)
        else:
            inside.append(mark["name"] not in left_out)
    return "".join(kept)


def written(sql: str, parameters: Mapping[str, Any]) -> str:
    """The query with the values themselves where its parameters stand."""

    def value(found: re.Match[str]) -> str:
        return literal(parameters[found[1]]) if found[1] else found.group()

    return _PARAMETER.sub(value, sql)


def literal(value: Any) -> str:
    """A value as SQL writes it. Raises InvalidInput, and TypeError for a kind that no served query takes."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"({value:f})" if isinstance(value, Decimal) else f"({value})"
    if isinstance(value, float):
        return f"'{value}'::DOUBLE"
    if isinstance(value, date):  # a datetime is one
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        if "\0" in whole(value):
            raise InvalidInput("A text has a NUL in it, which no name has.", "Take it out.")
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    raise TypeError(f"No literal for {type(value).__name__}.")


def _closing(sql: str, opening: int) -> int:
    """The place after the bracket that closes the one at `opening`."""
    depth = 0
    for found in _QUOTED_OR_BRACKET.finditer(sql, opening):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
    raise ValueError("A bracket of a served query is not closed.")
