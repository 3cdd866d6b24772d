"""A small snapshot made by the real schema, reference tables and views, read by the real Reader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import duckdb
import pytest

from agent.context import Context
from ingest import registry
from warehouse import build as snapshot_build
from warehouse.contracts import Document, Found, Hit
from warehouse.reader import Reader
from warehouse.snapshots import Manifest, Snapshot

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "warehouse" / "sql"
ROWS = ROOT / "tests" / "fixtures" / "live_prices.sql"
AS_OF = datetime(2025, 3, 25, tzinfo=UTC)
EARLIER = datetime(2023, 8, 1, tzinfo=UTC)
OBSERVED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)

MACHINES = """provider,instance_type,family,vcpus,memory_gib,architecture,accelerator,count,each
aws,p5.48xlarge,p5,192,2048,x86_64,H100,8,80
aws,p4d.24xlarge,p4d,96,1152,x86_64,A100-40GB,8,40
aws,g5.48xlarge,g5,192,768,x86_64,A10G,8,24
aws,r5.4xlarge,r5,16,128,x86_64,,,
aws,m5.large,m5,2,8,x86_64,,,
aws,m5.xlarge,m5,4,16,x86_64,,,
aws,m7g.xlarge,m7g,4,16,arm64,,,
azure,Standard_D4s_v3,Dsv3,4,16,x86_64,,,
azure,Standard_ND96asr_v4,NDasrv4,96,900,x86_64,A100-40GB,8,40
gcp,n2-standard-8,n2,8,32,x86_64,,,
gcp,a2-highgpu-8g,a2,96,680,x86_64,A100-40GB,8,40
gcp,a2-ultragpu-8g,a2,96,1360,x86_64,A100-80GB,8,80
"""

# provider, machine, system, tenancy, region, option, price
PRICES = """aws,p5.48xlarge,linux,shared,us-east-1,on_demand,98.32
aws,p5.48xlarge,linux,shared,us-east-2,on_demand,98.32
aws,p5.48xlarge,linux,dedicated,us-west-2,on_demand,108.152
aws,p5.48xlarge,linux,shared,eu-north-1,on_demand,98.9
aws,p4d.24xlarge,linux,dedicated,us-east-1,on_demand,36.04986
aws,p4d.24xlarge,linux,shared,us-east-2,on_demand,32.7726
aws,p4d.24xlarge,linux,shared,us-west-2,on_demand,32.7726
aws,p4d.24xlarge,linux,shared,eu-west-1,on_demand,35.39655
aws,g5.48xlarge,linux,shared,eu-west-1,on_demand,17.8
aws,r5.4xlarge,linux,shared,us-east-1,on_demand,1.008
aws,r5.4xlarge,linux,shared,sa-east-1,on_demand,1.608
aws,r5.4xlarge,windows,shared,us-east-1,on_demand,1.744
aws,m5.large,linux,shared,us-east-1,on_demand,0.096
aws,m5.large,windows,shared,us-east-1,on_demand,0.188
aws,m5.xlarge,linux,shared,us-east-1,on_demand,0.192
aws,m5.xlarge,linux,shared,sa-east-1,on_demand,0.306
aws,m7g.xlarge,linux,shared,us-east-1,on_demand,0.1632
aws,m7g.xlarge,linux,shared,us-gov-west-1,on_demand,0.15
azure,Standard_D4s_v3,linux,shared,brazilsouth,on_demand,0.318
azure,Standard_D4s_v3,linux,shared,eastus,on_demand,0.192
azure,Standard_ND96asr_v4,linux,shared,westeurope,on_demand,35.369
gcp,n2-standard-8,linux,shared,us-east4,on_demand,0.437472
gcp,n2-standard-8,linux,shared,us-east4,spot,0.105848
gcp,n2-standard-8,linux,shared,southamerica-east1,on_demand,0.616744
gcp,a2-highgpu-8g,linux,shared,europe-west4,on_demand,29.7496
gcp,a2-ultragpu-8g,linux,shared,europe-west4,on_demand,44.5
"""

# provider, model, name, kind, price
TOKENS = """openai,gpt-4o,GPT-4o,input,2.5
openai,gpt-4o,GPT-4o,cached_input,1.25
openai,gpt-4o,GPT-4o,output,10
openai,gpt-4o-mini,GPT-4o mini,input,0.15
openai,gpt-4o-mini,GPT-4o mini,output,0.6
azure,gpt-4o,gpt 4o,input,2.6
azure,gpt-4o,gpt 4o,output,10.5
anthropic,claude-sonnet-4-5,Claude Sonnet 4.5,input,3
anthropic,claude-sonnet-4-5,Claude Sonnet 4.5,output,15
anthropic,claude-3-7-sonnet,Claude Sonnet 3.7,input,3.5
anthropic,claude-3-7-sonnet,Claude Sonnet 3.7,output,17
anthropic,claude-haiku-4-5,Claude Haiku 4.5,input,1
anthropic,claude-haiku-4-5,Claude Haiku 4.5,cached_input,0.1
anthropic,claude-haiku-4-5,Claude Haiku 4.5,output,5
openrouter,gpt-4o:free,GPT-4o (free),input,0
"""

URL = "https://libcloud.example/pricing.json"


def build(path: Path) -> None:
    with duckdb.connect(str(path)) as db:
        db.execute("SET TimeZone = 'UTC'")
        for file in sorted((SQL / "schema").glob("*.sql")):
            db.execute(file.read_text(encoding="utf-8"))
        for name in snapshot_build.REFERENCE:
            csv_file = ROOT / "data" / "reference" / f"{name}.csv"
            statement = (SQL / "reference" / f"{name}.sql").read_text(encoding="utf-8")
            db.execute(statement, {"path": str(csv_file)})
        _sources(db)
        for row in csv.DictReader(io.StringIO(MACHINES)):
            _machine(db, row)
        for line in PRICES.splitlines():
            _price(db, *line.split(","))
        for line in TOKENS.splitlines():
            _token_price(db, *line.split(","))
        _history_and_refusals(db)
        db.execute(
            "INSERT INTO discount_rules BY NAME SELECT 'm5 deal' AS rule, 'aws' AS provider, "
            "'m5.large' AS instance_type, -10 AS percent, 'b-new' AS batch_id"
        )
        for file in sorted((SQL / "views").glob("*.sql")):
            db.execute(file.read_text(encoding="utf-8"))


def _sources(db: duckdb.DuckDBPyConnection) -> None:
    for source, title, days in (("libcloud", "Apache Libcloud", 400), ("genai_prices", "genai-prices", 60)):
        db.execute(
            "INSERT INTO sources VALUES ($1, $2, 'release', $3, 50, 'Apache-2.0', 'https://example.org')",
            [source, title, days],
        )
    batch = "INSERT INTO batches VALUES ($1, $2, NULL, NULL, NULL, NULL, $3, $4, '1', 'accepted', 1, 0, '{}', [], '[]', 1)"
    db.execute(batch, ["b-old", "libcloud", EARLIER, OBSERVED])
    db.execute(batch, ["b-new", "libcloud", AS_OF, OBSERVED])
    db.execute(batch, ["b-llm", "genai_prices", OBSERVED - timedelta(days=2), OBSERVED])


def _insert(db: duckdb.DuckDBPyConnection, table: str, record: dict[str, object]) -> None:
    columns, marks = ", ".join(record), ", ".join(f"${name}" for name in record)
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", record)


def _machine(db: duckdb.DuckDBPyConnection, row: dict[str, str]) -> None:
    record: dict[str, object] = {name: row[name] or None for name in row if name not in ("count", "each")}
    accelerators = {"accelerator_count": row["count"] or None, "accelerator_memory_gib": row["each"] or None}
    fixed = {"source": "libcloud", "as_of": AS_OF, "batch_id": "b-new"}
    _insert(db, "machine_specs", {**record, **accelerators, **fixed})


def _price_in_force(
    db: duckdb.DuckDBPyConnection, key: dict[str, object], price: str, since: datetime, batch: str
) -> None:
    identity = str(uuid5(NAMESPACE_URL, "|".join(str(value) for value in key.values())))
    fixed = {"price_type": "list", "tier_from": 0, "currency": "USD"}
    _insert(db, "price_keys", {"price_id": identity, **key, **fixed})
    (key_no,) = db.execute("SELECT key_no FROM price_keys WHERE price_id = $1", [identity]).fetchall()[0]
    _insert(db, "open_spans", {"key_no": key_no, "valid_from": since, "price": price, "batch_id": batch})


def _price(
    db: duckdb.DuckDBPyConnection,
    provider: str,
    machine: str,
    system: str,
    tenancy: str,
    region: str,
    option: str,
    price: str,
) -> None:
    service = {"aws": "ec2", "azure": "virtual_machines", "gcp": "compute_engine"}[provider]
    key: dict[str, object] = {
        "source": "libcloud", "provider": provider, "service": service, "category": "compute",
        "sku_id": f"{machine}:{system}", "name": machine, "instance_type": machine, "operating_system": system,
        "tenancy": tenancy, "region": region, "purchase_option": option, "unit": "hour", "unit_raw": "hour",
        "effective_from": AS_OF, "source_url": URL, "attributes": "{}",
    }  # fmt: skip
    _price_in_force(db, key, price, AS_OF, "b-new")


def _token_price(
    db: duckdb.DuckDBPyConnection, provider: str, model: str, name: str, kind: str, price: str
) -> None:
    key: dict[str, object] = {
        "source": "genai_prices", "provider": provider, "service": "tokens", "category": "ai",
        "sku_id": f"{model}:{kind}", "name": name, "region": "global", "purchase_option": "on_demand",
        "unit": "million_tokens", "unit_raw": "1M tokens", "source_url": "https://github.com/pydantic/genai-prices",
        "attributes": json.dumps({"kind": kind, "model": model, "context_window": 128000}),
    }  # fmt: skip
    _price_in_force(db, key, price, OBSERVED - timedelta(days=2), "b-llm")


def _history_and_refusals(db: duckdb.DuckDBPyConnection) -> None:
    found = db.execute(
        "SELECT key_no FROM price_keys WHERE instance_type = 'm5.large' AND operating_system = 'linux'"
    ).fetchone()
    assert found is not None
    past: dict[str, object] = {
        "key_no": found[0],
        "valid_from": EARLIER,
        "valid_to": AS_OF,
        "price": "0.107",
    }
    _insert(db, "past_spans", {**past, "batch_id": "b-old"})
    db.execute("UPDATE open_spans SET previous_to = $1 WHERE key_no = $2", [AS_OF, found[0]])
    for machine, region, price, reason, detail, likely in (
        (
            "p4d.24xlarge",
            "us-east-1",
            "36.04986",
            "dedicated_tenancy",
            "1.10 times the shared price",
            "32.7726",
        ),
        ("m7g.xlarge", "sa-east-1", "0", "zero_price", "a price of zero is missing", None),
    ):
        refused = {
            "batch_id": "b-new", "source": "libcloud", "provider": "aws", "service": "ec2", "instance_type": machine,
            "operating_system": "linux", "region": region, "purchase_option": "on_demand", "price": price,
            "currency": "USD", "reason": reason, "detail": detail, "likely_price": likely, "payload_sha256": "abc",
            "as_of": AS_OF, "row_json": "{}",
        }  # fmt: skip
        _insert(db, "quarantine", refused)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("snapshots") / "20261120T060000Z-0a1b2c3d"
    folder.mkdir()
    build(folder / "warehouse.duckdb")
    manifest = Manifest(folder.name, OBSERVED, None, "", (), (), {}, {}, {})
    return Snapshot(folder, manifest)


@pytest.fixture(scope="session")
def reader(published: Snapshot) -> Iterator[Reader]:
    with Reader(published) as opened:
        yield opened


class KnowledgeOfOneGuide:
    """A hand-made knowledge base that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(
        self,
        text: str,
        *,
        limit: int = 5,
        provider: str | None = None,
        language: str | None = None,
        kinds: Collection[str] | None = None,
        signals: Collection[str] | None = None,
        surely: bool = False,
    ) -> Found:
        self.asked.append(text)
        summaries = {
            "en": "Spot is worth it when the work can stop at any moment; AWS gives a notice of 2 minutes.",
            "pt": "Spot vale a pena quando o trabalho pode parar a qualquer momento; a AWS avisa 2 minutos antes.",
        }
        spoken = language or "en"
        title = "When to use spot" if spoken == "en" else "Quando usar spot"
        document = Document(
            f"guide/spot/{spoken}", "guide", spoken, title, summaries[spoken], "https://example.org/spot",
            summary=summaries[spoken],
        )  # fmt: skip
        return Found((Hit(document, 1.0, signals or ("vector",)),))


@pytest.fixture
def guide() -> KnowledgeOfOneGuide:
    return KnowledgeOfOneGuide()


@pytest.fixture
def context(reader: Reader, guide: KnowledgeOfOneGuide) -> Context:
    return replace(Context.of(reader), knowledge=lambda: guide)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A snapshot of rows in the shapes of the live feeds."""
    folder = tmp_path_factory.mktemp("snapshots") / "20261120T060000Z-0a1b2c3d"
    folder.mkdir()
    with snapshot_build.opened(folder / "warehouse.duckdb") as connection:
        snapshot_build.load_reference(connection, ROOT / "data")
        snapshot_build.load_sources(connection, registry.SOURCES)
        for statement in duckdb.extract_statements(ROWS.read_text(encoding="utf-8")):
            connection.execute(statement)
        snapshot_build.derive(connection)
        snapshot_build.describe(connection)
    with Reader(Snapshot(folder, Manifest(folder.name, OBSERVED, None, "", (), (), {}, {}, {}))) as opened:
        yield opened


@pytest.fixture
def found(live: Reader) -> Context:
    return Context.of(live)
