"""What a text says, as claims that can be checked: figures with their unit, days, and names with digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from agent.understand.dates import Said, every
from agent.understand.fold import fold
from agent.understand.lexicon import alternatives, lexicon
from agent.understand.quantities import NUMBER, Quantity, number, quantities

_MARK = re.compile(r"\[\d+\]")
_CODE_BEFORE = re.compile(r"\b(USD|BRL|EUR|GBP)(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![\w.,])(?:\d{{1,3}}(?:[ '’]\d{{3}})+(?:[.,]\d+)?(?!\d)|{NUMBER})(?:e[+-]?\d+\b)?")
_AFTER = re.compile(
    r"\s?(?:(?P<percent>%|percent\b|per cent\b|por cento\b|percentage points?\b|pontos percentuais)"
    r"|(?P<cents>cents?\b|centavos?\b)|(?P<times>[x×](?![a-z0-9])|times\b|vezes\b|-?fold\b))"
)
_NAME = re.compile(r"(?<![\w.\-/@])[a-z](?:[.\-_/:]?[a-z0-9]+)*")
_DIGITS = re.compile(r"(?=.*\d)(?=.*[a-z])")
# Said of everything and no machine, region or model.
_COMMON = frozenset(
    ("ec2", "s3", "k8s", "x86", "x86_64", "x64", "arm64", "amd64", "bf16", "fp8", "fp16", "int8")
)
_WITH_YEAR = re.compile(r"\d{4}|\d/\d\d?/\d\d")


@dataclass(frozen=True)
class Figure:
    """`unit` is money, percent, times, a unit of the lexicon or None; `step` is worth its last digit."""

    text: str
    value: Decimal
    step: Decimal
    unit: str | None
    currency: str | None
    per: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Claims:
    """Of a text as folded; `names` are its words that hold letters and digits."""

    folded: str
    figures: tuple[Figure, ...]
    times: tuple[Said, ...]
    names: tuple[str, ...]


def plain(text: str) -> str:
    """The text without marks of citations, every character in its usual form: `９８,３２` → `98,32`."""
    return _CODE_BEFORE.sub(r"\1 ", unicodedata.normalize("NFKC", _MARK.sub(" ", text)).replace("**", ""))


def claims(text: str, language: str, known: Iterable[str] = ()) -> Claims:
    """`text` is plain; numbers are read the language's way. `known` identifiers, as folded, claim nothing."""
    folded = fold(text)
    said = [
        one for one in every(folded, datetime.now(UTC).date(), language) if _WITH_YEAR.search(one.period.text)
    ]
    rest = folded
    for name in known:
        if name in rest:
            rest = re.sub(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", lambda m: " " * len(m[0]), rest)
    for one in said:
        rest = _blanked(rest, one.start, one.end)
    names = [m for m in _NAME.finditer(rest) if _DIGITS.match(m.group()) and m.group() not in _COMMON]
    for match in names:
        rest = _blanked(rest, match.start(), match.end())
    figures = [*_figures(rest, language), *_in_words(rest)]
    return Claims(folded, tuple(figures), tuple(said), tuple(match.group() for match in names))


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _figures(text: str, language: str) -> Iterator[Figure]:
    counted = quantities(text, language)
    for match in _NUMBER.finditer(text):
        digits, _, exponent = re.sub("[ '’]", "", match.group()).partition("e")
        written = number(digits, language)
        places = written.as_tuple().exponent
        scale = Decimal(f"1e{exponent or 0}")
        quantity = _covering(counted, match)
        unit = quantity.unit if quantity else None
        if quantity and written and " " not in match.group():
            scale *= quantity.value / written
        after = _AFTER.match(text, match.end())
        currency = unit if quantity and quantity.is_money else None
        kind = "money" if currency else unit
        if after and not currency:
            kind = "money" if after["cents"] else "percent" if after["percent"] else "times"
            scale = scale / 100 if after["cents"] else scale
        yield Figure(
            match.group(),
            abs(written * scale),
            abs(scale.scaleb(places if isinstance(places, int) else 0)),
            kind,
            currency,
            (quantity.per if quantity else None) or _per(text, match.end()),
            match.start(),
            match.end(),
        )


def _covering(counted: list[Quantity], match: re.Match[str]) -> Quantity | None:
    """What it counts; of `98 320 USD` that stands behind its last part."""
    over = [q for q in counted if q.start < match.end() and match.start() < q.end]
    return next((q for q in over if q.unit), over[0] if over else None)


def _per(text: str, end: int) -> str | None:
    """What a figure is for, if the words after it say so."""
    found = _period().match(text, end)
    return next((name for name, said in found.groupdict().items() if said), None) if found else None


@cache
def _period() -> re.Pattern[str]:
    units = lexicon().entries["units"]
    words = "|".join(f"(?P<{name}>{alternatives(units[name])})" for name in ("hour", "month", "year", "day"))
    money = r"(?:us\$|r\$|[$€£]|usd|brl|eur|gbp|dollars?|dolar(?:es)?|reais|real|euros?|cents?|centavos?)?"
    return re.compile(rf"\s*{money}\s*(?:/|per |por |an? |ao? |each )\s*(?:{words})(?![a-z])")


def _in_words(text: str) -> Iterator[Figure]:
    """`ninety dollars`, `twice as much`: a figure that no tool returned in such words."""
    for match in _spelled().finditer(text):
        yield Figure(
            match.group().strip(), Decimal(-1), Decimal(0), "words", None, None, match.start(), match.end()
        )


@cache
def _spelled() -> re.Pattern[str]:
    words = lexicon().entries["spelled"]
    numbers, units = alternatives(words["numbers"]), alternatives(words["units"])
    ratios = alternatives(words["ratios"])
    return re.compile(
        rf"(?<!\d )\b(?:{numbers}(?:[\s\-]+(?:and|e)?\s*{numbers})*[\s\-]+(?:de )?{units}|{ratios})\b"
        r"|(?<![\d/])\d[/⁄]\d(?![\d/])"
    )
