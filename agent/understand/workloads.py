"""What goes to a language model and comes back: tokens by role, how often, and on which terms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from math import prod
from typing import Any

from agent.understand.lexicon import lexicon
from agent.understand.quantities import Quantity
from agent.understand.reading import TokenTerms, Workload

_MILLION = Decimal(1_000_000)
_DAYS = {"day": Decimal(1), "week": Decimal(7), "month": Decimal(30), "year": Decimal(365)}
_MONTHS_A_YEAR = 12
# What a text comes to: three quarters of a word and four characters a token, 500 words a page.
_TOKENS_EACH = {"words": Decimal(4) / 3, "pages": Decimal(2000) / 3, "characters": Decimal(1) / 4}
_CLAUSE_END = re.compile(r"[,;/|\n(]|[.?!](?=\s|$)|\s(?:and|e|plus|mais)\s")
_IN_OR_OUT = re.compile(r"\s*(?:tokens?\s+)?(?:(?P<input>in)(?=\s*$|\s+(?:each|per)\b)|(?P<output>out)\b)")
_TOLD_BEFORE = re.compile(r"[:=]\s*$")
# `summarize 8,000 tokens into 400`: what comes back.
_TURNED = re.compile(
    r"(?<![a-z])(?:summari[sz]|condens|compress|shorten|distil|translat|turn|resum|traduz|transform|conden)[a-z]*"
)
_INTO = re.compile(r"(?<![a-z])(?:into|down to|em|para|pra)\s*(?:about|around|some|cerca de|uns|umas)?\s*$")
_BASIS = re.compile(r"(?:per|por|a cada|(?P<each>cada|each)|every|/)\s*$")
_SHARE = (
    r"(?P<half>half|metade)|(?P<quarter>a quarter|um quarto)|(?P<third>a third|um terco)"
    r"|(?P<percent>\d{1,2})\s?(?:%|percent|por cento)"
)
_CACHED_SHARE = re.compile(rf"(?:{_SHARE})[^.;\d]{{0,32}}\bcach")
# `5M in, of which 4M cached`, `5M input (4M cached)`: the cached ones are among those sent.
_AMONG = re.compile(
    r"(?<![a-z])(?:(?:out )?of (?:which|those|these|them)|incl(?:uding)?|among (?:which|them)"
    r"|sendo(?: que)?|d[oa]s quais|d?ess[ae]s|dest[ae]s|del[ae]s|incluindo|entre el[ea]s)(?![a-z])|\("
)
_PERCENT = re.compile(r"\s?(?:%|percent|por cento)")
_LEAST_WINDOW = 1000
_WINDOW_AFTER = re.compile(
    r"[\s-]*(?:tokens?[\s-]*)?(?:of |de )?(?:context|contexto|windows?|janela)(?![a-z])"
)
_WINDOW_BEFORE = re.compile(
    r"(?<![a-z])(?:context|contexto|windows?|janela)(?: (?:windows?|length|size|of|de|contexto|at least|over"
    r"|above|with|pelo menos|acima|no minimo|a partir|maior|que|do|com|mais)){0,5}\s*(?:>=?|≥)?\s*$"
)
_PERIOD = (
    r"(?:days?|dias?)(?P<day>)|(?:weeks?|semanas?)(?P<week>)|(?:months?|mes(?:es)?|mo)(?P<month>)"
    r"|(?:years?|anos?)(?P<year>)"
)
_EVERY = re.compile(
    rf"(?<![a-z])(?:(?:an?|one|per|each|every|por|ao|a cada|cada|num|um|no|/)\s*(?:{_PERIOD})(?![a-z])"
    r"|(?:daily|diari[ao](?:s|mente)?)(?P<day_>)|(?:weekly|semana(?:l|is|lmente))(?P<week_>)"
    r"|(?:monthly|mensa(?:l|is|lmente))(?P<month_>)|(?:yearly|annual(?:ly)?|anua(?:l|is|lmente))(?P<year_>))"
    r"|/\s*(?:day|dia)(?P<day__>)(?![a-z])|/\s*(?:month|mes|mo)(?P<month__>)(?![a-z])"
)


def workload(folded: str, numbers: list[Quantity]) -> Workload:
    """Tokens by role, for as long as is said; `1,000 calls a day` multiplies them."""
    words = lexicon().words("workload")
    counted = [n for n in numbers if n.unit in (None, "token") and n.bound == "exact"]
    counted = [n for n in counted if not _PERCENT.match(folded[n.end :])]
    calls = _calls(counted, folded)
    counted = [n for n in counted if not _is_basis(n, folded, each=not calls)]
    tokens, texts = _as_tokens([n for n in counted if n not in calls], folded)
    each = _without_cached(
        _with_cached_share(_by_role(tokens, folded, numbers), folded), tokens, folded, numbers
    )
    if each.total() == each.unassigned == _MILLION and not calls and not _rate(tokens, folded, numbers):
        each = Workload()  # the unit of rates: of every kind
    times = Decimal(1) if words["in_all"].search(folded) else prod((n.value for n in calls), start=Decimal(1))
    rate = _rate([*calls, *tokens], folded, numbers)
    span, every = _span(rate, folded, numbers)
    single = bool(calls) or words["single"].search(folded) is not None
    prompt = _prompt(folded, numbers) or (each.sent() if single else None)
    return replace(_times(each, times * span), every=every, prompt=prompt or None, texts=texts)


def terms(folded: str, numbers: list[Quantity]) -> TokenTerms:
    """Which kinds of tokens and which way of serving are asked about; `folded` holds no model's name."""
    words = lexicon()
    each = not _calls(numbers, folded)
    basis = next((n.value for n in numbers if _is_basis(n, folded, each=each)), None)
    return TokenTerms(
        _kinds(folded),
        words.first("services", folded),
        words.has("workload", "window", folded),
        _window(folded, numbers),
        next((fact for fact, said in words.words("model_facts").items() if said.search(folded)), None),
        words.first("purposes", folded),
        None if basis == _MILLION else basis,
    )


