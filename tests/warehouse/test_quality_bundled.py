"""The gate on the price list that comes with apache-libcloud, held against AWS's own list."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingest.client import Client
from ingest.landing import Landing
from ingest.sources import libcloud
from ingest.staging import batch_folder, stage
from warehouse import build
from warehouse.contracts import Scope, Verdict
from warehouse.examiner import examiner

ROOT = Path(__file__).resolve().parents[2]
# What the pricing page of AWS was fed with in December 2024; the bundled list is of March 2025.
PUBLISHED = (
    ROOT.parent / "shared" / "pricelists" / "aws" / "metered-unit-maps" / "ec2shop" / "2024-12-11" / "ec2"
)
SAME = "abs(l.price - p.price) <= 0.0002 * p.price"

pytestmark = pytest.mark.slow

Judged = tuple[duckdb.DuckDBPyConnection, Verdict, float]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    store = tmp_path_factory.mktemp("store")
    scope = Scope("aws", "AmazonEC2")
    landing = Landing(store)
    now = datetime.now(UTC)
    payloads = [landing.keep(libcloud.NAME, scope, one, now) for one in libcloud.fetch(Client(), scope)]
    (batch,) = stage(store, libcloud.NAME, scope, payloads, libcloud.parse(payloads))
    folder = batch_folder(store, batch.batch_id)
    with build.opened(store / "warehouse.duckdb") as connection:
        build.load_reference(connection, ROOT / "data")
        connection.execute(
            "CREATE TABLE listed AS FROM read_parquet($path)", {"path": str(folder / "prices.parquet")}
        )
        examiner()
        began = time.process_time()
        verdict = build.load_batch(connection, batch, folder, store / "validation")
        yield connection, verdict, time.process_time() - began


def published(region: str) -> list[tuple[str, float]]:
    """AWS's Linux prices of a region, (machine, USD per hour)."""
    prices = {}
    for generation in ("", "-previousgen"):
        path = PUBLISHED / f"{region}{generation}-ondemand.json.gz"
        for offers in json.loads(gzip.decompress(path.read_bytes()))["regions"].values():
            for offer in offers.values():
                prices[offer["Instance Type"]] = float(offer["price"])
    return sorted(prices.items())


def test_the_bundled_list_passes_with_its_dirt_set_aside(judged: Judged) -> None:
    connection, verdict, seconds = judged
    assert verdict.verdict == "accepted_with_quarantine"
    assert verdict.reasons["zero_price"] == 11_643
    assert verdict.reasons["dedicated_tenancy"] > 8_000
    assert {"below_linux", "equals_linux_byol", "unverifiable"} <= set(verdict.reasons)
    counted = connection.execute("SELECT reason, count(*) FROM quarantine GROUP BY ALL").fetchall()
    assert dict(counted) == verdict.reasons
    (left,) = connection.execute("SELECT count(*) FROM staged_prices").fetchone() or (0,)
    (machines,) = connection.execute("SELECT count(*) FROM staged_instance_types").fetchone() or (0,)
    assert left + machines + verdict.quarantined == verdict.rows
    assert seconds < 30  # of both processors; some 4 where nothing else runs


@pytest.mark.parametrize(
    ("name", "region", "tenancy", "price", "likely"),
    [
        ("p5.48xlarge", "us-east-1", "shared", 98.32, None),
        ("p5.48xlarge", "us-east-2", "shared", 98.32, None),
        ("p5.48xlarge", "us-west-2", "dedicated", 108.152, 98.32),
        ("r5.4xlarge", "us-east-1", "shared", 1.008, None),
        ("p4d.24xlarge", "us-east-1", "dedicated", 36.04986, 32.7726),
        ("a1.medium", "us-east-1", "dedicated", 0.027, 0.0255),
        ("m5.xlarge", "sa-east-1", "dedicated", 0.323, 0.306),
        ("g5", "eu-west-2", "host", 22.743, None),
    ],
)
def test_well_known_machines_are_told_right(
    judged: Judged, name: str, region: str, tenancy: str, price: float, likely: float | None
) -> None:
    connection, *_ = judged
    where = "instance_type = $name AND region = $region AND operating_system = 'linux'"
    parameters = {"name": name, "region": region}
    query = f"SELECT tenancy, price::DOUBLE FROM staged_prices WHERE {where}"
    ((found, amount),) = connection.execute(query, parameters).fetchall()
    assert (found, amount) == (tenancy, price)
    query = f"SELECT likely_price::DOUBLE FROM quarantine WHERE {where}"
    assert connection.execute(query, parameters).fetchall() == ([(likely,)] if likely else [])


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"AWS's own list is not at {PUBLISHED}")
@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-central-1", "sa-east-1"])
def test_linux_prices_offered_as_shared_are_what_aws_publishes(judged: Judged, region: str) -> None:
    connection, *_ = judged
    connection.execute("CREATE OR REPLACE TEMP TABLE published (instance_type VARCHAR, price DOUBLE)")
    connection.executemany("INSERT INTO published VALUES (?, ?)", published(region))
    compared = f"""
        SELECT count(*), count(*) FILTER ({SAME})
        FROM {{}} AS l JOIN published AS p USING (instance_type)
        WHERE l.region = $region AND l.operating_system = 'linux' AND {{}}
    """
    query = compared.format("staged_prices", "l.tenancy = 'shared'")
    offered, right = connection.execute(query, {"region": region}).fetchone() or (0, 0)
    _, could_be = connection.execute(compared.format("listed", "true"), {"region": region}).fetchone() or (
        0,
        0,
    )
    assert offered > 300
    assert right / offered >= 0.99
    assert right / could_be >= 0.9
