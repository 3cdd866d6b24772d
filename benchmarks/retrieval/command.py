"""`python -m benchmarks retrieval`: the quality and the latency of search, and both after growth."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrieval import labelled, measure, report
from benchmarks.retrieval.growth import grown
from warehouse import snapshots
from warehouse.knowledge import Knowledge


def run(arguments: Sequence[str]) -> None:
    """Builds a store from the bundled price lists, unless one is given."""
    asked = _asked(arguments)
    with tempfile.TemporaryDirectory(prefix="retrieval-") as scratch:
        store = asked.store or _built(Path(scratch))
        queries = [one for one in labelled.read() if asked.half in (None, one.half)]
        if asked.documents:
            sys.stdout.write(grown(store, asked.documents, queries, Path(scratch)))
        else:
            sys.stdout.write(measured(store, queries, Path(scratch)))


def measured(store: Path, queries: Sequence[labelled.Labelled], scratch: Path) -> str:
    """The report over the snapshot in force of `store`."""
    snapshot = snapshots.load(store)
    return report.whole(measure.measure(lambda: Knowledge.open(snapshot.folder, scratch / "cache"), queries))


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks retrieval", description=__doc__)
    parser.add_argument("--store", type=Path, help="a store with a snapshot; default: a new one")
    parser.add_argument("--documents", type=int, help="grow a copy to so many documents first")
    parser.add_argument("--half", choices=labelled.HALVES, help="only the queries of this half")
    return parser.parse_args(arguments)


def _built(scratch: Path) -> Path:
    store = scratch / "store"
    given = {"CLOUD_PRICING_STORE": str(store), "PREFECT_HOME": str(scratch / "prefect")}
    subprocess.run(
        [sys.executable, "-c", "from agent.cli import main; main()", "refresh"],
        env={**os.environ, **given},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return store
