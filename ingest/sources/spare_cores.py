"""Specifications and benchmark scores of the machines of eight vendors, by Spare Cores.

Two things with two licences. The records of machines are JSON files in the repository
SpareCores/sc-data-dumps, licensed CC BY-SA 4.0: one archive brings them all, `data/server/<vendor>/
<server>.json` and `data/benchmark/<id>.json` with the units. Scores are only in the whole database
(`sc-data-all.sql.xz`), which since 2026 is under the Business Source License 1.1: production use is
granted to academic research and to entities below a million dollars of revenue, not for a competing
price comparison. So the scores are fetched only where `--services benchmarks` names them.

Formats: SpareCores/sc-crawler, its tables and its `dump` command. Memory is in MiB, disks in GB,
network in Gbps but OVHcloud's in Mbps. Version 0.10 renamed `gpu_*` to `accelerator_*`; both are read.
A score names the vendor's id of a machine, which at Google and Hetzner is a number; the record of the
machine has the name people rent it by. Its prices are not read: they are copies of other feeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from ingest import dumps
from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

NAME = "spare_cores"

_RECORDS = "https://codeload.github.com/SpareCores/sc-data-dumps/tar.gz/refs/heads/main"
_DATABASE = "https://cdn.sparecores.net/sc-data/latest/sc-data-all.sql.xz"
_SERVERS = re.compile(r"[^/]+/data/server/[^/]+/[^/]+\.json")
_BENCHMARKS = re.compile(r"[^/]+/data/benchmark/[^/_][^/]*\.json")
_REPORT = "The feed may have changed its format; the last good data stays in force."


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    wanted = selection.services or ("machines",)
    return [Scope(service=service) for service in ("machines", "benchmarks") if service in wanted]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    yield client.get(_RECORDS, "records.tar.gz")
    if scope.service == "benchmarks":
        yield client.get(_DATABASE, "database.sql.xz")


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    by_name = {payload.record.name: payload for payload in payloads}
    with workspace(NAME) as room:
        _add_records(room, "servers", by_name["records.tar.gz"], _SERVERS)
        room.add("machines", room.run("machines"))
        if "database.sql.xz" in by_name:
            _add_records(room, "benchmarks", by_name["records.tar.gz"], _BENCHMARKS)
            _add_scores(room, by_name["database.sql.xz"])
            tables = {"benchmarks": conformed("benchmarks", room.run("benchmarks"), source=NAME)}
        else:
            room.add_accelerator_names()
            tables = {"instance_types": conformed("instance_types", room.run("named"), source=NAME)}
    yield Tables(tables)


def _add_records(room: Workspace, name: str, archive: Payload, wanted: re.Pattern[str]) -> None:
    """A table of JSON texts. The archive has a file a record: some thousands, each read as it is met."""
    documents = [document.decode("utf-8", "replace") for document in dumps.members(archive, wanted)]
    if not documents:
        raise PayloadInvalid(f"{archive.record.name} holds no records of {name}.", _REPORT)
    room.load(name, pa.table({"document": pa.array(documents, pa.large_string())}))


def _add_scores(room: Workspace, database: Payload) -> None:
    """The rows of the chosen benchmarks; a row is read by the order of its table's columns."""
    room.add("chosen", room.run("chosen"))
    chosen = [row["benchmark"] for row in room.run("chosen_ids").to_pylist()]
    columns, rows = dumps.dumped_rows(database, "benchmark_score", chosen)
    room.load("dumped", rows)
    room.add("scores", room.run("scores", {"columns": columns}))
    (counted,) = room.run("counted").to_pylist()
    if not counted["readable"] or counted["unreadable"]:
        raise PayloadInvalid(
            f"{database.record.name}: of {rows.num_rows} rows of scores {counted['readable']} can be read.",
            _REPORT,
        )
