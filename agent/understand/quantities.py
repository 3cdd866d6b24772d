"""Numbers with their units, comparators and money, in both number formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache

from agent.understand.currencies import SIGNS, SMALL
from agent.understand.lexicon import alternatives, lexicon

NUMBER = r"\d+(?:[.,]\d+)*"
_SYMBOLS = {**SIGNS, **{code: code.upper() for code in SMALL if code not in ("rmb", "cad")}}
_NAMED = dict.fromkeys(("dollars", "dollar", "bucks", "buck", "dolares", "dolar", "usd"), "USD")
_NAMED |= dict.fromkeys(("reais", "real", "contos", "conto"), "BRL") | dict.fromkeys(("euros", "euro"), "EUR")
_NAMED |= dict.fromkeys(("pounds", "pound", "libras", "libra"), "GBP") | dict.fromkeys(
    ("yen", "ienes", "iene"), "JPY"
)
_NAMED |= {code: code.upper() for code in SMALL if code != "rmb"}
# Hundredths of one: Brazilians who say no more mean those of a real.
_CENTS = dict.fromkeys(("cents", "cent", "us cents", "centavos de dolar", "centavo de dolar"), "USD")
_CENTS |= dict.fromkeys(("centavos", "centavo", "centavos de real"), "BRL")
_CENTS |= dict.fromkeys(("euro cents", "centimos", "centavos de euro"), "EUR")
_SIGN = alternatives(re.escape(sign) for sign in SIGNS)
_ENGLISH = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_PORTUGUESE = ["um", "dois", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"]
_WORDS = {word: index for words in (_ENGLISH, _PORTUGUESE) for index, word in enumerate(words, 1)}
# Said without a number before them: `mil tokens`, `a million tokens`.
_WORDS |= {"mil": 1_000, "thousand": 1_000, "million": 1_000_000, "milhao": 1_000_000}
_WORDS |= {"single": 1, "unica": 1, "uma": 1, "duas": 2, "dozen": 12, "duzia": 12, "twenty": 20, "vinte": 20}

# What an amount is of, before its bound: `1 TB of memory or more`.
_NOUN = r"(?:\s(?:of |de )?(?:gpu |system )?(?:v?ram|memory|memoria|disk|disco|storage)(?: ram)?)?"
_EACH = re.compile(r"(?:per|por|each|cada)\s*$")


@dataclass(frozen=True)
class Quantity:
    """`unit` is a name of the lexicon, a currency code or None; `bound` is min, max or exact."""

    value: Decimal
    unit: str | None
    bound: str
    start: int
    end: int
    per: str | None = None  # hour, day, month, year, each
    strict: bool = False  # `more than 64` leaves 64 out

    @property
    def is_money(self) -> bool:
        return self.unit is not None and self.unit.isupper()  # units are small, codes capitals


@lru_cache(maxsize=4096)
def number(text: str, language: str) -> Decimal:
    """`1.234,56` or `1,234.56`. A lone separator before three digits is read the language's way."""
    if "," in text and "." in text:
        decimal_mark = max(",.", key=text.rindex)
    elif text.count(",") + text.count(".") != 1:
        decimal_mark = ""
    else:
        mark = "," if "," in text else "."
        whole, _, fraction = text.partition(mark)
        grouping = "." if language == "pt" else ","
        is_group = mark == grouping and len(fraction) == 3 and 0 < len(whole) <= 3 and whole != "0"
        decimal_mark = "" if is_group else mark
    digits = "".join("." if c == decimal_mark else c for c in text if c.isdigit() or c == decimal_mark)
    return Decimal(digits)


@cache
def _pattern() -> re.Pattern[str]:
    words = lexicon().entries
    multipliers = "|".join(
        f"(?P<x{scale}>{alternatives(entries)})" for scale, entries in words["multipliers"].items()
    )
    units = "|".join(f"(?P<u_{unit}>{alternatives(entries)})" for unit, entries in words["units"].items())
    spelled = alternatives([*_WORDS, r"an?(?=\s(?:dollar|buck|euro|pound|real))"])
    return re.compile(
        rf"(?:(?P<symbol>(?<![a-z]){alternatives(map(re.escape, _SYMBOLS))})\s*)?"
        rf"(?<![a-z0-9_.\-])(?P<number>{NUMBER}|(?P<word>{spelled})(?![a-z]))"
        rf"(?:(?:\s?(?:{multipliers}))(?![a-z0-9]))?"
        rf"(?:\s*(?P<named>{alternatives([*_NAMED, *_CENTS])})(?![a-z]))?"
        rf"(?P<more>\s?\+|\s(?:or|ou)\s(?:more|mais|greater|maior))?"
        rf"(?:[\s\-]*(?:of\s|de\s)?(?:(?:more|mais|extra)\s)?(?:{units})(?![a-z0-9]))?"
    )


