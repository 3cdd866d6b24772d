"""What several rooms' tests share: a small data folder, and stores in temporary folders."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from flows import environment
from warehouse.embed import BUNDLED_ID, Progress, Vectors
from warehouse.settings import Settings, settings

ROOT = Path(__file__).resolve().parent.parent

environment.prepare()

# Enough of the reference tables to place, convert and describe the prices of these tests.
_KEPT = {
    "accelerators": r"(H100|A100-80GB),",
    "anchors": r"none",
    "countries": r"(US|IE|BR|DE),",
    "fx_rates": r"(USD|EUR|BRL),",
    "geographies": r"(europe|latin_america),",
    "regions": r"aws,(us-east-1|us-east-2|eu-west-1|sa-east-1),",
}
_GUIDES = ("spot-instances.md",)
HEADER = "sku_id,instance_type,operating_system,region,price"
CONSTANTS = "{provider: aws, currency: USD, unit: hour, operating_system: linux}"


class HashEmbedder:
    """Vectors from the words of a text, without a model; under the packaged model's name, so that queries work."""

    model_id = BUNDLED_ID

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.texts += texts
        if progress is not None:
            progress(0, len(texts))
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.full(384, 0.001, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % 384] += 1
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


@dataclass(frozen=True)
class PriceList:
    """A user's own price list: a CSV file and its mapping, written anew for every change."""

    path: Path
    header: str = HEADER
    constants: str = CONSTANTS
    fixed: Mapping[str, str] = field(default_factory=dict)

    def write(self, rows: Mapping[str, float], *, as_of: str | None = None) -> Path:
        """`rows` maps `machine@region` to its price."""
        places = (key.split("@") for key in rows)
        lines = [f"{m}:{r},{m},linux,{r},{rows[f'{m}@{r}']}" for m, r in places]
        self.path.write_text("\n".join([self.header, *lines]) + "\n", encoding="utf-8")
        mapping = f"constants: {self.constants}\n" + (f"as_of: {as_of}\n" if as_of else "")
        self.path.with_name(self.path.name + ".mapping.yaml").write_text(mapping, encoding="utf-8")
        return self.path


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few lines of every reference table and one guide in each language."""
    data = tmp_path_factory.mktemp("small") / "data"
    (data / "reference").mkdir(parents=True)
    for name, kept in _KEPT.items():
        header, *lines = (ROOT / "data" / "reference" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        some = [line for line in lines if re.match(kept, line)]
        (data / "reference" / f"{name}.csv").write_text("\n".join([header, *some]) + "\n", encoding="utf-8")
    for language in ("en", "pt"):
        folder = data / "knowledge" / language
        folder.mkdir(parents=True)
        for guide in _GUIDES:
            shutil.copy(ROOT / "data" / "knowledge" / language / guide, folder / guide)
    return data


@pytest.fixture
def limits(tmp_path: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of this process: an empty store, and a copy of the small data that a test may change."""
    shutil.copytree(small_data, tmp_path / "data")
    for name in [name for name in os.environ if name.startswith("CLOUD_PRICING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLOUD_PRICING_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CLOUD_PRICING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CLOUD_PRICING_LOCK_TIMEOUT", "5")
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.fixture
def price_list(tmp_path: Path) -> PriceList:
    return PriceList(tmp_path / "acme.csv")


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()
