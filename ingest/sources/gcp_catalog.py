"""Google's public price list: the SKUs of the Cloud Billing Catalog, and machines composed from them.

The API key is free and goes in a header. A page has up to 5,000 SKUs. A price is `units` (a string) plus
`nanos` billionths, in tiers that start at a usage; of several versions the last counts. A tier of zero
before one that costs is a free tier. `effectiveTime` is when the list was last made, not when the price
began (all 657 SKUs of a recorded answer carry the same minute), so prices carry no date of their own.
Regions are those of `geoTaxonomy`: `serviceRegions` says `global` for whole services, and lists both
ends of a connection. SKUs without a rate are left out.

Google sells machines in parts, so a machine's price is composed: cores, memory, GPUs and the local SSD
it cannot do without, each cited. Parts are found by their whole name (`data/reference/gcp_components.csv`),
so that N2 is never N2D, and custom, sole-tenant, reserved and DWS prices are never the plain one. A
machine of which one part has no price comes at zero, naming the part; the gate refuses it. Names of
SKUs younger than 2023 are from the public code that the table cites. Memory may be sold per gigabyte
(`GBy.h`): that m4-ultramem-224's is, is inferred from a difference of 1.0737 that other tools report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Edition, Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import MissingRequirement, PayloadInvalid
from warehouse.log import get_logger
from warehouse.settings import settings

NAME = "gcp_catalog"
MACHINES = "Compute Engine"

_SERVICES = {
    MACHINES: "6F81-5844-456A",
    "Cloud Storage": "95FF-2EF5-5EA1",
    "Cloud SQL": "9662-B51E-5089",
    "Networking": "E505-1604-58F8",
}
_SKUS = {
    "skuId": "VARCHAR",
    "description": "VARCHAR",
    "category": "JSON",
    "serviceRegions": "JSON",
    "pricingInfo": "JSON",
    "geoTaxonomy": "JSON",
}
_KEY_HINT = (
    "Set CLOUD_PRICING_GCP_API_KEY: create a key at https://console.cloud.google.com/apis/credentials "
    "and enable the Cloud Billing API; both are free of charge."
)


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    regions = chosen_regions(selection, "gcp")
    if regions == ():
        return []
    wanted = selection.services or tuple(_SERVICES)
    return [Scope("gcp", service, regions) for service in _SERVICES if service in wanted]


def fetch(client: Client, scope: Scope, month: date | None = None) -> Iterator[Fetched]:
    """The SKUs of a service, as they are, or as they were at the end of the month that `month` lies in."""
    key = settings().gcp_api_key
    if key is None:
        raise MissingRequirement("Google's price list needs an API key.", _KEY_HINT)
    url = _listing(_SERVICES[str(scope.service)], month)

    def following(page: bytes) -> str | None:
        token = _next_token(page, url)
        return f"{url}&{urlencode({'pageToken': token})}" if token else None

    yield from client.pages(url, "skus.json", following, secret={"X-Goog-Api-Key": key.get_secret_value()})


def editions(client: Client, selection: Selection, since: datetime, until: datetime) -> Iterable[Edition]:
    """The end of every month that is over. How many years Google can say is not documented."""
    month = since.date().replace(day=1)
    found = []
    while (end := datetime.fromisoformat(_midnight(_after(month))) - timedelta(seconds=1)) <= until:
        found += [Edition(one, f"{month:%Y-%m}", end.astimezone(UTC)) for one in scopes(client, selection)]
        month = _after(month)
    return [one for one in found if one.dated < datetime.now(UTC)]


def fetch_edition(client: Client, edition: Edition) -> Iterator[Fetched]:
    return fetch(client, edition.scope, date.fromisoformat(f"{edition.label}-01"))


def _after(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def _listing(service_id: str, month: date | None) -> str:
    asked = {"pageSize": "5000", "currencyCode": "USD"}
    if month is not None:
        asked |= {"startTime": _midnight(month.replace(day=1)), "endTime": _midnight(_after(month))}
    return f"https://cloudbilling.googleapis.com/v1/services/{service_id}/skus?{urlencode(asked)}"


def _midnight(day: date) -> str:
    """The start of a day where Google's billing months begin."""
    return datetime.combine(day, time(), ZoneInfo("America/Los_Angeles")).isoformat()


def _next_token(page: bytes, url: str) -> str:
    try:
        return str(json.loads(page).get("nextPageToken") or "")
    except (ValueError, AttributeError) as error:
        raise PayloadInvalid(f"{url} gave a page that is not a JSON object: {error}.") from None


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    first = payloads[0]
    constants = {
        "provider": "gcp",
        "service": first.scope.service,
        "price_type": "list",
        "source": NAME,
        "observed_at": first.record.fetched_at,
    }
    asked = {"regions": None if first.scope.regions is None else list(first.scope.regions)}
    with workspace(NAME) as room:
        room.load_items("items", payloads, ("skus",), _SKUS, required=("skuId", "description", "pricingInfo"))
        room.load("listed", room.run("listed"))
        skus = room.run("prices", {**asked, "service": first.scope.service})
        tables = {"prices": conformed("prices", skus, **constants)}
        if first.scope.service == MACHINES:
            machines = conformed("prices", _machines(room, asked), source_url=first.record.url, **constants)
            tables["prices"] = pa.concat_tables([tables["prices"], machines])
            described = room.run("machines")
            tables["instance_types"] = conformed("instance_types", described, provider="gcp", source=NAME)
    yield Tables(tables, _end_of_month(first.record.url))


def _machines(room: Workspace, asked: Mapping[str, Any]) -> pa.Table:
    """The prices of machines; what has none is told to the log, by family."""
    room.add_reference("gcp_machine_types", "gcp_components", "gcp_not_sold")
    room.load("rates", room.run("rates", asked))
    room.load("needs", room.run("needs"))
    prices = room.run("machine_prices")
    room.add("machine_prices", prices)
    (unpriced,) = room.run("unpriced").to_pylist()
    told = {column: dict(families) for column, families in unpriced.items()}
    get_logger(f"ingest.{NAME}").info("machines_not_priced", **told)
    return prices


def _end_of_month(url: str) -> datetime | None:
    """The last moment of the time range asked for; None where none was."""
    (end,) = parse_qs(urlsplit(url).query).get("endTime", [""])
    return datetime.fromisoformat(end) - timedelta(seconds=1) if end else None
