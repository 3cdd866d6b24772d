"""What a row holds, for the description of the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from agent.serving.listings import Listing, Money


class Offer(BaseModel):
    """A machine that can be rented by the hour, in one place and one way of buying."""

    price_id: str = Field(description="The price; see /v1/prices/{price_id}.")
    provider: str = Field(examples=["aws"])
    instance_type: str = Field(examples=["p5.48xlarge"])
    family: str | None
    vcpus: float | None
    memory_gib: float | None
    architecture: str | None = Field(description="x86_64 or arm64.")
    accelerator: str | None = Field(examples=["H100"])
    accelerator_count: float | None
    accelerator_memory_gib: float | None = Field(description="Of each one.")
    local_storage_gb: float | None
    operating_system: str | None
    tenancy: str | None
    region: str | None = Field(examples=["us-east-1"])
    region_name: str | None
    city: str | None
    country: str | None = Field(description="ISO 3166.")
    zone: str | None
    purchase_option: str
    price_type: str = Field(description="list, or contracted for your own.")
    term_months: int | None
    payment: str | None
    offering_class: str | None
    currency: str
    price_hour: Money = Field(description="In `currency`, an upfront part spread over the term.")
    price_month: Money = Field(description="Of 730 hours.")
    price_usd_hour: Money
    price_usd_month: Money
    price_usd_gpu_hour: Money | None = Field(description="Of each accelerator.")
    rule: str | None = Field(default=None, description="With `own`: the discount that was taken off.")
    discount_percent: Money | None = Field(default=None, description="With `own`.")
    price_hour_in: Money | None = Field(default=None, description="With `currency`: in that one.")
    price_month_in: Money | None = Field(default=None, description="With `currency`.")
    in_currency: str | None = Field(default=None, description="With `currency`.")
    fx_rate: Money | None = Field(default=None, description="With `currency`: the rate it was converted at.")
    fx_date: date | None = Field(default=None, description="With `currency`: the rate's day.")
    fx_source: str | None = Field(default=None, description="With `currency`: who publishes the rate.")
    converted: bool | None = Field(
        default=None, description="With `currency`: false where the seller publishes it."
    )
    upfront: Money | None
    components: list[dict[str, Any]] | None = Field(description="The parts of a price that is a sum.")
    lowest_of: int | None = Field(description="Of how many offers of a market it is the lowest.")
    interruption_from: int | None = Field(description="Percent of spot machines taken back in a month.")
    interruption_to: int | None
    source: str = Field(description="See /v1/sources.")
    source_url: str | None
    effective_from: datetime | None
    valid_from: datetime = Field(description="Since when it is the price.")
    as_of: datetime = Field(description="The moment the data speaks for.")
    observed_at: datetime
    confirmed_at: datetime
    stale: bool = Field(description="Whether its source was silent for too long when this was published.")


class Price(BaseModel):
    """A price, in force or the last there was."""

    price_id: str
    provider: str
    service: str | None
    category: str
    sku_id: str | None
    name: str | None
    instance_type: str | None
    operating_system: str | None
    tenancy: str | None
    region: str | None
    zone: str | None
    purchase_option: str
    price_type: str
    term_months: int | None
    payment: str | None
    offering_class: str | None
    tier_from: Money | None
    tier_to: Money | None
    unit: str
    unit_raw: str | None
    currency: str
    price: Money = Field(description="Of one `unit`, in `currency`.")
    price_effective: Money = Field(description="With the upfront part spread over the term.")
    upfront: Money | None
    attributes: dict[str, Any] | None = Field(description="What else the source says of it.")
    valid_from: datetime
    valid_to: datetime | None = Field(description="Null while it is in force.")
    effective_from: datetime | None
    source: str
    source_url: str | None
    batch_id: str
    as_of: datetime
    observed_at: datetime
    confirmed_at: datetime | None


class PriceSource(BaseModel):
    """The feed that a price is from."""

    source: str
    title: str
    licence: str
    homepage: str | None
    schedule: str
    max_age_days: int = Field(description="Days after which its data counts as stale.")


class PriceBatch(BaseModel):
    """The collected run that brought a price."""

    batch_id: str
    parser: str | None
    verdict: str = Field(description="What the quality gate said of it.")
    row_count: int | None
    quarantined: int | None
    as_of: datetime
    observed_at: datetime
    payloads: list[dict[str, Any]] = Field(description="What the source answered with, by digest.")
    first_snapshot: str | None = Field(description="The snapshot it was first published in.")


class PriceCitation(BaseModel):
    """How to cite a price, as answers do."""

    title: str
    price_id: str
    source: str
    source_url: str | None
    observed_at: datetime
    as_of: datetime


class PriceTold(BaseModel):
    """All of one price."""

    snapshot: str
    price: Price
    components: list[dict[str, Any]] | None = Field(description="The parts of a price that is a sum.")
    intervals: int = Field(description="How many intervals its history has.")
    source: PriceSource
    batch: PriceBatch
    citation: PriceCitation


class Interval(BaseModel):
    """From when to when a price was what it was."""

    price_id: str
    valid_from: datetime
    valid_to: datetime | None
    price: Money
    upfront: Money | None
    currency: str
    unit: str
    change_percent: float | None = Field(description="From the interval before; upfront parts included.")
    source: str
    source_url: str | None
    as_of: datetime
    observed_at: datetime
    batch_id: str


class Change(BaseModel):
    """A list price that changed."""

    model_config = {"extra": "allow"}

    price_id: str
    provider: str
    instance_type: str | None
    name: str | None
    region: str | None
    operating_system: str | None
    purchase_option: str
    currency: str
    unit: str
    old_price: Money
    new_price: Money
    change_percent: float | None
    changed_at: datetime
    observed_at: datetime
    as_of: datetime
    source: str
    source_url: str | None


class Changes(Listing[Change]):
    """Those that were found, of all providers together."""

    fell: int
    rose: int
