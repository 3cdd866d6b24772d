"""What a terminal of 80 or 110 columns shows, and what a pipe gets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress

from agent import cli_records, terminal
from warehouse.contracts import QueryResult

Read = Callable[[], str]
NAMES = ("machine", "price", "note")
LONG = "the dedicated-tenancy price, kept as that and refused as the shared one"


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[int], Read]:
    """A terminal that is so many columns wide."""

    def of(width: int) -> Read:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        # Rich reads COLUMNS when a console is made, and it may have been set by then.
        monkeypatch.setattr(terminal.out, "width", width)
        return lambda: capsys.readouterr().out

    return of


def result(*rows: tuple[Any, ...], columns: tuple[str, ...] = NAMES) -> QueryResult:
    return QueryResult(columns, rows)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (Decimal("98.3200000000"), "98.32"),
        (Decimal("1E+3"), "1000"),
        (0.1 + 0.2, "0.3"),
        (1234567.891, "1234567.891"),
        (2e12, "2000000000000"),
        (1e300, "1e+300"),
        (True, "true"),
        (datetime(2026, 11, 1, tzinfo=UTC), "2026-11-01"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01 06:30"),
        (["a", Decimal("1.50")], "a, 1.5"),
        ({"vcpus": 2.0}, "vcpus: 2"),
        (b"\x00\xff", "00ff"),
        ("two\nlines\tand \x1b[31mcolour", "two lines and  [31mcolour"),
    ],
)
def test_cells_are_for_people(value: object, shown: str) -> None:
    assert terminal.cell(value) == shown


def test_a_pipe_gets_tabs_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show(result(("m5.large", Decimal("0.0960"), ":warning: a\tb\nc"), ("m5", None, LONG)))
    assert capsys.readouterr().out == (
        f"machine\tprice\tnote\nm5.large\t0.096\t:warning: a b c\nm5\t\t{LONG}\n"
    )


@pytest.mark.parametrize("width", [80, 110])
def test_a_table_fits_and_keeps_its_words(tty: Callable[[int], Read], width: int) -> None:
    read = tty(width)
    terminal.show(result(("p5.48xlarge", 98.32, LONG), ("m5.large", 0.096, "short")))
    lines = read().splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert lines[0].split() == list(NAMES)
    assert lines[1].startswith("p5.48xlarge  98.32  the ")
    assert set(LONG.split()) <= set(" ".join(lines).split())


def test_columns_come_closer_before_a_table_is_given_up(tty: Callable[[int], Read]) -> None:
    read = tty(20)
    terminal.show(result(("123456", "123456", "123456"), columns=("a", "b", "c")))
    assert read().splitlines()[1] == "123456 123456 123456"


def test_spare_columns_go_one_by_one(tty: Callable[[int], Read]) -> None:
    read = tty(20)
    rows = result(("1" * 8, "2" * 8, "3" * 8, "4" * 2), columns=("a", "b", "c", "d"))
    assert terminal.show(rows, ["c", "d"]) == ["c"]
    assert "3" not in (shown := read())
    assert "44" in shown
    assert terminal.show(rows) == ()
    assert read().splitlines()[:2] == ["row 1", "  a  11111111"]


def test_text_is_broken_between_words_only(tty: Callable[[int], Read]) -> None:
    read = tty(20)
    url = "https://example.org/a-rather-long-address"
    terminal.line(f"The price list says {url} and more.\n\nEnd [1] :smile:")
    assert read().splitlines() == ["The price list says", url, "and more.", "", "End [1] :smile:"]


def test_piped_text_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.line("word " * 60)
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "hint", "shown"),
    [
        ("It broke", "Mend it.", "error: It broke. Mend it.\n"),
        ("It broke.", "Mend it.", "error: It broke. Mend it.\n"),
        ("two\nlines [bold]x[/]", "", "error: two lines [bold]x[/]\n"),
    ],
)
def test_a_failure_is_one_line(
    capsys: pytest.CaptureFixture[str], message: str, hint: str, shown: str
) -> None:
    terminal.failure(message, hint)
    assert capsys.readouterr() == ("", shown)


def test_json_is_valid_whatever_the_rows_hold(capsys: pytest.CaptureFixture[str]) -> None:
    values = (
        float("nan"),
        Decimal("0.0960"),
        date(2026, 11, 1),
        b"\xff",
        {"a": (1, None)},
        timedelta(1),
        "é",
    )
    cli_records.emit_records(result(values, columns=("x", "x", "y", "z", "x_1", "t", "u")))
    (record,) = json.loads(capsys.readouterr().out)
    assert record == {
        "x": None, "x_1": 0.096, "y": "2026-11-01", "z": "ff", "x_1_1": {"a": [1, None]},
        "t": "1 day, 0:00:00", "u": "é",
    }  # fmt: skip


def test_csv_is_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    cli_records.emit_csv(result(('say "hi"', Decimal("1.10"), [1, Decimal("2.5")]), (None, True, "a\nb")))
    text = capsys.readouterr().out
    assert "\r" not in text
    assert list(csv.reader(io.StringIO(text))) == [
        list(NAMES), ['say "hi"', "1.1", "[1, 2.5]"], ["", "true", "a\nb"],
    ]  # fmt: skip


def test_a_stage_shows_how_many_documents_it_embeds_a_second() -> None:
    clock = iter(range(100))
    shown = io.StringIO()
    rate = terminal._Rate()
    with Progress(rate, console=Console(file=shown), get_time=lambda: float(next(clock))) as bars:
        for stage in ("embed", "load"):
            bars.add_task(stage, total=1000)
        for task in bars.tasks:
            bars.update(task.id, completed=100)
            bars.update(task.id, completed=300)
        embed, load = (rate.render(task).plain for task in bars.tasks)
    assert re.fullmatch(r"\d+ documents/s", embed)
    assert load == ""
