"""What several rooms' tests share: a small data folder, and stores in temporary folders."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pyarrow as pa
import pytest

from flows import environment
from ingest import registry, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.normalize import conformed
from ingest.source import Fetched, Selection, Tables
from warehouse import build, snapshots
from warehouse.contracts import TABLES, Batch, Scope
from warehouse.embed import BUNDLED_ID, Progress, Vectors
from warehouse.settings import Settings, settings

if TYPE_CHECKING:
    from flows.collect import Collected
    from flows.publish import Published

ROOT = Path(__file__).resolve().parent.parent
LIST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
EC2 = Scope("aws", "AmazonEC2")

# The libraries and the collected tests stay to the end: to look them through for garbage again and again
# would be a tenth of the work.
gc.set_threshold(20_000, 20, 20)
environment.prepare()
# Programs that tests start would compile our modules again and again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# The workers of the tests share the cores, and small tables gain nothing from more than one thread.
os.environ.setdefault("CLOUD_PRICING_THREADS", "1")
# How long an example takes tells of the machine; a test that hangs is ended by pytest-timeout.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# Enough of the reference tables to place, convert and describe the prices of these tests.
_KEPT = {
    "accelerators": r"(H100|A100-80GB),",
    "anchors": r"none",
    "countries": r"(US|IE|BR|DE),",
    "fx_rates": r"(USD|EUR|BRL),",
    "geographies": r"(europe|latin_america),",
    "regions": r"aws,(us-east-1|us-east-2|eu-west-1|sa-east-1),",
    "services": r"(gp3|egress|s3-standard),aws,",
    "units": r"",
}
_LISTED = {
    "provider": "aws", "service": "AmazonEC2", "category": "compute", "operating_system": "linux",
    "tenancy": "shared", "purchase_option": "on_demand", "price_type": "list", "tier_from": 0,
    "unit": "hour", "unit_raw": "Hrs", "currency": "USD", "source_url": "https://example.org/list",
}  # fmt: skip


def pytest_collection_finish() -> None:
    gc.freeze()


def _machine(name: str, **specs: Any) -> dict[str, Any]:
    given = {"instance_type": name, "family": name.partition(".")[0], "vcpus": 2, "memory_gib": 8}
    return {**given, "architecture": "x86_64", **specs}


MACHINES = (
    _machine("m5.large"),
    _machine("m5.xlarge", vcpus=4, memory_gib=16),
    _machine("p5.48xlarge", vcpus=192, memory_gib=2048, accelerator="H100", accelerator_count=8, accelerator_memory_gib=80),
)  # fmt: skip
PRICES = {
    "m5.large@us-east-1": 0.096,
    "m5.large@eu-west-1": 0.107,
    "m5.xlarge@us-east-1": 0.192,
    "p5.48xlarge@us-east-1": 98.32,
    "p5.48xlarge@us-east-2": 98.32,
}


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


class House:
    """A store, the price lists of its user beside it, and the steps of a refresh without Prefect's engine."""

    prices, machines = PRICES, MACHINES

    def __init__(self, limits: Settings) -> None:
        self.limits, self.embedder = limits, HashEmbedder()
        self.files: dict[str, Path] = {}

    def write_list(
        self, prices: Mapping[str, float], name: str = "acme", as_of: str = "", **constants: str
    ) -> Path:
        """A price list of the user; `prices` maps `machine@region` to USD an hour."""
        path = self.limits.store.parent / f"{name}.csv"
        lines = [f"{key.replace('@', ',')},{price}" for key, price in prices.items()]
        path.write_text("\n".join(["instance_type,region,price", *lines]) + "\n", encoding="utf-8")
        given = {
            "provider": "aws",
            "currency": "USD",
            "unit": "hour",
            "operating_system": "linux",
        } | constants
        mapping = f"constants: {given}\n" + (f"as_of: {as_of}\n" if as_of else "")
        path.with_name(path.name + ".mapping.yaml").write_text(mapping, encoding="utf-8")
        self.files[name] = path
        return path

    def write_discounts(self, *rules: str, name: str = "ours") -> Path:
        """Rules as `rule,provider,purchase_option,instance_type,percent`."""
        path = self.limits.store.parent / f"{name}.discounts.csv"
        header = "rule,provider,purchase_option,instance_type,percent"
        path.write_text("\n".join([header, *rules]) + "\n", encoding="utf-8")
        self.files[path.stem] = path
        return path

    def collect(self) -> list[Collected]:
        from flows.collect import collect_scope

        client = Client(self.files.values())
        scopes = registry.load("price_file").scopes(client, Selection())
        return [collect_scope(self.limits.store, "price_file", scope, client) for scope in scopes]

    def publish(self, **how: Any) -> Published:
        from flows.publish import publish_batches

        batches = how.pop("batches", None) or staging.staged(self.limits.store)
        return publish_batches(batches, self.limits, embedder=self.embedder, **how)

    def publish_prices(self, *batches: Batch) -> snapshots.Snapshot:
        """These batches on top of what is in force, published without a knowledge base: in a second."""
        store = self.limits.store
        with snapshots.publishing(store, 5):
            current = snapshots.load(store) if snapshots.current_id(store) else None
            now = LIST_DAY + timedelta(minutes=len(snapshots.published(store)))
            name = snapshots.new_id(now, "0a1b2c3d")
            folder = snapshots.begin(store, name, current)
            with build.opened(folder / snapshots.WAREHOUSE) as connection:
                build.load_reference(connection, self.limits.data)
                build.load_sources(connection, registry.SOURCES)
                for batch in batches:
                    staged = staging.batch_folder(store, batch.batch_id)
                    build.load_batch(connection, batch, staged, folder / snapshots.VALIDATION)
                build.derive(connection)
            before = current.id if current else None
            manifest = snapshots.Manifest(name, now, before, name, (), (), {}, {}, {})
            return snapshots.publish(store, folder, snapshots.seal(folder, manifest))

    def refresh(self, prices: Mapping[str, float], **how: Any) -> Published:
        self.write_list(prices, **how)
        self.collect()
        return self.publish()

    def stage(
        self,
        prices: Mapping[str, float | Mapping[str, Any]],
        as_of: datetime = LIST_DAY,
        *,
        source: str = "libcloud",
        scope: Scope = EC2,
        observed_at: datetime | None = None,
        machines: Sequence[Mapping[str, Any]] = (),
        **changes: Any,
    ) -> Batch:
        """A staged batch of a provider's list as `source` would parse it.

        `prices` maps `machine@region` to a price or to columns of its row; `changes` holds for every row.
        """
        fetched = Fetched(
            "list.json", "https://example.org/list", [repr((prices, machines, changes)).encode()]
        )
        seen = observed_at or as_of
        payload = Landing(self.limits.store).keep(source, scope, fetched, seen)
        rows: list[dict[str, Any]] = []
        for key, price in prices.items():
            machine, _, region = key.partition("@")
            names = {"sku_id": key, "name": machine, "instance_type": machine, "region": region}
            own = price if isinstance(price, Mapping) else {"price": f"{price:.10f}"}
            rows.append({**_LISTED, **names, "source": source, "observed_at": seen, **changes, **own})
        specs = [{"provider": "aws", "source": source, **machine} for machine in machines]
        tables = {"prices": _table("prices", rows), "instance_types": _table("instance_types", specs)}
        made = staging.stage(self.limits.store, source, scope, [payload], [Tables(tables, as_of)])
        return made[0]


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    present = {key for row in rows for key in row}
    columns = {
        column.name: pa.array(
            [None if row.get(column.name) is None else str(row[column.name]) for row in rows]
        )
        for column in TABLES[name]
        if column.name in present
    }
    timed = {"observed_at", "effective_from"}
    typed = {
        key: (value.cast(pa.timestamp("us", "UTC")) if key in timed else value)
        for key, value in columns.items()
    }
    return conformed(name, pa.table(typed)) if rows else TABLES[name].empty_table()


