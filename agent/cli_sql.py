"""`cloud-pricing sql`: a SELECT, a script, or a shell."""

from __future__ import annotations

import re
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.terminal import note
from warehouse.errors import InvalidInput


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT. Without one: a shell, or a script from a pipe.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the SELECT from a file.")] = None,
    output: Annotated[
        str,
        typer.Option("--format", help="table, csv, json, jsonl or markdown; with --output parquet too."),
    ] = "table",
    to: Annotated[
        Path | None,
        typer.Option("--output", help="Write all rows to this file; the format is that of its name."),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="name=value for $name; may be repeated.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Rows to return at most.")] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Run one SELECT over a snapshot, or open a shell; nothing but SELECT is allowed."""
    from agent import sql_formats

    form = "json" if as_json else output
    given = _parameters(param or [])
    text = _query_text(query, file)
    if to is not None:
        _save(text or _script(), to, form, given, snapshot, as_of)
        return
    sql_formats.must_be(form)
    if text is None:
        _shell(form, given, limit, snapshot, as_of)
        return
    with reader_of(snapshot, as_of) as reader:
        result = reader.query(text, given, limit=limit)
        say_which(reader, as_of)
    sql_formats.put(result, form)
    if result.truncated:
        note(f"Cut at {len(result.rows):,} rows; --limit or CLOUD_PRICING_QUERY_ROWS allows more.")


def _shell(
    form: str, given: dict[str, Any], limit: int | None, snapshot: str | None, as_of: str | None
) -> None:
    from agent.sql_shell import Shell

    script = None if sys.stdin.isatty() else _script()
    shell = Shell(reader_of(snapshot, as_of), form, limit, **given)
    try:
        say_which(shell.reader, as_of)
        if script is None:
            shell.interact()
        else:
            shell.script(script.splitlines(keepends=True))
    finally:
        shell.close()


def _save(
    text: str,
    to: Path,
    form: str,
    given: dict[str, Any],
    snapshot: str | None,
    as_of: str | None,
) -> None:
    from agent import sql_formats

    if form == "table":
        form = {"md": "markdown"}.get(to.suffix[1:], to.suffix[1:])
    sql_formats.must_be(form, sql_formats.FILE_FORMATS)
    with tempfile.TemporaryDirectory() as spill, reader_of(snapshot, as_of, Path(spill)) as reader:
        rows = sql_formats.save(reader.stream(text, given), form, to)
        say_which(reader, as_of)
    note(f"{rows:,} rows: {to}")


def _script() -> str:
    """What is piped in. Raises InvalidInput where that is nothing."""
    try:
        text = "" if sys.stdin.isatty() else sys.stdin.read()
    except OSError:
        text = ""
    if not text.strip():
        raise InvalidInput(
            "Give a SELECT or --file, one of them.", 'Try: cloud-pricing sql "select * from freshness"'
        )
    return text


def _query_text(query: str | None, file: Path | None) -> str | None:
    if query is not None and file is not None:
        raise InvalidInput("A SELECT and --file were given.", "Give one of them.")
    if file is None:
        return None if query is None else encoded(query)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Cannot read {file}: {error}.", "Check the path.") from None


def encoded(argument: str) -> str:
    """The text of an argument. Raises InvalidInput where it is not UTF-8."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        raise InvalidInput("The text is not UTF-8.", "Send it in UTF-8.") from None
    return argument


def _parameters(given: list[str]) -> dict[str, Any]:
    """Numbers as numbers, all else as text, which DuckDB casts where a date or another type is due."""
    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.isidentifier():
            raise InvalidInput(f"--param {one} is not name=value.", "Write it as --param region=us-east-1.")
        number = re.fullmatch(r"-?\d+(\.\d+)?", value)
        found[name] = value if not number else Decimal(value) if number[1] else int(value)
    return found
