"""AWS, Azure and Google list prices as apache-libcloud carries them, with the data's own date.

`libcloud/data/pricing.json` is scraped by that project from the providers' public lists. It is old
and dirty (zeroes, dedicated-tenancy prices in the EC2 lists): everything of it goes on to the gate
as it stands. Its `updated` time is that of the last scrape of any provider. The Azure and Google
lists are byte for byte those of earlier releases, so they speak for the one that first had them
(`_FIRST_SEEN`); a list that changes speaks for `updated` again.

Older releases of the package are editions: those whose EC2 lists are others, each dated by its `updated`
time. What a machine is like does not change; for that the installed package is asked, which knows the
machines of all of them.

Left out on purpose: the superseded per-region EC2 lists (`ec2_us_east`, …), Azure's 248 Low Priority
keys (the old batch class, withdrawn) and the providers of long ago.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.client import Client
from ingest.dated_folders import kept, mentions
from ingest.normalize import Workspace, conformed, workspace
from ingest.releases import released_file
from ingest.source import Edition, Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid
from warehouse.log import get_logger

NAME = "libcloud"

_PACKAGE = "apache-libcloud"
_PRICES = "pricing.json"
_MACHINES = "ec2_instance_types.json"
_LISTS = {
    "aws": ("ec2_linux", "ec2_windows", "ec2_rhel", "ec2_rhel_ha", "ec2_suse"),
    "azure": ("azure_linux", "azure_windows"),
    "gcp": ("gce_instances", "gce_disks", "gce_images"),
}
# Hash of a provider's lists → the `updated` time of the first pricing.json that had them: in the
# project's repository on 2020-07-10 (Google), in its release 3.3.1 (Azure), both still in 3.9.1.
_FIRST_SEEN = {
    "99d25e5cb41f3aebdb60258d2899c369f0c6a5445585209b197ca2a739722531": datetime(
        2020, 7, 10, 3, 37, 9, tzinfo=UTC
    ),
    "d847b70fb6315f3ac67beec321c60fa65f6343d7ae9a4a12c58f65aa063932dd": datetime(
        2020, 8, 30, 20, 15, 33, tzinfo=UTC
    ),
}
# The releases whose EC2 lists differ from those of the one before, and their `updated` times. The earlier
# ones have other lists (`ec2_us_east`, …), made by hand in parts.
_RELEASES = {
    "3.3.1": datetime(2020, 8, 30, 20, 15, 33, tzinfo=UTC),
    "3.4.1": datetime(2021, 11, 6, 21, 13, 2, tzinfo=UTC),
    "3.5.0": datetime(2022, 3, 2, 20, 39, 27, tzinfo=UTC),
    "3.5.1": datetime(2022, 3, 24, 14, 51, 7, tzinfo=UTC),
    "3.6.0": datetime(2022, 5, 22, 18, 55, 19, tzinfo=UTC),
    "3.6.1": datetime(2022, 10, 2, 9, 17, 51, tzinfo=UTC),
    "3.7.0": datetime(2023, 1, 2, 17, 54, 57, tzinfo=UTC),
    "3.8.0": datetime(2023, 8, 6, 15, 34, 36, tzinfo=UTC),
    "3.9.1": datetime(2025, 3, 2, 17, 36, 18, tzinfo=UTC),
}
_SERVICES = {"aws": "AmazonEC2", "azure": "Virtual Machines", "gcp": "Compute Engine"}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    wanted = selection.services or tuple(_SERVICES.values())
    return [Scope(provider, service) for provider, service in _SERVICES.items() if service in wanted]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.package_file(_PACKAGE, "libcloud", f"data/{_PRICES}")
    if scope.provider == "aws":
        yield _machines(client)


def editions(client: Client, selection: Selection, since: datetime, until: datetime) -> Iterable[Edition]:
    """Of EC2 alone: the lists of Azure and Google are the same in every release, so a refresh has them."""
    aws = [scope for scope in scopes(client, selection) if scope.provider == "aws"]
    return [Edition(scope, version, dated) for scope in aws for version, dated in _RELEASES.items()]


def fetch_edition(client: Client, edition: Edition) -> Iterator[Fetched]:
    content = released_file(_PACKAGE, edition.label, f"libcloud/data/{_PRICES}")
    yield Fetched(_PRICES, f"pkg:pypi/{_PACKAGE}@{edition.label}#libcloud/data/{_PRICES}", [content])
    yield _machines(client)


def recorded(client: Client, scope: Scope, files: Mapping[str, Path]) -> Iterator[Fetched]:
    """Old files have the lists of some providers only."""
    if mentions(files, _PRICES, (f'"{name}"' for name in _LISTS[str(scope.provider)])):
        yield from kept(files, _PRICES)
        if scope.provider == "aws":
            yield _machines(client)


def _machines(client: Client) -> Fetched:
    """The package holds the machines as Python; its dictionary is kept as JSON, sorted."""
    module = "libcloud.compute.constants.ec2_instance_types"
    types = importlib.import_module(module).INSTANCE_TYPES
    url = client.package_url(_PACKAGE, module.replace(".", "/") + ".py")
    return Fetched(_MACHINES, url, [json.dumps(types, sort_keys=True).encode()])


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    files = {payload.record.name: payload for payload in payloads}
    prices = files[_PRICES]
    document = prices.read()
    as_of = _dated(document, str(prices.scope.provider))
    constants = {
        "provider": prices.scope.provider,
        "service": prices.scope.service,
        "price_type": "list",
        "tier_from": 0,
        "currency": "USD",
        "effective_from": as_of,
        "source": NAME,
        "source_url": prices.record.url,
        "observed_at": prices.record.fetched_at,
    }
    with workspace(NAME) as room:
        room.add_json("pricing", document)
        if prices.scope.provider == "aws":
            room.add_json("machines", files[_MACHINES].read())
        tables = _PROVIDERS[str(prices.scope.provider)](room, constants)
    yield Tables(tables, as_of)


def _dated(document: bytes, provider: str) -> datetime:
    """The moment a provider's lists speak for."""
    try:
        content = json.loads(document)
        held = content["compute"]
        first, *others = _LISTS[provider]
        lists = [held[first], *map(held.get, others)]
        updated = datetime.fromtimestamp(content["updated"], UTC)
    except (ValueError, KeyError, TypeError) as error:
        message = f"{_PRICES} has no lists of {provider} or no `updated` time: {error!r}"
        raise PayloadInvalid(message, "Reinstall the package.") from None
    digest = hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()
    return _FIRST_SEEN.get(digest, updated)


