"""Machines composed from recorded SKUs against Google's published prices and another project's sums."""

import csv
import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.landing import Landing
from ingest.normalize import reference
from ingest.source import Fetched
from ingest.sources import gcp_catalog, gcp_pricing_file
from warehouse.contracts import Scope

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "pricelists" / "gcp"
TABLE = RECORDED / "console-price-table" / "2023-10-30_47ad7f8" / "pricing.csv.gz"
FILES = RECORDED / "cyclenerd-pricing-yml"
REAIS = RECORDED / "billing-catalog" / "maarkis-brl" / "2024-03-21" / "skus_southamerica.json.gz"
pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="the recorded price lists are not here")

NOW = datetime(2026, 11, 22, tzinfo=UTC)
UNITS = {
    "hour": "h", "gibibyte hour": "GiBy.h", "gibibyte month": "GiBy.mo", "gibibyte": "GiBy",
    "month": "mo", "count": "count",
}  # fmt: skip
AMERICAS = ["us-central1", "us-east1", "us-west1"]
PLACES = {
    "Americas": AMERICAS, "Iowa": AMERICAS, "EMEA": ["europe-west1"], "APAC": ["asia-east1"],
    "Japan": ["asia-northeast1"], "Israel": ["me-west1"], "Virginia": ["us-east4"],
}  # fmt: skip
NOWHERE = ("SSD backed Local Storage", "SSD backed PD", "Storage PD", "Balanced PD")


def places() -> dict[str, list[str]]:
    """The regions of the place that ends a description, which the console's table does not name."""
    found: dict[str, list[str]] = {}
    for row in reference("regions").to_pylist():
        if row["provider"] == "gcp" and row["kind"] == "region":
            for name in {row["name"], row["city"], *(row["synonyms_en"] or "").split("|")}:
                found.setdefault(name, [row["region"]])
    return {**found, **PLACES}


def wire(row: dict[str, str], known: dict[str, list[str]]) -> dict[str, Any]:
    """A row of the console's table as the catalog tells it; its tier is still missing."""
    name, taxonomy = row["SKU description"], row["Product taxonomy"]
    place = re.search(r" (?:running )?in (.*?)(?: for \d Years?)?$", name)
    regions = known.get(place[1]) if place else None
    if place is None and name.startswith(NOWHERE):
        regions = [*AMERICAS, "europe-west1", "asia-east1"]
    usage = re.search(r"Preemptible|Commit (\d) Year", taxonomy)
    usage_type = "OnDemand" if usage is None else f"Commit{usage[1]}Yr" if usage[1] else "Preemptible"
    kind = "GLOBAL" if not regions else "REGIONAL" if len(regions) == 1 else "MULTI_REGIONAL"
    expression: dict[str, Any] = {"usageUnit": UNITS[row["Unit description"]], "tieredRates": []}
    return {
        "skuId": row["SKU ID"],
        "description": name,
        "category": {"resourceFamily": "Compute", "resourceGroup": "-", "usageType": usage_type},
        "serviceRegions": ["global"],
        "pricingInfo": [{"pricingExpression": expression}],
        "geoTaxonomy": {"type": kind, "regions": regions or []},
    }


def console_skus() -> list[dict[str, Any]]:
    known, skus = places(), dict[str, dict[str, Any]]()
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["List price ($)"]:
                sku = skus.setdefault(row["SKU ID"], wire(row, known))
                units, _, digits = row["List price ($)"].replace(",", "").partition(".")
                money = {"currencyCode": "USD", "units": units, "nanos": int(digits.ljust(9, "0")[:9])}
                start = float(row["Tiered usage start"])
                tiers = sku["pricingInfo"][0]["pricingExpression"]["tieredRates"]
                tiers.append({"startUsageAmount": start, "unitPrice": money})
    return list(skus.values())