def _window(folded: str, numbers: list[Quantity]) -> int | None:
    """`with 1M context`, `janela de pelo menos 200 mil tokens`."""
    for item in numbers:
        if item.unit not in (None, "token") or item.value < _LEAST_WINDOW or item.bound == "max":
            continue
        before, after = folded[max(0, item.start - 48) : item.start], folded[item.end : item.end + 40]
        if _WINDOW_AFTER.match(after) or _WINDOW_BEFORE.search(before):
            return int(item.value)
    return None


def _kinds(folded: str) -> tuple[str, ...]:
    """In the order in which they are named; `prompt cache` is no prompt."""
    found: dict[str, int] = {}
    for name in (
        "cache_write_1h",
        "cache_write",
        "cached_input",
        *lexicon().words("modes"),
        "input",
        "output",
    ):
        section = "modes" if name in lexicon().words("modes") else "roles"
        pattern = lexicon().words(section)[name]
        match = pattern.search(folded)
        if match:
            found[name] = match.start()
            folded = pattern.sub(lambda hit: "#" * len(hit.group()), folded)
    return tuple(sorted(found, key=lambda name: found[name]))


def _next_word(folded: str, end: int) -> int:
    return end + len(folded[end:]) - len(folded[end:].lstrip())


def _calls(items: list[Quantity], folded: str) -> list[Quantity]:
    """The numbers that count calls, users or whatever sends tokens."""
    said = lexicon().words("workload")["calls"]
    return [n for n in items if n.unit is None and said.match(folded, _next_word(folded, n.end))]


def _is_basis(item: Quantity, folded: str, *, each: bool) -> bool:
    """`per 1,000 tokens` is what a price is of; `each 1,500 tokens` too, unless it tells of calls."""
    before = _BASIS.search(folded[: item.start])
    said = before and (each or before["each"] is None)
    return item.unit in (None, "token") and item.value >= 1 and bool(said)


def _as_tokens(items: list[Quantity], folded: str) -> tuple[list[Quantity], tuple[str, ...]]:
    """Words and pages as tokens, and which of them there were."""
    found, texts = [], []
    for item in items:
        after = folded[item.end :]
        said = lexicon().words("texts")
        name = next((name for name, pattern in said.items() if pattern.match(after.lstrip(" -"))), None)
        if name and item.unit is None:
            item = replace(item, unit="token", value=round(item.value * _TOKENS_EACH[name]) * Decimal(1))
            texts.append(name)
        found.append(item)
    return found, tuple(dict.fromkeys(texts))


def _by_role(tokens: list[Quantity], folded: str, numbers: list[Quantity]) -> Workload:
    load = Workload()
    for item in tokens:
        previous, following = _around(item, numbers, len(folded))
        before = folded[max(previous, item.start - 28) : item.start]
        after = _CLAUSE_END.split(folded[item.end : min(following, item.end + 40)], maxsplit=1)[0]
        before = _CLAUSE_END.split(before)[-1]
        role = _role(before) if _TOLD_BEFORE.search(before) else None
        if previous and _INTO.search(before) and _TURNED.search(folded[: item.start]):
            role = "output"
        role = role or _role(after) or _role(before)
        name = role or ("unassigned" if item.unit == "token" or item.value >= 1000 else None)
        if name:
            amount: Any = getattr(load, name) + item.value
            load = replace(load, **{name: amount})
    return load


