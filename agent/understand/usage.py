"""How many machines run for how long: counts beside names, hours of a day, days of a week, months, years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from agent.terms import HOURS_A_MONTH
from agent.understand.counts import counts, together
from agent.understand.entities import Mention
from agent.understand.quantities import Quantity
from agent.understand.reading import Usage

HOURS = {
    "minute": Decimal(1) / 60,
    "hour": Decimal(1),
    "day": Decimal(24),
    "week": Decimal(168),
    "month": Decimal(HOURS_A_MONTH),
    "year": Decimal(8760),
}
_WEEKS = {"week": Decimal(1), "month": Decimal(HOURS_A_MONTH) / 168, "year": Decimal(52)}
# What people count with: of the days that people work a month has 22, a year 260.
_WORKDAYS = {"day": Decimal(5) / 7, "week": Decimal(5), "month": Decimal(22), "year": Decimal(260)}
_FIVE = 5
_DIGITS = Decimal("0.0001")

_DAY = r"days?|dias?|d|daily|diari[ao]s?|diariamente|nights?|nightly|noites?|evenings?"
_WORKDAY = (
    r"week ?days?|work(?:ing)?[- ]?days?|business[- ]days?|dias? (?:util|uteis)|dias? de (?:semana|trabalho)"
)
_EVERY = re.compile(
    r"\s*(?:on |em |nos |nas )?(?:/\s?|x\s?(?=dia)|per |an? |each |every |(?:of|on) (?:each|every) |por "
    r"|ao? |a cada |cada |"
    r"(?:em )?tod[oa]s?(?: [oa]s?)? )?"
    rf"(?P<per>(?P<workday>{_WORKDAY})|(?P<day>{_DAY})|(?P<week>weeks?|weekly|wk|semana(?:l|is|s)?)"
    r"|(?P<month>months?|monthly|mo|mes(?:es)?|mensa(?:l|is))|(?P<year>years?|yearly|yr|anos?|anua(?:l"
    r"|is)))(?![a-z])"
)
_ROUND_THE_CLOCK = re.compile(
    r"24\s*[/x]\s*7|(?<![a-z])(?:around|round) the clock(?![a-z])|(?<![a-z])non[- ]?stop(?![a-z])"
    r"|dia e noite|sem parar"
    r"|(?<![a-z])always on(?![a-z])|sempre ligad[ao]s?"
)
_OFFICE = re.compile(
    r"(?<![a-z])(?:(?:during |in )?(?:business|office|working|work) hours|horario (?:comercial"
    r"|de expediente|de trabalho)|8\s?x\s?5)(?![a-z0-9])"
)
_WORKWEEK = re.compile(
    rf"(?<![a-z])(?:{_WORKDAY}|mon(?:day)?s?\s?(?:to|through|thru|until|-|–)\s?fri(?:day)?s?"
    rf"|seg(?:unda)?s?(?:-feira)?\s?(?:a|ate|-|–)\s?sex(?:ta)?s?(?:-feira)?)(?![a-z])"
)
_WEEKEND = re.compile(r"(?<![a-z])(?:weekends?|fi(?:m|ns) de semana|fina(?:l|is) de semana)(?![a-z])")
_ONE = re.compile(r"(?<![a-z])(?:an?|one|this|n?um|este|esse|(?:for|over) the|neste|nesse)\s$")
_OFF = re.compile(
    r"(?<![a-z])(?:(?:turn|switch|shut)\w* (?:\S+ ){0,6}?(?:off|down)|stop(?:ped|ping)?|shutdown|except"
    r"|off|deslig\w+|par(?:ar|ad[ao]s?|ando)|menos|exceto)(?![a-z])"
)
_CLOCK = re.compile(
    r"(?<![\w.:/$-])(?:from |between |das? |de |entre )?(?P<from>\d{1,2})(?::\d\d|h\d\d)?\s?(?P<am>am|pm"
    r"|h|hs|hrs?)?"
    r"\s?(?:to|until|till|and|-|–|as|a|ate|e)\s?(?:as )?(?P<to>\d{1,2})(?::\d\d|h\d\d)?\s?(?P<pm>am|pm|h"
    r"|hs|hrs?)?(?![\w/]|[.,]\d)"
)
_BETWEEN = re.compile(r"(?:das?|from|between|entre|de)\s")
_DAYS = re.compile(
    rf"\s*,?\s*(?:on |em |nos |de |from )?"
    rf"(?:{_WORKWEEK.pattern}|every day|daily|tod[oa]s? (?:os )?dias?|diariamente)"
)
_REGULAR = re.compile(
    r"(?<![a-z])(?:nightly|daily|(?:every|each) (?:single )?(?:day|night)|tod[oa]s? (?:[oa]s )?(?:dias?"
    r"|noites?)|diari[ao]s?|noturn[oa]s?)(?![a-z])"
)
_JOINED = re.compile(r"\s*(?:,|and|e|,\s*(?:and|e))?\s*")
_WHOLE = r"(?:all|whole|entire|full)"
_SPAN = r"(?:for|during|in|over|por|durante|em|n?o) (?:an?|one|um|uma|the|(?:a |the )?(?:whole|full|entire))"
_PERIODS = {
    period: re.compile(
        rf"(?<![a-z])(?:{said}|(?:per|an?|each|every|por|ao|a cada|cada|{_SPAN}) (?:{noun})"
        rf"|{_WHOLE} (?:{noun})(?: long)?"
        rf"|(?:{noun}) (?:tod[oa]|inteir[oa]|complet[oa]))(?![a-z])"
    )
    for period, said, noun in (
        ("year", "yearly|annual(?:ly)?|annum|anual(?:mente)?|anuais", "year|annum|ano"),
        ("month", "monthly|mensal(?:mente)?|mensais", "month|mes"),
        ("week", "weekly|semanal(?:mente)?|semanais", "week|semana"),
        ("day", "daily|diari[ao]s?|diariamente", "day|dia"),
    )
}
_WHOLE_DAY = re.compile(
    r"(?<![a-z])(?:a|one|single|full|whole|entire|um|1)(?: full| whole| entire)?"
    r" 24[- ]?(?:h|hrs?|hours?)[- ]?(?:days?|dias?)(?![a-z])"
)
_HALF_YEAR = re.compile(r"(?<![a-z])(?:half an? year|meio ano|um semestre|a semester)(?![a-z])")
_QUARTER = re.compile(
    r"(?<![a-z])(?:(?:an?|one|per|um|por|each) (?:quarter|trimestre)|quarterly|trimestral)(?![a-z])"
)


@dataclass(frozen=True)
class _Span:
    """So many minutes, hours or days, and each what they are said of: `5 days a week`."""

    value: Decimal
    unit: str
    per: str | None
    start: int
    end: int


def usage(folded: str, numbers: list[Quantity], found: list[Mention], *, committed: bool) -> Usage:
    """`committed` tells that years and months are the term of a commitment, not the time of use."""
    each = counts(folded, found)
    machines = each[0][1] if each else together(folded, numbers, found)
    hours = _hours(folded, numbers, committed=committed)
    rounded = None if hours is None else hours.quantize(_DIGITS)
    if rounded is not None and rounded == int(rounded):
        rounded = Decimal(int(rounded))
    return Usage(machines, rounded, each if len(each) > 1 else ())


def _hours(folded: str, numbers: list[Quantity], *, committed: bool) -> Decimal | None:
    """The hours of one machine over the whole time; None where the question says no more than `a month`."""
    if _WHOLE_DAY.search(folded):
        return HOURS["day"]
    window, start, end = _window(folded)
    spans = [_span(n, folded) for n in numbers if n.unit in HOURS and n.bound == "exact"]
    spans = [s for s in spans if not (window and start <= s.start < end)]
    rates = [s for s in spans if s.per]
    lengths = [s for s in spans if not s.per and not (committed and s.unit in ("month", "year"))]
    lengths = [s for s in lengths if not _said_again(s, lengths, folded)]
    daily = next(
        (_in_hours(s) for s in rates if s.per in ("day", "workday") and s.unit in ("hour", "minute")), None
    )
    weekdays = bool(_WORKWEEK.search(folded) or any(s.per == "workday" for s in rates))
    if daily is None and _OFFICE.search(folded):
        daily, weekdays = Decimal(8), True
    daily = daily or window
    if daily is None:
        daily, lengths = _each_day(lengths, folded)
    for span in rates:
        folded = folded[: span.start] + " " * (span.end - span.start) + folded[span.end :]
    time = _time(folded, lengths, committed=committed)
    for unit in ("week", "month", "year"):
        stated = next((_in_hours(s) for s in rates if s.per == unit and s.unit in ("hour", "minute")), None)
        if stated is not None:
            return stated * _of(unit, time)
    days = _days(folded, rates, lengths, time, weekdays=weekdays)
    if daily is not None or days is not None:
        return (24 if daily is None else daily) * (_length(time) / 24 if days is None else days)
    if lengths:
        return _length(time)
    if time is not None and time != (Decimal(1), "month"):
        return _length(time)
    return HOURS["month"] if _ROUND_THE_CLOCK.search(folded) else None


def _span(item: Quantity, folded: str) -> _Span:
    every = _EVERY.match(folded, item.end)
    said = every.groupdict() if every else {}
    per = next((name for name in ("workday", "day", "week", "month", "year") if said.get(name)), None)
    smaller = per and list(HOURS).index("day" if per == "workday" else per) > list(HOURS).index(
        str(item.unit)
    )
    end = every.end() if every and smaller else item.end
    return _Span(item.value, str(item.unit), per if smaller else None, item.start, end)


def _in_hours(span: _Span) -> Decimal:
    return span.value * HOURS[span.unit]


def _window(folded: str) -> tuple[Decimal | None, int, int]:
    """`from 9am to 6pm`, `das 8h às 18h`: hours between two times of a day, and where that is said."""
    for match in _CLOCK.finditer(folded):
        first, last = _clock(match["from"], match["am"]), _clock(match["to"], match["pm"])
        if not (match["am"] or match["pm"]):  # only its days tell that `9 to 6` are times
            if not _DAYS.match(folded, match.end()):
                continue
            last += 12 if last < first and last <= 12 else 0
        elif not {"am", "pm"} & {match["am"], match["pm"]} and not _BETWEEN.match(match.group()):
            continue
        if first < 24 and last <= 24 and first != last:
            return Decimal((last - first) % 24), *match.span()
    return None, -1, -1


def _clock(hour: str, half: str | None) -> int:
    return int(hour) % 12 + (12 if half == "pm" else 0) if half in ("am", "pm") else int(hour)


def _each_day(lengths: list[_Span], folded: str) -> tuple[Decimal | None, list[_Span]]:
    """`6 hours for 30 nights` are hours of each day, `2 days and 6 hours` are not."""
    hours = [s for s in lengths if s.unit == "hour" and s.value <= 24]
    days = [s for s in lengths if s.unit == "day"]
    if len(hours) != 1 or len(days) > 1 or not (days or _REGULAR.search(folded)):
        return None, lengths
    if days and days[0].start < hours[0].start and _JOINED.fullmatch(folded[days[0].end : hours[0].start]):
        return None, lengths
    return hours[0].value, [s for s in lengths if s is not hours[0]]


def _said_again(span: _Span, lengths: list[_Span], folded: str) -> bool:
    """`one week (168 h)` is one week."""
    before = folded[: span.start].rstrip()
    return before.endswith("(") and any(
        s.end < span.start and _in_hours(s) == _in_hours(span) for s in lengths
    )


def _time(folded: str, lengths: list[_Span], *, committed: bool) -> tuple[Decimal, str] | None:
    """How long all of it lasts: one length as it was said, several in hours, else the period of a bill."""
    if len(lengths) == 1:
        return lengths[0].value, lengths[0].unit
    if lengths:
        return sum((_in_hours(s) for s in lengths), Decimal(0)), "hour"
    if committed:
        return None
    if _HALF_YEAR.search(folded):
        return Decimal(6), "month"
    if _QUARTER.search(folded):
        return Decimal(3), "month"
    said = [(match.start(), period) for period, form in _PERIODS.items() if (match := form.search(folded))]
    order = list(_PERIODS)
    return (Decimal(1), min((period for _, period in said), key=order.index)) if said else None


def _length(time: tuple[Decimal, str] | None) -> Decimal:
    """In hours; a month where none is said."""
    return HOURS["month"] if time is None else time[0] * HOURS[time[1]]


def _of(unit: str, time: tuple[Decimal, str] | None) -> Decimal:
    """How many weeks, months or years the time is; a bill is of one month."""
    if time is None or time[1] == unit:
        return Decimal(1) if time is None and unit != "week" else _WEEKS["month"] if time is None else time[0]
    if unit == "week" and time[1] in _WEEKS:
        return time[0] * _WEEKS[time[1]]
    return time[0] * HOURS[time[1]] / HOURS[unit]


def _days(
    folded: str, rates: list[_Span], lengths: list[_Span], time: tuple[Decimal, str] | None, *, weekdays: bool
) -> Decimal | None:
    """On how many days of the time they run, where the question tells."""
    monthly = next((s.value for s in rates if s.unit == "day" and s.per == "month"), None)
    if monthly is not None:
        return monthly * _of("month", time)
    days = [s for s in lengths if s.unit == "day"]
    if days:
        return sum((s.value for s in days), Decimal(0)) if len(days) == len(lengths) else None
    weekly = next((s.value for s in rates if s.unit == "day" and s.per == "week"), None)
    if weekly is None:
        weekend = _WEEKEND.search(folded)
        if weekend and _ONE.search(folded[: weekend.start()]) and not weekdays:
            return Decimal(2)
        off = weekend and _OFF.search(folded)
        weekly = Decimal(_FIVE) if weekdays or off else Decimal(2) if weekend else None
    if weekly is None:
        return None
    value, unit = time or (Decimal(1), "month")
    if weekly == _FIVE:
        return value * _WORKDAYS[unit] if unit in _WORKDAYS else None
    return weekly * _of("week", (value, unit))
