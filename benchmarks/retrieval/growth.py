"""The same search over many more documents: invented ones beside the real ones, through the real fill."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.retrieval import measure, report
from benchmarks.retrieval.invention import Inventor, Matrix, likeness, moved
from benchmarks.retrieval.labelled import Labelled
from warehouse import compression, snapshots
from warehouse.contracts import Document
from warehouse.embed import Identity, document_vectors
from warehouse.knowledge import Knowledge, fill
from warehouse.settings import settings

_NAMES = [column.name for column in fields(Document)]


def grown(store: Path, documents: int, queries: Sequence[Labelled], scratch: Path) -> str:
    """The report over the documents of `store` and over so many, made of them in `scratch`."""
    snapshot = snapshots.load(store)
    parts = []
    for size in (0, documents):
        folder = scratch / f"grown-{size}"
        folder.mkdir(parents=True)
        shutil.copy(snapshot.warehouse, folder / snapshots.WAREHOUSE)
        shutil.copy(snapshot.folder / "manifest.json", folder / "manifest.json")
        started = time.perf_counter()
        with duckdb.connect(str(folder / snapshots.WAREHOUSE)) as connection:
            identity = str(snapshot.manifest.knowledge["model"])
            originals = grow(connection, identity, size)
            filled = time.perf_counter()
            fill(connection, folder, identity, synonyms=settings().data / "knowledge")
            count = connection.execute("SELECT count(*) FROM documents").fetchall()[0][0]
        made = f"invented in {filled - started:.1f} s, filled in {time.perf_counter() - filled:.1f} s"
        parts.append(f"{count:,} documents, {made}\n" + _searched(folder, scratch, queries, originals))
    return "\n".join(parts)


def _searched(folder: Path, scratch: Path, queries: Sequence[Labelled], originals: dict[str, str]) -> str:
    def fair(one: Labelled, subject: str) -> bool:
        return subject in originals and one.accepts(originals[subject])

    cache = scratch / "cache"
    found = measure.measure(lambda: Knowledge.open(folder, cache), queries, fair=fair)
    once = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "benchmarks.retrieval.growth", str(folder), str(cache)],
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(once.stdout.splitlines()[-1])
    opened = [
        ["a new process", "opens in", "its first search", "memory"],
        ["", f"{told['open']:.2f} s", f"{told['first'] * 1000:.0f} ms", f"{told['peak_mb']:,.0f} MB"],
    ]
    parts = (report.quality(found), report.refusals(found), report.latency(found), report.table(opened))
    return "\n".join(parts)


def grow(connection: duckdb.DuckDBPyConnection, identity: str, documents: int) -> dict[str, str]:
    """Invents cards until there are so many documents; returns the original of each invented subject."""
    rows = document_vectors(connection, identity)
    originals = [Document(**record) for record in rows.select(_NAMES).to_pylist()]
    vectors = np.array(rows.column("vector").to_pylist(), np.float32)
    inventor, alike = Inventor(originals), likeness(originals, vectors)
    cards = [place for place, one in enumerate(originals) if one.kind != "guide"]
    cosines = np.array([alike.get(originals[place].kind, 0.8) for place in cards])
    left, number = documents - len(originals), 0
    while left > 0:
        number += 1
        chosen = cards[:left]
        copies = [inventor.copy(originals[place], number) for place in chosen]
        near = moved(vectors[chosen], cosines[: len(chosen)], number)
        _insert(connection, Identity.parse(identity), copies, near)
        left -= len(chosen)
    return inventor.originals


def _insert(
    connection: duckdb.DuckDBPyConnection,
    identity: Identity,
    copies: Sequence[Document],
    vectors: Matrix,
) -> None:
    keys = [hashlib.sha256(one.document_id.encode()).hexdigest() for one in copies]
    columns = {name: [getattr(one, name) for one in copies] for name in _NAMES}
    codes = compression.encoded(vectors, identity)
    connection.register("invented", pa.table({**columns, "content_hash": keys}))
    connection.register("near", pa.table({"content_hash": keys, "vector": codes}))
    connection.execute("INSERT INTO documents BY NAME FROM invented")
    connection.execute("INSERT INTO embeddings SELECT content_hash, ?, vector FROM near", [str(identity)])
    connection.unregister("invented")
    connection.unregister("near")


def _open_once(folder: Path, cache: Path) -> dict[str, float]:
    started = time.perf_counter()
    with Knowledge.open(folder, cache) as knowledge:
        opened = time.perf_counter()
        knowledge.search("machines with eight accelerators", language="en")
        first = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"open": opened - started, "first": first - opened, "peak_mb": peak}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_open_once(Path(sys.argv[1]), Path(sys.argv[2]))))
