"""What the tests of flows share: a store that was published once, Prefect's own server, a model that is quick."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.publish import Published
from tests.conftest import House, settled
from warehouse.embed import bundled_folder
from warehouse.settings import Settings, settings

TWO = {"m5.large@us-east-1": 0.096, "m5.large@eu-west-1": 0.107}


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> tuple[Path, Published]:
    """A store into which a list of the prices TWO was published, and what publishing did. Only copy it."""
    folder = tmp_path_factory.mktemp("published_once")
    with pytest.MonkeyPatch.context() as patch:
        published = House(settled(patch, folder, small_data)).refresh(TWO)
    settings.cache_clear()
    return folder / "store", published


@pytest.fixture
def first(house: Any, published_once: tuple[Path, Published]) -> Published:
    """`house.refresh(TWO)` on an empty store, copied."""
    store, published = published_once
    shutil.copytree(store, house.limits.store)
    house.write_list(TWO)
    return published


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Iterator[None]:
    """One server for all tests of this process, on a database that is migrated already."""
    from prefect.testing import utilities

    folder = tmp_path_factory.mktemp("prefect_server")
    shutil.copy(prefect_database, folder / "prefect-test.db")
    with pytest.MonkeyPatch.context() as patch:
        # Prefect's harness makes the folder of its database itself, and removes it in the end.
        patch.setattr(utilities, "mkdtemp", lambda: str(folder))
        with utilities.prefect_test_harness(server_startup_timeout=90):
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
