"""`make bench`: every benchmark beside its yardstick, in one run on one machine.

Only ratios are meant to be compared; absolute times of a shared machine do not hold.
"""

from __future__ import annotations

import sys

from benchmarks import answers, feeds
from benchmarks.timing import Row


def show(rows: list[Row]) -> None:
    header = ("what", "median", "p95", "peak", "yardstick", "median", "peak", "ratio")
    lines = [header, *(row.cells() for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(header))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


if __name__ == "__main__":
    show([*answers.run(), *feeds.run()])