def _about(kind: str) -> str:
    return json.dumps({"kind": kind, "model": "gpt-4o", "context_window": 128000})


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few lines of every reference table and one guide in each language."""
    data = tmp_path_factory.mktemp("small") / "data"
    (data / "reference").mkdir(parents=True)
    for name, kept in _KEPT.items():
        whole = (ROOT / "data" / "reference" / f"{name}.csv").read_text(encoding="utf-8")
        header, *lines = whole.splitlines()
        some = [line for line in lines if re.match(kept, line)]
        (data / "reference" / f"{name}.csv").write_text("\n".join([header, *some]) + "\n", encoding="utf-8")
    for language in ("en", "pt"):
        guide = Path("knowledge") / language / "spot-instances.md"
        (data / guide).parent.mkdir(parents=True)
        shutil.copy(ROOT / "data" / guide, data / guide)
    return data


def settled(patch: pytest.MonkeyPatch, folder: Path, small_data: Path) -> Settings:
    """The settings of this process, for a store in `folder` beside a copy of the small data."""
    shutil.copytree(small_data, folder / "data")
    for name in [name for name in os.environ if name.startswith("CLOUD_PRICING_")]:
        patch.delenv(name)
    patch.setenv("CLOUD_PRICING_STORE", str(folder / "store"))
    patch.setenv("CLOUD_PRICING_DATA", str(folder / "data"))
    patch.setenv("CLOUD_PRICING_LOCK_TIMEOUT", "5")
    settings.cache_clear()
    return settings()


@pytest.fixture
def limits(tmp_path: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of this process: an empty store, and a copy of the small data that a test may change."""
    yield settled(monkeypatch, tmp_path, small_data)
    settings.cache_clear()


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of Prefect, migrated once for all workers, which takes 4 seconds. Only copy it."""
    import anyio
    from filelock import FileLock
    from prefect.server.database.alembic_commands import alembic_upgrade
    from prefect.settings import PREFECT_SERVER_DATABASE_CONNECTION_URL, temporary_settings

    own = tmp_path_factory.getbasetemp()
    path = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prefect.db"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            making = path.with_suffix(".making")
            url = f"sqlite+aiosqlite:///{making}"
            with temporary_settings({PREFECT_SERVER_DATABASE_CONNECTION_URL: url}):
                anyio.run(anyio.to_thread.run_sync, alembic_upgrade)
            making.rename(path)
    return path


@pytest.fixture
def house(limits: Settings) -> House:
    return House(limits)


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Path:
    """A store with one real snapshot: list prices, language models, and the user's own prices. Only read it."""
    folder = tmp_path_factory.mktemp("small_store")
    with pytest.MonkeyPatch.context() as patch:
        house = House(settled(patch, folder, small_data))
        house.stage(PRICES, machines=MACHINES)
        tokens = {"provider": "openai", "category": "ai", "service": "tokens", "unit": "million_tokens"}
        no_machine = dict.fromkeys(("instance_type", "operating_system", "tenancy"))
        house.stage(
            {
                f"gpt-4o:{kind}@global": {
                    "sku_id": f"gpt-4o:{kind}",
                    "price": price,
                    "attributes": _about(kind),
                }
                for kind, price in (("input", 2.5), ("output", 10.0))
            },
            source="genai_prices",
            scope=Scope("openai", "tokens"),
            **tokens,
            **no_machine,
        )
        house.write_list({"m5.large@us-east-1": 0.08, "m5.large@sa-east-1": 0}, as_of="2026-11-02")
        house.write_discounts("m5,aws,on_demand,m5*,-10%")
        house.collect()
        house.publish()
    settings.cache_clear()
    return folder / "store"


