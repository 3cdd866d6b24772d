"""`make bench`: every benchmark beside its yardstick, in one run on one machine, and the fault matrix.

Only ratios are meant to be compared; absolute times of a shared machine do not hold.
`python -m benchmarks faults [source …]` shows the matrix alone, `python -m benchmarks retrieval` how well
and how fast documents are found (`--help`: its options), `python -m benchmarks vectors` what smaller
vectors still find, `python -m benchmarks asking` how long an answer takes, `python -m benchmarks
serving` how many the server gives a second.
"""

from __future__ import annotations

import sys

from benchmarks import answers, faults, feeds, vectors
from benchmarks.asking import command as asking
from benchmarks.history import command as history
from benchmarks.retrieval import command as retrieval
from benchmarks.serving import command as serving
from benchmarks.timing import Row
from warehouse.settings import settings


def show(rows: list[Row]) -> None:
    header = ("what", "median", "p95", "peak", "yardstick", "median", "peak", "ratio")
    lines = [header, *(row.cells() for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(header))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked[:1] == ["retrieval"]:
        retrieval.run(asked[1:])
        sys.exit()
    if asked[:1] == ["vectors"]:
        sys.stdout.write(vectors.run())
        sys.exit()
    if asked[:1] == ["history"]:
        sys.stdout.write(history.run(asked[1:]))
        sys.exit()
    if asked[:1] == ["asking"]:
        sys.stdout.write(asking.run(asked[1:]))
        sys.exit()
    if asked[:1] == ["serving"]:
        sys.stdout.write(serving.run(asked[1:]))
        sys.exit()
    if asked[:1] != ["faults"]:
        show([*answers.run(), *feeds.run()])
        sys.stdout.write("\n" + asking.run([]) + "\n")
        retrieval.run(["--store", str(settings().store)])
        sys.stdout.write("\n")
    sys.stdout.write(faults.lines(asked[1:]))
