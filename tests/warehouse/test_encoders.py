"""The models: never from the network, a query without torch, and several processes that say the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from warehouse import embed
from warehouse.compression import Identity, fitted
from warehouse.encoders import RememberingEmbedder
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.settings import settings

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = """
import json, socket, sys
closed = True
def no_network(event, arguments):
    if closed and event in ("socket.connect", "socket.getaddrinfo"):
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(no_network)
from warehouse import embed
"""
QUESTIONS = (
    "Quando vale a pena usar spot?",
    "cheapest H100 in Europe",
    "what does a savings plan cover",
    "região em São Paulo",
)


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def run(code: str) -> dict[str, object]:
    """What a fresh process prints as JSON; warnings are errors, and the network is closed while `closed` is."""
    command = [sys.executable, "-W", "error", "-c", NO_NETWORK + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_query_needs_no_torch_and_no_network() -> None:
    answer = run("""
vector = embed.query_embedder(embed.identity()).encode_query("Quando vale a pena usar spot?")
heavy = [name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules]
print(json.dumps({"heavy": heavy, "length": float((vector ** 2).sum()), "shape": vector.shape}))
""")
    assert answer["heavy"] == []
    assert answer["shape"] == [384]
    assert answer["length"] == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def embedded() -> dict[str, object]:
    """What the model for documents does alone, without a network, and then in several processes: one program,
    because to load it takes seconds."""
    return run(
        """
import multiprocessing
texts = ["spot", "AWS p5.48xlarge is a machine of the p5 family.", "uma região no Brasil " * 30, "H100 " * 400]
document, query = embed.document_embedder(), embed.query_embedder(embed.BUNDLED_ID)
calls = []
vectors = document.encode([*texts, *["H100"] * 76], lambda done, total: calls.append([done, total]))
alone = [document.encode([text])[0] for text in texts]
custom = document.encode_query(texts[0])
closed = False

many = [f"machine number {number} " + "with memory " * (number % 9) for number in range(200)]
one = embed.SentenceEmbedder(embed.bundled_folder(), "m", "cpu").encode(many)
seen, started = [], []
def watch(done, total):
    seen.append(done)
    started.append(len(multiprocessing.active_children()))
