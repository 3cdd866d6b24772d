"""The command line: `cloud-pricing`. It decides nothing; it calls the rooms and shows what they say."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from agent import cli_snapshots
from agent.terminal import cell, emit, emit_csv, failure, note, out, progress, show
from warehouse import log
from warehouse.contracts import QueryResult
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.settings import settings

INCOMPLETE = 8  # a source failed or a batch was refused: the last good data stays in force

app = typer.Typer(
    name="cloud-pricing",
    help="What every cloud costs: refresh the prices, ask about them, query them with SQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_snapshots.app, name="snapshots")

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
SnapshotId = Annotated[str | None, typer.Option("--snapshot", help="Another snapshot than the one in force.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of the answer: en or pt.")]
Many = list[str] | None


def _version(wanted: bool) -> None:
    if wanted:
        out.print(metadata.version("cloud-pricing-agent"))
        raise typer.Exit


@app.callback()
def start(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What every cloud costs: refresh the prices, ask about them, query them with SQL."""
    del debug, version  # read by main and by the callback
    limits = settings()
    log.configure(limits.store / "logs", limits.log_level)


def _split(values: Many) -> Many:
    """Options may be repeated or comma-separated."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()] if values else None


@app.command()
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
    as_json: Json = False,
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
    batches = sum(len(one["batches"]) for one in collected)
    out.print(
        f"Collected {len(collected)} scopes: {batches} batches, {parsed} parsed, {len(collected) - parsed} known."
    )
    for one in collected:
        if one["error"]:
            failure(f"{one['source']} {one['scope']}: {one['error']}")
    if not refreshed["changed"]:
        out.print(f"Nothing changed. Snapshot {refreshed['snapshot']} stays in force; 0 documents embedded.")
        return
    show(_verdict_table(refreshed["verdicts"]))
    rows = refreshed["rows"]
    out.print(
        f"Published snapshot {refreshed['snapshot']}: {rows['prices_in_force']:,} prices in force, "
        f"{rows['instance_types']:,} machines, {rows['documents']:,} documents "
        f"({refreshed['embedded']:,} embedded, {refreshed['reused']:,} reused), "
        f"{rows['quarantine']:,} rows in quarantine."
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


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Portuguese.")],
    lang: Lang = None,
    snapshot: SnapshotId = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the rows it rests on."""
    from agent.answer import ask_store

    answer = ask_store(settings().store, question, language=lang, snapshot=snapshot)
    if as_json:
        emit(answer.to_dict())
    else:
        out.print(answer.text, markup=False, soft_wrap=True)


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="One SELECT.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the SELECT from a file.")] = None,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Rows to return at most.")] = None,
    snapshot: SnapshotId = None,
    as_json: Json = False,
) -> None:
    """Run one SELECT over the snapshot in force; nothing else is allowed."""
    from warehouse.reader import Reader

    text = _query_text(query, file)
    with Reader.open(settings().store, snapshot) as reader:
        result = reader.query(text, limit=limit)
    _print_result(result, "json" if as_json else output)
    if result.truncated:
        note(f"Cut at {len(result.rows):,} rows; --limit or CLOUD_PRICING_QUERY_ROWS allows more.")


def _query_text(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        raise InvalidInput(
            "Give a SELECT or --file, one of them.", 'Try: cloud-pricing sql "select * from freshness"'
        )
    if query is not None:
        return query
    assert file is not None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Cannot read {file}: {error}.", "Check the path.") from None


def _print_result(result: QueryResult, output: str) -> None:
    if output == "json":
        emit(result.records())
    elif output == "csv":
        emit_csv(result)
    elif output == "table":
        show(result)
    else:
        raise InvalidInput(f"There is no format {output}.", "Use table, csv or json.")


@app.command()
def sources(as_json: Json = False) -> None:
    """The feeds: their state, age, quarantine and licence."""
    from ingest import registry
    from warehouse.errors import NoSnapshot
    from warehouse.reader import Reader

    try:
        with Reader.open(settings().store) as reader:
            state = {row["source"]: row for row in reader.named("sources_state").records()}
    except NoSnapshot:
        state = {}
    columns = (
        "source",
        "title",
        "schedule",
        "state",
        "as_of",
        "age_days",
        "prices",
        "quarantined",
        "licence",
        "needs",
    )
    rows = []
    for info in registry.SOURCES:
        known = state.get(info.name, {})
        word = "stale" if known.get("stale") else "fresh" if known else "never collected"
        figures = (known.get("as_of"), known.get("age_days"), known.get("prices"), known.get("quarantined"))
        rows.append(
            (info.name, info.title, info.schedule, word, *figures, info.licence, ", ".join(info.needs))
        )
    result = QueryResult(columns, tuple(rows))
    emit(result.records()) if as_json else show(result)


@app.command()
def quarantine(
    source: Annotated[str | None, typer.Option("--source")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Show the rows of one reason.")] = None,
    machine: Annotated[str | None, typer.Option("--machine", help="Show the rows of one machine.")] = None,
    region: Annotated[str | None, typer.Option("--region")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 50,
    snapshot: SnapshotId = None,
    as_json: Json = False,
) -> None:
    """What the gate refused and why; without filters, a count for each reason."""
    from warehouse.reader import Reader

    with Reader.open(settings().store, snapshot) as reader:
        if reason or machine or region:
            found = reader.named(
                "quarantine_rows", source=source, reason=reason, machine=machine, region=region
            )
        else:
            found = reader.named("quarantine_reasons", source=source, reason=None)
    shown = QueryResult(found.columns, found.rows[:limit], found.truncated or len(found.rows) > limit)
    emit(shown.records()) if as_json else show(shown)
    if shown.truncated:
        note(f"{limit} rows shown; --limit shows more.")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this installation and its store. Exit code 1 if something is broken."""
    from agent.doctor import examine

    findings = examine(settings())
    if as_json:
        emit([vars(finding) for finding in findings])
    else:
        for finding in findings:
            style = {"ok": "green", "warning": "yellow", "broken": "bold red"}[finding.state]
            out.print(f"[{style}]{finding.state:8}[/] {finding.what}: ", end="")
            out.print(cell(finding.detail), markup=False, soft_wrap=True)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command; an error is one line and an exit code."""
    try:
        app()
    except CloudPricingError as error:
        if "--debug" in sys.argv:
            raise
        failure(error.message, error.hint)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; that is no failure.
        sys.stderr.close()
        sys.exit(0)
