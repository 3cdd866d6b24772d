"""An amount of one currency asked for in others: `convert 100 dollars to reais`, `cotação do euro`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from agent.understand.lexicon import alternatives, lexicon
from agent.understand.quantities import Quantity

# By their codes alone, in capitals: `try` and `php` are words.
_CODES = re.compile(
    r"(?<![\w])(?:SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|TRY|ILS|ZAR|KRW|IDR|PHP|THB|MYR|SGD|HKD|NZD)(?!\w)"
)
_NEAR = 3  # characters between an amount and its currency
_USUAL = {"pt": ("BRL", "USD"), "en": ("USD", "EUR")}  # into what, where the question names one currency


@dataclass(frozen=True)
class Exchange:
    amount: Decimal
    from_currency: str
    to_currencies: tuple[str, ...]


def exchange(text: str, folded: str, numbers: list[Quantity], language: str) -> Exchange | None:
    """What is to be converted, where the question names currencies enough to tell."""
    named = _currencies(text, folded)
    cue = lexicon().has("intents", "convert", folded)
    codes = tuple(dict.fromkeys(code for _, _, code in named))
    amounts = [number for number in numbers if number.unit is None or number.is_money]
    if not codes or not (cue or (len(codes) > 1 and amounts)) or len(amounts) > 1:
        return None
    source = codes[0]
    if amounts:
        beside = _beside(amounts[0], named)
        if beside is None:
            return None  # `convert 1 bitcoin to dollars`
        source = beside
    others = tuple(code for code in codes if code != source)
    usual = next(code for code in _USUAL[language] if code != source)
    return Exchange(amounts[0].value if amounts else Decimal(1), source, others or (usual,))


def _beside(amount: Quantity, named: list[tuple[int, int, str]]) -> str | None:
    for start, end, code in named:
        if start < amount.end + _NEAR and amount.start < end + _NEAR:
            return code
    return None


def _currencies(text: str, folded: str) -> list[tuple[int, int, str]]:
    """Where each currency is named, left to right; the longest name wins: `canadian dollars`."""
    hits = [(m.start(), m.end(), code) for code, form in _forms().items() for m in form.finditer(folded)]
    hits += [(m.start(), m.end(), m.group()) for m in _CODES.finditer(text)]
    kept: list[tuple[int, int, str]] = []
    for hit in sorted(hits, key=lambda one: one[0] - one[1]):
        if not any(hit[0] < end and start < hit[1] for start, end, _ in kept):
            kept.append(hit)
    return sorted(kept)


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    words = lexicon().entries
    signs = {"BRL": [r"r\$"], "USD": [r"us?\$", r"\$"], "EUR": ["€"], "GBP": ["£"]}
    found = {}
    for code, entries in {**words["currencies"], "USD": words["dollars"]["USD"]}.items():
        names = rf"(?<![a-z0-9_]){alternatives(entries)}(?![a-z0-9_])"
        found[code] = re.compile("|".join([*signs.get(code, ()), names]))
    return found
