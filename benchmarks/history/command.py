"""`python -m benchmarks history`: publishing and asking with 1, 4 and 16 times the history.

Ours is the whole publication: copy, gate, history, offers, documents, vectors, checks. The yardsticks do its
history alone, on the same prices. Every scale runs in a process of its own, on an invented store that is
thrown away.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_QUESTIONS = 60
_SCALES = (1, 4, 16)


def run(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(prog="python -m benchmarks history", description=__doc__)
    parser.add_argument("--prices", type=int, default=2_000_000, help="Prices in force.")
    parser.add_argument("--past", type=int, default=18_000_000, help="Past prices, at 16 times.")
    parser.add_argument(
        "--folder", type=Path, help="Where the stores are made; the temporary folder if left out."
    )
    parser.add_argument("--scale", type=int, help="Only this one, and its figures as JSON.")
    given = parser.parse_args(list(arguments))
    if given.scale:
        return (
            json.dumps(_measured(given.prices, given.past * given.scale // max(_SCALES), given.folder)) + "\n"
        )
    found = {}
    for scale in _SCALES:
        command = [sys.executable, "-m", "benchmarks", "history", "--scale", str(scale)]
        command += ["--prices", str(given.prices), "--past", str(given.past)]
        if given.folder:
            command += ["--folder", str(given.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
        found[scale] = json.loads(done.stdout.splitlines()[-1])
    return _table(found)


def _measured(prices: int, past: int, folder: Path | None) -> dict[str, Any]:
    from benchmarks.history.measure import measured

    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        return measured(prices, past, place)
    finally:
        shutil.rmtree(place)


def _table(found: dict[int, dict[str, Any]]) -> str:
    lines = [("", *(f"{scale}×" for scale in found))]
    lines += [(name, *(str(figures[name]) for figures in found.values())) for name in found[1]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(shown) + "\n"


def spread(call: Callable[[int], object]) -> str:
    """Median and 95th percentile of that many calls, in milliseconds; the first is not counted."""
    call(0)
    seconds = sorted(_timed(call, number) for number in range(1, _QUESTIONS + 1))
    tail = seconds[round(len(seconds) * 0.95) - 1]
    return f"{statistics.median(seconds) * 1000:.1f} / {tail * 1000:.1f} ms"


def _timed(call: Callable[[int], object], number: int) -> float:
    started = time.perf_counter()
    call(number)
    return time.perf_counter() - started
