"""Oracle's public price list, and the machines composed from it. Keyless.

`products/` is one reply of about 600 parts: `partNumber`, `displayName`, `metricName`,
`serviceCategory` and, for each currency asked for, prices of the model PAY_AS_YOU_GO with
`rangeMin`/`rangeMax` where there are tiers (other models are left out). It names no region: Oracle
charges the same in every commercial one. Parts are kept in the region `global`; machines are written
out for every commercial region of `data/reference/regions.csv`, though not every shape is in each.
Plain clients are answered 403 (oracle/mcp#19), so this one calls itself a browser's kin.

`shapes.json` of the cost estimator says which parts a shape is billed by. Its form was checked against
the copy that krispn/OCI-Pricing-Calculator keeps (build of 2026-03) and the excerpts in gpuhunt's
tests; SkyPilot reads it too. It is wrong or silent about GPU shapes (host's cores and memory, whose
memory `gpuMemoryQty` is, A10 and A100 hosts said to be Arm), so `data/reference/oci_shapes.csv` goes
first there. Left out: hidden and retired shapes, containers, managed PostgreSQL, Cloud@Customer.

`lastUpdated` is the day of the last change, not of the statement, so it is not what the list speaks
for: a list that rests is not stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid
from warehouse.log import get_logger

NAME = "oci_list"
COMPUTE = "Compute"
SERVICES = (COMPUTE, "Storage", "Networking", "Database", "AI Services", "Other Services")

_PRODUCTS = "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/?currencyCode=USD"
_SHAPES = "https://www.oracle.com/a/ocom/docs/cloudestimator2/data/shapes.json"
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; cloud-pricing-agent)"}
_PRODUCT_COLUMNS = {
    "partNumber": "VARCHAR",
    "displayName": "VARCHAR",
    "metricName": "VARCHAR",
    "serviceCategory": "VARCHAR",
    "currencyCodeLocalizations": "JSON",
}
_SHAPE_COLUMNS = {
    "name": "VARCHAR",
    "status": "VARCHAR",
    "hidden": "BOOLEAN",
    "description": "VARCHAR",
    "shapeType": "JSON",
    "subType": "JSON",
    "processorType": "JSON",
    "products": "JSON",
    "bundleMemoryQty": "DOUBLE",
    "gpuQty": "DOUBLE",
    "gpuMemoryQty": "DOUBLE",
    "localDisk": "VARCHAR",
    "allowPreemptible": "BOOLEAN",
    "windowsSupported": "BOOLEAN",
}
_NEEDED = ("name", "status", "shapeType", "subType", "processorType", "products")


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    """One a service. Only machines have regions of their own, so a choice of regions is one of Compute."""
    regions = chosen_regions(selection, "oci")
    offered = SERVICES if regions is None else (COMPUTE,) if regions else ()
    return [Scope("oci", one, regions) for one in offered if one in (selection.services or SERVICES)]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_PRODUCTS, "products.json", headers=_HEADERS)
    if scope.service == COMPUTE:
        yield client.get(_SHAPES, "shapes.json", headers=_HEADERS)


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    files = {payload.record.name: payload for payload in payloads}
    products = files["products.json"]
    regions = None if products.scope.regions is None else list(products.scope.regions)
    chosen = {"service": products.scope.service, "regions": regions}
    constants = {
        "provider": "oci",
        "price_type": "list",
        "source": NAME,
        "source_url": products.record.url,
        "observed_at": products.record.fetched_at,
    }
    with workspace(NAME) as room:
        room.load_items(
            "products", [products], ("items",), _PRODUCT_COLUMNS, required=tuple(_PRODUCT_COLUMNS)
        )
        listed = room.run("listed")
        if not listed.num_rows:
            raise PayloadInvalid(f"{products.record.url} lists no prices to pay as you go.", _REPORT)
        room.add("listed", listed)
        found = {"prices": conformed("prices", room.run("product_prices", chosen), **constants)}
        if shapes := files.get("shapes.json"):
            rows = _compose(room, shapes, regions)
            machines = conformed("prices", rows.pop("prices"), **constants)
            found = {"prices": pa.concat_tables([found["prices"], machines]), **rows}
    yield Tables(found)


def _compose(room: Workspace, shapes: Payload, regions: list[str] | None) -> dict[str, pa.Table]:
    """The machines and what they cost in `regions`; those that cannot be priced are said in the log."""
    room.load_items("shapes", [shapes], ("items",), _SHAPE_COLUMNS, required=_NEEDED)
    room.add_accelerator_names()
    room.add_reference("oci_shapes", "regions")
    machines = room.run("machines")
    room.load("machines", machines)
    composed = room.run("machine_prices", {"regions": regions})
    room.add("composed", composed)
    (unpriced,) = room.run("unpriced").to_pylist()
    get_logger("ingest.oci_list").info("machines_not_priced", **unpriced)
    return {
        "prices": composed,
        "instance_types": conformed("instance_types", machines, provider="oci", source=NAME),
    }


_REPORT = "The feed may have changed its format; the last good data stays in force."
