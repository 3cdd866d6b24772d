"""What a model says must agree with what tools returned: every figure with its unit and the names near it.

Stricter than `grounding.ungrounded`, which asks of the rules' own templates only that a figure is
somewhere in the findings. Here a price must be one of the machine and the place it is said of, per hour
if it is said per hour, in the currency it is said in. A difference, a ratio or a sum may be said only
where a tool returned it: a model that reckons is a model that errs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.claims import Claims, Figure, claims, plain
from agent.facts import IN_TEXT, MONEY, Fact, Value, holds
from agent.understand.entities import Mention, mentions
from agent.understand.fold import fold
from agent.understand.quantities import quantities
from agent.understand.vocabulary import Vocabulary

_SENTENCE = re.compile(r"\n+|(?<=[.!?;])(?<!\b[A-Z]\.)\s+")  # not after the N. of N. Virginia
_CLAUSE = re.compile(
    r"[,;:|]\s|\b(?:and|e|but|mas|while|whereas|enquanto|versus|vs|than|do que|against|contra)\b"
)
_COLUMNS = {
    "money": MONEY,
    "percent": re.compile(r"percent|share|interruption|volatility|rate"),
    "times": re.compile(r"count|gpus|machines|quantity"),
    "vcpu": re.compile(r"vcpu"),
    "gpu": re.compile(r"count|gpus"),
    "gib": re.compile(r"gib|gb|memory|storage"),
    "tib": re.compile(r"gib|gb|memory|storage"),
    "mib": re.compile(r"gib|gb|memory|storage"),
}
_BOUND = ("money", "vcpu", "gpu", "gib", "tib", "mib")  # they belong to what is named beside them
_SMALL = 12  # counting words of any sentence: `2 options`, `3 regions`
_COUNTED = (None, "machine", "hour", "day", "week", "month", "year")
_TERMS = ("month", "year")
_CLOSE = Decimal("0.05")  # what is rounded is no further than this from what it was
_KINDS = ("machine", "model", "accelerator", "provider", "place")
_CARRIED = ("machine", "model", "place")  # a sentence without one is about those of the sentences before
_SAID = (*_KINDS[:3], "place", "unknown_machine")
_WIDE = ("geography", "country")  # named to say where nothing is, as often as where something is
_BRACKETS = str.maketrans("()", ",,")
_NO_NAMES = ("sao", "european", "europeu")  # `são 40 USD` is no island, nor is a central bank a place


def disagreements(text: str, facts: Sequence[Fact], words: Vocabulary, language: str) -> list[str]:
    """The parts of a text that no fact supports, as written."""
    found: list[str] = []
    before: list[Mention] = []
    known = sorted({name for fact in facts for name in fact.identifiers}, key=len, reverse=True)
    for sentence in filter(str.strip, _SENTENCE.split(plain(text))):
        said = claims(sentence, language, known)
        named = _named(sentence, said, words, language)
        found += _unknown(said, named, facts)
        found += [f.text for f in said.figures if not _holds(f, said, named, before, facts)]
        before += named
    return list(dict.fromkeys(found))


def says_something(text: str, facts: Sequence[Fact], words: Vocabulary, language: str) -> bool:
    """Whether a text holds a figure, a day or a name that was found, and not only asked about."""
    known = "\n".join(fact.words for fact in facts if fact.anything)
    values = {value.value for fact in facts if not fact.anything for value in fact.values}
    said = claims(plain(text), language)
    named = _named(plain(text), said, words, language)
    told = [f.text for f in said.figures if f.unit in _COLUMNS or f.value > _SMALL or f.value in values]
    told += [*said.names, *(one.period.text for one in said.times)]
    told += [fold(mention.text) for mention in named if mention.kind in _KINDS]
    return any(not holds(known, one) for one in told)


def _named(sentence: str, said: Claims, words: Vocabulary, language: str) -> list[Mention]:
    """What it names; `gpt-4o (OpenAI)` is two names, and `a 30 USD` no A30."""
    text = sentence.translate(_BRACKETS)
    found = mentions(text, fold(text), words, language, quantities(said.folded, language))
    counted = [(f.start, f.end) for f in said.figures if f.unit]
    taken = [*counted, *((one.start, one.end) for one in said.times)]
    return [
        m
        for m in found
        if not m.corrected
        and fold(m.text) not in _NO_NAMES
        and not any(m.start < end and start < m.end for start, end in taken)
    ]


def _unknown(said: Claims, named: Sequence[Mention], facts: Sequence[Fact]) -> Iterator[str]:
    for mention in named:
        wide = mention.kind == "place" and mention.value.kind in _WIDE
        if mention.kind in _SAID and not wide and not _is_known(mention, facts):
            yield mention.text
    for name in said.names:
        if not any(holds(fact.words, one) for fact in facts for one in (name, name.removesuffix("s"))):
            yield name
    for period in (one.period for one in said.times):
        days = (day for fact in facts for day in fact.days)
        if not any(period.start <= day < period.end for day in days) and not any(
            holds(fact.words, period.text) for fact in facts
        ):
            yield period.text


def _is_known(mention: Mention, facts: Sequence[Fact]) -> bool:
    if mention.kind == "unknown_machine":
        return any(holds(fact.words, fold(mention.text)) for fact in facts)
    return any(holds(f.words, fold(mention.text)) if f.anything else f.names(mention) for f in facts)


def _holds(
    figure: Figure, said: Claims, named: Sequence[Mention], before: Sequence[Mention], facts: Sequence[Fact]
) -> bool:
    small = figure.value == int(figure.value) and figure.value <= _SMALL
    if figure.unit in _TERMS or (figure.unit in _COUNTED and small):
        return _counts(figure, facts)
    near = _near_names(figure, said, named, before) if figure.unit in _BOUND else []
    return any(
        all(any(fact.names(mention) for mention in group) for group in near)
        for fact in facts
        if any(_is(figure, value) for value in fact.values)
    )


def _counts(figure: Figure, facts: Sequence[Fact]) -> bool:
    """`3 options`, `1 month`, `a 3-year term`: as many as were found, or a figure that was."""
    said = {figure.value, figure.value * 12 if figure.unit == "year" else figure.value}
    if figure.unit == "month":
        said.add(figure.value / 12)
    most = 1 if figure.unit in _COUNTED[2:] else max(len(fact.parts) for fact in facts)
    return figure.value <= max(1, most) or any(v.value in said for fact in facts for v in fact.values)


def _is(figure: Figure, value: Value) -> bool:
    """Equal, or what the value rounds to at the digits written, and in the same unit."""
    columns = _COLUMNS.get(figure.unit or "")
    if columns and value.column != IN_TEXT and not columns.search(value.column):
        return False
    if figure.currency and value.currency and figure.currency != value.currency:
        return False
    if figure.per in ("hour", "month", "year") and value.per and figure.per != value.per:
        return False
    apart = abs(value.value - figure.value)
    return not apart or (apart * 2 <= figure.step and apart <= value.value * _CLOSE)


def _near_names(
    figure: Figure, said: Claims, named: Sequence[Mention], before: Sequence[Mention]
) -> list[list[Mention]]:
    """For each kind of name the ones of which the figure may be said: it is one of them."""
    groups = []
    for kind in _KINDS:
        of_kind = [m for m in named if m.kind == kind and not m.excluded]
        near = _nearest(figure, said, of_kind)
        if not near and kind in _CARRIED:
            near = [m for m in before if m.kind == kind]
        if near:
            groups.append(near)
    return groups


def _nearest(figure: Figure, said: Claims, named: list[Mention]) -> list[Mention]:
    """Those of its clause, else the last before it, else the first after it."""
    respectively = _paired(figure, said, named)
    if respectively:
        return [respectively]
    start = max((m.end() for m in _CLAUSE.finditer(said.folded) if m.end() <= figure.start), default=0)
    ends = (m.start() for m in _CLAUSE.finditer(said.folded) if m.start() >= figure.end)
    end = min(ends, default=len(said.folded))
    clause = [m for m in named if start <= m.start < end]
    earlier = [m for m in named if m.end <= figure.start]
    return clause or earlier[-1:] or named[:1]


def _paired(figure: Figure, said: Claims, named: list[Mention]) -> Mention | None:
    """`A and B cost 1 and 2`: the names first, then as many figures in their order."""
    figures = [one for one in said.figures if one.unit == figure.unit]
    names_first = named and all(m.end <= figures[0].start for m in named)
    if len(named) < 2 or len(figures) != len(named) or not names_first:
        return None
    return named[figures.index(figure)]
