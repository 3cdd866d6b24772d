"""A store whose snapshot holds an invented history in the shape of EC2's, and the next list to publish.

A region sells every machine with six operating systems on shared and dedicated hardware, and four of them
reserved on twelve terms, as AWS's own lists do. Prices are invented; each was changed once a year, in a week
of its own, by the weekly list of its region. The last tenth of them came in the order of time, as batches do.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingest import registry, staging
from warehouse import build, cards, history, knowledge, snapshots
from warehouse.contracts import INSTANCE_TYPES, PRICES, Batch, Scope, conform
from warehouse.embed import DocumentEmbedder, embed_missing
from warehouse.settings import Settings

SOURCE = "aws_list"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
VARIANTS = 60  # prices of one machine in one region
REGIONS = 33
MOVED = 100  # one machine in so many has new prices in the next list
_ID = "20261120T000000Z-00000000"
_MACHINES = """
CREATE TEMP TABLE machines AS
WITH sizes AS (
    SELECT n, n // 8 AS family, 2 ** (n % 8) AS size FROM range($machines) AS t (n)
)
SELECT
    'aws' AS provider, format('z{}.{}', family, size::INTEGER) AS instance_type, format('z{}', family) AS family,
    2 * size AS vcpus, 8 * size AS memory_gib, 'x86_64' AS architecture,
    CASE WHEN family % 10 = 0 THEN ['H100', 'A100-80GB', 'L4', 'A10G'][1 + (family // 10) % 4] END AS accelerator,
    CASE WHEN family % 10 = 0 THEN greatest(1, size // 16) END AS accelerator_count,
    CASE WHEN family % 10 = 0 THEN 80 END AS accelerator_memory_gib,
    $source AS source, 0.05 * size * (1 + family % 17 / 10) AS base
FROM sizes
UNION ALL
-- Whom the gate knows.
SELECT 'aws', name, family, 2, 8, 'x86_64', NULL, NULL, NULL, $source, price
FROM (VALUES ('m5.large', 'm5', 0.096), ('c5.xlarge', 'c5', 0.17)) AS t (name, family, price)
"""
_LISTED = """
CREATE TEMP TABLE listed AS
WITH
systems AS (
    SELECT * FROM (VALUES ('linux', 1.0, true), ('windows', 1.9, true), ('rhel', 1.4, true), ('suse', 1.3, true),
                          ('rhel_ha', 1.5, false), ('ubuntu_pro', 1.05, false)) AS s (system, licence, reserved)
),
ways AS (
    SELECT system, licence, tenancy, 'on_demand' AS option, NULL::INTEGER AS months, NULL::VARCHAR AS payment,
           NULL::VARCHAR AS class, surcharge AS share, 0.0 AS paid
    FROM systems, (VALUES ('shared', 1.0), ('dedicated', 1.06)) AS t (tenancy, surcharge)
    UNION ALL
    SELECT system, licence, 'shared', 'reserved', months, payment, class,
           CASE payment WHEN 'all_upfront' THEN 0 WHEN 'partial_upfront' THEN 0.3 ELSE 0.6 END * 12 / months,
           CASE payment WHEN 'all_upfront' THEN 0.58 WHEN 'partial_upfront' THEN 0.29 ELSE 0 END * months * 730
    FROM systems, (VALUES (12), (36)) AS m (months),
         (VALUES ('no_upfront'), ('partial_upfront'), ('all_upfront')) AS p (payment),
         (VALUES ('standard'), ('convertible')) AS c (class)
    WHERE reserved
),
places AS (
    SELECT region, 1 + row_number() OVER (ORDER BY region) / 100 AS dearer
    FROM regions WHERE provider = 'aws' AND region NOT LIKE '%gov%' AND region NOT LIKE 'cn-%'
      AND regexp_matches(region, '^[a-z]+-[a-z]+-[0-9]$') ORDER BY region LIMIT $regions
)
SELECT
    $source AS source, 'aws' AS provider, 'AmazonEC2' AS service, 'compute' AS category,
    md5(concat_ws('/', m.instance_type, p.region, w.system, w.tenancy, w.option))[:16] AS sku_id,
    m.instance_type AS name, m.instance_type, w.system AS operating_system, w.tenancy, p.region, NULL::VARCHAR AS zone,
    w.option AS purchase_option, 'list' AS price_type, w.months AS term_months, w.payment,
    w.class AS offering_class, 0::DECIMAL(20, 10) AS tier_from, NULL::DECIMAL(20, 10) AS tier_to, 'hour' AS unit,
    'Hrs' AS unit_raw, 'USD' AS currency,
    round(m.base * p.dearer * w.licence * w.share, 4)::DECIMAL(20, 10) AS price,
    CASE WHEN w.paid > 0 THEN round(m.base * p.dearer * w.licence * w.paid, 2)::DECIMAL(20, 10) END AS upfront,
    NULL::TIMESTAMPTZ AS effective_from,
    format('https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/20261101000000/{}/index.csv', p.region)
        AS source_url,
    NULL::VARCHAR AS attributes, m.number % $moved = 0 AS moves
FROM (SELECT *, row_number() OVER (ORDER BY instance_type) AS number FROM machines) AS m, places AS p, ways AS w
WHERE w.share > 0 OR w.paid > 0
"""
_KEYS = """
INSERT INTO price_keys BY NAME
SELECT
    price_id_of(source, provider, service, sku_id, instance_type, operating_system, tenancy, region, zone,
                purchase_option, price_type, term_months, payment, offering_class, tier_from, unit, currency) AS price_id,
    * EXCLUDE (price, upfront, moves)
FROM listed
ORDER BY region, instance_type
"""
_NUMBERED = """
CREATE TEMP TABLE numbered AS
SELECT k.key_no, l.price, l.upfront, l.region, $past + (hash(k.key_no) % 1000 < $part)::INTEGER AS earlier
FROM listed AS l
JOIN price_keys AS k
    ON (k.sku_id, k.region) = (l.sku_id, l.region)
    AND (k.term_months, k.payment, k.offering_class) IS NOT DISTINCT FROM (l.term_months, l.payment, l.offering_class)
"""
_BATCHES = """
INSERT INTO batches BY NAME
SELECT
    format('{}-{}', region, week) AS batch_id, $source AS source, 'aws' AS provider, 'AmazonEC2' AS service,
    [region] AS regions, $now::TIMESTAMPTZ - to_weeks(week) AS as_of, as_of AS observed_at, '1' AS parser,
    'accepted' AS verdict, 0 AS row_count, 0 AS quarantined, '{}' AS reasons, [] AS failures, '[]' AS payloads,
    0 AS price_count
FROM (SELECT DISTINCT region FROM listed), range(1, 52 * $years + 1) AS y (week)
"""
# `ago` is how many weeks ago the price in force began.
_OPEN = """
INSERT INTO open_spans
SELECT key_no, $now::TIMESTAMPTZ - to_weeks(ago), price, upfront, format('{}-{}', region, ago),
       CASE WHEN earlier > 0 THEN $now::TIMESTAMPTZ - to_weeks(ago) END
FROM (SELECT *, (1 + hash(key_no) % 52)::INTEGER AS ago FROM numbered) ORDER BY key_no
"""
_PAST = """
INSERT INTO past_spans
SELECT key_no, $now::TIMESTAMPTZ - to_weeks(ago + 52 * year), $now::TIMESTAMPTZ - to_weeks(ago + 52 * (year - 1)),
       round(price * (1 + 0.01 * year), 4), upfront, format('{}-{}', region, ago + 52 * year),
       CASE WHEN year < earlier THEN $now::TIMESTAMPTZ - to_weeks(ago + 52 * year) END
FROM (
    SELECT *, (1 + hash(key_no) % 52)::INTEGER AS ago, unnest(range(1, earlier + 1))::INTEGER AS year FROM numbered
)
WHERE CASE WHEN $late THEN hash(key_no, year) % 10 = 0 ELSE hash(key_no, year) % 10 > 0 END
ORDER BY CASE WHEN $late THEN -(ago + 52 * year) ELSE 0 END, key_no, year DESC
"""
_NEXT = """
SELECT
    * EXCLUDE (price, upfront, moves), CASE WHEN moves THEN round(price * 0.95, 4) ELSE price END::DECIMAL(20, 10) AS price,
    CASE WHEN moves THEN round(upfront * 0.95, 2) ELSE upfront END::DECIMAL(20, 10) AS upfront,
    $now::TIMESTAMPTZ AS observed_at
FROM listed
ORDER BY instance_type, region, operating_system, tenancy, purchase_option
"""


def invent(limits: Settings, prices: int, past: int, embedder: DocumentEmbedder) -> Batch:
    """Publish a snapshot of `prices` prices in force and `past` earlier ones, and stage the list after it."""
    folder = snapshots.begin(limits.store, _ID, None)
    batch_folder = staging.batch_folder(limits.store, "next")
    batch_folder.mkdir(parents=True)
    with build.opened(folder / snapshots.WAREHOUSE) as connection:
        build.load_reference(connection, limits.data)
        build.load_sources(connection, registry.SOURCES)
        values = {"machines": max(8, prices // (REGIONS * VARIANTS)), "regions": REGIONS, "source": SOURCE}
        _run(connection, _MACHINES, **values)
        _run(connection, _LISTED, **values, moved=MOVED)
        for text in (_KEYS, _NUMBERED, _BATCHES, _OPEN):
            per_price = past / prices
            part = round(1000 * (per_price % 1))
            _run(
                connection,
                text,
                past=int(per_price),
                part=part,
                years=int(per_price) + 2,
                source=SOURCE,
                now=NOW,
            )
        for late in (False, True):
            _run(connection, _PAST, late=late, now=NOW)
        connection.execute(
            "INSERT INTO machine_specs BY NAME SELECT * EXCLUDE (base), '2026-10-01'::TIMESTAMPTZ AS as_of, "
            "'us-east-1-1' AS batch_id FROM machines"
        )
        for name, schema, query in (
            ("prices", PRICES, _NEXT.replace("$now", f"'{NOW}'")),
            ("instance_types", INSTANCE_TYPES, "SELECT * EXCLUDE (base) FROM machines"),
        ):
            table = conform(connection.execute(query).to_arrow_table(), schema)
            pq.write_table(table, batch_folder / f"{name}.parquet", compression="zstd")
        build.derive(connection)
        history.settle(connection, _ID, keep_spot_days=0, now=NOW)
        cards.write_documents(connection, [])
        embed_missing(connection, embedder)
        known = knowledge.fill(connection, folder, embedder.model_id)
        build.describe(connection)
        rows = build.counts(connection)
    (folder / snapshots.VALIDATION).mkdir()
    manifest = snapshots.Manifest(_ID, NOW - timedelta(days=1), None, "", (), (), rows, known, {})
    snapshots.publish(limits.store, folder, snapshots.seal(folder, manifest))
    counted = {"prices": rows["prices_in_force"], "instance_types": rows["instance_types"]}
    batch = Batch("next", SOURCE, Scope("aws", "AmazonEC2"), NOW, NOW, "1", (), counted, {})
    (batch_folder / "batch.json").write_text(json.dumps(batch.to_dict(), default=str), encoding="utf-8")
    return batch


def _run(connection: duckdb.DuckDBPyConnection, text: str, **values: object) -> None:
    connection.execute(text, {name: value for name, value in values.items() if f"${name}" in text})


def store_of(folder: Path) -> Settings:
    return Settings(store=folder, memory_limit="4GB")
