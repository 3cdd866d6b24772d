"""Plans of Vultr: cloud compute, GPUs and bare metal, in the locations each is sold in. Keyless.

Fields as in gpuhunt and Spare Cores' crawler, whose tests hold replies: `ram` in MB, `disk` in GB of each
of `disk_count`, `gpu_count` a text that may be a fraction, `location_cost` with the prices of locations
that differ, `deploy_ondemand` and `deploy_preemptible` for how a plan is sold. `meta.links.next` is the
cursor of the next page, empty on the last.

Vultr bills by the hour up to a monthly cap: 672 hours of most plans, 730 of GPUs ("How am I billed for my
servers", 2025-09). The hourly price is the list's own `hourly_cost`, which is rounded, else the month's
by those hours; the cap is in the attributes. A plan in no location is sold out and has no price; the plan
called free is free.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlencode

from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "vultr"

_LISTS = {
    "Cloud Compute": ("https://api.vultr.com/v2/plans", {"type": "all", "per_page": "500"}, "plans"),
    "Bare Metal": ("https://api.vultr.com/v2/plans-metal", {"per_page": "500"}, "plans_metal"),
}
_MONEY = ("monthly_cost", "hourly_cost", "monthly_cost_preemptible", "hourly_cost_preemptible")
_NUMBERS = ("vcpu_count", "cpu_threads", "ram", "disk", "disk_count", "gpu_vram_gb")
_COLUMNS = {
    "id": "VARCHAR",
    "gpu_type": "VARCHAR",
    "gpu_count": "VARCHAR",
    "cpu_model": "VARCHAR",
    "locations": "JSON",
    "location_cost": "JSON",
    "deploy_ondemand": "BOOLEAN",
    "deploy_preemptible": "BOOLEAN",
    **dict.fromkeys(_MONEY, "DECIMAL(20, 10)"),
    **dict.fromkeys(_NUMBERS, "DOUBLE"),
}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "vultr")
    wanted = () if regions == () else selection.services or tuple(_LISTS)
    return [Scope("vultr", service, regions) for service in _LISTS if service in wanted]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    url, query, name = _LISTS[str(scope.service)]

    def following(page: bytes) -> str | None:
        cursor = _cursor(page, url)
        return f"{url}?{urlencode({**query, 'cursor': cursor})}" if cursor else None

    yield from client.pages(f"{url}?{urlencode(query)}", f"{name}.json", following)


def _cursor(page: bytes, url: str) -> str:
    try:
        return str(json.loads(page)["meta"]["links"]["next"] or "")
    except (ValueError, KeyError, TypeError) as error:
        raise PayloadInvalid(f"{url}: a page does not say which is next: {error!r}", _REPORT) from None


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    scope, record = payloads[0].scope, payloads[0].record
    needed = ("id", "monthly_cost", "ram", "locations")
    regions = None if scope.regions is None else list(scope.regions)
    with workspace(NAME) as room:
        room.load_items("listed", payloads, (_LISTS[str(scope.service)][2],), _COLUMNS, required=needed)
        room.add_accelerator_names()
        room.load("plans", room.run("plans"))
        prices, machines = room.run("prices", {"regions": regions}), room.run("machines")
    constants = {
        "provider": "vultr",
        "service": scope.service,
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "observed_at": record.fetched_at,
    }
    tables = {
        "prices": conformed("prices", prices, **constants),
        "instance_types": conformed("instance_types", machines, provider="vultr", source=NAME),
    }
    yield Tables(tables)


_REPORT = "The feed may have changed its format; the last good data stays in force."
