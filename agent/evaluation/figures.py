"""The figures and words of a text, read without any of the agent's own code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,]\d+)*(?![\w])|(?<![\w.,])-?\d+(?:[.,]\d+)*(?=[a-zA-Z%])")
_SIGNS = {"en": (",", "."), "pt": (".", ",")}  # between thousands, before decimals


@dataclass(frozen=True)
class Figure:
    """`half` is half a unit of the last digit written: how far rounding may have gone."""

    value: Decimal
    half: Decimal


def figures(text: str, language: str) -> Iterator[Figure]:
    thousands, decimals = _SIGNS[language]
    for match in _NUMBER.finditer(text):
        plain = match.group().replace(thousands, "").replace(decimals, ".")
        if plain.count(".") <= 1:
            value = Decimal(plain)
            exponent = value.as_tuple().exponent
            yield Figure(value, Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2)


def plain(text: str) -> str:
    """Without case and accents."""
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def said(value: Any, text: str, language: str, tolerance: float) -> bool:
    """Whether a text says a value of an oracle: a number as it rounds, a day in either order, or words."""
    if value is None:
        return True
    if isinstance(value, bool):
        return str(value).lower() in plain(text)
    if isinstance(value, int | float | Decimal):
        exact = abs(Decimal(str(value)))
        slack = exact * Decimal(str(tolerance))
        return any(
            abs(abs(f.value) - exact) <= max(f.half if exact else 0, slack) for f in figures(text, language)
        )
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}" in text or f"{value:%d/%m/%Y}" in text
    return plain(str(value)) in plain(text)
