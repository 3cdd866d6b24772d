"""`cloud-pricing refresh`: the one door from the command line to the flows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.terminal import emit, failure, out, progress, show
from warehouse.contracts import QueryResult

INCOMPLETE = 8  # a source failed or a batch was refused: the last good data stays in force

Many = list[str] | None


def _split(values: Many) -> Many:
    """Options may be repeated or comma-separated."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()] if values else None


def refresh(
    sources: Annotated[Many, typer.Option("--sources", help="Only these sources, comma-separated.")] = None,
    schedule: Annotated[
        str | None, typer.Option("--schedule", help="Only sources of this schedule class.")
    ] = None,
    regions: Annotated[
        Many, typer.Option("--regions", help="Only these regions, where a source allows it.")
    ] = None,
    services: Annotated[Many, typer.Option("--services", help="Only these services, where allowed.")] = None,
    price_file: Annotated[
        list[Path] | None, typer.Option("--price-file", help="A price list or discount file of your own.")
    ] = None,
    replay: Annotated[
        datetime | None,
        typer.Option("--replay", formats=["%Y-%m-%d"], help="Rebuild from the payloads kept up to this day."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Collect prices, judge them and publish a snapshot.

    Exit code 0: all is published. 8: a source failed or a batch was refused, and the last good data
    of its scope stays in force.
    """
    refreshed = _run_refresh(
        _split(sources), schedule, _split(regions), _split(services), price_file, replay, quiet or as_json
    )
    if as_json:
        emit(refreshed)
    else:
        _say_refreshed(refreshed)
    if not refreshed["complete"]:
        raise typer.Exit(INCOMPLETE)


def _run_refresh(
    sources: Many,
    schedule: str | None,
    regions: Many,
    services: Many,
    files: list[Path] | None,
    replay: datetime | None,
    quiet: bool,
) -> dict[str, Any]:
    """The one door from here to the flows; Prefect is imported behind it."""
    from flows import environment

    environment.prepare()
    from flows import refresh as flow
    from flows.progress import listening
    from flows.publish import as_record

    with progress(quiet) as listener, listening(listener):
        if replay is not None:
            end_of_day = replay.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC)
            refreshed = flow.replay(end_of_day, sources)
        else:
            refreshed = flow.refresh(sources, schedule, regions, services, files)
    return {
        "complete": refreshed.complete,
        "collected": [vars(one) for one in refreshed.collected],
        **as_record(refreshed.published),
    }


def _say_refreshed(refreshed: dict[str, Any]) -> None:
    collected = refreshed["collected"]
    parsed = sum(1 for one in collected if one["parsed"])
    known = len(collected) - parsed
    batches = sum(len(one["batches"]) for one in collected)
    out.print(
        f"Collected {len(collected)} scopes: {batches} batches, {parsed} parsed, {known} known.",
        soft_wrap=True,
    )
    for one in collected:
        if one["error"]:
            failure(f"{one['source']} {one['scope']}: {one['error']}")
    if not refreshed["changed"]:
        out.print(
            f"Nothing changed. Snapshot {refreshed['snapshot']} stays in force; 0 documents embedded.",
            soft_wrap=True,
        )
        return
    show(_verdict_table(refreshed["verdicts"]))
    rows = refreshed["rows"]
    out.print(
        f"Published snapshot {refreshed['snapshot']}: {rows['prices_in_force']:,} prices in force, "
        f"{rows['instance_types']:,} machines, {rows['documents']:,} documents "
        f"({refreshed['embedded']:,} embedded, {refreshed['reused']:,} reused), "
        f"{rows['quarantine']:,} rows in quarantine.",
        soft_wrap=True,
    )


def _verdict_table(verdicts: list[dict[str, Any]]) -> QueryResult:
    """One row for each kind of verdict; refused batches one by one, with the reason."""
    rows: list[tuple[Any, ...]] = []
    for verdict in ("accepted", "accepted_with_quarantine"):
        some = [one for one in verdicts if one["verdict"] == verdict]
        if some:
            reasons: dict[str, int] = {}
            for one in some:
                for reason, count in one["reasons"].items():
                    reasons[reason] = reasons.get(reason, 0) + count
            listed = ", ".join(
                f"{reason} {count:,}" for reason, count in sorted(reasons.items(), key=lambda r: -r[1])
            )
            total, held = sum(one["rows"] for one in some), sum(one["quarantined"] for one in some)
            rows.append((verdict, len(some), total, held, listed))
    for one in verdicts:
        if one["verdict"] == "refused":
            rows.append(
                ("refused", one["batch_id"], one["rows"], one["quarantined"], "; ".join(one["failures"]))
            )
    return QueryResult(("verdict", "batches", "rows", "quarantined", "reasons"), tuple(rows))
