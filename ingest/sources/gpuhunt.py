"""Prices of GPU clouds, as dstack's gpuhunt publishes them: a zipped CSV file for each provider.

`<provider>/version` names the latest catalog (`20260916-1234`, date and run), written after the catalog is
in place; `<provider>/<version>/catalog.zip` holds `<provider>.csv`. Address and order of writing are those of
`.github/scripts/publish_catalog.sh` of dstackai/gpuhunt, the columns those of its `_internal/storage.py`.
A version's date is what its prices speak for; a catalog is made anew each hour.

Published are only the providers whose offers cannot be asked for live; for the others (Vast, Vultr, Cudo,
Crusoe, DigitalOcean, Hot Aisle, …) the bucket answers 403. AWS, Azure, Google and OCI, for which there are
better sources, are read where `services` names them. Rows with these flags are no machine by the hour and are
left out: Google's DWS Calendar Mode (reserved ahead), RunPod's clusters (two machines or more) and a doubled
preview. RunPod's name is of a GPU, so a machine's is made of it and their number; what is in a country
instead of a data centre is of its community cloud. Lambda's memory is in GB (GiB times 1.074) and it lists
every machine in every region. A price of zero goes to the gate.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from ingest import wire
from ingest.client import Client
from ingest.normalize import conformed, workspace
from ingest.selecting import chosen_catalogs
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "gpuhunt"

_ROOT = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3"
_COLUMNS = (
    "instance_name",
    "location",
    "price",
    "cpu",
    "memory",
    "gpu_count",
    "gpu_name",
    "gpu_memory",
    "spot",
    "disk_size",
    "flags",
    "cpu_arch",
)
_UNSOLD = ("gcp-dws-calendar-mode", "gcp-g4-preview", "runpod-cluster")
_VERSION = re.compile(r"(\d{8})-\d+")
_REPORT = "The feed may have changed its format; the last good data stays in force."


@dataclass(frozen=True)
class _Catalog:
    """One provider. `counted`: a name is of a GPU, not of a machine. `zoned`: a location is a zone.

    `space` stands for a space in a name, as in other lists of that provider.
    """

    folder: str
    provider: str
    service: str = "Compute"
    counted: bool = False
    zoned: bool = False
    space: str = " "
    gb_per_gib: float = 1.0
    default: bool = True


_CATALOGS = (
    _Catalog("lambdalabs", "lambda", gb_per_gib=1.074),
    _Catalog("nebius", "nebius", space="_"),
    _Catalog("runpod", "runpod", "Pods", counted=True),
    _Catalog("verda", "verda"),
    _Catalog("cloudrift", "cloudrift"),
    _Catalog("aws", "aws", "AmazonEC2", default=False),
    _Catalog("azure", "azure", "Virtual Machines", default=False),
    _Catalog("gcp", "gcp", "Compute Engine", zoned=True, default=False),
    _Catalog("oci", "oci", default=False),
)
_OF = {catalog.provider: catalog for catalog in _CATALOGS}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    chosen = chosen_catalogs(selection, _CATALOGS)
    return [Scope(one.provider, one.service, regions) for one, regions in chosen]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    folder = f"{_ROOT}/{_OF[str(scope.provider)].folder}"
    version = client.read(f"{folder}/version", "version.txt").decode("utf-8", "replace").strip()
    if not _VERSION.fullmatch(version):
        raise PayloadInvalid(f"{folder}/version says {version[:40]!r}, which is no version.", _REPORT)
    yield client.get(f"{folder}/{version}/catalog.zip", "catalog.zip")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    catalog = _OF[str(payload.scope.provider)]
    with workspace(NAME) as room:
        room.add_reference("regions")
        room.add_accelerator_names()
        room.load("listed", _listed(payload, catalog))
        names = ("provider", "counted", "zoned", "space", "gb_per_gib")
        habits = {name: getattr(catalog, name) for name in names}
        room.add("rows", room.run("rows", {**habits, "unsold": list(_UNSOLD)}))
        regions = None if payload.scope.regions is None else list(payload.scope.regions)
        prices, machines = (room.run(name, {"regions": regions}) for name in ("prices", "machines"))
    constants = {
        "provider": catalog.provider,
        "service": catalog.service,
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    tables = {
        "prices": conformed("prices", prices, **constants),
        "instance_types": conformed("instance_types", machines, provider=catalog.provider, source=NAME),
    }
    yield Tables(tables, _dated(payload))


def _listed(payload: Payload, catalog: _Catalog) -> pa.Table:
    of_provider = f"gpuhunt's catalog of {catalog.provider}"
    with wire.unzipped(payload, f"{catalog.folder}.csv") as stream:
        header = stream.readline(1 << 16).decode("utf-8", "replace")
        missing = [column for column in _COLUMNS if column not in next(csv.reader([header]), [])]
        if missing:
            raise PayloadInvalid(f"{of_provider} has no column {', '.join(missing)}.", _REPORT)
        stream.seek(0)
        listed = wire.csv_rows(stream, dict.fromkeys(_COLUMNS, pa.string()), optional=_COLUMNS).read_all()
    if not listed.num_rows:
        raise PayloadInvalid(f"{of_provider} lists no machine.", _REPORT)
    return listed


def _dated(payload: Payload) -> datetime | None:
    """The day the catalog's version names; the time of the fetch stands in where the address has none."""
    found = _VERSION.search(payload.record.url)
    try:
        return datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