@cache
def _around() -> dict[str, re.Pattern[str]]:
    words = lexicon().entries["comparators"]
    return {
        **{
            name: re.compile(rf"(?:^|[\s(]){alternatives(words[name])}\s*(?:the |an? total of |an? )?$")
            for name in ("min", "max", "over", "under")
        },
        "min_after": re.compile(rf"{_NOUN}\s*{alternatives(words['min_after'])}"),
        "max_after": re.compile(rf"{_NOUN}\s*{alternatives(words['max_after'])}"),
        "between": re.compile(rf"(?:between|entre)\s*{_SIGN}?\s*$"),
        "second": re.compile(rf"(?:between|entre)\s.{{1,20}}\s(?:and|e)\s*{_SIGN}?\s*$"),
        "per": re.compile(
            r"(?:\s*(?:of |de )?(?:ram|memory|memoria|gpus?)?)?"
            r"\s*(?:/|per |por |an? |ao? |a cada |each |cada )?\s*"
            r"(?P<per>hour|hora|hr|h|month|mes|mo|monthly|mensa(?:l|is)|year|ano|yr|day|dia|week|semana|each|cada|gpu)(?![a-z])"
        ),
        "each": re.compile(
            r"\s*(?:of |de )?(?:vram|ram|memory|memoria)?\s*(?:each|cada|per gpu|por gpu|/gpu)(?![a-z])"
        ),
    }


_PER = {
    "hora": "hour",
    "hr": "hour",
    "h": "hour",
    "mes": "month",
    "mo": "month",
    "monthly": "month",
    "mensal": "month",
    "mensais": "month",
    "ano": "year",
    "yr": "year",
} | {
    "dia": "day",
    "semana": "week",
    "cada": "each",
    "gpu": "each",
}


def quantities(folded: str, language: str) -> list[Quantity]:
    """Every number of the text that stands alone, left to right."""
    found: list[Quantity] = []
    for match in _pattern().finditer(folded):
        groups = match.groupdict()
        value = (
            Decimal(_WORDS.get(groups["word"], 1)) if groups["word"] else number(groups["number"], language)
        )
        for name, text in groups.items():
            if name.startswith("x") and text:
                value *= int(name[1:])
        unit = next((name[2:] for name, text in groups.items() if name.startswith("u_") and text), None)
        named = groups["named"] or ""
        currency = _SYMBOLS.get(groups["symbol"] or "") or _NAMED.get(named) or _CENTS.get(named)
        value = value / 100 if named in _CENTS else value
        if groups["word"] and not _counts(value, unit or currency, folded[: match.start()]):
            continue
        if _inside_a_name(folded, match):
            continue
        value, unit = _in_gib(value, unit)
        bound, strict = ("min", False) if groups["more"] else bound_of(folded, match.start(), match.end())
        per = _per(folded, match.end(), currency, unit)
        found.append(Quantity(value, currency or unit, bound, match.start(), match.end(), per, strict))
    return _with_shared_units(found, folded)


def _counts(value: Decimal, unit: str | None, before: str) -> bool:
    """`um` and `one` are articles far more often than numbers, `per million` is a unit."""
    return unit is not None if value < 1000 else not _EACH.search(before)


def _inside_a_name(folded: str, match: re.Match[str]) -> bool:
    """`1` of `us-east-1` and `4` of `4xlarge` are not quantities."""
    after = folded[match.end() : match.end() + 1]
    return after.isalnum() or after == "_" or bool(re.match(r"-[a-z]", folded[match.end() :]))


def _in_gib(value: Decimal, unit: str | None) -> tuple[Decimal, str | None]:
    if unit == "tib":
        return value * 1024, "gib"
    if unit == "mib":
        return value / 1024, "gib"
    return value, unit


def bound_of(folded: str, start: int, end: int) -> tuple[str, bool]:
    """min, max or exact, and whether the number itself is left out."""
    before, after, around = folded[max(0, start - 40) : start], folded[end : end + 40], _around()
    if around["between"].search(before):
        return "min", False
    if around["second"].search(before):
        return "max", False
    hits = {name: around[name].search(before) for name in ("max", "min", "over", "under")}
    said = {name: match.start() for name, match in hits.items() if match}
    bounds = [name for name in ("max", "min") if name in said]
    if bounds:
        # The longer wins: `not less than` is a least, though `less than` stands in it.
        bound = min(bounds, key=said.__getitem__)
        return bound, said.get("over" if bound == "min" else "under") == said[bound]
    if around["max_after"].match(after):
        return "max", False
    return ("min" if around["min_after"].match(after) else "exact"), False


def _per(folded: str, end: int, currency: str | None, unit: str | None) -> str | None:
    after = folded[end : end + 30]
    if unit in ("gib", "tib", "mib") and _around()["each"].match(after):
        return "each"
    if currency is None and unit not in ("hour", "day"):
        return None
    match = _around()["per"].match(after)
    if not match or (
        currency is None and match.group("per") not in ("day", "dia", "week", "semana", "month", "mes")
    ):
        return None
    return _PER.get(match.group("per"), match.group("per"))


def _with_shared_units(found: list[Quantity], folded: str) -> list[Quantity]:
    """`between 4 and 8 vCPUs`: the first number borrows the second's unit."""
    shared: list[Quantity] = []
    for index, item in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        joined = following and re.fullmatch(
            r"\s*(?:and|e|to|a|or|ou|-)\s*", folded[item.end : following.start]
        )
        if item.unit is None and following and joined:
            item = replace(item, unit=following.unit, per=following.per)
        shared.append(item)
    return shared
