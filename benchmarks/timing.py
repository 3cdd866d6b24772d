"""Two ways of doing one thing, taken in turn so that a drifting machine favours neither."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    seconds: list[float]
    yardstick: str
    yardstick_seconds: list[float]
    peak_mb: float | None = None
    yardstick_peak_mb: float | None = None

    def cells(self) -> tuple[str, ...]:
        ours, theirs = statistics.median(self.seconds), statistics.median(self.yardstick_seconds)
        tail = sorted(self.seconds)[max(0, round(len(self.seconds) * 0.95) - 1)]
        ratio = f"{ours / theirs:.2f}"
        memory, their_memory = _memory(self.peak_mb), _memory(self.yardstick_peak_mb)
        return (
            self.what, _time(ours), _time(tail), memory,
            self.yardstick, _time(theirs), their_memory, ratio,
        )  # fmt: skip


def beside(
    what: str, ours: Callable[[], object], yardstick: str, theirs: Callable[[], object], runs: int
) -> Row:
    ours()
    theirs()
    pairs = [(_timed(ours), _timed(theirs)) for _ in range(runs)]
    return Row(what, [one for one, _ in pairs], yardstick, [two for _, two in pairs])


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _memory(megabytes: float | None) -> str:
    return "" if megabytes is None else f"{megabytes:,.0f} MB"
