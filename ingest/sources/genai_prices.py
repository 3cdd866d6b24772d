"""Prices of language models by provider and model, with dated changes, from the package genai-prices.

The package states an undated price as valid at any time, which says nothing about when it began. So
history is taken from what is dated: a change is in force from its date, the price before it is known
for the day before. Until `COMPLETE_FROM` a batch therefore holds only the models with a dated price;
from then on each batch is the whole list. Undated prices speak for the day the list was last
refreshed: the latest change of OpenRouter, whose prices are observed daily and never announced.
Changes announced for later have a batch of their own date, in the future when it is parsed.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope

NAME = "genai_prices"
SERVICE = "tokens"

# The list in genai-prices 0.2.3, the first this source read, was refreshed last on this day. Moving
# it would let a partial batch close prices that a whole one of an earlier release had opened.
COMPLETE_FROM = date(2026, 11, 9)

_PACKAGE = "genai-prices"
_LEFT_OUT = {"extractors", "match", "model_match", "provider_match", "api_pattern"}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    return [] if selection.services and SERVICE not in selection.services else [Scope(service=SERVICE)]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    """The package holds its list as Python; it is kept in the JSON form of the project's own feed."""
    providers = importlib.import_module("genai_prices.data").providers
    document = json.dumps(_plain(providers), sort_keys=True).encode()
    yield Fetched("providers.json", client.package_url(_PACKAGE, "genai_prices/data.py"), [document])


def _plain(value: Any) -> Any:
    """Dataclasses as objects without nulls, dates as ISO text, money as shortest exact numbers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if dataclasses.is_dataclass(value) or type(value).__name__ == "ModelPrice":
        return _plain({key: item for key, item in vars(value).items() if key not in _LEFT_OUT})
    return value


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with workspace(NAME) as room:
        room.add_json("feed", payload.read())
        room.add("entries", room.run("entries"))
        room.add("rates", room.run("rates"))
        room.add("days", room.run("days", {"complete_from": COMPLETE_FROM}))
        rows = room.run("prices")
    constants = {
        "service": SERVICE,
        "category": "ai",
        "region": "global",
        "purchase_option": "on_demand",
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    days = sorted({day for day in rows["day"].to_pylist() if day is not None})
    for day in days:
        of_day = rows.filter(pc.field("day") == pa.scalar(day))
        yield Tables({"prices": conformed("prices", of_day, **constants)}, datetime.combine(day, time(), UTC))