def _around(item: Quantity, numbers: list[Quantity], length: int) -> tuple[int, int]:
    """Where the number before ends and the one after starts."""
    before = (n.end for n in numbers if n.end <= item.start)
    after = (n.start for n in numbers if n.start >= item.end)
    return max(before, default=0), min(after, default=length)


def _role(text: str) -> str | None:
    way = _IN_OR_OUT.match(text)
    if way:
        return way.lastgroup
    kinds = _kinds(text)
    roles = [kind for kind in kinds if kind in lexicon().words("roles")]
    cached = [role for role in roles if role.startswith("cache")]  # `input tokens from the cache`
    return next(iter(cached or roles), None) or lexicon().first("ways", text)


def _with_cached_share(load: Workload, folded: str) -> Workload:
    """`half of the input cached`."""
    match = _CACHED_SHARE.search(folded)
    if not match or load.cached_input:
        return load
    parts = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal(1) / 3}
    share = next((part for name, part in parts.items() if match[name]), None)
    cached = load.input * (share if share is not None else Decimal(match["percent"]) / 100)
    return replace(load, input=load.input - cached, cached_input=cached)


def _without_cached(load: Workload, tokens: list[Quantity], folded: str, numbers: list[Quantity]) -> Workload:
    """Input whose cached part is said to be among it is charged once."""
    for item in tokens:
        previous, _ = _around(item, numbers, len(folded))
        amount = _by_role([item], folded, numbers).cached_input
        if not amount or not _AMONG.search(folded[previous : item.start]):
            continue
        sent = "input" if load.input >= amount else "unassigned"
        if getattr(load, sent) >= amount:
            rest: Any = getattr(load, sent) - amount
            load = replace(load, **{sent: rest})
    return load


def _times(load: Workload, times: Decimal) -> Workload:
    amounts = ("input", "output", "cached_input", "cache_write", "cache_write_1h", "unassigned")
    return replace(load, **{name: getattr(load, name) * times for name in amounts})


def _rate(items: Iterable[Quantity], folded: str, numbers: list[Quantity]) -> tuple[str, int, int] | None:
    """`a day` of `10,000 calls a day`, and where it stands."""
    for item in items:
        _, following = _around(item, numbers, len(folded))
        clause = re.split(r"[.;?!](?=\s|$)|,", folded[item.end : min(following, item.end + 48)])[0]
        match = _EVERY.search(clause)
        if match:
            return _period_of(match), item.end + match.start(), item.end + match.end()
    return None


def _period_of(match: re.Match[str]) -> str:
    return next(name.rstrip("_") for name, text in match.groupdict().items() if text is not None)


def _span(
    rate: tuple[str, int, int] | None, folded: str, numbers: list[Quantity]
) -> tuple[Decimal, str | None]:
    """How many times the rate's period passes, and the period where no length of use is said."""
    if rate is None:
        return Decimal(1), None
    every, start, end = rate
    spans = [(n.unit, n.value) for n in numbers if n.unit in _DAYS and n.per is None]
    rest = folded[:start] + " " * (end - start) + folded[end:]
    spans += [(_period_of(match), Decimal(1)) for match in _EVERY.finditer(rest)]
    if not spans:
        return Decimal(1), every
    unit, value = spans[0]
    if unit == "year" and every == "month":
        return value * _MONTHS_A_YEAR, None
    return value * _DAYS[str(unit)] / _DAYS[every], None


def _prompt(folded: str, numbers: list[Quantity]) -> Decimal | None:
    """The size of one prompt: `past 200k tokens`, `a 300k token prompt`."""
    said = lexicon().words("workload")["prompt"]
    for item in numbers:
        if item.unit not in (None, "token") or item.value < 1000:
            continue
        around = folded[max(0, item.start - 60) : item.start] + folded[item.end : item.end + 40]
        if item.bound == "min" and (item.unit == "token" or said.search(around)):
            return item.value + item.strict
        after = re.sub(
            r"^[\s-]*(?:input )?(?:tokens?)?[\s-]*(?:long |de )?", "", folded[item.end : item.end + 40]
        )
        if item.bound == "exact" and said.match(after):
            return item.value
    return None
