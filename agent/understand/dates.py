"""When a question speaks of: a day, a month, a year or a stretch of time, in both languages.

The words that say so stand for nothing else: `2023` is no number of tokens and `3 months ago` no use of
three months. What is said of the present, as `today`, is not read: that is what every answer is of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from agent import periods
from agent.periods import EARLIEST, Period
from agent.understand.date_forms import forms

_SINCE = re.compile(
    r"(?<![a-z])(?:since|starting(?: [io]n)?|after|beginning(?: in)?|desde|a partir d[eoa]|depois d[eoa]|apos"
    r"|de)"
    r"\s(?:the |o |a |os |as )?(?:(?:beginning|start) of |(?:inicio|comeco) d[eoa] )?$"
)
_AFTERWARDS = re.compile(
    r"\s(?:onwards?|on(?=$|[?.,])|to date|(?:(?:and|to|vs\.?|versus|e|a|ate|com|x) )+(?:now|today|agora|hoje)"
    r"|para ca|pra ca|em diante)"
)
_THAN = re.compile(
    r"(?<![a-z])(?:than|do que)\s(?:it was |they were |era |custava )?(?:[io]n |em |n[oa] )?(?:the |o )?$"
)
_UNTIL = re.compile(
    r"(?<![a-z])(?:until|till|through|before|prior to|up to|ate|antes d[eoa])\s(?:the |o |a )?$"
)
_EVENT = re.compile(r"\s(?:price )?(?:cuts?|drops?|hikes?|increases?|reductions?|changes?|rises?)(?![a-z])")
_BETWEEN = re.compile(r"(?<![a-z])(?:between|entre|from|de|desde|em|in|d[oa]|n[oa])\s(?:the |o |a )?$")
_JOIN = re.compile(
    r"\s*(?:(?P<both>and|e)|to|a|ao|ate|until|till|through|thru|and to|vs\.?|versus|[-–—])\s*"
    r"(?:(?:the|o|a|in|em|n[oa])\s)?"
)


@dataclass(frozen=True)
class Said:
    """A period and where the question says it."""

    period: Period
    start: int
    end: int


def when(folded: str, today: date, language: str) -> Said | None:
    """The first stretch of time a text speaks of, two of them joined where it speaks of both."""
    found = every(folded, today, language)
    if not found:
        return None
    first = found[0]
    if len(found) > 1:
        joined = _joined(folded, first, found[1])
        if joined:
            return joined
    return _bounded(folded, first, today)


def without(text: str, said: Said | None) -> str:
    """The text with blanks where the time was said, every other character in its place."""
    if said is None:
        return text
    return text[: said.start] + " " * (said.end - said.start) + text[said.end :]


def every(folded: str, today: date, language: str) -> list[Said]:
    """Each date of a text as it stands, left to right; where two readings overlap, the one tried first."""
    taken: list[Said] = []
    for pattern, make in forms():
        for match in pattern.finditer(folded):
            if any(match.start() < other.end and other.start < match.end() for other in taken):
                continue
            try:
                period = make(match, today, language)
            except ValueError:  # the 31st of a month of 30 days
                continue
            if period:
                text = match.group().strip()
                taken.append(Said(replace(period, text=text), match.start(), match.end()))
    return sorted(taken, key=lambda one: one.start)


def _joined(folded: str, first: Said, second: Said) -> Said | None:
    """`between 2022 and 2024`, `March to June 2024`: from the start of one to the end of the other."""
    gap = _JOIN.fullmatch(folded[first.end : second.start])
    if not gap:
        return None
    before = _BETWEEN.search(folded[: first.start])
    if gap["both"] and not before:
        return None
    start = first.period.start
    if first.period.assumed and first.period.kind in ("month", "quarter", "day", "half"):
        start = periods.back(start, start.year - second.period.start.year, "year")  # `March to June 2024`
        start = periods.back(start, 1, "year") if start > second.period.start else start
    if start >= second.period.end:
        return None
    text = folded[first.start : second.end]
    period = Period(start, second.period.end, "range", text, second.period.assumed)
    return Said(period, before.start() if before else first.start, second.end)


def _bounded(folded: str, said: Said, today: date) -> Said:
    before, period = folded[: said.start], said.period
    since, until = _SINCE.search(before) or _THAN.search(before), _UNTIL.search(before)
    if until and _EVENT.match(folded[said.end :]):
        return said  # `before the June 2025 price cut`: what happened then tells what was before
    onwards = _AFTERWARDS.match(folded[said.end :])
    if since and (since.group().split()[0] != "de" or onwards):
        start = period.end if since.group().startswith(("after", "depois", "apos")) else period.start
        end = said.end + (onwards.end() if onwards else 0)
        return Said(
            replace(period, start=start, end=max(start, today) + periods.DAY, kind="since"),
            since.start(),
            end,
        )
    if onwards:
        last = max(period.start, today)
        period = replace(period, end=last + periods.DAY, kind="since")
        return Said(period, said.start, said.end + onwards.end())
    if until:
        upto = period.start if until.group().startswith(("before", "prior", "antes")) else period.end
        return Said(replace(period, start=EARLIEST, end=upto, kind="until"), until.start(), said.end)
    return said
