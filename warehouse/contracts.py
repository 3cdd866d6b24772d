"""The types and Arrow schemas that cross a border between rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from warehouse.schemas import BENCHMARKS as BENCHMARKS
    from warehouse.schemas import DISCOUNT_RULES as DISCOUNT_RULES
    from warehouse.schemas import FX_RATES as FX_RATES
    from warehouse.schemas import INSTANCE_TYPES as INSTANCE_TYPES
    from warehouse.schemas import INTERRUPTIONS as INTERRUPTIONS
    from warehouse.schemas import MONEY as MONEY
    from warehouse.schemas import NATURAL_KEY as NATURAL_KEY
    from warehouse.schemas import PRICES as PRICES
    from warehouse.schemas import TABLES as TABLES
    from warehouse.schemas import TIME as TIME
    from warehouse.schemas import conform as conform


def __getattr__(name: str) -> Any:
    """The schemas once somebody asks for one: an answer needs none, and pyarrow is slow to import."""
    if not name.startswith("_"):
        from warehouse import schemas

        if hasattr(schemas, name):
            return getattr(schemas, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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


@dataclass(frozen=True)
class SourceInfo:
    """One line of the registry. `rank` orders sources that price the same thing: the lower wins.

    `schedule` is the class of `prefect.yaml` (hourly, daily, weekly, release); data older than
    `max_age_days` is called stale. `needs` names a setting (`setting:gcp_api_key`), an
    extra (`extra:aws`) or a credential (`credential:aws`) without which it is skipped.
    A `bundled` source needs no network. Prices of a `market` move by nature, on-demand ones too.
    """

    name: str
    title: str
    schedule: str
    max_age_days: int
    rank: int
    licence: str
    homepage: str
    needs: tuple[str, ...] = ()
    bundled: bool = False
    market: bool = False


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
    `digests` are hashes of the rows, so equal data gives an equal `batch_id` whenever it is read. An
    `edition` was brought later, and counts as observed at the moment it speaks for.
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
    edition: bool = False

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
    """One text of the knowledge base. `document_id` names its subject and language, for good.

    `parent` is the subject of the card one level up: `family/aws/m5` of `machine/aws/m5.large`. The
    figures of its text held from `valid_from` on, and were last confirmed on `valid_to`, which is not
    part of the text: a daily confirmation makes no other text.
    """

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
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


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
    """One document found by a search in the knowledge of `snapshot`; `score`: higher is better.

    `folded` are ids of others that say nearly the same, and are left out of the results for it; `passages`
    are those of a guide that tell what was asked for, the best first, and `told` how much the best tells.
    """

    document: Document
    score: float
    matched: tuple[str, ...] = ()  # of: vector, words, name
    snapshot: str = ""
    folded: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    told: float = 0.0


@dataclass(frozen=True)
class Found:
    """What a search found: `shards` are the collections it asked, `degraded` why vectors took no part."""

    hits: tuple[Hit, ...] = ()
    shards: tuple[str, ...] = ()
    degraded: str | None = None


@dataclass(frozen=True)
class LiveAsk:
    """One machine, whose provider's own feed is asked what it costs now."""

    provider: str
    machine: str
    region: str
    operating_system: str = "linux"
    tenancy: str = "shared"
    purchase_option: str = "on_demand"
    term_months: int | None = None
    payment: str | None = None
    offering_class: str | None = None


@dataclass(frozen=True)
class LiveReply:
    """Hourly prices of `PRICES`, the lowest first; without any, `why` says what is in the way.

    `why` is `no_feed`, `unlisted`, `late`, `resting` or `failed`; `seconds` is how long was waited, or
    how long the feed is left alone yet; `message` is what failed.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    why: str = ""
    seconds: float = 0.0
    message: str = ""
