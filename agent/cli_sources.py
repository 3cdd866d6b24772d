"""`cloud-pricing sources`, and what a refresh would do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import failure, line, note, show
from warehouse.contracts import QueryResult
from warehouse.settings import settings

if TYPE_CHECKING:
    from warehouse.reader import Reader

_HOUR = 3600


def sources(as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False) -> None:
    """The feeds: their state, age, what they wait for, and licence."""
    from warehouse.errors import NoSnapshot
    from warehouse.reader import Reader

    try:
        with Reader.open(settings().store) as reader:
            records = sources_over(reader)
    except NoSnapshot:
        records = sources_over(None)
    if as_json:
        emit(records)
        return
    columns = {"providers": "providers", "state": "state", "as_of": "data_of", "age_days": "days"}
    columns |= {"prices": "prices", "quarantined": "refused", "due": "due", "licence": "licence"}
    rows = tuple((row["source"], *(_date(row.get(name)) for name in columns)) for row in records)
    left = show(QueryResult(("source", *columns.values()), rows), spare=("providers", "licence"))
    if left:
        note(f"Left out to fit the terminal: {', '.join(left)}; --json has them.")
    for row in records:
        if row["missing"]:
            note(f"{row['source']} waits for {row['missing']}.")


def sources_over(reader: Reader | None) -> list[dict[str, Any]]:
    """Every feed of the registry, with what a snapshot holds of it; one of releases has a row for each."""
    from flows.plan import due
    from ingest import registry

    held = reader.named("sources_state").records() if reader else []
    clocks = {one.source: one for one in due(settings())}
    return [
        {**known, **_about(info, clocks[info.name], known)}
        for info in registry.SOURCES
        for known in [row for row in held if row["source"] == info.name] or [{}]
    ]


def _about(info: Any, clock: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    state = "stale" if known.get("stale") else "fresh" if known else "not yet"
    return {
        "source": info.name,
        "title": info.title,
        "state": state if known or not clock.missing else "not set up",
        "schedule": info.schedule,
        "licence": info.licence,
        "needs": list(info.needs),
        "missing": clock.missing,
        "fetched_at": clock.fetched_at,
        "due_at": clock.due_at,
        "due": _due(clock.due_at),
    }


def _due(moment: datetime | None) -> str:
    """`now`, or in how long, in the largest fitting unit."""
    if moment is None:
        return ""
    hours = (moment - datetime.now(UTC)).total_seconds() / _HOUR
    if hours <= 0:
        return "now"
    return (
        f"in {hours * 60:.0f} min"
        if hours < 1
        else f"in {hours:.0f} h"
        if hours < 48
        else f"in {hours / 24:.0f} d"
    )


def _date(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def show_plan(
    names: list[str] | None,
    schedule: str | None,
    regions: list[str] | None,
    services: list[str] | None,
    files: list[Path] | None,
    as_json: bool,
) -> bool:
    """What a refresh with these options would fetch; whether every source could say."""
    from flows.plan import planned

    found = planned(settings(), names, schedule, regions, services, files)
    whole = not any(one.error for one in found)
    if as_json:
        emit([vars(one) for one in found])
        return whole
    kept = [one for one in found if not one.error]
    show(
        QueryResult(
            ("source", "scope", "last_fetched"), tuple((o.source, o.scope, o.fetched_at) for o in kept)
        )
    )
    for one in found:
        if one.error:
            failure(f"{one.source}: {one.error}")
    line(f"A refresh would fetch {len(kept)} scopes. Nothing was fetched.")
    return whole