def _aws(room: Workspace, constants: dict[str, Any]) -> dict[str, pa.Table]:
    room.add_reference("aws_accelerators")
    prices = conformed("prices", room.run("aws_prices"), **constants)
    room.add("prices", prices)
    machines = conformed("instance_types", room.run("aws_machines"), provider="aws", source=NAME)
    return {"prices": prices, "instance_types": machines}


def _azure(room: Workspace, constants: dict[str, Any]) -> dict[str, pa.Table]:
    room.add_reference("azure_sizes", "regions")
    prices = conformed("prices", room.run("azure_prices"), **constants)
    machines = conformed("instance_types", room.run("azure_machines"), provider="azure")
    return {"prices": prices, "instance_types": machines}


def _gcp(room: Workspace, constants: dict[str, Any]) -> dict[str, pa.Table]:
    room.add_reference("gcp_machine_types")
    room.add("rates", room.run("gcp_rates"))
    parts = [room.run(name) for name in ("gcp_machine_prices", "gcp_rate_prices", "gcp_disks", "gcp_images")]
    prices = pa.concat_tables([conformed("prices", part, **constants) for part in parts])
    machines = conformed("instance_types", room.run("gcp_machines"), provider="gcp")
    skipped = room.run("gcp_unpriced").to_pylist()
    get_logger("ingest.libcloud").info("machines_not_priced", **skipped[0])
    return {"prices": prices, "instance_types": machines}


_PROVIDERS = {"aws": _aws, "azure": _azure, "gcp": _gcp}