several = embed.SentenceEmbedder(embed.bundled_folder(), "m", "cpu,cpu", patience=0).encode(many, watch)
patient = embed.SentenceEmbedder(embed.bundled_folder(), "m", "cpu,cpu").encode(many[:40])
print(json.dumps({
    "model": document.model,
    "quick": [float(vector @ query.encode_query(text)) for vector, text in zip(vectors, texts)],
    "alone": [float(vector @ one) for vector, one in zip(vectors, alone)],
    "custom": float(custom @ vectors[0]),
    "type": str(vectors.dtype), "shape": vectors.shape, "calls": calls,
    "cosine": float((one * several).sum(axis=1).min()), "patient": float((one[:40] * patient).sum(axis=1).min()),
    "seen": seen, "most": max(started), "left": len(multiprocessing.active_children()),
}))
"""
    )


@pytest.mark.slow
def test_documents_are_embedded_without_a_network_and_agree_with_queries(embedded: dict[str, object]) -> None:
    assert embedded["model"] == Identity.parse(embed.BUNDLED_ID).model
    assert embedded["quick"] == pytest.approx([1, 1, 1, 1], abs=0.01)
    assert embedded["alone"] == pytest.approx([1, 1, 1, 1], abs=1e-4)
    assert embedded["custom"] == pytest.approx(1, abs=1e-4)
    assert (embedded["type"], embedded["shape"]) == ("float32", [80, 384])
    assert embedded["calls"] == [[32, 80], [64, 80], [80, 80]]


@pytest.mark.slow
def test_several_processes_give_the_vectors_of_one(embedded: dict[str, object]) -> None:
    assert embedded["cosine"] == pytest.approx(1, abs=1e-5)
    assert embedded["patient"] == pytest.approx(1, abs=1e-5)
    assert embedded["seen"] == [32, 64, 96, 128, 200]
    assert (embedded["most"], embedded["left"]) == (2, 0)


def test_a_model_folder_is_named_by_its_contents(tmp_path: Path) -> None:
    copy = tmp_path / "my-model"
    shutil.copytree(embed.bundled_folder(), copy, ignore=shutil.ignore_patterns("*.safetensors"))
    first = embed.SentenceEmbedder(copy).model_id
    assert Identity.parse(first).model.startswith("my-model-")
    assert embed.SentenceEmbedder(copy).model_id == first
    assert first.endswith("/float32/384")
    (copy / "config.json").write_text("{}")
    assert embed.SentenceEmbedder(copy).model_id != first


@pytest.mark.parametrize(
    ("modules", "own"),
    [
        ({"1_Pooling": {"embedding_dimension": 512, "pooling_mode": "mean"}}, 512),
        ({"1_Pooling": {"word_embedding_dimension": 768, "pooling_mode_mean_tokens": True}, "2_N": {}}, 768),
        (
            {
                "1_Pooling": {"embedding_dimension": 512, "pooling_mode": "cls"},
                "2_Dense": {"out_features": 64},
            },
            64,
        ),
    ],
)
def test_a_models_files_tell_its_dimensions(
    tmp_path: Path, modules: dict[str, dict[str, object]], own: int
) -> None:
    listed = [{"path": "", "type": "sentence_transformers.models.Transformer"}]
    for path, config in modules.items():
        (tmp_path / path).mkdir()
        (tmp_path / path / "config.json").write_text(json.dumps(config))
        listed.append({"path": path, "type": f"sentence_transformers.models.{path[2:]}"})
    (tmp_path / "modules.json").write_text(json.dumps(listed))
    assert embed.SentenceEmbedder(tmp_path).own_dimensions == own
    assert embed.SentenceEmbedder(tmp_path, "m", precision="int8", dimensions=32).model_id == "m/int8/32"


@pytest.mark.usefixtures("fresh_settings")
def test_the_settings_make_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_PRECISION", "binary")
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_DIMENSIONS", "128")
    assert embed.identity() == "all-MiniLM-L6-v2/binary/128"


@pytest.mark.usefixtures("fresh_settings")
def test_more_dimensions_than_the_model_has_are_refused_before_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_DIMENSIONS", "1024")
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_EMBEDDING_DIMENSIONS") as caught:
        embed.identity()
    assert "384" in caught.value.hint


@pytest.mark.usefixtures("fresh_settings")
def test_a_model_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_MODEL", str(tmp_path / "nothing"))
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_EMBEDDING_MODEL") as caught:
        embed.document_embedder()
    assert "modules.json" in caught.value.hint


@pytest.mark.usefixtures("fresh_settings")
def test_vectors_of_another_model_are_refused() -> None:
    with pytest.raises(KnowledgeUnavailable, match="vectors are of other") as caught:
        embed.query_embedder("other/float32/8")
    assert "cloud-pricing refresh" in caught.value.hint


@pytest.mark.usefixtures("fresh_settings")
def test_there_is_no_onnx_of_a_model_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_QUERIES", "onnx")
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_EMBEDDING_QUERIES"):
        embed.query_embedder("other/float32/384")
    assert embed.query_embedder(embed.BUNDLED_ID).encode_query("spot").shape == (384,)


def test_a_query_is_projected_as_the_documents_were() -> None:
    plain = embed.query_embedder(embed.BUNDLED_ID)
    projection = fitted(
        Identity.parse("all-MiniLM-L6-v2/int8/3"), np.stack([plain.encode_query(one) for one in QUESTIONS])
    )
    short = embed.query_embedder("all-MiniLM-L6-v2/int8/3", projection).encode_query(QUESTIONS[0])
    assert short == pytest.approx(projection(plain.encode_query(QUESTIONS[0])))
    assert np.linalg.norm(short) == pytest.approx(1, abs=1e-5)
    for other in (None, projection):
        with pytest.raises(KnowledgeUnavailable, match="all-MiniLM-L6-v2/int8/4 is missing"):
            embed.query_embedder("all-MiniLM-L6-v2/int8/4", other)


def test_queries_of_several_threads_do_not_disturb_each_other() -> None:
    quick = embed.QuickEmbedder()
    alone = {text: quick.encode_query(text) for text in QUESTIONS}
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(quick.encode_query, QUESTIONS * 10))
    for text, vector in zip(QUESTIONS * 10, found, strict=True):
        assert np.array_equal(vector, alone[text])


class Counter:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_query(self, text: str) -> embed.Vectors:
        self.asked.append(text)
        return np.ones(3, np.float32)


def test_a_query_is_embedded_once_until_hundreds_of_others_were() -> None:
    counter = Counter()
    remembering = RememberingEmbedder(counter)
    first = remembering.encode_query("spot")
    assert remembering.encode_query("spot") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 2
    for number in range(600):
        remembering.encode_query(str(number))
    remembering.encode_query("spot")
    assert counter.asked.count("spot") == 2
