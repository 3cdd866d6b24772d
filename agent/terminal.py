"""What the command line shows: tables that fit, text, progress, and errors in one line."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from warehouse.contracts import QueryResult

if TYPE_CHECKING:
    from agent.evidence import Answer, Citation


def _seen_enough() -> NoReturn:
    """Whoever reads the other end of the pipe has what they wanted: no failure, and not a word more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit


class _Console(Console):
    def on_broken_pipe(self) -> None:
        _seen_enough()


out = _Console(highlight=False, emoji=False)
err = _Console(stderr=True, highlight=False, emoji=False)

INTERRUPTED = 130  # what a shell says of a program ended by Ctrl-C
_GRACE_SECONDS = 3.0  # for Prefect to stop its server
_NUMBERS = (int, float, Decimal)
_FOLDED = 28  # characters a long column is folded to at the least
_GAPS = (2, 1)  # between columns; the narrow one where the wide one does not fit
# What a feed or a file says must not steer the terminal, nor end a cell or a line.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


def cell(value: object) -> str:
    """A value as a person reads it, in one line: no trailing zeros, no microseconds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, float):
        return f"{value:.12g}" if not 1e12 <= abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour or value.minute) else f"{value:%Y-%m-%d}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{cell(name)}: {cell(item)}" for name, item in value.items())
    if isinstance(value, bytes):
        return value.hex()
    return str(value).translate(_CONTROLS)


_WRAP = partial(textwrap.fill, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)


def write(text: str) -> None:
    """To the output as it is: for programs."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _seen_enough()


def line(text: str, style: str = "", console: Console = out, head: int | None = None) -> None:
    """Text for people: broken between words on a terminal, nowhere else. `head` characters are styled."""
    parts = [part.translate(_CONTROLS) for part in text.split("\n")]
    if console.is_terminal:
        parts = [_WRAP(part, console.width) for part in parts]
    shown = Text("\n".join(parts))
    shown.stylize(style, 0, head)
    console.print(shown, soft_wrap=True)


def show(result: QueryResult, spare: Sequence[str] = ()) -> Sequence[str]:
    """A table on a terminal; tab-separated, without a frame, where the output is not one.

    Of a table wider than the terminal the long columns are folded; if that does not do, the `spare`
    ones are left out, one after the other, and returned; then every row is shown as a block of lines.
    """
    if not out.is_terminal:
        rows = [[cell(value) for value in row] for row in result.rows]
        write("".join("\t".join(row) + "\n" for row in (result.columns, *rows)))
        return ()
    for count in range(len(spare) + 1):
        kept = without(result, spare[:count])
        if _shown_as_table(kept):
            return spare[:count]
    _show_blocks(result)
    return ()


def without(result: QueryResult, names: Sequence[str]) -> QueryResult:
    kept = [index for index, name in enumerate(result.columns) if name not in names]
    rows = tuple(tuple(row[index] for index in kept) for row in result.rows)
    return QueryResult(tuple(result.columns[index] for index in kept), rows, result.truncated)


def _shown_as_table(result: QueryResult) -> bool:
    """Whether it fits; if it does, it is shown."""
    rows = [[cell(value) for value in row] for row in result.rows]
    widths = [max(map(cell_len, column)) for column in zip(result.columns, *rows, strict=True)]
    kept = sum(min(width, _FOLDED) for width in widths)
    gap = next((gap for gap in _GAPS if kept + gap * (len(widths) - 1) <= out.width), None)
    if gap is None:
        return False
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for index, name in enumerate(result.columns):
        right = _all_numbers(result.rows, index)
        fits = widths[index] <= _FOLDED
        table.add_column(Text(name), justify="right" if right else "left", no_wrap=fits, overflow="fold")
    for texts in rows:
        table.add_row(*(Text(text) for text in texts))
    out.print(table)
    return True


def _show_blocks(result: QueryResult) -> None:
    for number, row in enumerate(result.rows, 1):
        out.print(f"row {number}", style="bold")
        grid = Table.grid(padding=(0, 2))
        for name, value in zip(result.columns, map(cell, row), strict=True):
            if value:
                grid.add_row(Text(f"  {name}", style="dim"), Text(value, overflow="fold"))
        out.print(grid)


