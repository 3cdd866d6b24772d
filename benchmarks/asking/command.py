"""`python -m benchmarks asking`: answers by the rules, by kind of question, beside a stock agent's.

Over data/questions in both languages on the snapshot in force, without any cache of answers: each
question several times, its median counts. Every question of a kind that has an oracle in SQL is asked of
the stock agent too, in turn. Then a whole `cloud-pricing ask`, process and all, beside a process that
imports what any such command must.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.answer import answer
from agent.evaluation.questions import Question, own_sets, read
from agent.settings import AgentSettings
from agent.turn import Turn
from benchmarks.asking.naive import Naive
from benchmarks.timing import Row, beside
from warehouse.reader import Reader
from warehouse.settings import settings

_SEARCHED = ("explain", "smalltalk", "adversarial", "unanswerable", "ambiguous")  # may read guides
_COLD = "Where is p5.48xlarge cheapest on demand?"
_ASK = ("from agent.cli import main; main()", "ask", _COLD)
_IMPORTS = ("import agno.agent, duckdb",)


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one question: ours, and the stock agent's where it can answer it."""

    question: Question
    ours: float
    naive: float | None


def run(arguments: Sequence[str]) -> str:
    """The two tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks asking", description=__doc__)
    parser.add_argument("--runs", type=int, default=2, help="How often each question is asked.")
    parser.add_argument("--kind", action="append", help="Only questions of this kind.")
    parser.add_argument("--slowest", type=int, default=0, help="Name so many of the slowest questions.")
    given = parser.parse_args(list(arguments))
    asked = [one for one in read(own_sets()) if not given.kind or one.kind in given.kind]
    with Reader.open(settings().store) as reader:
        taken = _taken(asked, reader, given.runs)
    lines = [*_by_kind(taken), *_slowest(taken, given.slowest), "", *_cold(given.runs)]
    return "\n".join(lines) + "\n"


def _taken(asked: Iterable[Question], reader: Reader, runs: int) -> list[Taken]:
    given, naive = AgentSettings(model="rules"), Naive(reader.folder / "warehouse.duckdb")
    answer("quando vale a pena usar spot?", reader=reader, settings=given)  # opens the knowledge base
    found = []
    for question in asked:
        earlier = _earlier(question, reader, given)
        sql = question.entry.sql

        def ours(text: str = question.text, turns: Sequence[Turn] = earlier) -> object:
            return answer(text, reader=reader, settings=given, earlier=turns)

        def theirs(text: str = question.text, query: str = sql or "") -> object:
            return naive.ask(text, query)

        pairs = [(_ms(ours), _ms(theirs) if sql else None) for _ in range(runs)]
        stock = [two for _, two in pairs if two is not None]
        found.append(
            Taken(
                question,
                statistics.median(one for one, _ in pairs),
                statistics.median(stock) if stock else None,
            )
        )
    return found


def _earlier(question: Question, reader: Reader, given: AgentSettings) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for said in question.earlier:
        before = answer(said, reader=reader, settings=given, earlier=tuple(turns))
        turns.append(Turn(said, before.text, before.language, datetime.now(UTC)))
    return tuple(turns)


def _ms(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - started)


def _by_kind(taken: Sequence[Taken]) -> list[str]:
    groups: dict[str, list[Taken]] = defaultdict(list)
    for one in taken:
        groups[one.question.kind].append(one)
    structured = [one for one in taken if one.question.kind not in _SEARCHED]
    rows = [*sorted(groups.items()), ("structured", structured), ("all", list(taken))]
    header = ("kind", "questions", "p50", "p95", "stock agent", "p50", "p95", "ratio")
    return _aligned([header, *(_cells(name, group) for name, group in rows if group)])


def _cells(kind: str, group: Sequence[Taken]) -> tuple[str, ...]:
    ours = [one.ours for one in group]
    both = [(one.ours, one.naive) for one in group if one.naive is not None]
    stock = [two for _, two in both]
    ratio = f"{statistics.median(one / two for one, two in both):.2f}" if both else ""
    theirs = (f"{_cut(stock, 50):.1f} ms", f"{_cut(stock, 95):.1f} ms") if stock else ("", "")
    return (
        kind, str(len(ours)), f"{_cut(ours, 50):.1f} ms", f"{_cut(ours, 95):.1f} ms",
        str(len(stock) or ""), *theirs, ratio,
    )  # fmt: skip


def _cut(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _slowest(taken: Sequence[Taken], count: int) -> list[str]:
    worst = sorted(taken, key=lambda one: -one.ours)[:count]
    return [f"{one.ours:8.1f} ms  {one.question.id}: {one.question.text}" for one in worst]


def _cold(runs: int) -> list[str]:
    row: Row = beside(
        "cold `cloud-pricing ask`",
        lambda: _process(*_ASK),
        "import agno.agent, duckdb",
        lambda: _process(*_IMPORTS),
        max(runs, 3),
    )
    header = ("what", "median", "p95", "peak", "yardstick", "median", "peak", "ratio")
    return _aligned([header, row.cells()])


def _process(code: str, *arguments: str) -> None:
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the words are our own


def _aligned(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
