"""Rows as text that lines up in a monospaced font: numbers to the right, money to its decimal point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.cells import cell_len

from agent.disguises import visible
from agent.evidence import digits
from agent.terminal import cell

_WIDEST = 100  # characters of a cell
_CENTS = 2


def aligned(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A header and a line for each row."""
    lines = [""] * (len(rows) + 1)
    for name in columns:
        values = [row.get(name) for row in rows]
        texts = [name, *_texts(values)]
        width = max(map(cell_len, texts))
        numbers = any(_number(value) for value in values) and all(
            value is None or _number(value) for value in values
        )
        for at, text in enumerate(texts):
            gap = " " * (width - cell_len(text))
            lines[at] += (gap + text if numbers else text + gap) + "  "
    return [line.rstrip() for line in lines]


def _texts(values: Sequence[Any]) -> list[str]:
    money = [value for value in values if isinstance(value, Decimal)]
    places = max((len(digits(value).partition(".")[2]) for value in money), default=0)
    return [
        f"{value:.{max(places, _CENTS)}f}" if isinstance(value, Decimal) else _short(value)
        for value in values
    ]


def _short(value: object) -> str:
    text = visible(cell(value))
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
