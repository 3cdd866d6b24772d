"""What RunPod asks for its GPUs, secure and community cloud apart. Keyless.

One question to the GraphQL endpoint, in the form gpuhunt and SkyPilot ask it (no key is sent). Prices are
per GPU and hour, the same in every data centre, so the region is `global`; a machine of 2, 4 or 8 costs
that many times as much, as far as a cloud has them together. `lowestPrice` is asked once for each number
of GPUs, by GraphQL aliases, for the machine's cores and memory: null while it is out of stock.

Trap: a type carries prices of clouds it is not sold in, 0.5 or 0 as a filler; `secureCloud` and
`communityCloud` say where it is. Left out: the prices by the month, whose way of paying the feed does not
say, and `minimumBidPrice`, the lower of the two spot prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow.compute as pc

from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "runpod"
SERVICE = "Pods"

_URL = "https://api.runpod.io/graphql"
_COUNTS = {"one": 1, "two": 2, "four": 4, "eight": 8}
_HOSTS = " ".join(
    f"{alias}: lowestPrice(input: {{gpuCount: {count}}}) {{ minVcpu minMemory stockStatus }}"
    for alias, count in _COUNTS.items()
)
_COLUMNS = {
    "id": "VARCHAR",
    "displayName": "VARCHAR",
    "memoryInGb": "DOUBLE",
    "maxGpuCount": "INTEGER",
    "maxGpuCountSecureCloud": "INTEGER",
    "maxGpuCountCommunityCloud": "INTEGER",
    "secureCloud": "BOOLEAN",
    "communityCloud": "BOOLEAN",
    "securePrice": "DECIMAL(20, 10)",
    "communityPrice": "DECIMAL(20, 10)",
    "secureSpotPrice": "DECIMAL(20, 10)",
    "communitySpotPrice": "DECIMAL(20, 10)",
}
_QUERY = f"query GpuTypes {{ gpuTypes {{ {' '.join(_COLUMNS)} {_HOSTS} }} }}"
_NEEDED = (
    "id",
    "displayName",
    "memoryInGb",
    "secureCloud",
    "communityCloud",
    "securePrice",
    "communityPrice",
)


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    """One, in no region of its own: a choice of regions leaves it out."""
    wanted = SERVICE in (selection.services or (SERVICE,)) and selection.regions in (None, ("global",))
    return [Scope("runpod", SERVICE)] if wanted else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "gpu-types.json", body={"query": _QUERY, "variables": {}})


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    with workspace(NAME) as room:
        columns = {**_COLUMNS, **dict.fromkeys(_COUNTS, "JSON")}
        room.load_items("types", [payload], ("data", "gpuTypes"), columns, required=_NEEDED)
        room.add_accelerator_names()
        prices, machines = room.run("prices"), room.run("machines")
    if not prices.num_rows or not pc.max(prices["price"]).as_py():
        raise PayloadInvalid(f"{_URL} asks nothing for any of its GPUs.", _REPORT)
    constants = {
        "provider": "runpod",
        "service": SERVICE,
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    tables = {
        "prices": conformed("prices", prices, **constants),
        "instance_types": conformed("instance_types", machines, provider="runpod", source=NAME),
    }
    yield Tables(tables)


_REPORT = "The feed may have changed its format; the last good data stays in force."
