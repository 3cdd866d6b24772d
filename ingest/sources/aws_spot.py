"""EC2 spot prices of every region, and how often spot machines are taken back. Keyless.

`spot.json` is the feed behind AWS's page of spot prices: one price for a region, machine and operating
system, no zone and no time of its own, made anew every few minutes. (`spot-price.s3.amazonaws.com/spot.js`,
which other tools read, has been the same since 2024-05-13, says alexei-led/spotinfo.) It is served as
script and may come as `callback({...});`, which is read alike. "N/A*" stands for a machine that is not
sold so, and is left out. Since October 2025 a machine may stand under two headings at one price; if the
two ever differ, the higher counts. A price of zero goes to the gate as it stands.

`spot-advisor-data.json` has for each region, system and machine a band of interruptions within a month
(`r`, an index into its `ranges`, whose labels say "5-10%") and what is saved against on-demand (`s`, in
percent; below zero where spot costs more). Prices and bands are scopes of their own, so that one feed
missing costs the other nothing; the bands' service holds no prices and so closes none. With the bands
come the cores and the memory (in GiB, though it is called `ram_gb`) of the machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ingest.client import Client
from ingest.dated_folders import kept
from ingest.normalize import conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope

NAME = "aws_spot"
PRICES = "AmazonEC2"
BANDS = "SpotAdvisor"

_URLS = {
    PRICES: "https://website.spot.ec2.aws.a2z.com/spot.json",
    BANDS: "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json",
}
_REGIONS = {"region": "VARCHAR", "instanceTypes": "JSON"}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "aws")
    if regions == ():
        return []
    both = Scope("aws", PRICES, regions, ("spot",)), Scope("aws", BANDS, regions)
    return [scope for scope in both if scope.service in (selection.services or (PRICES, BANDS))]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    url = _URLS[str(scope.service)]
    yield client.get(url, url.rpartition("/")[2])


def recorded(client: Client, scope: Scope, files: Mapping[str, Path]) -> Iterator[Fetched]:
    return kept(files, _URLS[str(scope.service)].rpartition("/")[2])


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    yield _bands(payload) if payload.scope.service == BANDS else _prices(payload)


def _prices(payload: Payload) -> Tables:
    with workspace(NAME) as room:
        room.add_reference("regions")
        room.load_items("listed", [payload], ("config", "regions"), _REGIONS, required=tuple(_REGIONS))
        rows = room.run("prices", {"regions": _wanted(payload)})
    prices = conformed(
        "prices",
        rows,
        provider="aws",
        service=PRICES,
        category="compute",
        tenancy="shared",
        purchase_option="spot",
        price_type="list",
        currency="USD",
        source=NAME,
        source_url=payload.record.url,
        observed_at=payload.record.fetched_at,
    )
    return Tables({"prices": prices})


def _bands(payload: Payload) -> Tables:
    with workspace(NAME) as room:
        room.add_reference("regions")
        room.add_json("advisor", payload.read())
        bands, machines = room.run("interruptions", {"regions": _wanted(payload)}), room.run("machines")
    found = {"interruptions": bands, "instance_types": machines}
    return Tables({name: conformed(name, rows, provider="aws", source=NAME) for name, rows in found.items()})


def _wanted(payload: Payload) -> list[str] | None:
    regions = payload.scope.regions
    return None if regions is None else list(regions)
