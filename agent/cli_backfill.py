"""`cloud-pricing backfill`: a source's past comes into the history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from agent.cli_records import emit
from agent.cli_refresh import INCOMPLETE, Many, say_published, split
from agent.terminal import failure, line, progress, show
from warehouse.contracts import QueryResult
from warehouse.settings import settings

_DAY = ["%Y-%m-%d"]
_MOST_ERRORS = 5

Options: TypeAlias = tuple[Path | None, Many, Many, str | None]


def backfill(
    source: Annotated[str, typer.Argument(help="The source whose past is brought.")],
    since: Annotated[
        datetime, typer.Option("--from", formats=_DAY, help="The first day of what is brought.")
    ] = datetime(2020, 1, 1),  # noqa: DTZ001 - typer has no time zones
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last day; today, if not given.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Payloads you kept, in folders or files named by their date."),
    ] = None,
    regions: Annotated[Many, typer.Option("--regions", help="Only these regions.")] = None,
    services: Annotated[Many, typer.Option("--services", help="Only these services.")] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", help="Only the last edition of each day, week, month or year."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the editions and fetch none.")] = False,
    no_publish: Annotated[
        bool, typer.Option("--no-publish", help="Stage what came; the next refresh publishes it.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Bring the past of a source into the history, in any order; what was brought is not fetched again.

    Exit code 8: an edition failed or was refused; the others stay, and running again goes on.
    """
    first, last = since.replace(tzinfo=UTC), _end_of(until)
    options = (folder, split(regions), split(services), every)
    if dry_run:
        from flows.plan import past

        found = past(settings(), source, first, last, *options)
        _show_plan([(one.edition, one.known) for one in found], as_json)
        return
    done = _run(source, first, last, options, not no_publish, quiet or as_json)
    if as_json:
        emit(done)
    else:
        _say(done)
    if not done["complete"]:
        raise typer.Exit(INCOMPLETE)


def _end_of(day: datetime | None) -> datetime:
    now = datetime.now(UTC)
    return now if day is None else day.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC)


def _show_plan(found: Iterable[tuple[Any, bool]], as_json: bool) -> None:
    rows = tuple(
        (one.dated, str(one.scope), one.label, "brought" if known else "new") for one, known in found
    )
    result = QueryResult(("dated", "scope", "edition", "state"), rows)
    if as_json:
        emit(result.records())
        return
    show(result)
    new = sum(row[-1] == "new" for row in rows)
    line(f"{len(rows)} editions, {new} of them new. Nothing was fetched.")


def _run(
    source: str, since: datetime, until: datetime, options: Options, publishing: bool, quiet: bool
) -> dict[str, Any]:
    """The one door from here to the flows; Prefect is imported behind it."""
    from flows.plan import past

    past(settings(), source, since, until, *options)  # what is mistaken is said before Prefect starts
    from flows import environment

    environment.prepare()
    from flows import backfill as flow
    from flows.progress import listening
    from flows.publish import as_record

    with progress(quiet) as listener, listening(listener):
        done = flow.backfill(source, since, until, *options, publishing=publishing)
    return {
        "complete": done.complete,
        "brought": [vars(one) for one in done.brought],
        **(as_record(done.published) if done.published else {}),
    }


def _say(done: dict[str, Any]) -> None:
    brought = done["brought"]
    verdicts = {one["batch_id"]: one for one in done.get("verdicts", ())}
    rows = [
        _summary(scope, list(some), verdicts)
        for scope, some in groupby(brought, key=lambda one: one["scope"])
    ]
    columns = ("scope", "new", "known", "failed", "first", "last", "prices", "quarantined", "refused")
    told = len(columns) if "snapshot" in done else columns.index("prices")
    show(QueryResult(columns[:told], tuple(row[:told] for row in rows)))
    failed = [one for one in brought if one["error"]]
    for one in failed[:_MOST_ERRORS]:
        failure(f"{one['scope']} {one['label']}: {one['error']}")
    if len(failed) > _MOST_ERRORS:
        failure(f"{len(failed) - _MOST_ERRORS} further editions failed.", "--json lists all.")
    if "snapshot" not in done:
        line("Staged, not published: the next refresh or back-fill publishes it.")
        return
    scopes = {batch: f"{one['scope']} {one['label']}" for one in brought for batch in one["batches"]}
    say_published(done, scopes)


def _summary(scope: str, some: list[dict[str, Any]], verdicts: dict[str, Any]) -> tuple[Any, ...]:
    """One row for the editions of a scope; prices and the rest are of what this run published."""
    came = [one for one in some if not one["error"]]
    judged = [verdicts[batch] for one in came for batch in one["batches"] if batch in verdicts]
    kept = [one for one in judged if one["verdict"] != "refused"]
    dates = [one["dated"] for one in came]
    return (
        scope,
        sum(not one["known"] for one in came),
        sum(one["known"] for one in came),
        len(some) - len(came),
        min(dates, default=None),
        max(dates, default=None),
        sum(one["rows"] - one["quarantined"] for one in kept),
        sum(one["quarantined"] for one in kept),
        len(judged) - len(kept),
    )
