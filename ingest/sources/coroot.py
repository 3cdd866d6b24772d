"""Google machine prices and EC2 spot prices, collected daily by Coroot from Infracost's dump. Keyless.

One file: provider → `compute` → region → machine → `on_demand` and `spot`, by the hour, in dollars; zero is
unknown. It has no date of its own and speaks for the time it was fetched. 38 copies of it from 2023 and 2024
were looked at, and the program that makes it (`update.go` of coroot/cloud-pricing): of all products that
share a machine's name it keeps the one it reads last. Google has one for each machine, EC2 one for spot on
Linux. What is left out cannot be told apart any more:

* EC2 on demand: shared and dedicated machines by turns; a quarter of the prices change every week.
* Azure: Linux and Windows by turns; of 8,551 prices of March 2024, 51% are Linux's and 40% Windows'.
* managed databases and caches, for the same reason.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ingest.client import Client
from ingest.dated_folders import kept
from ingest.normalize import conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "coroot"

_URL = (
    "https://coroot.github.io/cloud-pricing/data/cloud-pricing.json.gz"  # where Coroot's own servers read it
)
_BOUGHT = {
    ("gcp", "Compute Engine"): ("on_demand", "spot"),
    ("aws", "AmazonEC2"): ("spot",),
}
_LARGEST = 256 << 20
_REPORT = "The feed may have changed its format; the last good data stays in force."


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    for (provider, service), options in _BOUGHT.items():
        regions = chosen_regions(selection, provider)
        if regions != () and service in (selection.services or (service,)):
            yield Scope(provider, service, regions, options)


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "cloud-pricing.json.gz")


def recorded(client: Client, scope: Scope, files: Mapping[str, Path]) -> Iterator[Fetched]:
    return kept(files, "cloud-pricing.json")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    scope = payload.scope
    asked = {
        "provider": scope.provider,
        "regions": None if scope.regions is None else list(scope.regions),
        "options": list(scope.purchase_options or ()),
    }
    with workspace(NAME) as room:
        room.add_json("pricing", _unpacked(payload))
        room.add_reference("regions")
        rows = room.run("prices", asked)
    missing = sorted(set(scope.purchase_options or ()) - set(rows["purchase_option"].to_pylist()))
    if missing and scope.regions is None:
        raise PayloadInvalid(f"{NAME}: there is no {missing[0]} price of {scope.provider}.", _REPORT)
    prices = conformed(
        "prices",
        rows,
        provider=scope.provider,
        service=scope.service,
        category="compute",
        operating_system="linux",
        tenancy="shared",
        price_type="list",
        tier_from=0,
        unit="hour",
        unit_raw="hour",
        currency="USD",
        source=NAME,
        source_url=payload.record.url,
        observed_at=payload.record.fetched_at,
    )
    yield Tables({"prices": prices})


def _unpacked(payload: Payload) -> bytes:
    """The document; a kept one may be unpacked already."""
    content = payload.read()
    if content[:2] != b"\x1f\x8b":
        return content
    unpacking = zlib.decompressobj(wbits=31)
    try:
        document = unpacking.decompress(content, _LARGEST)
    except zlib.error as error:
        raise PayloadInvalid(f"{payload.record.name} cannot be unpacked: {error}.", _REPORT) from None
    if not unpacking.eof:
        raise PayloadInvalid(f"{payload.record.name} is cut off, or too large.", _REPORT)
    return document
