"""What is worked out from prices, for the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.serving.listings import Listing, Money, Row


class Worked(Listing[Row]):
    """Rows, and what is worked out from all of them."""

    figures: dict[str, Any] = Field(description="Totals, alternatives, assumptions: what is of no one row.")


class Compared(BaseModel):
    """The best offer of a side, with all an offer has."""

    model_config = ConfigDict(extra="allow")

    side: str
    price_id: str
    provider: str
    instance_type: str
    region: str | None
    purchase_option: str
    price_usd_hour: Money
    tied_regions: list[str | None] = Field(description="Regions of the same price.")
    dearer_percent: Money = Field(description="Than the first.")
    saving_percent: Money = Field(description="What the first saves against this one.")
    times: Money | None = Field(description="The price in prices of the first.")
    saving_usd_hour: Money
    saving_usd_month: Money
    source: str
    as_of: datetime


class BillLine(BaseModel):
    """One line of a bill; without a price it says so in `amount`."""

    model_config = ConfigDict(extra="allow")

    line: int
    kind: str
    item: str
    quantity: Money | None
    unit: str | None
    unit_price: Money | None
    amount: Money | None = Field(description="Null where there is no price.")
    currency: str | None
    amount_usd: Money | None
    price_id: str | None
    source: str | None
    as_of: datetime | None


class Recommended(BaseModel):
    """An offer that meets the needs, by what the whole use costs."""

    model_config = ConfigDict(extra="allow")

    price_id: str
    provider: str
    instance_type: str
    region: str | None
    purchase_option: str
    term_months: int | None
    total_usd: Money = Field(description="Of all machines and months.")
    effective_usd_hour: Money
    saving_percent: Money | None = Field(description="Against the cheapest on demand that meets the needs.")
    gives_up: list[str] = Field(
        description="commitment, unused, upfront, interruption, market, burstable, stale."
    )
    source: str
    as_of: datetime


class Document(BaseModel):
    """A guide or card that was found."""

    document_id: str
    kind: str
    language: str
    title: str
    summary: str
    text: str
    provider: str | None
    entity: str | None
    source: str
    score: float = Field(description="Higher is better.")
    matched: list[str] = Field(description="By which of vector, words, name.")
    passages: list[str] = Field(description="Those that tell what was asked for, the best first.")
    folded: list[str] = Field(description="Ids of others that say nearly the same.")
    as_of: str | None = Field(description="The day its figures were last confirmed.")


class Documents(Listing[Document]):
    """What a search found."""

    degraded: str | None = Field(description="Why the search was less than it should be.")
