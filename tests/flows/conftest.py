"""What the tests of flows share: Prefect's own server, and a model that embeds in no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.embed import bundled_folder
from warehouse.settings import Settings, settings


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One server for all tests of this process, in a temporary folder: to start it takes 10 seconds."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model that looks up its words: the packaged one's, each with a vector by chance."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    folder = tmp_path_factory.mktemp("models") / "words"
    words = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=32)], device="cpu").save(str(folder))
    return folder


@pytest.fixture
def quick_model(limits: Settings, model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A refresh embeds with that model, for tests that ask nothing of the vectors."""
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_MODEL", str(model_folder))
    settings.cache_clear()
    yield
    settings.cache_clear()
