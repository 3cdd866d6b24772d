"""Small tables that cards are written from: two providers' machines, a few language models, their changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.cards import write_documents
from warehouse.statements import statement

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"

_MACHINES = """
CREATE TABLE instance_types AS
SELECT *, NULL::VARCHAR AS cpu_model, TIMESTAMPTZ '2025-03-12 00:00:00+00' AS as_of FROM (VALUES
    ('aws', 'p5.48xlarge', 'p5', 192, 2048, 'x86_64', 'H100', 8, 80, 30400, 3200, 'libcloud'),
    ('aws', 't4g.nano', 't4g', 1, 0.5, 'arm64', NULL, NULL, NULL, 0, NULL, 'libcloud'),
    ('aws', 't4g.micro', 't4g', 2, 1, 'arm64', NULL, NULL, NULL, 0, NULL, 'libcloud'),
    ('aws', 't4g.small', 't4g', 2, 2, 'arm64', NULL, NULL, NULL, 0, NULL, 'libcloud'),
    ('aws', 'inf1.xlarge', 'inf1', 4, 8, 'x86_64', 'Newchip', NULL, 8, NULL, NULL, 'libcloud'),
    ('azure', 'Standard_ND96', 'ND', 96, 1900, 'x86_64', 'H100', 8, 80, NULL, NULL, 'libcloud'),
    ('azure', 'Standard_D4s_v3', 'D', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'libcloud'),
    ('azure', 'Standard_D9_v9', 'D', 9, 9, 'x86_64', NULL, NULL, NULL, NULL, NULL, 'libcloud'),
    ('linode', 'solo', 'solo', 1, 1, 'x86_64', NULL, NULL, NULL, NULL, NULL, 'libcloud')
) AS v (provider, instance_type, family, vcpus, memory_gib, architecture, accelerator, accelerator_count,
        accelerator_memory_gib, local_storage_gb, network_gbps, source)
"""

# Prices in force since a day, last confirmed on another.
_OFFERS = """
CREATE TABLE offers AS
SELECT
    v.*, v.price_usd_hour AS price_hour, 'USD' AS currency, CASE provider WHEN 'aws' THEN 'AmazonEC2' ELSE 'Machines' END AS service,
    md5(concat_ws('/', provider, instance_type, region, purchase_option, operating_system, price_type))::UUID AS price_id,
    'libcloud' AS source, TIMESTAMPTZ '2026-11-20 00:00:00+00' AS as_of, TIMESTAMPTZ '2026-11-20 00:00:00+00' AS confirmed_at
