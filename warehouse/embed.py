"""Texts become vectors: documents with sentence-transformers, queries without loading torch.

The door to `encoders` (the models) and `compression` (how vectors are kept). All vectors have an
identity, `<model>/<precision>/<dimensions>`; those of several lie side by side in `embeddings`, and
`projections` has a row for each such set. A set is used again while its texts are chosen in the same
way (`sql/embed/missing.sql`). The set in force is kept and the one in force before it, each vector as
long as a document has its text.

A query needs the projection of the documents. Publishing writes it beside the collections with
`write_projection(connection, identity, folder)`; who reads them gives
`query_embedder(identity, read_projection(folder))` and opens no warehouse.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from warehouse import compression
from warehouse.compression import PROJECTION as PROJECTION
from warehouse.compression import Identity as Identity
from warehouse.compression import Projection as Projection
from warehouse.compression import Vectors as Vectors
from warehouse.encoders import BUNDLED_DIMENSIONS, BUNDLED_MODEL, RememberingEmbedder
from warehouse.encoders import DocumentEmbedder as DocumentEmbedder
from warehouse.encoders import Progress as Progress
from warehouse.encoders import QueryEmbedder as QueryEmbedder
from warehouse.encoders import QuickEmbedder as QuickEmbedder
from warehouse.encoders import SentenceEmbedder as SentenceEmbedder
from warehouse.encoders import bundled_folder as bundled_folder
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.log import get_logger
from warehouse.settings import settings
from warehouse.statements import statement

BUNDLED = "bundled"
# The packaged model's vectors as they come. A change of that model needs another name.
BUNDLED_ID = f"{BUNDLED_MODEL}/float32/{BUNDLED_DIMENSIONS}"
_log = get_logger("embed")


@dataclass(frozen=True)
class EmbedReport:
    """`embedded` texts were new, `reused` had a vector of the identity `model` already."""

    model: str
    embedded: int
    reused: int
    seconds: float

    @property
    def rate(self) -> float:
        """Texts a second."""
        return self.embedded / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class _ProjectingEmbedder:
    embedder: QueryEmbedder
    projection: Projection

    def encode_query(self, text: str) -> Vectors:
        return self.projection(self.embedder.encode_query(text))


def identity() -> str:
    """Of the vectors that the settings ask for; loads no model. Raises InvalidInput, MissingRequirement."""
    return document_embedder().model_id


def document_embedder() -> SentenceEmbedder:
    """The model of the settings. Raises InvalidInput, MissingRequirement."""
    chosen = settings()
    name = None
    if chosen.embedding_model == BUNDLED:
        folder, name = bundled_folder(), BUNDLED_MODEL
    else:
        folder = Path(chosen.embedding_model).expanduser()
    if not (folder / "modules.json").is_file():
        hint = "Give `bundled`, or a folder with a sentence-transformers model (it holds modules.json)."
        raise InvalidInput(f"CLOUD_PRICING_EMBEDDING_MODEL: {folder} holds no model.", hint)
    return SentenceEmbedder(
        folder,
        name,
        chosen.embedding_device,
        chosen.threads,
        precision=chosen.embedding_precision,
        dimensions=chosen.embedding_dimensions,
    )


def query_embedder(identity: str, projection: Projection | None = None) -> QueryEmbedder:
    """What embeds queries for vectors of `identity`, and remembers some hundred of them.

    `projection` is the one `read_projection` finds beside the collections. Raises InvalidInput, and
    KnowledgeUnavailable where the settings name another model or the projection is not that of the
    documents.
    """
    wanted, chosen = Identity.parse(identity), settings()
    embedder, own = _query_model(wanted.model, chosen.embedding_queries, chosen.embedding_model)
    if wanted.dimensions == own:
        return embedder
    if projection is None or projection.identity != identity or len(projection.components) != own:
        line = f"The projection of queries to {identity} is missing."
        raise KnowledgeUnavailable(line, "Run `cloud-pricing refresh` for a new snapshot.")
    return _ProjectingEmbedder(embedder, projection)


@cache
def _query_model(model: str, queries: str, given: str) -> tuple[QueryEmbedder, int]:
    """The embedder of a model's name, and its dimensions."""
    if queries == "onnx" and model != BUNDLED_MODEL:
        raise InvalidInput(
            f"CLOUD_PRICING_EMBEDDING_QUERIES: there is no ONNX of {model}.", "Give `auto` or `torch`."
        )
    if model == BUNDLED_MODEL:
        if queries != "torch":
            return RememberingEmbedder(QuickEmbedder()), BUNDLED_DIMENSIONS
        threads, device = settings().threads, settings().embedding_device
        slow = SentenceEmbedder(bundled_folder(), BUNDLED_MODEL, device, threads)
        return RememberingEmbedder(slow), BUNDLED_DIMENSIONS
    embedder = document_embedder()
    if embedder.model != model:
        hint = "Set CLOUD_PRICING_EMBEDDING_MODEL to that model, or run `cloud-pricing refresh`."
        raise KnowledgeUnavailable(f"The vectors are of {model}, the settings name {embedder.model}.", hint)
    return RememberingEmbedder(embedder), embedder.own_dimensions


