"""How prices went over a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.courses import course
from agent.periods import EARLIEST
from agent.render.page import Page, Row
from agent.render.steps import (
    SHOWN,
    USUAL,
    Steps,
    by_of,
    of_tokens,
    rate_of,
    said_of,
    write_others,
    write_rows,
)
from agent.understand.reading import Reading


def write_course(page: Page, reading: Reading, series: list[Steps]) -> None:
    ordered = sorted(series, key=_interest)
    whether = _whether(page, reading, [_overall(steps) for steps in series])
    many = len({steps[0]["region"] for steps in series}) > 1 and not of_tokens(series[0])
    if not many or len(reading.places) > 1:
        shown = ordered[: max(SHOWN, len(reading.places))]
    elif not any(_overall(steps) for steps in series):
        _write_flat(page, ordered, whether)
        _write_known_from(page, reading, min(steps[0]["valid_from"] for steps in series))
        return
    else:
        moved = max(ordered[1:], key=lambda steps: abs(_overall(steps)))
        shown = [ordered[0], *([moved] if _overall(moved) else [])]
    for steps in shown:
        _write_lead(page, reading, steps, whether)
        whether = ""
        if len(steps) > 1:
            page.add("history.steps")
            write_rows(page, steps)
    if many and len(reading.places) <= 1:
        counts = _directions(series)
        page.add("history.directions", **counts, regions=sum(counts.values()))
    else:
        write_others(page, len(series) - len(shown))


def _interest(steps: Steps) -> tuple[bool, bool, int, str]:
    """Usual regions first, then what has the most to tell."""
    zone = steps[0].get("zone") is not None
    return steps[0]["region"] not in USUAL, zone, -len(steps), str(steps[0]["region"])


def _overall(steps: Steps) -> float:
    told = course(steps)
    return float(told[-1]["price"] / told[0]["price"] - 1) if told[0]["price"] else 0.0


def _directions(series: list[Steps]) -> dict[str, int]:
    moves = [_overall(steps) for steps in series]
    return {
        "down": sum(m < 0 for m in moves),
        "up": sum(m > 0 for m in moves),
        "same": sum(m == 0 for m in moves),
    }


def _write_flat(page: Page, series: list[Steps], whether: str) -> None:
    """Nowhere did it move: one sentence says so."""
    first = series[0][0]
    page.add(
        "history.flat",
        whether=whether,
        machine=first["instance_type"],
        count=len(series),
        rate=rate_of(page, first),
        region=page.region(first),
        since=page.day(first["valid_from"]),
        cite=page.cite(first),
    )


def _write_known_from(page: Page, reading: Reading, first: datetime) -> None:
    if reading.period and first.date() > reading.period.start > EARLIEST:
        page.add("history.known_from", day=page.day(first))


def _write_lead(page: Page, reading: Reading, steps: Steps, whether: str) -> None:
    told = course(steps)
    first, last, move = told[0], told[-1], _overall(steps)
    settled = next(
        row for row, rest in _with_rest(told) if all(one["price"] == last["price"] for one in rest)
    )
    values = {
        "whether": whether,
        "thing": said_of(page, first),
        "since": page.day(first["valid_from"]),
        "rate": rate_of(page, settled),
        "by": by_of(page, settled) if len({row["source"] for row in steps}) > 1 else "",
        "cite": page.cite(settled),
    }
    if settled is first:
        page.add("history.same", **values)
    else:
        percent = page.number(round(abs(100 * move), 1), 1)
        name = "history.back" if not move else "history.rose" if move > 0 else "history.fell"
        until = page.day(settled["valid_from"])
        page.add(name, **values, before=rate_of(page, first), until=until, percent=percent)
    _write_known_from(page, reading, first["valid_from"])
    if last["valid_to"] and (reading.period is None or last["valid_to"].date() < reading.period.end):
        page.add("history.known_until", day=page.day(last["valid_to"]))


def _with_rest(steps: Sequence[Row]) -> Iterator[tuple[Row, Sequence[Row]]]:
    return ((row, steps[number:]) for number, row in enumerate(steps))


def _whether(page: Page, reading: Reading, moves: Sequence[float]) -> str:
    """Yes where every price went the way asked about, no where none did."""
    if not reading.asks_whether:
        return ""
    went = {"up": [m > 0 for m in moves], "down": [m < 0 for m in moves]}
    wanted = went.get(reading.direction or "", [m != 0 for m in moves])
    return page.say(f"history.{'yes' if all(wanted) else 'partly' if any(wanted) else 'no'}") + " "
