"""What things cost at a time that is past."""

from __future__ import annotations

from datetime import date

from agent.render import formats
from agent.render.page import Page
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
    write_steps,
)
from agent.render.terms import way
from agent.understand.reading import Reading


def write_then(page: Page, reading: Reading, series: list[Steps]) -> None:
    """What one thing cost, and what its use came to where the question says how much was used."""
    _write_prices(page, reading, series)
    rows = [row for steps in series for row in steps if "total" in row]
    if rows:
        least, most = (choose(rows, key=lambda row: row["total"]) for choose in (min, max))
        page.add(
            "history.then_total" if least["total"] == most["total"] else "history.then_totals",
            machine=least["instance_type"],
            machines=page.number(least["machines"]),
            hours=page.number(least["hours"]),
            total=formats.total(least["total"], least["currency"], page.language),
            most=formats.total(most["total"], most["currency"], page.language),
        )


def _write_prices(page: Page, reading: Reading, series: list[Steps]) -> None:
    tokens = of_tokens(series[0])
    if len(series) == 1 or tokens or len({steps[0]["region"] for steps in series}) == 1:
        for steps in series[:SHOWN]:
            _write_one_then(page, reading, steps, terms=len(series) > 1 and not tokens)
        write_others(page, len(series) - SHOWN)
        return
    first = sorted((steps[0] for steps in series), key=lambda row: row["price"])
    lowest = [row for row in first if row["price"] == first[0]["price"]]
    values = {"machine": first[0]["instance_type"], "period": _capital(_period(page, reading))}
    values |= {
        "rate": rate_of(page, lowest[0]),
        "regions": page.regions(lowest),
        "cite": page.cite(*lowest[:SHOWN]),
    }
    if len(lowest) == len(first):
        page.add("history.then_same", **values, count=len(first))
    else:
        last = first[-1]
        dearest = {
            "dearest": rate_of(page, last),
            "dearest_region": page.region(last),
            "dearest_cite": page.cite(last),
        }
        page.add("history.then_range", **values, **dearest, count=len(first))
    changed = [steps for steps in series if any(row["follows"] == "change" for row in steps[1:])]
    if changed:
        page.add("history.then_changed", count=len(changed))
        for steps in changed[:SHOWN]:
            write_steps(page, steps)


def _write_one_then(page: Page, reading: Reading, steps: Steps, *, terms: bool) -> None:
    first, last = steps[0], steps[-1]
    values = {"thing": said_of(page, first), "period": _period(page, reading), "by": by_of(page, first)}
    if terms and way(page, first):
        values["thing"] += f" ({way(page, first)})"
    if len({row["price"] for row in steps}) == 1:
        name = "history.then_one" if last["valid_to"] else "history.then_still"
        days = {
            "since": page.day(first["valid_from"]),
            "until": page.day(last["valid_to"] or last["valid_from"]),
        }
        page.add(name, **values, **days, rate=rate_of(page, first), cite=page.cite(*steps))
    else:
        moved = any(row["follows"] == "change" for row in steps[1:])
        page.add("history.then_several" if moved else "history.then_told", **values)
        write_rows(page, steps)
    period = reading.period
    if period and first["valid_from"].date() > period.start:
        page.add("history.known_from", day=page.day(first["valid_from"]))
    if period and last["valid_to"] and last["valid_to"].date() < period.last:
        page.add("history.known_until", day=page.day(last["valid_to"]))


def write_unknown(page: Page, reading: Reading, series: list[Steps]) -> None:
    """The first price known after the time asked for, else the last one before it."""
    page.answered = False
    end = reading.period.end if reading.period else date.min  # without a period every step is within
    steps = min(series, key=lambda one: (one[0]["region"] not in USUAL, one[0]["valid_from"]))
    later = [row for row in steps if row["valid_from"].date() >= end]
    row = later[0] if later else steps[-1]
    name = "history.not_yet" if later else "history.no_longer"
    day = row["valid_from"] if later else row["valid_to"]
    page.add(
        name,
        thing=said_of(page, row),
        period=_period(page, reading),
        rate=rate_of(page, row),
        day=page.day(day),
        cite=page.cite(row),
    )


def _period(page: Page, reading: Reading) -> str:
    return formats.period(reading.period, page.language) if reading.period else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
