"""Token prices of OpenRouter, as the seller itself lists them.

`GET /api/v1/models` needs no key: `{"data": [...], "total_count": n}`, in each model `pricing` with
decimal strings in US dollars per token, request or search, as OpenRouter's openapi.json describes it.
`overrides` are conditional prices: from so many prompt tokens on (`min_prompt_tokens`), or within a
window of the UTC day (`utc_start`, `utc_end` as HHMM, `utc_days`); a later one wins.

Left out on purpose: "-1" (a router, whose price is that of the model it picks), aliases of other
models, models that answer in neither text nor embeddings, rates of images (the documents say per
image, many figures are per token), zeros of the meters a model does not use. Zero for input and
output is free only for `:free` variants; elsewhere it goes to the gate as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "openrouter"
SERVICE = "tokens"

_URL = "https://openrouter.ai/api/v1/models"
_COLUMNS = {
    "id": "VARCHAR",
    "name": "VARCHAR",
    "alias_target": "JSON",
    "context_length": "BIGINT",
    "expiration_date": "VARCHAR",
    "architecture": "JSON",
    "pricing": "JSON",
}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    wanted = selection.services is None or SERVICE in selection.services
    return [Scope("openrouter", SERVICE)] if wanted else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "models.json")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with workspace(NAME) as room:
        room.load_items("models", payloads, ("data",), _COLUMNS, required=("id", "pricing"))
        room.add_json("feed", payload.read())
        (counted,) = room.run("counted").to_pylist()
        if counted["listed"] < (counted["announced"] or 0):
            raise PayloadInvalid(
                f"{payload.record.url} brought {counted['listed']} of {counted['announced']} models.",
                "A part is not taken for the whole; the last good data stays in force.",
            )
        room.add("stated", room.run("stated"))
        rows = room.run("prices")
    constants = {
        "provider": "openrouter",
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
    yield Tables({"prices": conformed("prices", rows, **constants)})
