"""Google machine, disk and network prices as the project gcosts composes them weekly. Keyless.

One YAML file, made from the Billing Catalog. It speaks for the moment in `about.timestamp`. A machine's
`hour` and `hour_spot` are prices per hour; `month_1y` and `month_3y` are commitments per month of 730
hours. Left out are `month`, which for some families is less the discount for sustained use, and what the
file fills in where there is no commitment (f1-micro, g1-small; before 2025 a2-ultragpu): the month's
price or the shorter term's once more. Of M2's commitments the file counts the premium less that same
discount. In 2026 it forgets the local SSD of C3 and C3D and mistakes that of two C4D machines: it is put
right at the file's own price of local SSD, and cited. Zeroes (spot in 2023 and 2024) go to the gate.

`build/pricing.pl` of the project is the source of what the fields mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ingest.client import Client
from ingest.dated_folders import kept
from ingest.normalize import conformed, workspace
from ingest.selecting import chosen_regions
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "gcp_pricing_file"
SERVICES = ("Compute Engine", "Cloud Storage", "Networking")

_URL = "https://raw.githubusercontent.com/Cyclenerd/google-cloud-pricing-cost-calculator/master/pricing.yml"
_SECTIONS = (
    ("compute", "instance"),
    ("compute", "storage"),
    ("compute", "license"),
    ("compute", "network"),
    ("storage", "bucket"),
    ("storage", "retrieval"),
)
_LATER = {("storage", "retrieval")}  # since 2023
_PARTS = ("machine_prices", "storage", "network", "licences")
_ALIAS = re.compile(rb"[\s,\[{:-]\*\w")
_REPORT = "The feed may have changed its format; the last good data stays in force."


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    """One scope, because one file brings all; one for each service if services are named."""
    regions = chosen_regions(selection, "gcp")
    if regions == ():
        return []
    if selection.services is None:
        return [Scope("gcp", None, regions)]
    return [Scope("gcp", service, regions) for service in SERVICES if service in selection.services]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_URL, "pricing.yml")


def recorded(client: Client, scope: Scope, files: Mapping[str, Path]) -> Iterator[Fetched]:
    return kept(files, "pricing.yml")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    document = _document(payload.read())
    constants = {
        "provider": "gcp",
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    with workspace(NAME) as room:
        room.add_reference("gcp_machine_types", "gcp_not_sold")
        room.add("things", _things(document))
        room.load("machines", room.run("machines"))
        parts = [conformed("prices", room.run(part), **constants) for part in _PARTS]
        described = conformed("instance_types", room.run("described"), provider="gcp", source=NAME)
    if "on_demand" not in parts[0]["purchase_option"].to_pylist():
        raise PayloadInvalid("No machine in pricing.yml has a price per hour.", _REPORT)
    prices = _inside(pa.concat_tables(parts), payload.scope)
    yield Tables({"prices": prices, "instance_types": described}, _made(document))


def _document(content: bytes) -> Mapping[str, Any]:
    """The file with every scalar as the text it is: a price that is never a float keeps its digits."""
    if _ALIAS.search(content):
        raise PayloadInvalid("pricing.yml refers to parts of itself; it never did.", _REPORT)
    try:
        document = yaml.load(content, yaml.CBaseLoader)  # noqa: S506 - makes text, lists and maps only
    except yaml.YAMLError as error:
        raise PayloadInvalid(f"pricing.yml is not YAML: {error}", _REPORT) from None
    if not isinstance(document, dict):
        raise PayloadInvalid("pricing.yml is no mapping.", _REPORT)
    absent = [".".join(path) for path in _SECTIONS if not _section(document, path) and path not in _LATER]
    if absent:
        raise PayloadInvalid(f"pricing.yml has no {', '.join(absent)}.", _REPORT)
    return document


def _section(document: Mapping[str, Any], path: tuple[str, str]) -> dict[str, Any]:
    group = document.get(path[0])
    section = group.get(path[1]) if isinstance(group, dict) else None
    return section if isinstance(section, dict) else {}


def _things(document: Mapping[str, Any]) -> pa.Table:
    """Each machine, disk, … as JSON; the loop is over them, not over their prices."""
    rows = [
        (".".join(path), thing, json.dumps(value))
        for path in _SECTIONS
        for thing, value in _section(document, path).items()
    ]
    return pa.table(dict(zip(("section", "thing", "value"), zip(*rows, strict=True), strict=True)))


def _made(document: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(int(document["about"]["timestamp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        message = f"pricing.yml does not say when it was made, in about.timestamp: {error!r}"
        raise PayloadInvalid(message, _REPORT) from None


def _inside(prices: pa.Table, scope: Scope) -> pa.Table:
    """The prices that the scope covers."""
    if scope.service is not None:
        prices = prices.filter(pc.field("service") == scope.service)
    return prices if scope.regions is None else prices.filter(pc.field("region").isin(scope.regions))