FROM (VALUES
    ('aws', 'p5.48xlarge', 'us-east-1', 'on_demand', 'linux', 'shared', 'list', 98.32::DECIMAL(20, 10), TIMESTAMPTZ '2025-03-12 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-east-2', 'on_demand', 'linux', 'shared', 'list', 98.32, '2025-03-12 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'sa-east-1', 'on_demand', 'linux', 'shared', 'list', 165.1776, '2026-01-31 23:00:00+00'),
    ('aws', 'p5.48xlarge', 'eu-west-1', 'on_demand', 'linux', 'shared', 'list', 110, '2026-11-01 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'linux', 'dedicated', 'list', 11.0, '2024-01-01 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'windows', 'shared', 'list', 12.0, '2024-01-01 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'linux', 'shared', 'contracted', 13.0, '2024-01-01 00:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-east-2', 'spot', 'linux', 'shared', 'list', 30.5, '2026-11-19 07:00:00+00'),
    ('aws', 'p5.48xlarge', 'us-east-1', 'spot', 'linux', 'shared', 'list', 33, '2026-11-20 07:00:00+00'),
    ('azure', 'Standard_ND96', 'eastus', 'on_demand', 'linux', NULL, 'list', 80, '2026-06-01 00:00:00+00'),
    ('azure', 'Standard_D4s_v3', 'brazilsouth', 'on_demand', 'windows', 'shared', 'list', 0.5, '2026-06-01 00:00:00+00'),
    ('aws', 't4g.nano', 'us-east-1', 'on_demand', 'linux', 'shared', 'list', 0.0042, '2025-03-12 00:00:00+00'),
    ('aws', 't4g.nano', 'sa-east-1', 'on_demand', 'linux', 'shared', 'list', 0.0067, '2025-03-12 00:00:00+00'),
    ('aws', 't4g.micro', 'us-east-1', 'on_demand', 'linux', 'shared', 'list', 0.0084, '2025-03-12 00:00:00+00'),
    ('linode', 'solo', 'us-ord', 'on_demand', 'linux', 'shared', 'list', 0.0075, '2025-03-12 00:00:00+00')
) AS v (provider, instance_type, region, purchase_option, operating_system, tenancy, price_type, price_usd_hour, valid_from)
"""

_TOKENS = """
CREATE TABLE token_prices AS
SELECT
    v.*, model AS name, 'global' AS region, 'list' AS price_type, 0 AS tier_from, 'genai_prices' AS source,
    TIMESTAMPTZ '2026-11-20 00:00:00+00' AS confirmed_at
FROM (VALUES
    ('anthropic', 'claude-haiku-4-5', 'input', 1.00, 200000, TIMESTAMPTZ '2026-10-01 00:00:00+00'),
    ('anthropic', 'claude-haiku-4-5', 'output', 5.00, 200000, '2026-10-01 00:00:00+00'),
    ('anthropic', 'claude-haiku-4-5', 'cached_input', 0.10, 200000, '2026-10-15 00:00:00+00'),
    ('anthropic', 'claude-haiku-4-5', 'input:batch', 0.50, 200000, '2026-10-01 00:00:00+00'),
    ('openrouter', 'anthropic/claude-haiku-4.5', 'input', 0.90, 180000, '2026-11-09 00:00:00+00'),
    ('openrouter', 'anthropic/claude-haiku-4.5', 'output', 5.00, 180000, '2026-11-09 00:00:00+00'),
    ('openrouter', 'anthropic/claude-haiku-4.5:batch', 'input', 0.45, 180000, '2026-11-09 00:00:00+00'),
    ('openrouter', 'anthropic/claude-opus-5', 'input', 5, 200000, '2026-11-09 00:00:00+00'),
    ('openrouter', 'anthropic/claude-opus-5', 'output', 25, 200000, '2026-11-09 00:00:00+00'),
    ('aws', 'global.anthropic.claude-haiku-4-5-v1:0', 'input', 1.00, NULL, '2026-11-09 00:00:00+00'),
    ('aws', 'regional.anthropic.claude-haiku-4-5-v1:0', 'input', 1.10, NULL, '2026-11-09 00:00:00+00'),
    ('fireworks', 'glm-5p2', 'input', 0.60, NULL, '2026-11-09 00:00:00+00'),
    ('fireworks', 'glm-5p2', 'output', 2.20, NULL, '2026-11-09 00:00:00+00'),
    ('openrouter', 'nvidia/llama-3.1-nemotron:free', 'input', 0, NULL, '2026-11-09 00:00:00+00'),
    ('openrouter', 'nvidia/llama-3.1-nemotron', 'input', 1.2, NULL, '2026-11-09 00:00:00+00'),
    ('typesafe', 'jev-1.14.0', 'input', 0.2, NULL, '2026-11-09 00:00:00+00')
) AS v (provider, model, kind, price_usd_million_tokens, context_window, valid_from)
"""

# What the view of this name says of the two above: a price in force each.
_PRICES = """
CREATE TABLE prices AS
SELECT
    provider, service, 'compute' AS category, instance_type, operating_system, region, purchase_option, 'hour' AS unit,
    source, NULL::JSON AS attributes, valid_from, NULL::TIMESTAMPTZ AS valid_to, confirmed_at
FROM offers
UNION ALL
SELECT
    provider, 'tokens', 'ai', NULL, NULL, region, 'on_demand', 'million_tokens', source,
    json_object('model', model, 'kind', kind), valid_from, NULL, confirmed_at
FROM token_prices
"""


_TABLES = (
    "01_batches",
    "03_key_numbers",
    "03_price_keys",
    "04_open_spans",
    "04_past_spans",
    "04_spans",
    "07_sources",
    "08_documents",
    "21_first_snapshots",
)
_CELLS = """CREATE TABLE cells AS SELECT source, '' AS provider, '' AS service, '' AS region, '' AS purchase_option,
now() AS observed_at FROM sources"""


@contextmanager
def opened_cards() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that cards are written from, with no card yet."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in ("regions", "countries", "accelerators"):
            path = str(REFERENCE / f"{table}.csv")
            connection.execute(statement(f"reference/{table}"), {"path": path})
        for name in _TABLES:
            connection.execute(statement(f"schema/{name}"))
        for sql in (_MACHINES, _OFFERS, _TOKENS, _PRICES, _CELLS, statement("views/31_price_changes")):
            connection.execute(sql)
        yield connection


def add_source(connection: duckdb.DuckDBPyConnection, source: str, schedule: str = "daily") -> None:
    """A source with one batch of its own name, for spans to be of."""
    connection.execute(
        "INSERT INTO sources VALUES ($source, 'Specs of somebody', $schedule, 90, 60, 'CC-BY-SA-4.0', 'https://e.org')",
        {"source": source, "schedule": schedule},
    )
    connection.execute(
        """
        INSERT INTO batches BY NAME SELECT
            $source AS batch_id, $source AS source, now() AS as_of, now() AS observed_at, '' AS parser, 'accepted' AS verdict,
            0 AS row_count, 0 AS quarantined, '{}' AS reasons, []::VARCHAR[] AS failures, '[]' AS payloads
        """,
        {"source": source},
    )


_OPEN = "INSERT INTO open_spans VALUES ($key, $day::TIMESTAMPTZ, $price, NULL, $batch, $before::TIMESTAMPTZ)"
_PAST = (
    "INSERT INTO past_spans VALUES "
    "($key, $day::TIMESTAMPTZ, $until::TIMESTAMPTZ, $price, NULL, $batch, $before::TIMESTAMPTZ)"
)


def add_spans(
    connection: duckdb.DuckDBPyConnection,
    amounts: dict[str, float | None],
    source: str = "aws_list",
    **key: Any,
) -> None:
    """The history of one price: amounts by the day from which they held, None from when there was none."""
    described = {
        "provider": "aws", "service": "AmazonEC2", "category": "compute", "sku_id": "", "name": "a machine",
        "region": "us-east-1", "purchase_option": "on_demand", "price_type": "list", "tier_from": 0, "unit": "hour",
        "unit_raw": "Hrs", "currency": "USD", "source_url": "https://e.org", "source": source,
    } | key  # fmt: skip
    columns = ", ".join(f"${name} AS {name}" for name in described)
    (key_no,) = connection.execute(
        f"INSERT INTO price_keys BY NAME SELECT uuid() AS price_id, {columns} RETURNING key_no", described
    ).fetchall()[0]
    days, previous_to = [*amounts, None], None
    for (day, price), until in zip(amounts.items(), days[1:], strict=True):
        if price is not None:
            span = {
                "key": key_no,
                "day": day,
                "until": until,
                "price": price,
                "batch": source,
                "before": previous_to,
            }
            connection.execute(
                _OPEN if until is None else _PAST, {k: v for k, v in span.items() if until or k != "until"}
            )
            previous_to = until


def written(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Every card by its document_id, written now."""
    write_documents(connection, [])
    relation = connection.execute("SELECT * FROM documents ORDER BY document_id")
    names = [column[0] for column in relation.description]
    rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    return {row["document_id"]: row for row in rows}


def changed(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> set[str]:
    """Subjects whose text in some language is another, new or gone."""
    differ = {
        key
        for key in before.keys() | after.keys()
        if before.get(key, {}).get("content_hash") != after.get(key, {}).get("content_hash")
    }
    return {key.rpartition("/")[0] for key in differ}
