"""Numbers, money and dates as each language writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.core import Locale
from babel.dates import get_month_names
from babel.numbers import NumberPattern, parse_pattern

from agent.periods import EARLIEST, Period

LOCALES = {"en": "en_US", "pt": "pt_BR"}
_CENT = Decimal("0.01")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES[language])


@cache
def _pattern(pattern: str) -> NumberPattern:
    return parse_pattern(pattern)


def number(value: Decimal | float, language: str, places: int = 2) -> str:
    """`1234.5` → 1,234.5 or 1.234,5."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return str(_pattern("#,##0." + "#" * places).apply(exact, _locale(language)))


def rate(value: Decimal, currency: str, language: str) -> str:
    """A unit price with the digits it has, two to six of them: `98.32 USD`."""
    return f"{_pattern('#,##0.00####').apply(value, _locale(language))} {currency}"


def total(value: Decimal, currency: str, language: str) -> str:
    """An amount to pay, in cents unless it is less than one."""
    pattern = "#,##0.00" if value >= _CENT or value == 0 else "#,##0.00####"
    if pattern == "#,##0.00":
        value = value.quantize(_CENT, ROUND_HALF_UP)  # as bills do, not to the even cent
    return f"{_pattern(pattern).apply(value, _locale(language))} {currency}"


def day(value: date | datetime, language: str) -> str:
    return value.strftime("%d/%m/%Y" if language == "pt" else "%Y-%m-%d")


def period(of: Period, language: str) -> str:
    """`in September 2022`, `no 3º trimestre de 2023`: words that are read back as the same days."""
    portuguese, year = language == "pt", of.start.year
    if of.kind == "day":
        return f"{'em' if portuguese else 'on'} {day(of.start, language)}"
    if of.kind == "month":
        name = get_month_names("wide", locale=_locale(language))[of.start.month]
        return f"em {name} de {year}" if portuguese else f"in {name} {year}"
    if of.kind in ("quarter", "half"):
        number = (of.start.month - 1) // (3 if of.kind == "quarter" else 6) + 1
        if portuguese:
            return f"no {number}º {'trimestre' if of.kind == 'quarter' else 'semestre'} de {year}"
        return f"in {'Q' if of.kind == 'quarter' else 'H'}{number} {year}"
    if of.kind == "year":
        return f"{'em' if portuguese else 'in'} {year}"
    if of.kind in ("since", "this"):
        return f"{'desde' if portuguese else 'since'} {day(of.start, language)}"
    last = day(of.last, language)
    if of.start == EARLIEST:
        return f"{'até' if portuguese else 'until'} {last}"
    first = day(of.start, language)
    return f"de {first} a {last}" if portuguese else f"from {first} to {last}"


def joined(items: list[str], language: str) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + (" e " if language == "pt" else " and ") + items[-1]
