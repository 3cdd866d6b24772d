"""Token prices of many providers, from the table that LiteLLM keeps by hand and by scripts.

One JSON object in LiteLLM's repository: `{"<provider>/<model>": {"litellm_provider", "mode",
"input_cost_per_token", …}}`, in US dollars per token. The suffixes of a field say what it is for:
`_above_200k_tokens` a tier, `_batches`, `_priority`, `_flex` a way of processing, `_above_1hr` how
long a cache holds. `tiered_pricing` and `off_peak_pricing` are the same fields once more, by range
and by time. Providers are named as genai_prices names them where it is the same seller.

The same model is listed under several spellings (`gemini-x`, `vertex_ai/gemini-x`) and several doors
of one seller (Gemini API and Vertex AI); a SKU names the door, a model without one is of the first.

Left out on purpose: the row `sample_spec`, rates that are not per token (images, seconds, pages,
searches), models that run on your own machine (ollama, lemonade), sellers whose euro prices stand in
the table as if they were dollars (OVHcloud, Scaleway: every figure 0.80 to 0.93 of the dollar price),
and the zero output of models that write no text. Other zeros go to the gate as they stand: the table
does not tell free from unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from ingest import json_items
from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope

NAME = "litellm"
SERVICE = "tokens"

_URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
_COLUMNS = dict.fromkeys(
    ("litellm_provider", "mode", "input_cost_per_token", "max_input_tokens", "deprecation_date"), "VARCHAR"
)


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    wanted = selection.services is None or SERVICE in selection.services
    return [Scope(service=SERVICE)] if wanted else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "model_prices.json")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with workspace(NAME) as room:
        room.add_reference("regions")
        room.load_items(
            "listed", payloads, ("*",), _COLUMNS, required=("litellm_provider", "input_cost_per_token")
        )
        room.load("entries", _entries(payload))
        room.add("models", room.run("models"))
        room.add("rates", room.run("rates"))
        rows = room.run("prices")
    constants = {
        "service": SERVICE,
        "category": "ai",
        "purchase_option": "on_demand",
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    yield Tables({"prices": conformed("prices", rows, **constants)})


def _entries(payload: Payload) -> pa.Table:
    """Each model as it stands, `"key": {…}`: which fields hold a price is only known from their names."""
    with payload.open() as stream:
        blocks = list(json_items.items(stream, (json_items.EACH,), payload.record.name))
    return pa.Table.from_arrays([pa.chunked_array(blocks, pa.large_string())], ["entry"])
