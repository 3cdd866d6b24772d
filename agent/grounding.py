"""No figure leaves that no tool returned.

Every number, date, machine and region code of a text must be in the findings or in the question,
rounding, units and both number formats understood. Money must be money there: `8` in a row is
`8 GPUs`, never `8 USD`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from agent.evidence import Finding
from agent.terms import HOURS_A_MONTH
from agent.understand.fold import fold
from agent.understand.quantities import NUMBER, number

_MONEY_FIELD = re.compile(r"price|cost|total|amount|upfront|usd|rate|units_per_usd")
_DIGIT = re.compile(r"\d")
_MARK = re.compile(r"\[\d+\]")
_DATE = re.compile(r"\b(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)/(\d\d)/(\d{4}))\b")
_NAME = re.compile(
    r"(?<![\w.])(?:[a-z]{1,4}\d[a-z0-9\-]*\.[a-z0-9\-]*[a-z][a-z0-9\-]*|standard_[a-z]+\d\w*"
    r"|[a-z]\d[a-z]?-(?:standard|highmem|highcpu|ultramem|megamem|highgpu|megagpu|ultragpu)-\d+\w*"
    r"|(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-?[a-z]*-?\d+|(?:us|europe|asia|southamerica|northamerica)-[a-z]+\d+)(?!\w)"
)
_FIGURE = re.compile(
    rf"(?P<before>us\$|r\$|[$€£])?\s?(?<![\w.,])(?P<number>{NUMBER})(?P<times>\s?(?:k|m|million|milhao|milhoes|mil|thousand)\b)?"
    r"\s?(?P<after>usd|brl|eur|dollars?|dolares|reais|euros?|%)?"
)
_TIMES = {"k": 1_000, "mil": 1_000, "thousand": 1_000} | dict.fromkeys(
    ("m", "million", "milhao", "milhoes"), 1_000_000
)
# Counting words of any sentence: `2 options`, `3 regions`.
_SMALL = 12
_UNSAID = ("price_id", "source_url", "row_json")


@dataclass
class Evidence:
    """What may be said: values of money, any values, days and names."""

    money: set[Decimal] = field(default_factory=set)
    values: set[Decimal] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add_text(self, text: str) -> None:
        """Figures inside a text that a tool returned may be repeated as they are."""
        names, days, figures = _said(text)
        self.names |= names
        self.days |= days
        self.values |= figures
        self.money |= figures

    def add_value(self, name: str, value: Any) -> None:
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, (int, float, Decimal)):
            exact = abs(value if isinstance(value, Decimal) else Decimal(str(value)))
            (self.money if _MONEY_FIELD.search(name) else self.values).add(exact)
        elif isinstance(value, datetime):
            self.days.add(value.date())
        elif isinstance(value, date):
            self.days.add(value)
        elif isinstance(value, str):
            self._add_string(value)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self.add_value(str(key), item)
        elif isinstance(value, Iterable):
            for item in value:
                self.add_value(name, item)

    def add_row(self, row: Mapping[str, Any]) -> None:
        for name, value in row.items():
            if name not in _UNSAID:
                self.add_value(name, value)

    def _add_string(self, value: str) -> None:
        if len(value) > 1 and _DIGIT.search(value):
            if " " in value:
                self.add_text(value)
            self.names.add(fold(value))


@lru_cache(maxsize=1024)  # rows name the same sources, places and machines again and again
def _said(text: str) -> tuple[frozenset[str], frozenset[date], frozenset[Decimal]]:
    """The names, days and figures in a text."""
    folded = fold(text)
    return (
        frozenset(match.group() for match in _NAME.finditer(folded)),
        frozenset(_days(folded)),
        frozenset(value for match in _FIGURE.finditer(folded) for value in _readings(match)),
    )


def evidence_of(findings: Iterable[Finding], question: str, also: Iterable[Any] = ()) -> Evidence:
    """`also` is what every answer may name: the snapshot's id and time."""
    evidence = Evidence()
    evidence.add_text(question)
    evidence.values.add(Decimal(HOURS_A_MONTH))
    for value in also:
        evidence.add_value("", value)
    for finding in findings:
        evidence.add_value("", finding.arguments)
        for row in finding.rows:
            evidence.add_row(row)
        for name, value in finding.figures.items():
            evidence.add_value(name, value)
    return evidence


def ungrounded(text: str, evidence: Evidence) -> list[str]:
    """The figures and names of `text` that nothing supports, as written."""
    folded = fold(_MARK.sub(" ", text))
    missing: list[str] = []
    folded = _without_known_names(folded, evidence.names)
    for match in list(_NAME.finditer(folded)):
        missing.append(match.group())
    folded = _NAME.sub(" ", folded)
    for match in _DATE.finditer(folded):
        if _day(match) not in evidence.days:
            missing.append(match.group())
    folded = _DATE.sub(" ", folded)
    years = {Decimal(day.year) for day in evidence.days}
    missing += [m.group().strip() for m in _FIGURE.finditer(folded) if not _supported(m, evidence, years)]
    return missing


def _without_known_names(folded: str, names: set[str]) -> str:
    for name in sorted((name for name in names if name in folded), key=len, reverse=True):
        folded = re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", " ", folded)
    return folded


def _supported(match: re.Match[str], evidence: Evidence, years: set[Decimal]) -> bool:
    after = match.group("after") or ""
    is_money = bool(match.group("before")) or (after not in ("", "%"))
    readings = list(_readings(match))
    if is_money:
        return any(_near(value, evidence.money, match) for value in readings)
    plain = after == "" and not match.group("times")
    if plain and any(value == int(value) and value <= _SMALL for value in readings):
        return True
    if plain and any(value in years for value in readings):
        return True
    return any(
        _near(value, evidence.values, match) or _near(value, evidence.money, match) for value in readings
    )


def _readings(match: re.Match[str]) -> Iterator[Decimal]:
    """A number is read both ways: `1.234` may be either."""
    times = _TIMES.get((match.group("times") or "").strip(), 1)
    for language in ("en", "pt"):
        yield number(match.group("number"), language) * times


def _near(value: Decimal, allowed: set[Decimal], match: re.Match[str]) -> bool:
    """Equal, or what an allowed value rounds to at the digits written."""
    if value in allowed:
        return True
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    step = Decimal(1).scaleb(exponent)
    if match.group("times"):
        step *= _TIMES[match.group("times").strip()]
    return any(abs(candidate - value) * 2 <= step for candidate in allowed)


def _days(folded: str) -> Iterator[date]:
    for match in _DATE.finditer(folded):
        day = _day(match)
        if day:
            yield day


def _day(match: re.Match[str]) -> date | None:
    year, month, day, dd, mm, yyyy = match.groups()
    try:
        return date(int(year), int(month), int(day)) if year else date(int(yyyy), int(mm), int(dd))
    except ValueError:
        return None
