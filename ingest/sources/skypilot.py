"""Prices of GPU clouds, as SkyPilot's hosted catalogs list them: a CSV file for each cloud.

The format is read off the catalogs (skypilot-org/skypilot-catalog) and the programs that write them
(`sky/catalog/data_fetchers` of skypilot-org/skypilot). Columns are found by name: their order differs, and
schema versions add some. Each catalog has habits of its own, which `_CLOUDS` states and `rows.sql` undoes:
what it calls a region, and whether the memory in `GpuInfo` is of each GPU or of all.

An empty price means: not sold so. A spot price of 0 is what a catalog writes that knows of none, and is left
out; a price of 0 goes to the gate. Mithril's two prices are the lowest bid it takes, so there is no on-demand
price of it. A machine without a region is in stock nowhere: its price is `global`. Lambda's catalog lists
every machine in every region, whether it is there or not. The catalogs carry no date.

AWS, Azure, Google and OCI, for which there are better sources, are read where `services` names them. Azure's
catalog has a comma too many where a machine is of both generations (`V1,V2` in its last column): it is put
right. Left out: vSphere, Kubernetes, Slurm (no prices of a provider), Daytona (sandboxes, not machines),
Spheron and Yotta (resold machines under place names of their own), Google's TPU slices and lone accelerators.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

import pyarrow as pa

from ingest import wire
from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.selecting import chosen_catalogs
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid
from warehouse.log import get_logger

NAME = "skypilot"
SCHEMA_VERSION = "v8"  # v5 to v8 read alike; the older ones are no longer kept up

_ROOT = "https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs"
_COLUMNS = (
    "InstanceType",
    "AcceleratorName",
    "AcceleratorCount",
    "vCPUs",
    "MemoryGiB",
    "GpuInfo",
    "Price",
    "SpotPrice",
    "Region",
)
_ZONE = "AvailabilityZone"
_BOTH_GENERATIONS = re.compile(rb",(V1,V2)(?=\r?$)", re.MULTILINE)
_CHUNK_BYTES = 1 << 20
_REPORT = "The catalog may have changed its format; the last good data stays in force."


@dataclass(frozen=True)
class _Cloud:
    """One catalog. The region is column `place` with `pattern` replaced, the zone is column `zone`.

    `totals`: GpuInfo gives the memory of all GPUs. `bids`: its prices are the lowest bids taken. `family` and
    `windows` are patterns of machine names. Without `default` it is read only where it is asked for.
    """

    folder: str
    provider: str
    service: str = "Compute"
    place: str = "Region"
    pattern: str | None = None
    replacement: str = ""
    zone: str | None = None
    totals: bool = False
    bids: bool = False
    family: str | None = None
    windows: str | None = None
    default: bool = True


_CLOUDS = (
    _Cloud("lambda", "lambda"),
    _Cloud("runpod", "runpod", "Pods", place=_ZONE),  # its Region is the country of the data centre
    _Cloud(
        "vast", "vast", "Marketplace", pattern=r"^.*, *([A-Z]{2}), *[A-Z]{2}$", replacement=r"\1", totals=True
    ),
    _Cloud("nebius", "nebius"),
    _Cloud("verda", "verda"),
    _Cloud("shadeform", "shadeform", pattern=r"-\d+$", zone="Region"),
    _Cloud("seeweb", "seeweb", windows=r"^eCS\d+W$"),
    _Cloud("cudo", "cudo"),
    _Cloud("hyperbolic", "hyperbolic", pattern="^default$", replacement="global"),
    _Cloud("jarvislabs", "jarvislabs"),
    _Cloud("lium", "lium"),
    _Cloud("mithril", "mithril", pattern="-[a-z]$", zone="Region", bids=True),
    _Cloud("do", "digitalocean"),
    _Cloud("fluidstack", "fluidstack"),
    _Cloud("hyperstack", "hyperstack"),
    _Cloud("ibm", "ibm", place=_ZONE, pattern=r"-\d+$", zone=_ZONE),  # some of its regions are blank
    _Cloud("paperspace", "paperspace"),
    _Cloud("primeintellect", "primeintellect", zone=_ZONE, totals=True),
    _Cloud("scp", "scp", pattern="-SCP-.*$", zone="Region"),
    _Cloud("aws", "aws", "AmazonEC2", zone=_ZONE, family=r"^([^.]+)\.", default=False),
    _Cloud("azure", "azure", "Virtual Machines", family="^[A-Za-z]+_([A-Z]+)", default=False),
    _Cloud("gcp", "gcp", "Compute Engine", zone=_ZONE, family="^([^-]+)", default=False),
    _Cloud("oci", "oci", zone=_ZONE, family=r"^([^$]+)", default=False),
)
_OF = {cloud.provider: cloud for cloud in _CLOUDS}


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    chosen = chosen_catalogs(selection, _CLOUDS)
    return [Scope(one.provider, one.service, regions) for one, regions in chosen]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    cloud = _OF[str(scope.provider)]
    yield client.get(f"{_ROOT}/{SCHEMA_VERSION}/{cloud.folder}/vms.csv", "vms.csv")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (payload,) = payloads
    cloud = _OF[str(payload.scope.provider)]
    with workspace(NAME) as room:
        room.add_reference("regions")
        room.add_accelerator_names()
        room.load("listed", _listed(payload, cloud))
        _add_rows(room, cloud)
        regions = None if payload.scope.regions is None else list(payload.scope.regions)
        prices = room.run("prices", {"regions": regions, "bids": cloud.bids})
        machines = room.run("machines", {"regions": regions, "family": cloud.family})
    constants = {
        "provider": cloud.provider,
        "service": cloud.service,
        "price_type": "list",
        "currency": "USD",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    tables = {
        "prices": conformed("prices", prices, **constants),
        "instance_types": conformed("instance_types", machines, provider=cloud.provider, source=NAME),
    }
    yield Tables(tables)


def _add_rows(room: Workspace, cloud: _Cloud) -> None:
    names = ("provider", "place", "pattern", "replacement", "zone", "totals", "windows")
    rows = room.run("rows", {name: getattr(cloud, name) for name in names})
    if cloud.provider == "gcp":
        room.add("parts", rows)
        room.add_reference("gcp_machine_types")
        rows = room.run("composed")
    room.add("rows", rows)
    if cloud.provider == "gcp":
        left_out = room.run("unpriced")["machines"][0].as_py()
        get_logger("ingest.skypilot").info("machines_not_priced", provider=cloud.provider, machines=left_out)


def _listed(payload: Payload, cloud: _Cloud) -> pa.Table:
    with payload.open() as stream:
        header = stream.read(1 << 16).decode("utf-8", "replace").partition("\n")[0]
    names = next(csv.reader([header]), [])
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        message = f"SkyPilot's catalog of {cloud.provider} has no column {', '.join(missing)}."
        raise PayloadInvalid(message, _REPORT)
    columns = dict.fromkeys((*_COLUMNS, _ZONE), pa.string())
    with _with_generations(payload) if cloud.provider == "azure" else payload.open() as stream:
        listed = wire.csv_rows(stream, columns, optional=tuple(columns)).read_all()
    if not listed.num_rows:
        raise PayloadInvalid(f"SkyPilot's catalog of {cloud.provider} lists no machine.", _REPORT)
    return listed


def _with_generations(payload: Payload) -> BinaryIO:
    """The file with the field `V1,V2` at the end of a line in quotes, as it should be."""
    file, rest = tempfile.SpooledTemporaryFile(max_size=64 << 20), b""  # noqa: SIM115 - the caller's to close
    with payload.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            lines, _, rest = (rest + chunk).rpartition(b"\n")
            file.write(_BOTH_GENERATIONS.sub(rb',"\1"', lines + b"\n" if lines else lines))
    file.write(_BOTH_GENERATIONS.sub(rb',"\1"', rest))
    file.seek(0)
    return cast(BinaryIO, file)
