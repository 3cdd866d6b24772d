"""The types and Arrow schemas that cross a border between rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

import pyarrow as pa

MONEY = pa.decimal128(20, 10)
TIME = pa.timestamp("us", tz="UTC")

CATEGORIES = ("compute", "storage", "network", "database", "ai", "other")
PURCHASE_OPTIONS = ("on_demand", "spot", "reserved", "savings_plan", "commitment")
PAYMENTS = ("no_upfront", "partial_upfront", "all_upfront")
PRICE_TYPES = ("list", "contracted")
TENANCIES = ("shared", "dedicated", "host")
OPERATING_SYSTEMS = ("linux", "windows", "rhel", "rhel_ha", "suse", "ubuntu_pro", "sles_sap", "byol")
UNITS = (
    "hour",
    "vcpu_hour",
    "gib_hour",
    "gb",
    "gb_month",
    "gb_hour",
    "iops_month",
    "request",
    "thousand_requests",
    "million_tokens",
    "unit",
)


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


@dataclass(frozen=True)
class SourceInfo:
    """One line of the registry. `rank` orders sources that price the same thing: the lower wins.

    `schedule` is the class of `prefect.yaml` (hourly, daily, weekly, release); data older than
    `max_age_days` is called stale. `needs` names an extra (`extra:excel`), an environment
    variable (`key:GCP_API_KEY`) or a setting (`setting:price_files`) without which it is skipped.
    """

    name: str
    title: str
    schedule: str
    max_age_days: int
    rank: int
    licence: str
    homepage: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What a batch claims to cover; None means everything the source carries."""

    provider: str | None = None
    service: str | None = None
    regions: tuple[str, ...] | None = None
    purchase_options: tuple[str, ...] | None = None

    def __str__(self) -> str:
        parts = (self.provider, self.service, *(self.regions or ()), *(self.purchase_options or ()))
        return "/".join(part for part in parts if part) or "all"

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        lists = {
            key: tuple(record[key]) if record.get(key) is not None else None
            for key in ("regions", "purchase_options")
        }
        return cls(record.get("provider"), record.get("service"), **lists)


@dataclass(frozen=True)
class PayloadRecord:
    """One kept answer of a source. `sha256` is over the bytes as they came, before compression."""

    sha256: str
    name: str
    url: str
    size: int
    fetched_at: datetime


@dataclass(frozen=True)
class Batch:
    """One collected run of one source over one scope, staged as Parquet files in its own folder.

    `as_of` is the moment the data speaks for: its own date where it has one, else `observed_at`.
    `digests` are hashes of the rows, so equal data gives an equal `batch_id` whenever it is read.
    """

    batch_id: str
    source: str
    scope: Scope
    as_of: datetime
    observed_at: datetime
    parser: str
    payloads: tuple[PayloadRecord, ...]
    rows: Mapping[str, int]
    digests: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        payloads = tuple(
            PayloadRecord(**{**entry, "fetched_at": datetime.fromisoformat(entry["fetched_at"])})
            for entry in record["payloads"]
        )
        times = {key: datetime.fromisoformat(record[key]) for key in ("as_of", "observed_at")}
        scope = Scope.from_dict(record["scope"])
        return cls(**{**record, **times, "scope": scope, "payloads": payloads})


@dataclass(frozen=True)
class Document:
    """One text of the knowledge base. `document_id` names its subject and language, for good."""

    document_id: str
    kind: str
    language: str
    title: str
    text: str
    source: str
    provider: str | None = None
    entity: str | None = None
    keywords: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the quality gate says of a batch; `reasons` counts quarantined rows by reason."""

    batch_id: str
    verdict: str  # accepted | accepted_with_quarantine | refused
    rows: int
    quarantined: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryResult:
    """Rows of a served query; `truncated` when the row cap cut them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    duration_ms: float = 0.0

    def records(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Hit:
    """One document found by a search; `score` is the fused rank, higher is better."""

    document: Document
    score: float
    matched: tuple[str, ...] = ()  # of: vector, words, name


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
