"""List prices of Azure from the keyless Retail Prices API: on demand, spot, reserved, savings plan, dev/test.

One question per service and region brings every way of buying. Facts that the pages do not show by themselves
are from Microsoft's documentation, from recorded pages of 2021 and from other readers of 2026: filter values
are case sensitive, a page has up to 1,000 items, `NextPageLink` names port 443, and a row may stand on two
pages because the list moves under the paging.

* Consumption: on demand, or spot where the SKU or the meter says so. `savingsPlan` gives the hourly price
  under a savings plan of one or three years.
* Reservation: the price is that of the whole term, though the unit says "1 Hour". It costs the same paid
  monthly or at once, so it is told as `no_upfront`, spread over the term's hours (8,760 a year) or months;
  `attributes.whole_term_price` keeps it as listed. It buys the bare machine; a Windows licence comes on top.
* DevTestConsumption: what Visual Studio subscribers pay. Kept as offering class `dev_test` without an
  `instance_type`, so that it is nobody's plain price; the machine is in the name and the attributes.
* A machine is Windows where its product ends in "Windows" or "Win", else Linux; RHEL and SUSE licences are
  separate meters. Non-primary meters (`primary_meter_region`) are kept: a fifth of the machines has no other.
* Dedicated hosts have tenancy `host`. Cloud Services, expired and free-account meters name no machine.
* Azure's GB are GiB, so both have one unit. A price whose unit of measure has no word in the contract is
  `unit`, for one of its `unit_raw`.

Left out on purpose: Low Priority (the withdrawn batch class), prices not yet or no longer in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pydantic_core
from rapidfuzz import fuzz, process

from ingest.client import Client
from ingest.normalize import Workspace, conformed, reference, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput, PayloadInvalid

NAME = "azure_retail"

_ENDPOINT = "https://prices.azure.com/api/retail/prices"
_VERSION = "2023-01-01-preview"  # the only one with savings plans
_GLOBAL = "global"  # in the feed: Global
_EVERYWHERE = (
    "Virtual Machines",
    "Storage",
    "SQL Database",
    "Azure Database for PostgreSQL",
    "Azure Database for MySQL",
    "Bandwidth",
)
_ON_REQUEST = (
    "API Management",
    "Application Gateway",
    "Azure App Service",
    "Azure Bastion",
    "Azure Container Apps",
    "Azure Cosmos DB",
    "Azure Database for MariaDB",
    "Azure Databricks",
    "Azure DNS",
    "Azure Firewall",
    "Azure Kubernetes Service",
    "Azure Monitor",
    "Azure NetApp Files",
    "Backup",
    "Cloud Services",
    "Container Instances",
    "Container Registry",
    "Event Hubs",
    "ExpressRoute",
    "Functions",
    "Key Vault",
    "Load Balancer",
    "Log Analytics",
    "NAT Gateway",
    "Redis Cache",
    "SQL Managed Instance",
    "Service Bus",
    "VPN Gateway",
    "Virtual Machines Licenses",
    "Virtual Network",
)
# Announced, closed, internal or run by others: no machine was listed there in 2026. Asked by name only.
_NOT_SOLD = frozenset({
    "brazilus", "centraluseuap", "chinaeast", "chinaeast2", "chinaeast3", "chinanorth", "chinanorth2",
    "chinanorth3", "eastus2euap", "eastus3", "eastusslv", "eastusstg", "finlandcentral", "germanycentral",
    "germanynortheast", "greececentral", "indiasouthcentral", "malaysiasouth", "saudiarabiaeast",
    "singaporecentral", "southcentralus2", "southcentralusstg", "southeastus", "taiwannorth",
    "taiwannorthwest", "uknorth", "uksouth2", "usdodcentral", "usdodeast", "usgovwyoming", "usseceast",
    "ussecwest", "ussecwestcentral",
})  # fmt: skip
# Machines are sold there, hardly anything else.
_MACHINES_ONLY = frozenset(
    {"deloscloudgermanycentral", "deloscloudgermanynorth", "israelnorthwest", "southwestus", "usgoviowa"}
)
_COLUMNS = {
    "currencyCode": "VARCHAR",
    "tierMinimumUnits": "DECIMAL(20, 10)",
    "retailPrice": "DECIMAL(20, 10)",
    "armRegionName": "VARCHAR",
    "effectiveStartDate": "TIMESTAMPTZ",
    "effectiveEndDate": "TIMESTAMPTZ",
    "meterId": "VARCHAR",
    "meterName": "VARCHAR",
    "skuId": "VARCHAR",
    "productName": "VARCHAR",
    "skuName": "VARCHAR",
    "serviceName": "VARCHAR",
    "serviceFamily": "VARCHAR",
    "unitOfMeasure": "VARCHAR",
    "type": "VARCHAR",
    "isPrimaryMeterRegion": "BOOLEAN",
    "armSkuName": "VARCHAR",
    "reservationTerm": "VARCHAR",
    "savingsPlan": "JSON",
}
_OPTIONAL = {"effectiveEndDate", "reservationTerm", "savingsPlan"}
_REQUIRED = tuple(_COLUMNS.keys() - _OPTIONAL)
_NEAR = 75
_REPORT = "The feed may have changed its format; the last good data stays in force."


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    services, regions = _services(selection), chosen_regions(selection, "azure")
    if regions is not None:
        return [Scope("azure", service, (region,)) for service in services for region in regions]
    return [
        Scope("azure", service, (region,)) for service in services for region in _regions_selling(service)
    ]


def _services(selection: Selection) -> tuple[str, ...]:
    """The selected services that are the feed's. A name nearly one of them is InvalidInput: case counts."""
    known = (*_EVERYWHERE, *_ON_REQUEST)
    if selection.services is None:
        return _EVERYWHERE
    for name in set(selection.services) - set(known):
        near = process.extract(
            name, known, scorer=fuzz.ratio, processor=str.casefold, limit=3, score_cutoff=_NEAR
        )
        if near:
            names = " or ".join(match for match, _, _ in near)
            raise InvalidInput(f"{NAME} has no service {name!r}.", f"Did you mean {names}?")
    return tuple(name for name in known if name in selection.services)


