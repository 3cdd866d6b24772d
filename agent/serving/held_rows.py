"""What the snapshot holds, for the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from agent.serving.listings import Money


class SourceState(BaseModel):
    """A feed, and what the snapshot holds of it; the second half is null where it holds nothing."""

    source: str
    title: str
    state: str = Field(description="fresh, stale, not yet (collected) or not set up.")
    schedule: str
    licence: str
    needs: list[str]
    missing: str | None = Field(description="What it waits for.")
    fetched_at: datetime | None
    due_at: datetime | None = Field(description="When it is collected next; null before the first time.")
    providers: str | None
    as_of: datetime | None
    observed_at: datetime | None
    confirmed_at: datetime | None
    age_days: int | None
    oldest_days: int | None
    stale: bool | None
    scopes: int | None
    stale_scopes: int | None
    prices: int | None
    quarantined: int | None
    verdicts: list[str] | None


class Reason(BaseModel):
    """How many rows were refused for one reason."""

    source: str
    provider: str | None
    reason: str
    rows: int
    example: str | None


class Refused(BaseModel):
    """A row that the quality gate refused."""

    source: str
    provider: str | None
    instance_type: str | None
    operating_system: str | None
    region: str | None
    purchase_option: str | None
    price: Money | None
    likely_price: Money | None
    currency: str | None
    reason: str
    detail: str | None
    as_of: datetime | None
    batch_id: str


class Options(BaseModel):
    """What the filters of /v1/offers can be in this snapshot."""

    snapshot: str
    providers: list[dict[str, Any]] = Field(description="Each with its offers, machines and regions.")
    regions: list[dict[str, Any]] = Field(description="Of every provider, with name, city and country.")
    accelerators: list[dict[str, Any]]
    operating_systems: list[str]
    purchase_options: list[str]
    tenancies: list[str]
    architectures: list[str]
    term_months: list[int]
    payments: list[str]
    currencies: list[str] = Field(description="Those with a rate.")
    own: bool = Field(description="Whether there are prices or discounts of your own.")


class SnapshotRow(BaseModel):
    """A published snapshot; what its manifest says is null where that is damaged."""

    snapshot: str
    in_force: bool
    created_at: datetime | None
    prices: int | None
    machines: int | None
    documents: int | None
    batches: int | None
    refused: int | None = Field(description="Batches that the quality gate refused.")
    damaged: str | None


class SnapshotTold(BaseModel):
    """What a snapshot is."""

    snapshot: str
    in_force: bool
    created_at: datetime
    previous: str | None
    rows: dict[str, int] = Field(description="Of each table.")
    batches: list[str]
    verdicts: list[dict[str, Any]] = Field(description="What the quality gate said of each batch.")
    knowledge: dict[str, Any]
    libraries: dict[str, str] = Field(description="The versions it was built with.")
    files: int
    bytes: int
    seal: str = Field(description="Digest of the manifest.")
    validation: str | None = Field(description="Where its validation report is.")
