"""An amount of one currency asked for in others: `convert 100 dollars to reais`, `cotação do euro`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from agent.understand.currencies import Money, currencies, without
from agent.understand.lexicon import lexicon
from agent.understand.quantities import Quantity

_NEAR = 3  # characters between an amount and its currency
# Into what, where the question names one currency, or none.
_USUAL = {"pt": ("BRL", "USD"), "en": ("USD", "EUR")}
_MAIN = {"pt": ("BRL", "EUR", "GBP"), "en": ("EUR", "GBP", "BRL")}
_OURS = re.compile(
    r"(?<![a-z])(?:(?:do|does|did|are|is) (?:you|this|it|the answer)\w* .*us(?:e|ed|ing)"
    r"|(?:rates?|taxas?|cotac\w+|cambio) .*(?:used|applied|us(?:a|am|o|ad[ao]s?|ando)|aplica\w*)"
    r"|(?:usa|usam|usada?|aplicada?)s?\W)"
)
_BETWEEN = re.compile(r"(?:\W|(?:to|in|and|of|the|an?|for|em|para|pra|e|o|um|de|do|x|vs|please)(?![a-z]))*")


@dataclass(frozen=True)
class Exchange:
    """`named` are currencies called by a word that others share: the word, the one read, the others."""

    amount: Decimal
    from_currency: str
    to_currencies: tuple[str, ...]
    named: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


def exchange(text: str, folded: str, numbers: list[Quantity], language: str) -> Exchange | None:
    """What is to be converted, where the question names currencies enough to tell."""
    named = currencies(text, folded)
    cue = lexicon().has("intents", "convert", folded)
    found = tuple(dict.fromkeys(money.code for money in named))
    amounts = [number for number in numbers if number.unit is None or number.is_money]
    if not found and cue and _OURS.search(folded) and not amounts:
        return Exchange(Decimal(1), "USD", _MAIN[language])
    worth = amounts or lexicon().has("generic", "worth", folded) or _nothing_else(folded, named)
    asks = cue or (len(found) > 1 and worth)
    if not found or not asks or len(amounts) > 1:
        return None
    source = found[0] if cue or amounts or len(found) == 1 else _asked_of(named, folded)
    if amounts:
        beside = _beside(amounts[0], named)
        if beside is None:
            return None  # `convert 1 bitcoin to dollars`
        source = beside
    others = tuple(code for code in found if code != source)
    usual = next(code for code in _USUAL[language] if code != source)
    shared = tuple((money.text, money.code, money.others) for money in named if money.others)
    return Exchange(amounts[0].value if amounts else Decimal(1), source, others or (usual,), shared)


def _nothing_else(folded: str, named: list[Money]) -> bool:
    """Whether currencies are all that is said: `USD/BRL`."""
    return bool(_BETWEEN.fullmatch(without(folded, named)))


_HOW_MANY = re.compile(r"(?:how many|quant[oa]s)\s+(?:\w+\s)?$")


def _asked_of(named: list[Money], folded: str) -> str:
    """`how many yen to the dollar` asks of the dollar."""
    first, second = named[0], next(money for money in named if money.code != named[0].code)
    return second.code if _HOW_MANY.search(folded[: first.start]) else first.code


def _beside(amount: Quantity, named: list[Money]) -> str | None:
    for money in named:
        if money.start < amount.end + _NEAR and amount.start < money.end + _NEAR:
            return money.code
    return None
