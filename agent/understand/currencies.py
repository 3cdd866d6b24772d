"""Where a question names currencies: by code, by sign, or by name in either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_name

from agent.understand.fold import fold
from agent.understand.lexicon import alternatives, lexicon

_LOCALES = ("en", "pt_BR")
# Signs of one currency; the plain `$` is the US dollar's, and `¥` the yen's.
SIGNS = {
    "r$": "BRL", "us$": "USD", "u$": "USD", "$": "USD", "ca$": "CAD", "c$": "CAD", "au$": "AUD", "a$": "AUD",
    "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "mx$": "MXN", "nt$": "TWD", "ar$": "ARS", "€": "EUR", "£": "GBP",
    "jp¥": "JPY", "cn¥": "CNY", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "₫": "VND", "₺": "TRY",
    "₽": "RUB", "₱": "PHP", "₦": "NGN", "₴": "UAH", "฿": "THB",
}  # fmt: skip
# Codes that are no words, and may be written small.
SMALL = (
    "usd", "brl", "eur", "gbp", "jpy", "inr", "aud", "chf", "mxn", "cny", "krw", "sek", "nok", "dkk", "pln",
    "czk", "huf", "zar", "ars", "clp", "uyu", "sgd", "hkd", "nzd", "twd", "thb", "myr", "idr", "ils", "aed",
    "ngn", "kes", "egp", "vnd", "rub", "uah", "rmb", "cad",
)  # fmt: skip
_NOUN = 5  # letters from which a noun is no ordinary word
_WORDS = ("marco", "marcos", "marks", "reais", "reals")
_SAME = {"rmb": "CNY"}
# Nouns of several currencies: the one that is likeliest meant, and the others.
SHARED = {
    "peso": ("MXN", ("ARS", "CLP", "COP")),
    "rupee": ("INR", ()), "franc": ("CHF", ()), "krona": ("SEK", ("ISK",)), "krone": ("NOK", ("DKK",)),
    "coroa": ("SEK", ("NOK", "DKK", "CZK")), "rupia": ("INR", ("IDR",)), "franco": ("CHF", ()),
}  # fmt: skip


@dataclass(frozen=True)
class Money:
    """A currency and where it is named; `others` are called the same."""

    start: int
    end: int
    code: str
    text: str = ""
    others: tuple[str, ...] = ()


def currencies(text: str, folded: str) -> list[Money]:
    """Every currency named, left to right; the longest name wins: `canadian dollars`."""
    hits = [Money(m.start(), m.end(), m.group()) for m in _codes().finditer(text)]
    hits += [Money(m.start(), m.end(), SIGNS[m.group()]) for m in _signs().finditer(folded)]
    hits += [
        Money(m.start(), m.end(), code) for code, form in _forms().items() for m in form.finditer(folded)
    ]
    for match in _named().finditer(folded):
        code, others = _names()[match.group()]
        hits.append(Money(match.start(), match.end(), code, match.group(), others))
    kept: list[Money] = []
    for hit in sorted(hits, key=lambda one: (one.start - one.end, one.text)):
        if not any(hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda one: one.start)


def without(text: str, named: list[Money]) -> str:
    """The text with blanks for the currencies."""
    for money in named:
        text = text[: money.start] + " " * (money.end - money.start) + text[money.end :]
    return text


@cache
def codes() -> frozenset[str]:
    """Currencies that are tender somewhere."""
    tender = get_global("territory_currencies").values()
    return frozenset(code for each in tender for code, _, end, legal in each if end is None and legal)


@cache
def _codes() -> re.Pattern[str]:
    # By their codes alone, in capitals: `try` and `php` are words, `TOP` and `ALL` are shouted.
    capitals = codes() - {"TOP", "ALL", "SOS", "MAD", "CUP", "BAM"}
    return re.compile(rf"(?<![\w])(?:{'|'.join(sorted(capitals))})(?!\w)")


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){alternatives(re.escape(sign) for sign in SIGNS)}")


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    """Ways to name one that no list of names has: `in reals`."""
    words = lexicon().entries
    entries = {**words["currencies"], "USD": words["dollars"]["USD"]}
    return {
        code: re.compile(rf"(?<![a-z0-9_]){alternatives(said)}(?![a-z0-9_])")
        for code, said in entries.items()
    }


@cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9_$]){alternatives(map(re.escape, _names()))}(?![a-z0-9_])")


@cache
def _names() -> dict[str, tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for noun, (code, others) in SHARED.items():
        found |= dict.fromkeys((noun, f"{noun}s"), (code, others))
    for code in sorted(codes()):
        for locale in _LOCALES:
            for count in (1, 2):
                found[fold(get_currency_name(code, count, locale)).replace("-", " ")] = (code, ())
                found[fold(get_currency_name(code, count, locale))] = (code, ())
    small = {name: _SAME.get(name, name.upper()) for name in SMALL}
    return _nouns() | found | {name: (code, ()) for name, code in small.items()}


def _nouns() -> dict[str, tuple[str, tuple[str, ...]]]:
    """What one currency alone is called, without its country: `kwanza`; the noun comes last in English."""
    said: dict[str, set[str]] = {}
    for code in codes():
        for locale, place in zip(_LOCALES, (-1, 0), strict=True):
            for count in (1, 2):
                noun = fold(get_currency_name(code, count, locale)).split()[place]
                said.setdefault(noun, set()).add(code)
    return {
        noun: (next(iter(each)), ())
        for noun, each in said.items()
        if len(each) == 1 and len(noun) >= _NOUN and noun not in _WORDS
    }
