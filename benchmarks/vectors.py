"""`python -m benchmarks vectors`: what smaller vectors still find, and the bytes they take.

Over the documents of the snapshot in force, which are embedded as float32 first, unless its warehouse
holds such vectors. Neighbours are those of vectors as the model gives them, found by comparing all.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.retrieval import labelled
from warehouse import build, embed, snapshots
from warehouse.compression import Identity, Projection, Vectors, decoded, encoded, fitted
from warehouse.knowledge import Knowledge
from warehouse.settings import settings
from warehouse.shards import subject_of
from warehouse.statements import statement
from warehouse.vectors import matrix

PRECISIONS = ("float32", "int8", "binary")
DIMENSIONS = (384, 256, 128, 64)
_NEIGHBOURS, _FOUND = 10, 5
_SAMPLE = 1000  # documents whose neighbours are compared
_MODEL = Identity.parse(embed.BUNDLED_ID).model
_HEADER = (
    "vectors",
    "bytes",
    "recall@10",
    "recall@5 en",
    "recall@5 pt",
    "DuckDB MB",
    "Parquet MB",
    "as float32 MB",
)


def run() -> str:
    with tempfile.TemporaryDirectory(prefix="vectors-") as scratch:
        rows = _rows(Path(scratch))
        ids, hashes = (
            [str(value) for value in rows.column(name).to_pylist()]
            for name in ("document_id", "content_hash")
        )
        exact = matrix(rows)
        queries = [one for one in labelled.read() if one.expects]
        asked = np.stack([embed.query_embedder(embed.BUNDLED_ID).encode_query(one.query) for one in queries])
        lines: list[Sequence[str]] = [_HEADER]
        for precision in PRECISIONS:
            for dimensions in DIMENSIONS:
                identity = Identity(_MODEL, precision, dimensions)
                project = _projection(identity, exact)
                codes = encoded(project(exact), identity)
                kept = decoded(codes, identity)
                found = [_found(vector, kept, ids) for vector in project(asked)]
                lines.append(
                    (
                        f"{precision}/{dimensions}",
                        str(identity.code_bytes),
                        f"{_recall(exact, project(exact), kept):.3f}",
                        *(_share(queries, found, language) for language in ("en", "pt")),
                        *_sizes(hashes, codes, kept, Path(scratch)),
                    )
                )
        return (
            _table(lines)
            + f"{len(ids):,} documents, {len(queries)} labelled queries\n\n"
            + _engines(labelled.read(), exact, ids, Path(scratch))
        )


def _rows(scratch: Path) -> pa.Table:
    """Ids, content hashes and exact vectors of the documents of the snapshot in force."""
    shutil.copy(snapshots.load(settings().store).warehouse, scratch / "warehouse.duckdb")
    with build.opened(scratch / "warehouse.duckdb") as connection:
        embed.embed_missing(connection, embed.SentenceEmbedder(embed.bundled_folder(), _MODEL), _told)
        return embed.document_vectors(connection, embed.BUNDLED_ID)


def _told(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rembedded {done:,} of {total:,}" + "\n" * (done == total))


def _projection(identity: Identity, exact: Vectors) -> Callable[[Vectors], Vectors]:
    projection: Projection | None = None
    if identity.dimensions < exact.shape[1]:
        projection = fitted(identity, exact)
    return lambda vectors: vectors if projection is None else projection(vectors)


def _recall(exact: Vectors, queries: Vectors, kept: Vectors) -> float:
    """The share of the nearest ten of a document, itself not counted, that are still among them."""
    sample = np.random.default_rng(1).permutation(len(exact))[:_SAMPLE]
    true, found = _nearest(exact[sample] @ exact.T, sample), _nearest(queries[sample] @ kept.T, sample)
    both = [len(set(one) & set(two)) for one, two in zip(true, found, strict=True)]
    return float(np.mean(both)) / _NEIGHBOURS


def _nearest(cosines: Vectors, itself: Sequence[int] | np.ndarray) -> list[list[int]]:
    cosines[np.arange(len(cosines)), itself] = -np.inf
    nearest: list[list[int]] = np.argsort(-cosines, axis=1)[:, :_NEIGHBOURS].tolist()
    return nearest


def _found(query: Vectors, kept: Vectors, ids: Sequence[str]) -> list[str]:
    """The first five subjects of a search by these vectors alone."""
    subjects: dict[str, None] = {}
    for place in np.argsort(-(kept @ query)):
        subjects.setdefault(subject_of(ids[place]))
        if len(subjects) == _FOUND:
            break
    return list(subjects)


def _share(queries: Sequence[labelled.Labelled], found: Sequence[list[str]], language: str) -> str:
    right = [
        any(one.accepts(subject) for subject in subjects)
        for one, subjects in zip(queries, found, strict=True)
        if one.language == language
    ]
    return f"{np.mean(right):.3f}"


def _sizes(
    hashes: Sequence[str], codes: Sequence[bytes], kept: Vectors, scratch: Path
) -> tuple[str, str, str]:
    """Megabytes of the table `embeddings` in a warehouse, in Parquet, and of decoded vectors in Parquet."""
    base, file, parquet = scratch / "empty.duckdb", scratch / "sized.duckdb", scratch / "sized.parquet"
    table = pa.table({"content_hash": hashes, "vector": codes})
    for path in (base, file):
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(statement("schema/09_embeddings"))
            if path == file:
                connection.register("new_vectors", table)
                connection.execute(statement("embed/insert"), {"identity": embed.BUNDLED_ID})
    sizes = [file.stat().st_size - base.stat().st_size]
    flat = pa.FixedSizeListArray.from_arrays(pa.array(kept.ravel()), kept.shape[1])
    for column in (pa.array(codes), flat):
        pq.write_table(pa.table({"vector": column}), parquet, compression="zstd", use_dictionary=False)
        sizes.append(parquet.stat().st_size)
    first, second, third = (f"{size / 1e6:.2f}" for size in sizes)
    return first, second, third


def _engines(queries: Sequence[labelled.Labelled], exact: Vectors, ids: Sequence[str], scratch: Path) -> str:
    """How often the quick engine of queries finds first what the model of the documents does."""
    engines: dict[str, embed.QueryEmbedder] = {
        "int8 ONNX": embed.QuickEmbedder(),
        "float32 torch": embed.SentenceEmbedder(embed.bundled_folder(), _MODEL),
    }
    vectors: dict[str, Vectors] = {}
    lines: list[Sequence[str]] = [("queries", "median ms", "p95 ms")]
    for name, engine in engines.items():
        engine.encode_query("warm up")
        seconds, made = [], []
        for one in queries:
            started = time.perf_counter()
            made.append(engine.encode_query(one.query))
            seconds.append(time.perf_counter() - started)
        vectors[name] = np.stack(made)
        lines.append((name, *(f"{np.percentile(seconds, part) * 1000:.1f}" for part in (50, 95))))
    quick, exactly = vectors.values()
    cosines = (quick * exactly).sum(axis=1)
    first = [[_found(vector, exact, ids)[0] for vector in made] for made in vectors.values()]
    same = np.mean([one == two for one, two in zip(*first, strict=True)])
    whole = _searched(queries, scratch)
    said = f"same subject first by vectors alone: {same:.3f}; by the whole search: {whole:.3f}\n"
    said += f"cosine of both: median {np.median(cosines):.4f}, least {cosines.min():.4f}\n"
    return _table(lines) + said


def _searched(queries: Sequence[labelled.Labelled], scratch: Path) -> float:
    """The share of queries to which the search in force answers the same first with either engine."""
    folder, first = snapshots.load(settings().store).folder, []
    for engine in ("onnx", "torch"):
        os.environ["CLOUD_PRICING_EMBEDDING_QUERIES"] = engine
        settings.cache_clear()
        with Knowledge.open(folder, scratch / "cache") as knowledge:
            hits = [knowledge.search(one.query, limit=1, language=one.language) for one in queries]
        first.append([subject_of(hit[0].document.document_id) if hit else None for hit in hits])
    del os.environ["CLOUD_PRICING_EMBEDDING_QUERIES"]
    settings.cache_clear()
    return float(np.mean([one == two for one, two in zip(*first, strict=True)]))


def _table(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return "".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )
