"""AWS list prices, on demand and reserved, from the Price List's bulk files, one file a service and region.

The region index names the file in force; its address holds the publication's version, so an answer
that is cited can be fetched again for years. Of the two forms the CSV is read: two thirds of the JSON's
size, and columnar. Its first five lines carry the publication date, which is what the data speaks for;
the rows' own EffectiveDate is set anew at each publication and says nothing about since when a price holds.

Which columns there are differs from service to service and grows; the names were taken from an EC2 file
of 2025 (jtdelia/ec2-priceit), an RDS file of 2026 (block/Version-Guard) and the headers of all services
(Bjorn248/graphql_aws_pricing_api). Left out on purpose: capacity reservations that are idle or filled,
capacity blocks (a placeholder price), what runs on an Outpost, machines on a dedicated host without a
fee of their own, regions and zones `data/reference/regions.csv` does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin

import pyarrow as pa
from rapidfuzz import fuzz, process

from ingest import wire
from ingest.client import Client
from ingest.normalize import Workspace, conformed, reference, workspace
from ingest.selecting import chosen_regions
from ingest.source import Edition, Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid
from warehouse.log import get_logger

NAME = "aws_list"

_ROOT = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/"
_SERVICES = ("AmazonEC2", "AmazonRDS", "AmazonS3", "AWSDataTransfer", "AWSLambda", "AmazonSageMaker")
_PURCHASES = ("on_demand", "reserved")
_PREAMBLE = 5
_NEAR = 80
_COLUMNS = (
    "SKU", "TermType", "PriceDescription", "Unit", "PricePerUnit", "Currency", "serviceCode", "usageType",
)  # fmt: skip
_OPTIONAL = (
    "OfferTermCode", "operation", "StartingRange", "EndingRange", "LeaseContractLength", "PurchaseOption",
    "OfferingClass", "Product Family", "Location Type", "Region Code", "Instance Type", "Instance Name",
    "Component", "vCPU", "Memory", "Physical Processor", "Storage", "Network Performance", "GPU",
    "Tenancy", "Operating System", "License Model", "CapacityStatus", "MarketOption", "Pre Installed S/W",
    "Group", "Volume Type", "Volume API Name", "Storage Class", "Database Engine", "Database Edition",
    "Deployment Option", "Transfer Type", "From Location", "From Region Code", "To Location",
    "To Region Code",
)  # fmt: skip
# Without these, what is not a plain machine could not be told from one.
_NEEDED = {
    "AmazonEC2": (
        "OfferTermCode", "Product Family", "Region Code", "Instance Type", "vCPU", "Memory", "Tenancy",
        "Operating System", "License Model", "CapacityStatus", "Pre Installed S/W",
    ),
    "AmazonRDS": ("OfferTermCode", "Region Code", "Instance Type", "Database Engine", "Deployment Option"),
    "AmazonSageMaker": ("Instance Name", "Component"),
}  # fmt: skip
_CHANGED = "The feed may have changed its format; the last good data stays in force."


@dataclass(frozen=True)
class Version:
    """One publication of a service's prices; `until` is None for the one in force."""

    name: str
    since: datetime
    until: datetime | None

    @property
    def published(self) -> datetime:
        """What its name says; it may be in effect since an earlier day, which the files do not tell."""
        try:
            return datetime.strptime(self.name, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return self.since


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "aws")
    services = _chosen_services(client, selection)
    known = {row["region"] for row in reference("regions").to_pylist() if row["provider"] == "aws"}
    for service in services if regions is None or regions else ():
        listed = set(_index(client, f"{quote(service)}/current/region_index.json", "regions"))
        if unknown := sorted(listed - known):
            get_logger("ingest.aws_list").info("regions_left_out", service=service, regions=unknown)
        for region in sorted(listed & known & set(regions or known)):
            yield Scope("aws", service, (region,), _PURCHASES)


def fetch(client: Client, scope: Scope, version: str | None = None) -> Iterator[Fetched]:
    """The file in force, or that of `version` (see `versions`)."""
    (region,) = scope.regions or ()
    service = quote(str(scope.service))
    if version is None:
        listed = _index(client, f"{service}/current/region_index.json", "regions")
        path = str(listed.get(region, {}).get("currentVersionUrl", ""))
        if not path.endswith("/index.json"):
            raise PayloadInvalid(f"The region index of {scope.service} has no file of {region}.", _CHANGED)
    else:
        path = f"{service}/{quote(version)}/{quote(region)}/index.json"
    yield client.get(urljoin(_ROOT, path.removesuffix("json") + "csv"), "index.csv")


def editions(client: Client, selection: Selection, since: datetime, until: datetime) -> Iterable[Edition]:
    """Every publication of each service in each region of today; one may be older than the region."""
    by_service: dict[str, list[Version]] = {}
    for scope in scopes(client, selection):
        service = str(scope.service)
        if service not in by_service:
            by_service[service] = versions(client, service)
        yield from (Edition(scope, one.name, one.published) for one in by_service[service])


def fetch_edition(client: Client, edition: Edition) -> Iterator[Fetched]:
    return fetch(client, edition.scope, edition.label)


def versions(client: Client, service: str) -> list[Version]:
    """All publications of a service's prices that can still be fetched, the oldest first."""
    listed = _index(client, f"{quote(service)}/index.json", "versions")
    try:
        found = [
            Version(name, _time(one["versionEffectiveBeginDate"]), _end(one["versionEffectiveEndDate"]))
            for name, one in listed.items()
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise PayloadInvalid(f"The versions of {service} cannot be read: {error!r}", _CHANGED) from None
    return sorted(found, key=lambda one: (one.since, one.name))


def _index(client: Client, path: str, key: str) -> Mapping[str, Any]:
    """The object `key` of one of the small JSON files that say which files there are."""
    url = urljoin(_ROOT, path)
    try:
        listed = json.loads(client.read(url, "index.json")).get(key)
    except (ValueError, AttributeError) as error:
        raise PayloadInvalid(f"{url} is not the index that was expected: {error!r}", _CHANGED) from None
    if not isinstance(listed, dict) or not listed:
        raise PayloadInvalid(f"{url} has no {key}.", _CHANGED)
    return listed


def _chosen_services(client: Client, selection: Selection) -> Sequence[str]:
    """The selected offer codes. A name nearly one is InvalidInput, any other is left to other sources."""
    if selection.services is None:
        return _SERVICES
    further = set(selection.services) - set(_SERVICES)
    offers = {*_SERVICES, *(_index(client, "index.json", "offers") if further else ())}
    for name in sorted(further - offers):
        found = process.extract(name, sorted(offers), scorer=fuzz.ratio, limit=3, score_cutoff=_NEAR)
        if found:
            near = " or ".join(match for match, _, _ in found)
            raise InvalidInput(f"AWS has no service {name!r} in its price list.", f"Did you mean {near}?")
    return [name for name in selection.services if name in offers]


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    service, (region,) = str(payload.scope.service), payload.scope.regions or ("",)
    published = _published(payload)
    needed = (*_COLUMNS, *_NEEDED.get(service, ()))
    columns = dict.fromkeys((*_COLUMNS, *_OPTIONAL), pa.dictionary(pa.int32(), pa.string()))
    optional = tuple(name for name in columns if name not in needed)
    constants = {
        "provider": "aws",
        "service": service,
        "region": region,
        "price_type": "list",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    with workspace(NAME) as room:
        room.add("listed", wire.csv_table(payload, columns, skip_rows=_PREAMBLE, optional=optional))
        room.add("chosen", pa.table({"region": [region]}))
        for preparation in ("money", "offer", "fees", "bought"):
            room.run(preparation)
        tables = {"prices": conformed("prices", room.run("other_prices", {"service": service}), **constants)}
        if service == "AmazonEC2":
            tables = _with_machines(room, tables, constants)
    yield Tables(tables, published)


def _with_machines(
    room: Workspace, tables: Mapping[str, pa.Table], constants: Mapping[str, Any]
) -> dict[str, pa.Table]:
    room.add_reference("aws_accelerators")
    machines = room.run("machine_prices")
    prices = pa.concat_tables([tables["prices"], conformed("prices", machines, tier_from=0, **constants)])
    described = conformed("instance_types", room.run("machines"), provider="aws", source=NAME)
    return {"prices": prices, "instance_types": described}


def _published(payload: Payload) -> datetime:
    """The publication date in the lines before the header."""
    with payload.open() as stream:
        lines = stream.read(4096).decode("utf-8", "replace").splitlines()[:_PREAMBLE]
    for line in lines:
        name, _, value = line.partition(",")
        if name.strip('"') == "Publication Date":
            try:
                return _time(value.strip('"'))
            except ValueError:
                break
    raise PayloadInvalid(f"{payload.record.url} has no publication date before its header.", _CHANGED)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _end(text: str) -> datetime | None:
    return _time(text) if text else None
