"""The forms in which days, months, quarters and years are written, each with what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

from agent import periods
from agent.periods import Period
from agent.understand.lexicon import alternatives, lexicon

_YEAR = r"(?:19|20)\d\d"
_BEFORE = r"(?<![\w.,/$€£-])"
_AFTER = r"(?!\w|[.,]\d|-\w|/\d)"
# What makes a bare month or year a date.
_LED = re.compile(
    r"(?:^|[^\w])(?:in|on|of|for|since|from|until|till|through|by|during|before|after|between|and|to|vs|versus"
    r"|last|early|late|mid|em|no|na|de|do|da|desde|ate|durante|antes de|depois de|apos|entre|e|a|ao|para)"
    r"(?:\s(?:the )?(?:year|month|ano|mes)(?: of| de)?)?[\s-]*$"
)
_BOUNDED = re.compile(
    r"(?:under|below|over|(?:less|more|fewer) than|at (?:least|most)|menos de|mais de|abaixo de|acima de"
    r"|pelo menos|no (?:maximo|minimo)|us?\$|r\$|[$€£])\s*$"
)
_ROLLING = re.compile(
    r"(?:over|in|within|during|for|across|through) the $|(?:n[oa]|ao longo d[oa]|durante [oa]) $"
)
_WORDS = {
    "a": 1, "an": 1, "one": 1, "um": 1, "uma": 1, "two": 2, "dois": 2, "duas": 2, "three": 3, "tres": 3,
    "four": 4, "quatro": 4, "five": 5, "cinco": 5, "six": 6, "seis": 6, "seven": 7, "sete": 7, "eight": 8,
    "oito": 8, "nine": 9, "nove": 9, "ten": 10, "dez": 10, "eleven": 11, "onze": 11, "twelve": 12, "doze": 12,
}  # fmt: skip
_LATELY_DAYS = 30
# Months of a year from which on, and until which, a part of it lasts.
_PARTS = {
    "early|(?:the )?(?:beginning|start) of|inicio d[eo]|comeco d[eo]": (0, 3),
    "mid|(?:the )?middle of|meados d[eo]": (4, 8),
    "late|(?:the )?end of|fim d[eo]|final d[eo]": (9, 12),
}

Maker = Callable[[re.Match[str], date, str], Period | None]


def _ymd(match: re.Match[str], today: date, language: str) -> Period:
    return periods.day(date(int(match["y"]), int(match["m"]), int(match["d"])))


def _dmy(match: re.Match[str], today: date, language: str) -> Period:
    """`03/04/2024` is the 3rd of April in Portuguese, and March the 4th in English."""
    first, second = int(match["a"]), int(match["b"])
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    swapped = (language == "en" and first <= 12) or second > 12
    made = date(year, first, second) if swapped else date(year, second, first)
    return replace(
        periods.day(made), assumed=language == "en" and first <= 12 and second <= 12 and first != second
    )


def _of_month(match: re.Match[str], today: date, language: str) -> Period | None:
    number = _month_number(match["month"])
    found = match.groupdict()
    of_month = int(found["d"]) if found.get("d") else None
    year = _year_of(found.get("y"))
    if year is None and found.get("which"):
        year = today.year - (0 if re.match(r"this|est|nest|dest", found["which"]) else 1)
    if year is None and of_month is None and not _LED.search(match.string[: match.start()]):
        return None
    assumed = year is None
    if year is None:
        year = today.year - (date(today.year, number, of_month or 1) > today)
    made = periods.day(date(year, number, of_month)) if of_month else periods.month(year, number)
    return replace(made, assumed=assumed)


def _year_of(written: str | None) -> int | None:
    return None if not written else int(written) + (2000 if len(written) == 2 else 0)


def _my(match: re.Match[str], today: date, language: str) -> Period:
    return periods.month(int(match["y"]), int(match["m"]))


def _part_of_year(match: re.Match[str], today: date, language: str) -> Period | None:
    year, ordinal = _year_of(match["y"] or match["y2"]), match["ordinal"]
    halves = bool(match["half"]) or (match["unit"] is not None and _unit(match["unit"]) == "half")
    make = periods.half if halves else periods.quarter
    if ordinal in ("last", "ultimo"):
        number = 2 if halves else 4
    else:
        number = int(match["half"] or match["quarter"] or _named("ordinals", ordinal))
    if year is None and (match["half"] or ordinal in ("last", "ultimo")):
        return None  # a family of machines; the one before this one
    made = make(year if year is not None else today.year, number)
    if year is None and made.start > today:
        made = make(today.year - 1, number)
    return replace(made, assumed=year is None)


def _neighbour(match: re.Match[str], today: date, language: str) -> Period:
    """`last year`, `this week`; `over the last year` is the twelve months until now."""
    unit, which = _unit(match["unit"]), match["which"]
    if re.match(r"this|current|est|nest|dest|atual", which):
        period = periods.around(today, unit)
        return replace(period, end=today + periods.DAY, kind="this")
    rolling = which == "past" or (
        not which.startswith("passad") and _ROLLING.search(match.string[: match.start()])
    )
    if rolling and unit not in ("quarter", "half"):
        return Period(periods.back(today, 1, unit), today + periods.DAY, "range")
    start = periods.back(periods.around(today, unit).start, 1, unit)
    return periods.around(start, unit)


def _rolling(match: re.Match[str], today: date, language: str) -> Period:
    return Period(periods.back(today, _count(match["n"]), _unit(match["unit"])), today + periods.DAY, "range")


def _ago(match: re.Match[str], today: date, language: str) -> Period:
    number, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    if number in ("half a", "meio"):
        return periods.day(periods.back(today, 6, "month"))
    return periods.day(periods.back(today, _count(number), _unit(unit)))


def _yesterday(match: re.Match[str], today: date, language: str) -> Period:
    return periods.day(periods.back(today, 2 if match.group().startswith("ante") else 1, "day"))


def _lately(match: re.Match[str], today: date, language: str) -> Period:
    return Period(periods.back(today, _LATELY_DAYS, "day"), today + periods.DAY, "range", assumed=True)


def _years(match: re.Match[str], today: date, language: str) -> Period | None:
    first, last = int(match["y"]), int(match["y2"])
    return Period(date(first, 1, 1), date(last + 1, 1, 1), "range") if first < last else None


def _part(match: re.Match[str], today: date, language: str) -> Period:
    """`early 2023`: the first months of it."""
    start = periods.whole_year(int(match["y"])).start
    first, last = next(ends for said, ends in _PARTS.items() if re.fullmatch(said, match["part"]))
    return Period(periods.back(start, -first, "month"), periods.back(start, -last, "month"), "part")


def _bare_year(match: re.Match[str], today: date, language: str) -> Period | None:
    """`in 2023`, `m5.large 2023?`; `2000 hours` and `under 2020` are numbers."""
    before, after, year = match.string[: match.start()], match.string[match.end() :], int(match["y"])
    if _BOUNDED.search(before) or _counted().match(after):
        return None
    led = _LED.search(before) or re.match(r"\s*(?:[?!.,;:)]|$)", after)
    likely = 2005 < year <= today.year + 1
    return periods.whole_year(year) if led or likely else None


def _count(written: str) -> int:
    return _WORDS.get(written) or int(written)


def _unit(written: str) -> str:
    return _named("calendar", written)


def _month_number(written: str) -> int:
    return int(lexicon().first("months", written) or lexicon().first("months_short", written) or 0)


def _named(section: str, written: str) -> str:
    return str(next(name for name, words in lexicon().words(section).items() if words.fullmatch(written)))


@cache
def _counted() -> re.Pattern[str]:
    """What makes the number before it an amount."""
    words = lexicon().entries
    units = [one for entries in (*words["units"].values(), *words["multipliers"].values()) for one in entries]
    roles = [one for entries in words["roles"].values() for one in entries]
    things = ["requests?", "calls?", "messages?", "requisic(?:ao|oes)", "chamadas?", "mensage(?:m|ns)"]
    money = ["usd", "brl", "eur", "dollars?", "dolares", "reais", "euros?", "percent", "por cento", "x", "×"]
    return re.compile(
        rf"\s*%|[\s-]*(?:of |de )?{alternatives([*units, *roles, *things, *money])}(?![a-z0-9])"
    )


@cache
def forms() -> tuple[tuple[re.Pattern[str], Maker], ...]:
    """In the order in which they win the same words."""
    words = lexicon().entries
    full = alternatives(one for entries in words["months"].values() for one in entries)
    short = alternatives(one for entries in words["months_short"].values() for one in entries)
    month = rf"(?P<month>{full}|{short}(?=\.?[\s/'-]*(?:de )?(?:\d\d|{_YEAR}))\.?)"
    unit = alternatives(one for entries in words["calendar"].values() for one in entries)
    ordinals = [one for entries in words["ordinals"].values() for one in entries]
    ordinal = alternatives([*ordinals, "last", "ultimo"])
    part = alternatives([*words["calendar"]["quarter"], *words["calendar"]["half"]])
    number = rf"(?:\d{{1,3}}|{alternatives(_WORDS)})"
    that_year = (
        r"(?P<which>(?:last|this|previous) year|(?:n?este|deste|o|do|no) ano(?: passado)?|ano passado)"
    )
    written: tuple[tuple[str, Maker], ...] = (
        (rf"(?P<y>{_YEAR})(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)", _ymd),
        (rf"(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s)(?P<y>{_YEAR})", _dmy),
        (r"(?P<a>\d\d?)/(?P<b>\d\d?)/(?P<y>\d\d)", _dmy),
        (
            rf"(?P<d>\d\d?)(?:st|nd|rd|th|[oº])?\s(?:of |de )?{month}(?:,?\s(?:of |de )?(?P<y>{_YEAR}))?",
            _of_month,
        ),
        (rf"{month}\s(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s(?P<y>{_YEAR})", _of_month),
        (rf"{month}\s(?P<d>\d\d?)(?:(?:st|nd|rd|th)(?!\w)|(?=\s*(?:[?!.,;]|$)))", _of_month),
        (rf"{month}(?:,?\s(?:of |de )?|\s?[/-]\s?)(?P<y>{_YEAR})", _of_month),
        (rf"{month}(?:\s?[/-]|\s?')(?P<y>\d\d)", _of_month),
        (rf"{month}\s(?:of |d[eo] )?{that_year}", _of_month),
        (rf"(?P<m>0?[1-9]|1[0-2])/(?P<y>{_YEAR})", _my),
        (rf"(?P<y>{_YEAR})[-/](?P<m>0[1-9]|1[0-2])", _my),
        (
            rf"(?:(?P<y2>{_YEAR})[\s-]?)?(?:q(?P<quarter>[1-4])|h(?P<half>[12])|(?P<ordinal>{ordinal})\s(?P<unit>{part}))"
            rf"(?:(?:\s(?:of |de )?|[\s/-]|\s?')(?P<y>{_YEAR}))?",
            _part_of_year,
        ),
        (
            rf"(?P<which>last|past|previous|this|current|est[ea]|nest[ea]|dest[ea]|ultim[oa])\s(?P<unit>{unit})",
            _neighbour,
        ),
        (rf"(?P<unit>{unit})\s(?P<which>passad[oa]|atual)", _neighbour),
        (rf"(?:the )?(?:last|past|previous)\s(?P<n>{number})\s(?P<unit>{unit})", _rolling),
        (rf"(?:[oa]s )?(?:ultim[oa]s\s(?P<n>{number})\s(?P<unit>{unit}))", _rolling),
        (rf"(?:[oa]s )?(?P<n>{number})\sultim[oa]s\s(?P<unit>{unit})", _rolling),
        (
            rf"(?:ha\s)?(?P<n>half a|meio|{number})\s(?P<unit>{unit})\s(?:ago|atras)"
            rf"|ha\s(?:cerca de\s)?(?P<n2>meio|{number})\s(?P<unit2>{unit})",
            _ago,
        ),
        (r"yesterday|ontem|anteontem", _yesterday),
        (r"recently|lately|recentemente|ultimamente", _lately),
        (rf"{month}", _of_month),
        (rf"(?P<y>{_YEAR})\s?[-–]\s?(?P<y2>{_YEAR})", _years),
        (rf"(?P<part>{'|'.join(_PARTS)})[\s-](?P<y>{_YEAR})", _part),
        (rf"(?P<y>{_YEAR})", _bare_year),
    )
    return tuple((re.compile(_BEFORE + rf"(?:{form})" + _AFTER), make) for form, make in written)