_PAST = {
    "2020-08-30": {"m5.xlarge@us-east-1": 0.2, "m5.xlarge@sa-east-1": 0.306, "m5.large@us-east-1": 0.107}
    | {"p3.2xlarge@us-east-1": 3.06},
    "2022-10-02": {"m5.xlarge@us-east-1": 0.192, "m5.xlarge@sa-east-1": 0.306, "m5.large@us-east-1": 0.1}
    | {"p3.2xlarge@us-east-1": 3.06, "m5.xlarge@us-east-2": 0.192},
    "2023-08-06": {"m5.xlarge@us-east-1": 0.192, "m5.xlarge@sa-east-1": 0.32, "m5.large@us-east-1": 0.096}
    | {"p3.2xlarge@us-east-1": 2.9, "m5.xlarge@us-east-2": 0.192, "p5.48xlarge@us-east-1": 98.32},
    "2025-03-02": {"m5.xlarge@us-east-1": 0.192, "m5.xlarge@sa-east-1": 0.32, "m5.large@us-east-1": 0.096}
    | {"m5.xlarge@us-east-2": 0.192, "p5.48xlarge@us-east-1": 88.0},
}  # fmt: skip


@pytest.fixture(scope="session")
def past_store(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Path:
    """A store whose lists of years ago differ, with a second source of late and dated token prices."""
    folder = tmp_path_factory.mktemp("past_store")
    machines = (*MACHINES, _machine("p3.2xlarge", vcpus=8, memory_gib=61))
    with pytest.MonkeyPatch.context() as patch:
        house = House(settled(patch, folder, small_data))
        for day, prices in _PAST.items():
            house.stage(prices, datetime.fromisoformat(f"{day}T00:00Z"), machines=machines)
        of_late = {"m5.xlarge@us-east-1": 0.192, "m5.large@us-east-1": 0.097}
        house.stage(of_late, datetime(2026, 11, 20, tzinfo=UTC), source="aws_list")
        tokens = {"provider": "openai", "category": "ai", "service": "tokens", "unit": "million_tokens"}
        no_machine = dict.fromkeys(("instance_type", "operating_system", "tenancy"))
        for day, (taken, given) in {"2024-05-13": (5.0, 15.0), "2024-08-06": (2.5, 10.0)}.items():
            rates = {
                f"gpt-4o:{kind}@global": {
                    "sku_id": f"gpt-4o:{kind}",
                    "price": price,
                    "attributes": _about(kind),
                }
                for kind, price in (("input", taken), ("output", given))
            }
            how = {**tokens, **no_machine, "name": "GPT-4o"}
            made = datetime.fromisoformat(f"{day}T00:00Z")
            house.stage(rates, made, source="genai_prices", scope=Scope("openai", "tokens"), **how)
        house.publish()
    settings.cache_clear()
    return folder / "store"