def _regions_selling(service: str) -> list[str]:
    """The regions asked for a service where none are named."""
    regions = [region for region in reference("regions").to_pylist() if region["provider"] == "azure"]
    left_out = _NOT_SOLD if service == "Virtual Machines" else _NOT_SOLD | _MACHINES_ONLY
    sold = [
        region["region"]
        for region in regions
        if region["kind"] in ("region", "government") and region["region"] not in left_out
    ]
    # The SQL licences, which the regions' prices per vCore do not hold.
    return [*sold, _GLOBAL] if service == "SQL Database" else sold


def fetch(client: Client, scope: Scope, machine: str | None = None) -> Iterator[Fetched]:
    """All of a scope, or what there is of one `machine`: no page where it is not sold."""
    (region,) = scope.regions or ()
    place = "Global" if region == _GLOBAL else region
    conditions = [f"serviceName eq '{scope.service}'", f"armRegionName eq '{place}'"]
    if machine is not None:
        conditions.append("armSkuName eq '{}'".format(machine.replace("'", "''")))
    question = {"api-version": _VERSION, "$filter": " and ".join(conditions)}

    def following(page: bytes) -> str | None:
        link = _next_page(page)
        # The link carries the question; a part it lost would change the answers from here on.
        return _url({**question, **dict(parse_qsl(urlsplit(link).query))}) if link else None

    pages = client.pages(_url(question), "prices.json", following)
    yield from pages if machine is None else filter(_holds_any, pages)


def _holds_any(page: Fetched) -> bool:
    return bool(pydantic_core.from_json(b"".join(page.chunks))["Items"])


def _url(question: dict[str, str]) -> str:
    return f"{_ENDPOINT}?" + urlencode(question, quote_via=quote, safe="$'")


def _next_page(page: bytes) -> str | None:
    """The link to the next page. Raises PayloadInvalid where a page holds fewer items than it counts."""
    try:
        content = pydantic_core.from_json(page)
        items, counted, link = len(content["Items"]), int(content["Count"]), content["NextPageLink"]
    except (ValueError, KeyError, TypeError) as error:
        raise PayloadInvalid(f"{NAME}: a page is not what the feed sends: {error!r}", _REPORT) from None
    if items < counted:
        raise PayloadInvalid(f"{NAME}: a page holds {items} of the {counted} items it counts.", _REPORT)
    return link or None


def _check(room: Workspace, scope: Scope) -> None:
    """Raises PayloadInvalid where the items are not whole, or not what was asked for."""
    asked = {"service": scope.service, "region": (scope.regions or ("",))[0]}
    for found in room.run("incomplete").to_pylist():
        raise PayloadInvalid(f"{NAME}: {found['items']} items of {scope} lack a field.", _REPORT)
    for found in room.run("strangers", asked).to_pylist():
        text = "{prices} prices of {service!r} in {region!r}".format_map(found)
        raise PayloadInvalid(f"{NAME}: asked for {scope}, the feed answered with {text}.", _REPORT)


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    scope, record = payloads[0].scope, payloads[0].record
    (region,) = scope.regions or ()
    with workspace(NAME) as room:
        room.add_reference("azure_sizes")
        room.load_items("items", payloads, ("Items",), _COLUMNS, _REQUIRED)
        _check(room, scope)
        room.add("listed", room.run("listed", {"now": record.fetched_at}))
        prices = conformed(
            "prices",
            room.run("prices", {"region": region}),
            provider="azure",
            service=scope.service,
            price_type="list",
            source=NAME,
            observed_at=record.fetched_at,
        )
        room.add("prices", prices)
        machines = conformed("instance_types", room.run("machines", {"source": NAME}), provider="azure")
    tables = {"prices": prices, "instance_types": machines}
    yield Tables({name: table for name, table in tables.items() if name == "prices" or table.num_rows})
