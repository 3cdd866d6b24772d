"""The command line: `cloud-pricing`. It decides nothing; it calls the rooms and shows what they say."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING, Annotated

import typer

from agent import cli_alerts, cli_backup, cli_chat, cli_focus, cli_keys, cli_knowledge, cli_snapshots
from agent.cli_backfill import backfill
from agent.cli_changes import changes
from agent.cli_chart import chart
from agent.cli_choice import AsOf, SnapshotId, live_feeds, reader_of, say_which
from agent.cli_estimate import estimate
from agent.cli_eval import evaluate
from agent.cli_export import export
from agent.cli_flags import flags
from agent.cli_history import history
from agent.cli_mcp import mcp
from agent.cli_money import commitment, convert
from agent.cli_offers import offers
from agent.cli_recommend import recommend
from agent.cli_records import emit
from agent.cli_refresh import refresh
from agent.cli_serve import serve
from agent.cli_sources import sources
from agent.cli_sql import encoded, sql
from agent.terminal import (
    INTERRUPTED,
    failure,
    interruptible,
    line,
    note,
    out,
    show,
    show_answer,
    show_trace,
    without,
)
from warehouse import log, tracing
from warehouse.contracts import QueryResult
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.settings import settings

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="cloud-pricing",
    help="What every cloud costs: refresh the prices, ask about them, query them with SQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_snapshots.app, name="snapshots")
app.add_typer(cli_knowledge.app, name="knowledge")
app.add_typer(cli_alerts.app, name="alerts")
app.add_typer(cli_backup.app, name="backup")
app.add_typer(cli_focus.app, name="focus")
app.add_typer(cli_chat.app, name="sessions")
app.add_typer(cli_keys.app, name="keys")

# Too wide for a table; --json has them.
_ROW_ORIGIN = ("source", "provider", "purchase_option", "currency", "as_of", "batch_id")

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
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
    del version  # read by its callback
    limits = settings()
    logging.raiseExceptions = debug  # what cannot be logged is nothing the user can do about
    level = limits.log_level.upper()
    if level not in _LEVELS:
        raise InvalidInput(
            f"CLOUD_PRICING_LOG_LEVEL: {level} is no level.", f"Use one of {', '.join(_LEVELS)}."
        )
    with suppress(OSError):  # a store that cannot be written to can still be read
        log.configure(limits.store / "logs", level)
    tracing.configure(limits.traces, texts=limits.traces_text)


app.command()(refresh)
app.command()(backfill)
app.command()(offers)
app.command()(commitment)
app.command()(convert)
app.command()(estimate)
app.command()(history)
app.command()(changes)
app.command()(recommend)
app.command()(sources)
app.command()(flags)
app.command("eval")(evaluate)
app.command()(cli_chat.chat)
app.command()(export)
app.command()(chart)
app.command()(serve)
app.command()(mcp)
app.command()(sql)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Portuguese.")],
    lang: Lang = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how the question was read and what was looked up.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the provider's own feed too, now, over the network.")
    ] = False,
    session: cli_chat.Session = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the rows it rests on."""
    from agent.answer import answer
    from agent.settings import agent_settings

    if lang not in (None, "auto", "en", "pt"):
        raise InvalidInput(f"There is no language {lang}.", "Use en or pt.")
    encoded(question)
    given = agent_settings()
    if live:
        given = given.model_copy(update={"live_prices": "always"})
    with reader_of(snapshot, as_of) as reader, cli_chat.kept(session) as sessions:
        answered = answer(
            question,
            reader=reader,
            language=lang,
            settings=given,
            earlier=sessions.turns(session) if sessions and session else (),
            live=live_feeds(given),
        )
        if sessions and session:
            sessions.add(session, answered)
    if as_json:
        emit(answered.to_dict(explained=explain))
    else:
        show_answer(answered)
        if explain:
            show_trace(answered)


@app.command()
def quarantine(
    source: Annotated[str | None, typer.Option("--source", help="Only rows of this source.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Show the rows of one reason.")] = None,
    machine: Annotated[str | None, typer.Option("--machine", help="Show the rows of one machine.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Show the rows of one region.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to show.")] = 50,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """What the gate refused and why; without filters, a count for each reason."""
    from ingest import registry

    if source:
        registry.get(source)
    with reader_of(snapshot, as_of) as reader:
        if reason or machine or region:
            found = reader.named(
                "quarantine_rows", source=source, reason=reason, machine=machine, region=region
            )
        else:
            found = reader.named("quarantine_reasons", source=source, reason=None)
        say_which(reader, as_of)
    shown = QueryResult(found.columns, found.rows[:limit], found.truncated or len(found.rows) > limit)
    rows = bool(reason or machine or region)
    emit(shown.records()) if as_json else show(without(shown, _ROW_ORIGIN) if rows else shown)
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
            line(f"{finding.state:8} {finding.what}: {finding.detail}", style, head=8)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command; an error is one line and an exit code."""
    arguments, debug = _without_debug(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        with interruptible():
            code = app(["--debug", *arguments] if debug else arguments, standalone_mode=False)
    except (CloudPricingError, typer.TyperException) as error:
        code = _say(error, debug)
    except Exception as error:  # the outermost edge
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":  # DuckDB's Ctrl-C
            sys.exit(INTERRUPTED)
        log.get_logger("cli").exception("unexpected")
        if debug:
            raise
        code = _say(error, debug)
    if code:
        sys.exit(code)


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """--debug is understood before and after the command."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [one for one in arguments[:end] if one != "--debug"]
    return [*kept, *arguments[end:]], len(kept) < end


def _say(error: Exception, debug: bool) -> int:
    """One line, or the traceback; returns the exit code."""
    code, message, hint = _told(error)
    if debug:
        traceback.print_exception(error)
    elif message:
        failure(message, hint)
    return code


def _told(error: Exception) -> tuple[int, str, str]:
    """The exit code, what is wrong, and what to do next."""
    if isinstance(error, CloudPricingError):
        return error.exit_code, error.message, error.hint
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        hint = f"See `{context.command_path} --help`." if context else ""
        # No message where help was shown because nothing was asked for.
        return error.exit_code, error.format_message(), hint
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        hint = "Check the disk, the path and its permissions."
        return 74, f"{error.strerror or error}{where}", hint  # EX_IOERR
    what = " ".join((type(error).__name__, *str(error).strip().splitlines()[:1]))
    return 70, what, "This is a defect, or a broken installation: --debug shows where."  # EX_SOFTWARE
