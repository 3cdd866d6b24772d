"""`python -m benchmarks serving`: the running server under load, on this machine together with its load.

Requests come at their moments whether or not the server keeps up, and wait counts from when they were due.
Beside each rate stands the same rate of a FastAPI endpoint that returns ready bytes: the most that the
stack can do. Questions are data/questions and variations over what is on sale; no two of them are equal
where they are called new. Everything is on loopback, and bounded in count and time.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import load, questions, server, stores, trials
from benchmarks.serving.load import Result
from benchmarks.serving.server import Server
from warehouse.reader import Reader
from warehouse.settings import settings

_PROMISED_MS, _AIM = 100.0, 200.0  # p95, and new questions a second
NO_PAUSE = 100_000.0  # requests a second, more than any server answers
_LONGEST = 1800.0  # seconds of one measurement
_AT_ONCE = 8
_HOT = 200  # questions that are asked again and again
_HEADER = ("what", "asked/s", "answered/s", "p50 ms", "p95 ms", "p99 ms", "503", "failed", "CPU ms", "MB")


@dataclass(frozen=True)
class Bench:
    """Where the benchmark works, and how long each of its measurements takes."""

    store: Path
    snapshots: tuple[str, str]
    log: Path
    new: Iterator[str]
    seconds: float
    lines: list[tuple[str, ...]]

    def measured(
        self, what: str, one: Server, asked: Iterator[str] | Sequence[str], rate: float = NO_PAUSE
    ) -> Result:
        """For the bench's seconds; without a rate until all of `asked` are answered, a few at a time."""
        before = one.processor_seconds()
        if rate < NO_PAUSE:
            result = load.run(one.port, asked, rate, self.seconds)
        else:
            result = load.run(one.port, asked, rate, _LONGEST, at_once=_AT_ONCE)
        self.add(what, rate, result, one.processor_seconds() - before, one.resident_mb())
        return result

    def measured_of(self, what: str, several: Sequence[Server], rate: float) -> Result:
        """Of servers side by side, each with its share."""
        before = sum(one.processor_seconds() for one in several)
        result = load.run([one.port for one in several], self.new, rate, self.seconds)
        spent = sum(one.processor_seconds() for one in several) - before
        self.add(what, rate, result, spent, sum(one.resident_mb() for one in several))
        return result

    def add(self, what: str, rate: float, result: Result, spent: float, resident: float) -> None:
        """A line; `spent` are seconds of processor in all, `resident` megabytes at the end."""
        each = 1000 * spent / max(1, result.statuses[200])
        cuts = (f"{result.cut(percent):,.1f}" for percent in (50, 95, 99))
        counts = (str(result.statuses[503]), str(result.failed))
        asked = "all" if rate >= NO_PAUSE else f"{rate:,.0f}"
        figures = (asked, f"{result.rate:,.0f}", *cuts, *counts, f"{each:.2f}", f"{resident:,.0f}")
        self.lines.append((what, *figures))

    def note(self, text: str) -> None:
        self.lines.append((text,))


def run(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(prog="python -m benchmarks serving", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="How long each rate is kept up.")
    parser.add_argument("--requests", type=int, default=100_000, help="Of the trial of memory.")
    parser.add_argument("--only", action="append", choices=_PARTS, help="A part of it; may be said again.")
    given = parser.parse_args(list(arguments))
    with tempfile.TemporaryDirectory() as folder, Reader.open(settings().store) as reader:
        work, lines = Path(folder), [_HEADER]
        bench = Bench(
            work / "store",
            stores.copied(settings().store, work / "store"),
            work / "log",
            questions.new(reader),
            given.seconds,
            lines,
        )
        for name in given.only or _PARTS:
            _PARTS[name](bench, given.requests)
    return _aligned(lines)


def _new(bench: Bench, _: int) -> None:
    """By one server and by one for each processor, each until the promise no longer holds."""
    for count in dict.fromkeys((1, os.cpu_count() or 1)):
        with ExitStack() as running:
            # Where every processor has a server, a second question in it would only wait for the first.
            few = {} if count == 1 else {"max_running": "1"}
            several = [
                running.enter_context(server.ours(bench.store, bench.log, **few)) for _ in range(count)
            ]
            load.run([one.port for one in several], bench.new, 20, 5)
            what = f"new questions, {count} server{'s' if count > 1 else ''}"
            for rate in (20, 40, 60, 80, 100, 150, 200):
                result = bench.measured_of(what, several, rate)
                if result.cut(95) > _PROMISED_MS or result.statuses[503]:
                    break
            if rate < _AIM:
                bench.measured_of(what, several, _AIM)


def _cached(bench: Bench, _: int) -> None:
    asked, hot, body = list(itertools.islice(bench.new, _HOT)), list[str](), bench.log.with_name("body")

    def kept(reply: load.Reply) -> None:
        if reply.header("X-Cache") == "hit":
            hot.append(reply.question)
            body.write_bytes(reply.body)

    with server.ours(bench.store, bench.log) as one:
        for _ in range(2):
            load.run(one.port, asked, 20, _HOT / 20 + 1, seen=kept)
        for rate in (500, 1000, 1500):
            bench.measured("asked before", one, itertools.cycle(hot), rate)
    with server.bare(body, bench.log) as one:
        for rate in (500, 1000, 1500):
            bench.measured("FastAPI alone", one, itertools.cycle(hot), rate)


def _aligned(lines: Sequence[tuple[str, ...]]) -> str:
    """Rows of cells as a table; what is one cell is a line of its own."""
    table = [line for line in lines if len(line) > 1]
    widths = [max(len(line[index]) for line in table) for index in range(len(table[0]))]
    shown = []
    for line in lines:
        if len(line) == 1:
            shown.append(f"  {line[0]}")
            continue
        first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        shown.append("  ".join((first.strip().ljust(widths[0]), *others)))
    return "\n".join(shown) + "\n"


_PARTS: dict[str, Callable[[Bench, int], None]] = {
    "new": _new,
    "cached": _cached,
    "swap": trials.swapped,
    "redis": trials.without_redis,
    "memory": trials.remembered,
}