def embed_missing(
    connection: duckdb.DuckDBPyConnection, embedder: DocumentEmbedder, progress: Progress | None = None
) -> EmbedReport:
    """Fill `embeddings` for the contents of `documents` that have no vector of this identity yet."""
    started = time.perf_counter()
    identity = Identity.parse(embedder.model_id)
    of = {"identity": str(identity)}
    connection.execute(statement("embed/outdated"), {"recipe": recipe()})
    connection.execute(statement("embed/unused"), of)
    connection.execute(statement("embed/forget"))
    reused = connection.execute(statement("embed/reused"), of).fetchall()[0][0]
    rows = connection.execute(statement("embed/missing"), of).fetchall()
    if rows:
        if progress is not None:
            progress(0, len(rows))  # the pace counts from here: loading the model is a part of it
        vectors = embedder.encode([text for _, text in rows], progress)
        vectors = _projected(connection, identity, vectors)
        _keep(connection, identity, [key for key, _ in rows], vectors)
    connection.execute(statement("embed/use"), of)
    report = EmbedReport(str(identity), len(rows), reused, time.perf_counter() - started)
    _log.info(
        "embedded",
        model=report.model,
        embedded=report.embedded,
        reused=report.reused,
        seconds=round(report.seconds, 3),
        rate=round(report.rate, 1),
    )
    return report


def recipe() -> str:
    """A digest of how the texts that are embedded are chosen; what comments say does not count."""
    lines = (line.strip() for line in statement("embed/missing").splitlines())
    chosen = "\n".join(line for line in lines if not line.startswith("--"))
    return hashlib.sha256(chosen.encode()).hexdigest()


def _projected(connection: duckdb.DuckDBPyConnection, identity: Identity, vectors: Vectors) -> Vectors:
    """The vectors as the set's projection makes them; a new set fits its own to them, if it needs one."""
    held = connection.execute(statement("embed/projection"), {"identity": str(identity)}).fetchall()
    if held:
        projection = _projection(identity, held[0][0])
    else:
        projection = (
            None if vectors.shape[1] == identity.dimensions else compression.fitted(identity, vectors)
        )
        new = {
            "identity": str(identity),
            "recipe": recipe(),
            "fitted_on": len(vectors),
            "components": None if projection is None else projection.components.astype("<f4").tobytes(),
        }
        connection.execute(statement("embed/begin"), new)
    return vectors if projection is None else projection(vectors)


def _projection(identity: Identity, components: bytes | None) -> Projection | None:
    if components is None:
        return None
    flat = np.frombuffer(components, "<f4").astype(np.float32)
    return Projection(str(identity), flat.reshape(-1, identity.dimensions))


def _keep(
    connection: duckdb.DuckDBPyConnection, identity: Identity, keys: Sequence[str], vectors: Vectors
) -> None:
    codes = compression.encoded(vectors, identity)
    connection.register("new_vectors", pa.table({"content_hash": keys, "vector": codes}))
    try:
        connection.execute(statement("embed/insert"), {"identity": str(identity)})
    finally:
        connection.unregister("new_vectors")


def document_vectors(connection: duckdb.DuckDBPyConnection, identity: str) -> pa.Table:
    """Every document in the order of its id, with its decoded `vector`: float32, of length 1.

    A document that has no vector of `identity` has null there. Raises KnowledgeUnavailable.
    """
    wanted = Identity.parse(identity)
    rows = connection.execute(statement("embed/vectors"), {"identity": identity}).to_arrow_table()
    codes = rows.column("vector").to_pylist()
    vectors = np.zeros((len(codes), wanted.dimensions), np.float32)
    present = np.array([code is not None for code in codes], bool)
    vectors[present] = compression.decoded([code for code in codes if code is not None], wanted)
    column = pa.FixedSizeListArray.from_arrays(
        pa.array(vectors.ravel()), wanted.dimensions, mask=pa.array(~present)
    )
    return rows.set_column(rows.column_names.index("vector"), "vector", column)


def write_projection(connection: duckdb.DuckDBPyConnection, identity: str, folder: Path) -> None:
    """Write `folder`/projection.npz, which queries need; nothing where vectors are not projected."""
    held = connection.execute(statement("embed/projection"), {"identity": identity}).fetchall()
    projection = _projection(Identity.parse(identity), held[0][0]) if held else None
    if projection is not None:
        compression.save(projection, folder)


def read_projection(folder: Path) -> Projection | None:
    """What `write_projection` wrote; None where it wrote nothing. Raises KnowledgeUnavailable."""
    return compression.load(folder)