def _all_numbers(rows: Sequence[Sequence[Any]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(
        isinstance(value, _NUMBERS) and not isinstance(value, bool) for value in values
    )


_WORDS = {
    "en": {"note": "Note", "price": "price", "of": "data of", "read": "read", "ask": "Ask also"},
    "pt": {
        "note": "Atenção",
        "price": "preço",
        "of": "dados de",
        "read": "lido em",
        "ask": "Pergunte também",
    },
}


def show_answer(answer: Answer) -> None:
    """The text, then what it cites, then what to keep in mind."""
    words = _WORDS.get(answer.language, _WORDS["en"])
    line(answer.text)
    lines = []
    for citation in answer.citations:
        dates = [
            f"{words[word]} {moment:%Y-%m-%d}"
            for word, moment in (("of", citation.as_of), ("read", citation.observed_at))
            if moment
        ]
        parts = (citation.title, citation.source, *dates, _key(citation, words["price"]), citation.source_url)
        lines.append(f"[{citation.number}] " + ", ".join(str(part) for part in parts if part))
    lines += [f"{words['note']}: {caveat}" for caveat in answer.caveats]
    if answer.suggestions:
        lines.append(f"{words['ask']}: {' · '.join(answer.suggestions)}")
    for text in lines:
        line(text, "dim")


def show_trace(answer: Answer) -> None:
    """How it came about, step by step."""
    for trace in answer.traces():
        line(f"question: {trace.question}", "bold", head=9)
        if trace.follows:
            line(f"  leans on: {trace.follows}", "dim")
        line(f"  read as: {trace.intent}")
        for name, value in trace.read.items():
            line(f"    {name}: {cell(value)}", "dim")
        for step in trace.steps:
            line(f"  {step.tool}: {step.rows} rows")
            for name, value in step.arguments.items():
                line(f"    {name}: {cell(value)}", "dim")
        for failure_said in trace.failures:
            line(f"  failed: {failure_said}", "red", head=9)


def _key(citation: Citation, price: str) -> str:
    """A guide or card is cited by its path, a price by its id, a source by its name alone."""
    if citation.price_id == citation.source or "/" in citation.price_id:
        return "" if citation.price_id == citation.source else citation.price_id
    return citation.price_id and f"{price} {citation.price_id}"


def note(text: str) -> None:
    line(text, "dim", err)


def failure(message: str, hint: str = "") -> None:
    stop = "" if message.endswith((".", "!", "?", ":")) or not hint else "."
    line(" ".join(f"error: {message}{stop} {hint}".split()), "bold red", err, head=6)


_COUNTED = {"embed": "documents"}  # what a stage counts, where its pace is of interest


class _Rate(ProgressColumn):
    """How fast a stage goes, or went in all."""

    def render(self, task: Task) -> Text:
        counted, speed = _COUNTED.get(task.description), task.finished_speed or task.speed
        return Text(f"{speed:,.0f} {counted}/s" if counted and speed else "", style="progress.data.speed")


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A listener for `flows.progress.listening`: one line a stage, with a bar where a length is known."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        _Rate(),
    )
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=False) as bars:
        current: dict[str, TaskID] = {}

        def finish() -> None:
            for task in current.values():
                total = bars.tasks[task].total or 1
                bars.update(task, total=total, completed=total)

        def listen(stage: str, done: int, total: int) -> None:
            if stage not in current:
                finish()
                current[stage] = bars.add_task(stage, total=total or None)
            if total:
                bars.update(current[stage], completed=done, total=total)

        yield listen
        finish()


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends the command within seconds and without a word from anything else.

    The terminal sends the signal to Prefect's server too, which Prefect would go on trying to reach for
    minutes; DuckDB may end a query that was cut off before it closes. Whatever is left undone, the store
    is good: it is made to be killed at any moment.
    """

    def interrupted(number: int, frame: FrameType | None) -> NoReturn:
        note("Interrupted. What is published stays as it is.")
        err.show_cursor(True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        end = threading.Timer(_GRACE_SECONDS, os._exit, (INTERRUPTED,))
        end.daemon = True
        end.start()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
