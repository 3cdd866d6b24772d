"""The command line: `cloud-pricing`. It decides nothing; it calls the rooms and shows what they say."""

from __future__ import annotations

import sys
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from agent import cli_snapshots
from agent.cli_offers import offers
from agent.cli_refresh import refresh
from agent.terminal import cell, emit, emit_csv, failure, note, out, show, show_answer
from warehouse import log
from warehouse.contracts import QueryResult
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.settings import settings

app = typer.Typer(
    name="cloud-pricing",
    help="What every cloud costs: refresh the prices, ask about them, query them with SQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_snapshots.app, name="snapshots")

# Too wide for a table; --json has them.
_ROW_ORIGIN = ("source", "provider", "purchase_option", "currency", "as_of", "batch_id")

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
SnapshotId = Annotated[str | None, typer.Option("--snapshot", help="Another snapshot than the one in force.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of the answer: en or pt.")]


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


app.command()(refresh)
app.command()(offers)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Portuguese.")],
    lang: Lang = None,
    snapshot: SnapshotId = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the rows it rests on."""
    from agent.answer import answer
    from warehouse.reader import Reader

    if lang not in (None, "auto", "en", "pt"):
        raise InvalidInput(f"There is no language {lang}.", "Use en or pt.")
    with Reader.open(settings().store, snapshot) as reader:
        answered = answer(question, reader=reader, language=lang)
    if as_json:
        emit(answered.to_dict())
    else:
        show_answer(answered)


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
    if file is None:
        return query or ""
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
            held = reader.named("sources_state").records()
    except NoSnapshot:
        held = []
    records = []
    for info in registry.SOURCES:
        for known in [row for row in held if row["source"] == info.name] or [{}]:
            state = "stale" if known.get("stale") else "fresh" if known else "not yet"
            about = {"schedule": info.schedule, "licence": info.licence, "needs": list(info.needs)}
            records.append({**known, "source": info.name, "title": info.title, "state": state, **about})
    if as_json:
        emit(records)
        return
    columns = {"providers": "providers", "state": "state", "as_of": "data_of", "age_days": "days"}
    columns |= {"prices": "prices", "quarantined": "refused"}
    rows = tuple((row["source"], *(_date(row.get(name)) for name in columns)) for row in records)
    show(QueryResult(("source", *columns.values()), rows))


def _date(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


@app.command()
def quarantine(
    source: Annotated[str | None, typer.Option("--source", help="Only rows of this source.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Show the rows of one reason.")] = None,
    machine: Annotated[str | None, typer.Option("--machine", help="Show the rows of one machine.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Show the rows of one region.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to show.")] = 50,
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
    rows = bool(reason or machine or region)
    emit(shown.records()) if as_json else show(_without(shown, _ROW_ORIGIN) if rows else shown)
    if shown.truncated:
        note(f"{limit} rows shown; --limit shows more.")


def _without(result: QueryResult, names: tuple[str, ...]) -> QueryResult:
    kept = [index for index, name in enumerate(result.columns) if name not in names]
    rows = tuple(tuple(row[index] for index in kept) for row in result.rows)
    return QueryResult(tuple(result.columns[index] for index in kept), rows, result.truncated)


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
    except Exception as error:  # the outermost edge: a traceback only with --debug
        if "--debug" in sys.argv:
            raise
        log.get_logger("cli").exception("unexpected")
        what = " ".join((type(error).__name__, *str(error).strip().splitlines()[:1]))
        failure(what, "This is a defect, or a broken installation: --debug shows where.")
        sys.exit(70)
