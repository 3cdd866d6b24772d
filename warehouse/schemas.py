"""The Arrow schemas of what passes from one room to another; reached through `warehouse.contracts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

MONEY = pa.decimal128(20, 10)
TIME = pa.timestamp("us", tz="UTC")


def _field(name: str, kind: pa.DataType, *, nullable: bool = True) -> pa.Field[Any]:
    return pa.field(name, kind, nullable=nullable)


# One unit price of one SKU in one place under one way of buying. `tenancy` is null where the
# source does not say whose machine it is; the gate then infers it or refuses the row.
PRICES = pa.schema(
    [
        _field("provider", pa.string(), nullable=False),
        _field("service", pa.string(), nullable=False),
        _field("category", pa.string(), nullable=False),
        _field("sku_id", pa.string(), nullable=False),
        _field("name", pa.string(), nullable=False),
        _field("instance_type", pa.string()),
        _field("operating_system", pa.string()),
        _field("tenancy", pa.string()),
        _field("region", pa.string(), nullable=False),
        _field("zone", pa.string()),
        _field("purchase_option", pa.string(), nullable=False),
        _field("price_type", pa.string(), nullable=False),
        _field("term_months", pa.int32()),
        _field("payment", pa.string()),
        _field("offering_class", pa.string()),
        _field("tier_from", MONEY, nullable=False),
        _field("tier_to", MONEY),
        _field("unit", pa.string(), nullable=False),
        _field("unit_raw", pa.string(), nullable=False),
        _field("currency", pa.string(), nullable=False),
        _field("price", MONEY, nullable=False),
        _field("upfront", MONEY),
        _field("effective_from", TIME),
        _field("source", pa.string(), nullable=False),
        _field("source_url", pa.string(), nullable=False),
        _field("observed_at", TIME, nullable=False),
        _field("attributes", pa.string()),
    ]
)

# The columns that tell two prices apart: `price_id` is their 128-bit hash, in this order.
# Nothing that may change while it stays the same price is among them.
NATURAL_KEY = (
    "source",
    "provider",
    "service",
    "sku_id",
    "instance_type",
    "operating_system",
    "tenancy",
    "region",
    "zone",
    "purchase_option",
    "price_type",
    "term_months",
    "payment",
    "offering_class",
    "tier_from",
    "unit",
    "currency",
)

INSTANCE_TYPES = pa.schema(
    [
        _field("provider", pa.string(), nullable=False),
        _field("instance_type", pa.string(), nullable=False),
        _field("family", pa.string(), nullable=False),
        _field("vcpus", pa.float64()),
        _field("memory_gib", pa.float64()),
        _field("architecture", pa.string()),
        _field("cpu_model", pa.string()),
        _field("accelerator", pa.string()),
        _field("accelerator_count", pa.float64()),
        _field("accelerator_memory_gib", pa.float64()),
        _field("local_storage_gb", pa.float64()),
        _field("network_gbps", pa.float64()),
        _field("source", pa.string(), nullable=False),
    ]
)

# The user's own discounts. Patterns are SQL LIKE patterns; null matches everything.
DISCOUNT_RULES = pa.schema(
    [
        _field("rule", pa.string(), nullable=False),
        _field("provider", pa.string()),
        _field("service", pa.string()),
        _field("region", pa.string()),
        _field("purchase_option", pa.string()),
        _field("instance_type", pa.string()),
        _field("percent", MONEY, nullable=False),
        _field("valid_from", TIME),
        _field("valid_to", TIME),
    ]
)

# Units of `currency` for one US dollar on a day.
FX_RATES = pa.schema(
    [
        _field("currency", pa.string(), nullable=False),
        _field("rate_date", pa.date32(), nullable=False),
        _field("units_per_usd", MONEY, nullable=False),
        _field("source", pa.string(), nullable=False),
    ]
)

# What a machine scored in a benchmark; `configuration` is JSON text, null where there is but one.
BENCHMARKS = pa.schema(
    [
        _field("provider", pa.string(), nullable=False),
        _field("instance_type", pa.string(), nullable=False),
        _field("benchmark", pa.string(), nullable=False),
        _field("configuration", pa.string()),
        _field("score", pa.float64(), nullable=False),
        _field("unit", pa.string()),
        _field("higher_is_better", pa.bool_(), nullable=False),
        _field("source", pa.string(), nullable=False),
    ]
)

# How often spot machines are taken back within a month: from `percent_from` up to `percent_to` (null:
# no bound) of them; `saving_percent` is against on-demand.
INTERRUPTIONS = pa.schema(
    [
        _field("provider", pa.string(), nullable=False),
        _field("region", pa.string(), nullable=False),
        _field("instance_type", pa.string(), nullable=False),
        _field("operating_system", pa.string(), nullable=False),
        _field("percent_from", pa.int32(), nullable=False),
        _field("percent_to", pa.int32()),
        _field("saving_percent", pa.float64()),
        _field("source", pa.string(), nullable=False),
    ]
)

# What a batch may hold, by the name of its Parquet file.
TABLES: Mapping[str, pa.Schema] = {
    "prices": PRICES,
    "instance_types": INSTANCE_TYPES,
    "discount_rules": DISCOUNT_RULES,
    "fx_rates": FX_RATES,
    "benchmarks": BENCHMARKS,
    "interruptions": INTERRUPTIONS,
}


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with exactly the columns of `schema`: missing nullable ones are null, types are cast.

    Raises pa.ArrowInvalid where a cast would lose data, KeyError where a required column is missing.
    """
    columns: list[Any] = []
    for column in schema:
        if column.name in table.column_names:
            columns.append(table.column(column.name).cast(column.type))
        elif column.nullable:
            columns.append(pa.nulls(table.num_rows, column.type))
        else:
            raise KeyError(column.name)
    return pa.Table.from_arrays(columns, schema=schema)
