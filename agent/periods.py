"""Stretches of the calendar: what a person means by `2022-09`, `7d` or `Q3 2023`, as days [start, end)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from warehouse.errors import InvalidInput

DAY = timedelta(days=1)
EARLIEST = date(1970, 1, 1)  # the start of what has no start
THEN = (
    "day",
    "week",
    "month",
    "quarter",
    "half",
    "year",
    "part",
)  # kinds of a time, of no course from or to it
_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_UNITS = {"d": "day", "w": "week", "m": "month", "mo": "month", "y": "year"} | {
    name: name for name in ("day", "week", "month", "quarter", "year")
}
_AGO = re.compile(r"(\d{1,4})\s*([a-z]+?)s?(?:\s+ago)?")
_ISO = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?")
_WRITTEN = "Write it as 2026-11-01, 2026-11 or 2026, or back from now as 7d, 2w, 3 months or 1y."


@dataclass(frozen=True)
class Period:
    """`text` are the words that said so; `kind` says which: day, week, month, quarter, half, year, part (of
    a year), range, since, until, or this (week, month, ...).

    `assumed` is whether a part of it was not said: the year, or the order of day and month.
    """

    start: date
    end: date
    kind: str
    text: str = ""
    assumed: bool = False

    @property
    def last(self) -> date:
        return self.end - DAY


def day(of: date) -> Period:
    return Period(of, of + DAY, "day")


def week(of: date) -> Period:
    """Monday to Sunday."""
    monday = of - of.weekday() * DAY
    return Period(monday, monday + 7 * DAY, "week")


def month(year: int, number: int) -> Period:
    return _of_months(year, number, "month")


def quarter(year: int, number: int) -> Period:
    return _of_months(year, 3 * number - 2, "quarter")


def half(year: int, number: int) -> Period:
    return _of_months(year, 6 * number - 5, "half")


def whole_year(year: int) -> Period:
    return _of_months(year, 1, "year")


def _of_months(year: int, first: int, kind: str) -> Period:
    start = date(year, first, 1)
    return Period(start, back(start, -_MONTHS_OF[kind], "month"), kind)


def around(of: date, unit: str) -> Period:
    """The calendar's week, month, quarter, half or year that holds a day."""
    if unit in ("day", "week"):
        return day(of) if unit == "day" else week(of)
    size = _MONTHS_OF[unit]
    return _of_months(of.year, (of.month - 1) // size * size + 1, unit)


def back(of: date, number: int, unit: str) -> date:
    """So many units before a day; from the 31st to a shorter month it is that month's last day."""
    if unit in ("day", "week"):
        return of - number * (7 if unit == "week" else 1) * DAY
    months = of.year * 12 + of.month - 1 - number * _MONTHS_OF[unit]
    year, index = divmod(months, 12)
    return date(year, index + 1, min(of.day, calendar.monthrange(year, index + 1)[1]))


def moment(text: str, option: str, now: datetime, *, end: bool = False) -> datetime:
    """`7d`, `3 months`, `2026-11`, `2026-11-01` or a time of ISO 8601, in UTC. Raises InvalidInput.

    A day, month or year means its start, or with `end` the moment it is over.
    """
    written = text.strip().lower()
    try:
        ago, iso = _AGO.fullmatch(written), _ISO.fullmatch(written)
        if ago and ago[2] in _UNITS:
            return datetime.combine(back(now.date(), int(ago[1]), _UNITS[ago[2]]), now.timetz())
        if iso:
            period = _of_iso(*iso.groups())
            return at(period.end if end else period.start)
        exact = datetime.fromisoformat(text.strip())
        return exact.astimezone(UTC) if exact.tzinfo else exact.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{option}: {text} is no date and no time back from now.", _WRITTEN) from None


def past_day(text: str, option: str, now: datetime) -> date:
    """A day; of a month or year its last day, or today. Raises InvalidInput for what has not begun."""
    if moment(text, option, now) > now:
        raise InvalidInput(
            f"{option}: {text} has not come yet.", f"Leave {option} out for the prices in force now."
        )
    return min(moment(text, option, now, end=True) - timedelta(microseconds=1), now).date()


def _of_iso(year: str, number: str | None, of_month: str | None) -> Period:
    if number is None:
        return whole_year(int(year))
    if of_month is None:
        return month(int(year), int(number))
    return day(date(int(year), int(number), int(of_month)))


def end_of(of: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime.combine(of, time.max, UTC)


def after(of: date) -> datetime:
    """The moment a day is over, in UTC; of the last day there is, its last moment."""
    return at(of + DAY) if of < date.max else end_of(of)


def before(moment: datetime) -> date:
    """The day before the one it is in; the first day there is has none."""
    return moment.date() - DAY if moment.date() > date.min else date.min


def at(of: date) -> datetime:
    """The moment a day begins, in UTC."""
    return datetime.combine(of, time(), UTC)
