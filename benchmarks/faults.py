"""The fault matrix as a table: a line a source, a column a fault, a cell what came of it.

`!` marks a cell where something in force was lost; there is none as long as `tests/flows/test_faults.py`
passes. An empty cell: it cannot happen to that source. Below, for each fault, one line as its reader sees it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.flows.fault_matrix import BUNDLED, LIVE, Matrix, Outcome, impatient
from tests.flows.troubles import TROUBLES
from tests.ingest.replay import Response, serving
from warehouse.errors import InvalidInput

Results = dict[str, dict[str, Outcome]]
_MIRRORED = re.compile(r" \(asked at [^)]*\)")  # as the feeds are here, on this machine


def run(names: Sequence[str] = ()) -> Results:
    """What came of every fault, by source; of these sources only, if any are named."""
    known = [*LIVE, *BUNDLED]
    for name in names:
        if name not in known:
            raise InvalidInput(f"There are no faults for {name!r}.", f"Known: {', '.join(known)}.")
    return {name: dict(_met(name)) for name in known if name in (names or known)}


def _met(source: str) -> Iterator[tuple[str, Outcome]]:
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        serving(lambda request: Response(404)) as server,
        impatient(server),
    ):
        matrix = Matrix(source, Path(folder), server)
        for trouble in matrix.troubles():
            yield trouble.name, matrix.meet(trouble)


def table(results: Results) -> str:
    """Markdown."""
    faults = [one.name for one in TROUBLES]
    lines = [("source", *faults), ("---",) * (len(faults) + 1)]
    lines += [
        (source, *(met[name].cell if name in met else "" for name in faults))
        for source, met in results.items()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def examples(results: Results) -> str:
    """Of each fault that says anything one line, in turn of another source."""
    found = []
    for place, trouble in enumerate(TROUBLES):
        said = [met[trouble.name].line for met in results.values() if trouble.name in met]
        said = [line for line in said if line]
        if said:
            found.append((trouble.name, _MIRRORED.sub("", said[place % len(said)])))
    return "\n".join(f"* {name}: `{line}`" for name, line in found)


def lines(names: Iterable[str] = ()) -> str:
    results = run(tuple(names))
    return f"{table(results)}\n\n{examples(results)}\n"