def prices(folder: Path, skus: list[dict[str, Any]]) -> Any:
    page = Fetched("skus-0001.json", "https://example.org/skus", [json.dumps({"skus": skus}).encode()])
    scope = Scope("gcp", "Compute Engine")
    (tables,) = gcp_catalog.parse([Landing(folder).keep("gcp_catalog", scope, page, NOW)])
    return tables.tables["prices"]


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The prices of 2023-10-30 as the table `ours`."""
    connection = duckdb.connect()
    listed = prices(tmp_path_factory.mktemp("store"), console_skus())
    connection.register("listed", listed)
    connection.execute("CREATE TABLE ours AS FROM listed WHERE starts_with(sku_id, 'machine/')")
    return connection


@pytest.fixture
def gcosts(tmp_path: Path) -> Callable[[str], Any]:
    """The prices that the project gcosts composed on a day."""

    def on(day: str) -> Any:
        content = gzip.decompress((FILES / day / "pricing.yml.gz").read_bytes())
        file = Fetched("pricing.yml", "https://example.org/pricing.yml", [content])
        payload = Landing(tmp_path).keep("gcp_pricing_file", Scope("gcp"), file, NOW)
        (tables,) = gcp_pricing_file.parse([payload])
        return tables.tables["prices"]

    return on


# Google's pages of machine prices, us-central1.
PUBLISHED = {
    "a2-highgpu-1g": "3.673385",
    "g2-standard-4": "0.706832255",
    "n2-standard-8": "0.388472",
    "e2-micro": "0.0083764275",
    "m1-ultramem-40": "6.2931",
    "m2-ultramem-208": "42.111936",
    "n1-standard-1": "0.04749975",
    "f1-micro": "0.0076",
}


def test_published_prices_come_out_to_the_last_digit(composed: duckdb.DuckDBPyConnection) -> None:
    found = composed.sql(
        "SELECT instance_type, price FROM ours WHERE region = 'us-central1' AND purchase_option = 'on_demand'"
    ).fetchall()
    assert {name: price for name, price in found if name in PUBLISHED} == {
        name: Decimal(price) for name, price in PUBLISHED.items()
    }


@pytest.fixture
def compared(composed: duckdb.DuckDBPyConnection, gcosts: Callable[[str], Any]) -> duckdb.DuckDBPyConnection:
    """The table `pairs`: what the other project composed eleven weeks later, and what we did."""
    composed.register("theirs", gcosts("2024-01-18"))
    composed.execute("""
        CREATE OR REPLACE TABLE pairs AS
        SELECT
            split_part(theirs.instance_type, '-', 1) AS family, theirs.purchase_option,
            ours.price, ours.price / theirs.price AS ratio
        FROM theirs
        LEFT JOIN ours
            ON ours.instance_type = theirs.instance_type AND ours.region = theirs.region
            AND ours.purchase_option = theirs.purchase_option
            AND ours.term_months IS NOT DISTINCT FROM theirs.term_months
        WHERE theirs.price > 0 AND starts_with(theirs.sku_id, 'machine/')
          AND NOT starts_with(theirs.instance_type, 'custom')
    """)
    return composed


def test_another_project_composes_the_same(compared: duckdb.DuckDBPyConnection) -> None:
    """All families but two agree to a millionth; what we leave unpriced for want of a part, they have not."""
    found = compared.sql("""
        SELECT count(*), count(*) FILTER (abs(ratio - 1) <= 1e-6), count(*) FILTER (price IS NULL)
        FROM pairs WHERE family NOT IN ('m1', 'm2')
    """).fetchall()
    assert found == [(31_642, 31_622, 0)]
    unpriced = compared.sql("SELECT DISTINCT family, ratio FROM pairs WHERE ratio = 0").fetchall()
    assert unpriced == [("a2", 0)]  # a GPU of no price in one region


def test_m1_and_m2_differ_where_skus_are_doubled_and_for_a_discount(
    compared: duckdb.DuckDBPyConnection,
) -> None:
    """Tokyo and Virginia have two SKUs for one part of M1: of each the dearer counts here. Of M2's premium
    the other project takes off the discount for sustained use under commitments, which is no list price."""
    found = compared.sql("""
        SELECT family, purchase_option = 'commitment', count(*), count(*) FILTER (abs(ratio - 1) <= 1e-6),
               round(max(ratio), 3)
        FROM pairs WHERE family IN ('m1', 'm2') GROUP BY ALL ORDER BY ALL
    """).fetchall()
    assert found == [
        ("m1", False, 312, 300, 1.027),
        ("m1", True, 312, 308, 1.014),
        ("m2", False, 156, 148, 1.004),
        ("m2", True, 312, 0, 1.112),
    ]


def test_what_cannot_be_priced_names_what_is_missing(composed: duckdb.DuckDBPyConnection) -> None:
    found = composed.sql("""
        SELECT regexp_extract(instance_type, '^\\w+-[a-z]+'), purchase_option, attributes->>'$.missing', count(*)
        FROM ours WHERE price = 0 GROUP BY ALL
    """).fetchall()
    named = {(family, option): (missing, count) for family, option, missing, count in found}
    # No commitments are sold for the A100 with 80 GB.
    assert named["a2-ultragpu", "commitment"] == ('["gpu"]', 320)
    assert sum(count for _, count in named.values()) == 340


def camel(value: Any) -> Any:
    """The client library's dictionaries as the wire has them."""
    if isinstance(value, dict):
        names = {key: re.sub(r"_(\w)", lambda found: found[1].upper(), key.rstrip("_")) for key in value}
        return {names[key]: camel(inner) for key, inner in value.items()}
    return [camel(inner) for inner in value] if isinstance(value, list) else value


def reais(units: dict[str, str]) -> list[dict[str, Any]]:
    """São Paulo in BRL. The recording has lost all units, so prices above one real lack their whole."""
    skus: list[dict[str, Any]] = camel(json.loads(gzip.decompress(REAIS.read_bytes())))
    for sku in skus:
        sku["geoTaxonomy"]["type"] = "REGIONAL"
        for tier in sku["pricingInfo"][0]["pricingExpression"]["tieredRates"]:
            tier["unitPrice"]["units"] = units.get(sku["description"], "0")
    return skus


def test_other_currencies_are_prices_of_their_own(tmp_path: Path) -> None:
    """a3-highgpu-8g and z3-highmem-88 in São Paulo, which gcosts had at 140.4554528 and 20.2959311 USD."""
    connection = duckdb.connect()
    connection.register(
        "listed", prices(tmp_path, reais({"Nvidia H100 80GB GPU running in Sao Paulo": "87"}))
    )
    rows = connection.sql("""
        SELECT instance_type, currency, price / 5.655472805010574 FROM listed
        WHERE instance_type IN ('a3-highgpu-8g', 'z3-highmem-88')
          AND region = 'southamerica-east1' AND purchase_option = 'on_demand'
    """).fetchall()
    assert {(name, currency): round(usd, 4) for name, currency, usd in rows} == {
        ("a3-highgpu-8g", "BRL"): 140.4555,
        ("z3-highmem-88", "BRL"): 20.2959,
    }
