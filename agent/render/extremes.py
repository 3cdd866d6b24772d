"""When a price was lowest or highest, and since when it has been what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from agent.evidence import Finding
from agent.render.page import Page, Row
from agent.render.steps import SHOWN, USUAL, Steps, of_tokens, rate_of, said_of
from agent.understand.reading import Reading


def write_extreme(page: Page, reading: Reading, series: Sequence[Steps]) -> None:
    """The lowest or highest price of the time, how long it held, and of which days there are prices."""
    rows = [row for steps in series for row in _held(steps)]
    if of_tokens(rows):  # of whoever stands first: its maker, where that sells it
        rows = [row for row in rows if row["provider"] == rows[0]["provider"]]
        kind = next(iter(reading.token_terms.kinds), "input")
        rows = [row for row in rows if row["kind"] == kind] or rows
    price = (max if reading.extreme == "high" else min)(row["price"] for row in rows)
    held = sorted((row for row in rows if row["price"] == price), key=lambda row: row["valid_from"])
    first = [row for row in held if row["valid_from"] == held[0]["valid_from"]]
    until = first[0]["valid_to"]
    page.add(
        f"history.{reading.extreme}{'' if until else '_still'}",
        thing=said_of(page, first[0]) if of_tokens(rows) else first[0]["instance_type"],
        rate=rate_of(page, first[0]),
        regions="" if of_tokens(rows) else page.say("history.where", regions=page.regions(first)),
        since=page.day(first[0]["valid_from"]),
        until=page.day(until) if until else "",
        cite=page.cite(*first[:SHOWN]),
    )
    if len({row["price"] for row in rows if row["region"] == first[0]["region"]}) == 1:
        page.add("history.no_other")
    page.add("history.held", first=page.day(min(r["valid_from"] for r in rows)), last=page.day(_known(rows)))


def _held(steps: Steps) -> Iterator[Row]:
    """Each price for as long as it held, whichever source tells it."""
    runs: list[dict[str, Any]] = []
    for row in steps:
        before = runs[-1] if runs else None
        if before and (before["price"], before["valid_to"]) == (row["price"], row["valid_from"]):
            runs[-1] = {**row, "valid_from": before["valid_from"]}
        else:
            runs.append(dict(row))
    return iter(runs)


def _known(rows: Sequence[Row]) -> datetime:
    """Up to when something is known of them."""
    last: datetime = max(row["valid_to"] or row["confirmed_at"] or row["as_of"] for row in rows)
    return last


def write_since(page: Page, series: Sequence[Steps]) -> None:
    """Since when the prices in force have been what they are; the first of all may be older than is known."""
    now = [steps for steps in series if steps[-1]["valid_to"] is None]
    ordered = sorted(now, key=lambda steps: (steps[0]["region"] not in USUAL, str(steps[0]["region"])))
    for steps in ordered[:SHOWN]:
        held = steps[-1]
        name = "since" if any(row["price"] != held["price"] for row in steps) else "since_first"
        values = {
            "thing": said_of(page, held),
            "rate": rate_of(page, held),
            "cite": page.cite(held),
        }
        begun = next(
            row for at, row in enumerate(steps) if all(r["price"] == held["price"] for r in steps[at:])
        )
        page.add(f"history.{name}", **values, day=page.day(begun["valid_from"]))


def write_spot_days(page: Page, reading: Reading, finding: Finding) -> None:
    """The days of the lowest or highest spot price, among those there are prices of."""
    first, figures = finding.rows[0], finding.figures
    at = [row for row in finding.rows if (row["price"], row["day"]) == (first["price"], first["day"])]
    page.add(
        f"history.spot_{reading.extreme}",
        machine=first["instance_type"],
        day=page.day(first["day"]),
        rate=rate_of(page, first),
        regions=page.regions(at),
        cite=page.cite(*at[:SHOWN]),
    )
    values = {"first": page.day(figures["first_day"]), "last": page.day(figures["last_day"])}
    counts = {name: page.number(figures[name], 0) for name in ("days", "tied")}
    page.add("history.spot_held_one" if figures["days"] == 1 else "history.spot_held", **values, **counts)
