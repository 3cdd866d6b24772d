"""The market of Vast.ai, by machine type and country. Keyless.

Offers of single machines, asked for as gpuhunt does: `dph_base` is the whole machine's price per hour
without its disk, `min_bid` what an interruptible one starts at, `storage_cost` dollars per GB and month,
`gpu_ram` and `cpu_ram` MiB, `verification` and `hosting_type` (1: a data centre) what Vast vouches for
(the field `verified` is null in every reply). A question without a limit is answered with 64 offers.

Offers come and go, types stay: number and name of the GPUs with the memory of each, in a country, apart
for data centres, verified and unverified hosts. The price is the lowest, so it moves as a market does.

The question is split by the number of GPUs, and a reply as long as its limit is refused: of a cut list
the cheapest is not known, and what is missing from it would be taken for gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "vast"
SERVICE = "Marketplace"
LIMIT = 3000

_URL = "https://console.vast.ai/api/v0/bundles/"
_SLICES: tuple[dict[str, int], ...] = ({"eq": 1}, {"eq": 2}, {"gte": 3, "lte": 4}, {"gte": 5})
_FILTER: dict[str, Any] = {
    "rentable": {"eq": True},
    "rented": {"eq": False},
    "external": {"eq": False},
    "order": [["dph_total", "asc"]],
    "limit": LIMIT,
}
_COLUMNS = {
    "id": "VARCHAR",
    "gpu_name": "VARCHAR",
    "num_gpus": "DOUBLE",
    "gpu_ram": "DOUBLE",
    "cpu_cores": "DOUBLE",
    "cpu_cores_effective": "DOUBLE",
    "cpu_ram": "DOUBLE",
    "dph_base": "DECIMAL(20, 10)",
    "min_bid": "DECIMAL(20, 10)",
    "storage_cost": "DECIMAL(20, 10)",
    "geolocation": "VARCHAR",
    "verification": "VARCHAR",
    "hosting_type": "DOUBLE",
    "rentable": "BOOLEAN",
}
_NEEDED = ("id", "gpu_name", "num_gpus", "gpu_ram", "dph_base", "geolocation")


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "vast")
    wanted = regions != () and SERVICE in (selection.services or (SERVICE,))
    return [Scope("vast", SERVICE, regions)] if wanted else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    for number, gpus in enumerate(_SLICES, start=1):
        yield client.get(_URL, f"offers-{number}.json", body={**_FILTER, "num_gpus": gpus})


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    scope, record = payloads[0].scope, payloads[0].record
    regions = None if scope.regions is None else list(scope.regions)
    with workspace(NAME) as room:
        room.load_items("listed", payloads, ("offers",), _COLUMNS, required=_NEEDED)
        _check(room)
        room.add_accelerator_names()
        room.load("offers", room.run("offers"))
        prices, machines = room.run("prices", {"regions": regions}), room.run("machines")
    constants = {
        "provider": "vast",
        "service": SERVICE,
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": record.url,
        "observed_at": record.fetched_at,
    }
    tables = {
        "prices": conformed("prices", prices, **constants),
        "instance_types": conformed("instance_types", machines, provider="vast", source=NAME),
    }
    yield Tables(tables)


def _check(room: Workspace) -> None:
    """Raises PayloadInvalid where the replies cannot be the whole market."""
    (market,) = room.run("market").to_pylist()
    if market["fullest"] >= LIMIT:
        raise PayloadInvalid(f"{_URL} holds more offers than one reply may ({LIMIT:,}).", _SPLIT)
    if market["priced"] * 2 < market["offers"]:
        raise PayloadInvalid(f"{_URL}: most of {market['offers']:,} offers have no price.", _REPORT)


_SPLIT = "Its question has to be split further; the last good data stays in force."
_REPORT = "The feed may have changed its format; the last good data stays in force."
