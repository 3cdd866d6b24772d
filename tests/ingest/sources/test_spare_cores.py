"""What is odd about the records and scores of Spare Cores."""

import gzip
import io
import json
import lzma
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ingest.client import Client
from ingest.normalize import reference
from ingest.source import Payload, Selection
from ingest.sources import spare_cores
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
Keep = Callable[..., list[Payload]]
FIXTURES = Path(__file__).parents[1] / "fixtures" / "spare_cores"
SERVERS = Path(__file__).resolve().parents[4] / "shared/pricelists/specs/sparecores/2026-01-31/server.parquet"
MACHINES, BENCHMARKS = Scope(service="machines"), Scope(service="benchmarks")


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Callable[[Scope, str], Rows]:
    def of(scope: Scope, table: str) -> Rows:
        payloads = next(payloads for one, payloads in recorded("spare_cores") if one == scope)
        (tables,) = spare_cores.parse(payloads)
        assert list(tables.tables) == [table]
        listed: Rows = tables.tables[table].to_pylist()
        return listed

    return of


@pytest.fixture
def machines(rows: Callable[[Scope, str], Rows]) -> dict[str, dict[str, Any]]:
    return {row["instance_type"]: row for row in rows(MACHINES, "instance_types")}


@pytest.fixture
def scores(rows: Callable[[Scope, str], Rows]) -> Rows:
    return rows(BENCHMARKS, "benchmarks")


