"""`cloud-pricing refresh`: the one door from the command line to the flows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import failure, line, progress, show
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput, MissingRequirement
from warehouse.settings import settings

_MOST_ERRORS = 3  # lines a source gets
INCOMPLETE = 8  # a source failed or a batch was refused: the last good data stays in force

Many = list[str] | None


def split(values: Many) -> Many:
    """Options may be repeated or comma-separated."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()] if values else None


def refresh(
    sources: Annotated[
        Many,
        typer.Option("--sources", help="These sources, or the groups bundled, live or all, comma-separated."),
    ] = None,
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be fetched, and fetch no prices.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Collect prices, judge them and publish a snapshot.

    Exit code 8: a source failed or a batch was refused; the last good data of its scope stays in force.
    """
    chosen = split(sources)
    _check(chosen, schedule, price_file, replay)
    if dry_run:
        from agent.cli_sources import show_plan

        if not show_plan(chosen, schedule, split(regions), split(services), price_file, as_json):
            raise typer.Exit(INCOMPLETE)
        return
    refreshed = _run_refresh(
        chosen, schedule, split(regions), split(services), price_file, replay, quiet or as_json
    )
    if as_json:
        emit(refreshed)
    else:
        _say_refreshed(refreshed)
    if not refreshed["complete"]:
        raise typer.Exit(INCOMPLETE)


def _check(chosen: Many, schedule: str | None, files: list[Path] | None, replay: datetime | None) -> None:
    """What would otherwise do nothing without a word. Raises UnknownName, InvalidInput."""
    from ingest import registry

    infos = [registry.get(name) for name in chosen or () if name not in registry.GROUPS]
    classes = sorted({info.schedule for info in registry.SOURCES})
    if schedule is not None and schedule not in classes:
        raise InvalidInput(f"There is no schedule {schedule}.", f"Use one of {', '.join(classes)}.")
    if replay is not None:
        return
    for info in infos:
        if lacking := registry.missing(info, settings(), files or ()):
            if info.name == "price_file":
                hint = f"Give --price-file or {lacking}."
                raise InvalidInput("price_file has no file to read.", hint)
            raise MissingRequirement(
                f"{info.name} needs {lacking}.", f"Set it; see docs/data-sources.md#{info.name}."
            )
    if files and chosen and not {"price_file", *registry.GROUPS} & set(chosen):
        raise InvalidInput("--price-file is not among the --sources.", "Add price_file to them.")


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
    failed = sum(1 for one in collected if one["error"])
    known = len(collected) - parsed - failed
    batches = sum(len(one["batches"]) for one in collected)
    line(
        f"Collected {len(collected)} scopes: {batches} batches, {parsed} parsed, {known} known"
        + (f", {failed} failed." if failed else ".")
    )
    _say_failed(collected)
    say_published(
        refreshed,
        {batch: f"{one['source']} {one['scope']}" for one in collected for batch in one["batches"]},
    )


def say_published(refreshed: dict[str, Any], scopes: dict[str, str]) -> None:
    """What was published and how it was judged; `scopes` name the batches."""
    if not refreshed["changed"]:
        if refreshed["snapshot"] is None:
            line("Nothing is published: no source gave a batch.")
        else:
            line(f"Nothing changed. Snapshot {refreshed['snapshot']} stays in force; 0 documents embedded.")
        if refreshed["verdicts"]:
            show(_verdict_table(refreshed["verdicts"], scopes))
            _say_refused(refreshed["verdicts"])
        return
    show(_verdict_table(refreshed["verdicts"], scopes))
    rows = refreshed["rows"]
    line(
        f"Published snapshot {refreshed['snapshot']}: {rows['prices_in_force']:,} prices in force, "
        f"{rows['instance_types']:,} machines, {rows['documents']:,} documents "
        f"({_embedded(refreshed)}), "
        f"{rows['quarantine']:,} rows in quarantine."
    )
    _say_refused(refreshed["verdicts"])


def _embedded(refreshed: dict[str, Any]) -> str:
    """Equal texts share a vector, so that these may be fewer than there are documents."""
    rate = f" at {refreshed['embed_rate']:,.1f} a second" if refreshed["embedded"] else ""
    return f"{refreshed['embedded']:,} embedded{rate}, {refreshed['reused']:,} skipped as unchanged"


def _say_failed(collected: list[dict[str, Any]]) -> None:
    """The same error of many scopes is one line; of a source with many errors the most frequent are shown."""
    errors: dict[str, dict[str, list[str]]] = {}
    for one in collected:
        if one["error"]:
            errors.setdefault(one["source"], {}).setdefault(one["error"], []).append(one["scope"])
    for source, by_error in errors.items():
        total = sum(one["source"] == source for one in collected)
        most = sorted(by_error.items(), key=lambda item: -len(item[1]))
        for error, scopes in most[:_MOST_ERRORS]:
            many = f": {len(scopes)} of {total} scopes failed" if len(scopes) > 1 else f" {scopes[0]}"
            failure(f"{source}{many}: {error}")
        if rest := sum(len(scopes) for _, scopes in most[_MOST_ERRORS:]):
            failure(f"{source}: {rest} further scopes failed. --json lists all.")


def _say_refused(verdicts: list[dict[str, Any]]) -> None:
    if any(one["verdict"] == "refused" for one in verdicts):
        failure("A batch was refused.", "The last good data of its scope stays in force.")


def _verdict_table(verdicts: list[dict[str, Any]], scopes: dict[str, str]) -> QueryResult:
    """One row for each kind of verdict; refused batches one by one, by their scope, with the reason."""
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
                (
                    "refused",
                    scopes.get(one["batch_id"], one["batch_id"]),
                    one["rows"],
                    one["quarantined"],
                    "; ".join(one["failures"]),
                )
            )
    return QueryResult(("verdict", "batches", "rows", "quarantined", "reasons"), tuple(rows))
