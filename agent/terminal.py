"""What the command line shows: tables that fit, JSON, progress, and errors in one line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from warehouse.contracts import QueryResult

if TYPE_CHECKING:
    from agent.evidence import Answer

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_NUMBERS = (int, float, Decimal)
_FOLDED = 28  # characters a long column is folded to at the least


def cell(value: object) -> str:
    """A value as a person reads it: no trailing zeros, no microseconds."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour or value.minute) else f"{value:%Y-%m-%d}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    return str(value)


def show(result: QueryResult) -> None:
    """A table on a terminal; tab-separated, without a frame, where the output is not one.

    Of a table wider than the terminal the long columns are folded; if that does not do, every row is
    shown as a block of lines.
    """
    if not out.is_terminal:
        out.print("\t".join(result.columns), soft_wrap=True, markup=False)
        for row in result.rows:
            out.print("\t".join(cell(value) for value in row), soft_wrap=True, markup=False)
        return
    rows = [[cell(value) for value in row] for row in result.rows]
    widths = [max(map(len, column)) for column in zip(result.columns, *rows, strict=True)]
    kept = [width if width <= _FOLDED else _FOLDED for width in widths]
    if sum(kept) + 2 * len(kept) > out.width:
        _show_blocks(result.columns, rows)
        return
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index, name in enumerate(result.columns):
        right = _all_numbers(result.rows, index)
        fits = widths[index] <= _FOLDED
        table.add_column(name, justify="right" if right else "left", no_wrap=fits, overflow="fold")
    for texts in rows:
        table.add_row(*(Text(text) for text in texts))
    out.print(table)


def _show_blocks(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows, 1):
        out.print(f"row {number}", style="bold")
        grid = Table.grid(padding=(0, 2))
        for name, value in zip(columns, row, strict=True):
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
    out.print(answer.text, markup=False, soft_wrap=True)
    lines = []
    for citation in answer.citations:
        dates = [
            f"{words[word]} {moment:%Y-%m-%d}"
            for word, moment in (("of", citation.as_of), ("read", citation.observed_at))
            if moment
        ]
        key = f"{words['price']} {citation.price_id}" if citation.price_id else ""
        parts = (citation.title, citation.source, *dates, key, citation.source_url)
        lines.append(f"[{citation.number}] " + ", ".join(str(part) for part in parts if part))
    lines += [f"{words['note']}: {caveat}" for caveat in answer.caveats]
    if answer.suggestions:
        lines.append(f"{words['ask']}: {' · '.join(answer.suggestions)}")
    for line in lines:
        out.print(line, style="dim", markup=False, soft_wrap=True)


def emit(value: object) -> None:
    """JSON on the output: decimals as numbers, times in ISO 8601."""
    sys.stdout.write(json.dumps(value, default=plain, ensure_ascii=False, indent=2) + "\n")


def emit_csv(result: QueryResult) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(result.columns)
    writer.writerows([["" if value is None else plain_text(value) for value in row] for row in result.rows])


def plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


def plain_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def note(text: str) -> None:
    err.print(text, style="dim", markup=False, soft_wrap=True)


def failure(message: str, hint: str = "") -> None:
    line = Text.assemble(("error: ", "bold red"), message, " " if hint else "", hint)
    err.print(line, soft_wrap=True)


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A listener for `flows.progress.listening`: one line a stage, with a bar where a length is known."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=False) as bars:
        current: dict[str, TaskID] = {}

        def listen(stage: str, done: int, total: int) -> None:
            if stage not in current:
                for task in current.values():
                    bars.update(task, total=1, completed=1) if bars.tasks[task].total is None else None
                current[stage] = bars.add_task(stage, total=total or None)
            bars.update(current[stage], completed=done, total=total or None)

        yield listen
        for task in current.values():
            bars.update(task, total=bars.tasks[task].total or 1, completed=bars.tasks[task].total or 1)