def archive(records: Iterable[dict[str, Any]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as files:
        for number, record in enumerate(records):
            content = json.dumps(record).encode()
            member = tarfile.TarInfo(f"sc-data-dumps-main/data/server/{record['vendor_id']}/{number}.json")
            member.size = len(content)
            files.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def accelerator(machine: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(machine[f"accelerator{what}"] for what in ("", "_count", "_memory_gib"))


def test_vendors_have_our_names_and_machines_the_names_they_are_rented_by(
    machines: dict[str, dict[str, Any]],
) -> None:
    assert {machine["provider"] for machine in machines.values()} == {
        "aws", "azure", "gcp", "hetzner", "alibaba", "ovh", "upcloud", "vultr",
    }  # fmt: skip
    assert machines["zx22"]["provider"] == "hetzner"
    large = machines["zz1.large"]
    assert (large["vcpus"], large["memory_gib"], large["architecture"], large["cpu_model"]) == (
        2,
        8,
        "arm64",
        "AWS ARMv9 Neoverse-V2",
    )
    assert machines["Standard_ZZ96_v5"]["cpu_model"] is None


def test_accelerators_are_told_apart_by_their_memory(machines: dict[str, dict[str, Any]]) -> None:
    assert accelerator(machines["zz5.48xlarge"]) == ("H100", 8, 80)
    assert accelerator(machines["Standard_ZZ40_v5"]) == ("H100-NVL", 1, 94)
    assert accelerator(machines["zz2-highgpu-1g"]) == ("A100-40GB", 1, 40)
    assert accelerator(machines["zt6-1t"])[:2] == ("TPUv6e", 4), "named as of version 0.10"
    assert accelerator(machines["ecs.zz7i.large"]) == ("A10", 0.1667, 24), "a sixth of a card"
    assert accelerator(machines["ecs.zzx.large"]) == ("G99", 1, 24), "unknown: for the gate"
    assert accelerator(machines["Standard_ZZ96_v5"]) == (None, None, None), "eight of nobody knows what"


def test_networks_are_in_gigabits(machines: dict[str, dict[str, Any]]) -> None:
    assert [machines[name]["network_gbps"] for name in ("zz1.large", "zz5.48xlarge", "zz-45", "zx22")] == [
        12.5,
        3200,
        8,
        None,
    ]


def test_only_the_chosen_scores_are_kept(scores: Rows) -> None:
    kept = {
        (row["instance_type"], row["benchmark"], row["configuration"]): row["score"]
        for row in scores
        if row["provider"] != "hetzner"
    }
    assert kept == {
        ("zz1.large", "stress_ng:best1", None): 1234.5,
        ("zz1.large", "stress_ng:bestn", None): 2400,
        ("zz1.large", "geekbench:score", '{"cores":"single"}'): 1500,
        ("zz1.large", "geekbench:score", '{"cores":"multi"}'): 2800,
        ("zz2-highgpu-1g", "stress_ng:best1", None): 1400.25,
        ("zz2-highgpu-1g", "membench:latency", '{"scope":"RAM"}'): 98.5,
        ("zz2-highgpu-1g", "llm_speed:text_generation", '{"model":"tiny.gguf","tokens":128}'): 55.5,
        ("zz2-highgpu-1g", "llm_speed:text_generation", '{"model":"big.gguf","tokens":128}'): 7.25,
    }


def test_of_two_versions_of_a_tool_the_latest_run_counts(scores: Rows) -> None:
    (row,) = [row for row in scores if row["provider"] == "hetzner"]
    assert (row["instance_type"], row["score"], row["configuration"]) == ("zx22", 950, None)


def test_a_score_has_its_unit_and_direction(scores: Rows) -> None:
    assert {(row["unit"], row["higher_is_better"]) for row in scores} == {
        ("Bogo operations per second (ops/s)", True),
        (None, True),
        ("Nanoseconds (ns)", False),
        ("tokens/second (t/s)", True),
    }


def test_scores_are_only_fetched_where_they_are_named() -> None:
    with Client(()) as client:
        assert list(spare_cores.scopes(client, Selection())) == [MACHINES]
        assert list(spare_cores.scopes(client, Selection(services=("benchmarks",)))) == [BENCHMARKS]
        assert list(spare_cores.scopes(client, Selection(services=("tokens",)))) == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"not an archive", "no whole archive"),
        ((FIXTURES / "records.tar.gz").read_bytes()[:900], "no whole archive"),
        (gzip.compress(b"\0" * 10240), "no records of servers"),
    ],
    ids=["text", "cut off", "empty"],
)
def test_what_is_no_archive_of_records_is_refused(content: bytes, named: str, keep: Keep) -> None:
    with pytest.raises(PayloadInvalid, match=named):
        list(spare_cores.parse(keep("spare_cores", MACHINES, {"records.tar.gz": content})))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (b'"benchmark_score" (', b'"marks" (', "no table benchmark_score"),
        (b"\tscore FLOAT", b"\tresult FLOAT", "0 can be read"),
        (b"\tconfig JSON NOT NULL, \n", b"", "0 can be read"),
    ],
)
def test_a_dump_of_another_form_is_refused(old: bytes, new: bytes, named: str, keep: Keep) -> None:
    dump = lzma.decompress((FIXTURES / "database.sql.xz").read_bytes())
    files = {
        "records.tar.gz": (FIXTURES / "records.tar.gz").read_bytes(),
        "database.sql.xz": lzma.compress(dump.replace(old, new)),
    }
    with pytest.raises(PayloadInvalid, match=named):
        list(spare_cores.parse(keep("spare_cores", BENCHMARKS, files)))


@pytest.mark.skipif(not SERVERS.is_file(), reason="the recorded specifications of Spare Cores are not here")
def test_all_machines_of_a_recorded_day(keep: Keep) -> None:
    content = archive(pq.read_table(SERVERS).to_pylist())
    (tables,) = spare_cores.parse(keep("spare_cores", MACHINES, {"records.tar.gz": content}))
    machines = tables.tables["instance_types"]
    assert machines.num_rows == 5176
    assert machines.group_by(["provider", "instance_type"]).aggregate([]).num_rows == 5176
    assert pc.min(machines["memory_gib"]).as_py() == 0.5
    assert pc.max(machines["network_gbps"]).as_py() == 400
    known = reference("accelerators")["accelerator"].to_pylist()
    unknown = machines.filter(~pc.field("accelerator").is_null() & ~pc.field("accelerator").isin(known))
    assert set(unknown["provider"].to_pylist()) <= {"alibaba", "ovh"}, (
        "Alibaba's own code names, old game cards"
    )
    assert unknown.num_rows < 100
    (p5,) = machines.filter(pc.field("instance_type") == "p5.48xlarge").to_pylist()
    assert accelerator(p5) == ("H100", 8, 80)
