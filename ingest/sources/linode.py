"""Plans of Linode (Akamai): one price for every region, some regions with their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.client import Client
from ingest.normalize import conformed, machines, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope

NAME = "linode"
SERVICE = "Linodes"

_API = "https://api.linode.com/v4"
_TYPES = {
    "id": "VARCHAR",
    "label": "VARCHAR",
    "class": "VARCHAR",
    "vcpus": "DOUBLE",
    "memory": "DOUBLE",
    "disk": "DOUBLE",
    "gpus": "DOUBLE",
    "price": "JSON",
    "region_prices": "JSON",
}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    return [Scope("linode", SERVICE)] if SERVICE in (selection.services or (SERVICE,)) else []


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(f"{_API}/linode/types?page_size=500", "types.json")
    yield client.get(f"{_API}/regions?page_size=500", "regions.json")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    types, regions = (
        [one for one in payloads if one.record.name == name] for name in ("types.json", "regions.json")
    )
    with workspace(NAME) as room:
        room.load_items("types", types, ("data",), _TYPES, required=("id", "price"))
        room.load_items(
            "sites", regions, ("data",), {"id": "VARCHAR", "capabilities": "JSON"}, required=("id",)
        )
        room.add_accelerator_names()
        rows = room.run("prices")
    constants = {"provider": "linode", "source": NAME}
    observed_at = types[0].record.fetched_at
    yield Tables(
        {
            "prices": conformed("prices", rows, **constants, service=SERVICE, observed_at=observed_at),
            "instance_types": machines(rows, **constants),
        }
    )
