"""The past in any order: every order of the same editions gives the same history, to the byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.backfill import bring
from flows.plan import past
from ingest import registry, staging
from ingest.client import Client
from warehouse import build, history
from warehouse.contracts import TABLES, Batch
from warehouse.settings import Settings, settings
from warehouse.statements import statements

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "pricelists"
EVER = datetime(2006, 1, 1, tzinfo=UTC)
RELEASES = {
    "3.3.1": datetime(2020, 8, 30, 20, 15, 33, tzinfo=UTC),
    "3.6.1": datetime(2022, 10, 2, 9, 17, 51, tzinfo=UTC),
    "3.8.0": datetime(2023, 8, 6, 15, 34, 36, tzinfo=UTC),
    "3.9.1": datetime(2025, 3, 2, 17, 36, 18, tzinfo=UTC),
}
SIZES = {"large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "16xlarge": 32}
REGIONS = {"us-east-1": 1.0, "us-east-2": 1.0, "eu-west-1": 1.115, "sa-east-1": 1.59}
# What each release says of the smallest size of a family; None: it does not list the family.
FAMILIES = {
    "m5": (0.096, 0.096, 0.096, 0.096),
    "r5": (0.126, 0.126, 0.12, 0.12),  # cheaper once
    "p3": (0.765, 0.765, 0.6885, 0.765),  # cheaper, and dearer again
    "c4": (0.1, None, 0.1, None),  # goes, comes back, goes
    "c6i": (None, 0.085, 0.085, 0.085),  # new
}


def pricing(number: int) -> bytes:
    """`pricing.json` of a release; from the second on it has a list of RHEL."""
    linux, rhel = dict[str, dict[str, float]](), dict[str, dict[str, float]]()
    for family, prices in FAMILIES.items():
        for size, factor in SIZES.items():
            if (price := prices[number]) is not None:
                here = {region: round(price * factor * dearer, 4) for region, dearer in REGIONS.items()}
                fee = 0.06 if factor <= 2 else 0.13
                linux[f"{family}.{size}"] = here
                rhel[f"{family}.{size}"] = {region: round(one + fee, 4) for region, one in here.items()}
    linux["r5.large"]["sa-east-1"] = 0 if number == 2 else 0.2003  # unknown for once
    lists = {"ec2_linux": linux} | ({"ec2_rhel": rhel} if number else {})
    updated = [*RELEASES.values()][number].timestamp()
    return json.dumps({"compute": lists, "storage": {}, "updated": updated}).encode()


def folder_of_releases(folder: Path) -> Path:
    for number, (version, dated) in enumerate(RELEASES.items()):
        place = folder / f"{dated:%Y-%m}_{version}"
        place.mkdir(parents=True)
        (place / "pricing.json.gz").write_bytes(gzip.compress(pricing(number)))
    return folder


def brought(limits: Settings, folder: Path, source: str = "libcloud", **wanted: Any) -> list[Batch]:
    """What a folder's editions of a source become, staged without Prefect's engine."""
    with Client((), limits.store) as client:
        found = past(limits, source, EVER, datetime.now(UTC), folder, **wanted)
        done = [bring(limits.store, source, one, client) for one in found]
    assert [one.error for one in done if one.error] == []
    return staging.staged(limits.store)


@dataclass(frozen=True)
class Judged:
    """A batch as the gate let it through: its record, what is in quarantine, and the accepted rows."""

    batch_id: str
    verdict: str
    tables: dict[str, Path]


@contextmanager
def warehouse(limits: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with build.opened(Path(":memory:")) as connection:
        build.load_reference(connection, limits.data)
        build.load_sources(connection, registry.SOURCES)
        yield connection


def exported(connection: duckdb.DuckDBPyConnection) -> bytes:
    """Everything `price_history` holds."""
    for text in statements("views"):
        connection.execute(text)
        if "VIEW price_history AS" in text:
            break
    rows = connection.execute("SELECT * FROM price_history ORDER BY ALL").to_arrow_table()
    return bytes(rows.to_pandas().to_csv().encode())


def judged(limits: Settings, order: Sequence[Batch], checks: Path) -> tuple[bytes, list[Judged]]:
    """The history after loading in this order through the gate, and what the gate made of each."""
    done = []
    with warehouse(limits) as connection:
        for batch in order:
            place, info = staging.batch_folder(limits.store, batch.batch_id), registry.get(batch.source)
            verdict = build.load_batch(connection, batch, place, checks, info).verdict
            kept = {f"staged_{table}": "" if table == "prices" else "LIMIT 0" for table in TABLES}
            kept |= dict.fromkeys(("batches", "quarantine"), f"WHERE batch_id = '{batch.batch_id}'")
            tables = {name: checks / f"{batch.batch_id}-{name}.parquet" for name in kept}
            for name, wanted in kept.items():
                connection.execute(f"COPY (FROM {name} {wanted}) TO '{tables[name]}'")
            done.append(Judged(batch.batch_id, verdict, tables))
        return exported(connection), done


def replayed(limits: Settings, orders: Iterable[Sequence[Judged]]) -> set[bytes]:
    """The histories after loading what the gate let through, each time into an empty warehouse."""
    histories = set()
    with warehouse(limits) as connection:
        for order in orders:
            connection.execute("BEGIN")
            for one in order:
                for name, path in one.tables.items():
                    staged = name.startswith("staged_")
                    act = f"CREATE OR REPLACE TEMP TABLE {name} AS" if staged else f"INSERT INTO {name}"
                    connection.execute(f"{act} FROM '{path}'")
                history.load(connection, one.batch_id)
            histories.add(exported(connection))
            connection.execute("ROLLBACK")
    return histories


def test_four_releases_in_every_order(limits: Settings, tmp_path: Path) -> None:
    accelerators = Path("reference") / "aws_accelerators.csv"
    shutil.copy(ROOT / "data" / accelerators, limits.data / accelerators)
    batches = brought(limits, folder_of_releases(tmp_path / "past"))
    assert [batch.as_of for batch in batches] == list(RELEASES.values())
    text, forwards = judged(limits, batches, tmp_path)
    same, backwards = judged(limits, batches[::-1], tmp_path)
    assert same == text
    assert [one.verdict for one in forwards] == [one.verdict for one in backwards[::-1]]
    assert "refused" not in {one.verdict for one in forwards}
    orders = list(permutations(forwards))
    assert len(orders) == 24
    assert replayed(limits, orders) == {text}
    spans = Counter(row["name"] for row in csv.DictReader(io.StringIO(text.decode())))
    assert spans["c4.large (linux)"] == 2 * len(REGIONS), "sold, not, again, and no more"


@pytest.mark.skipif(not (SHARED / "libcloud").is_dir(), reason="needs ../shared/pricelists")
def test_real_releases_forwards_and_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut to five regions. The price of a GPU machine in September 2022 is that of the release of 2020."""
    monkeypatch.setenv("CLOUD_PRICING_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    kept_regions = {"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1"}
    libcloud_lists = {f"ec2_{name}" for name in ("linux", "windows", "rhel", "rhel_ha", "suse")}
    for name in ("2020-08_3.3.1", "2022-10_3.6.1", "2023-08_3.8.0"):
        document = json.loads(gzip.decompress((SHARED / "libcloud" / name / "pricing.json.gz").read_bytes()))
        ec2 = {key: value for key, value in document["compute"].items() if key in libcloud_lists}
        for machine in (machine for one in ec2.values() for machine in one.values()):
            for region in machine.keys() - kept_regions:
                del machine[region]
        (tmp_path / "past" / name).mkdir(parents=True)
        cut = {"compute": ec2, "updated": document["updated"]}
        (tmp_path / "past" / name / "pricing.json").write_text(json.dumps(cut))
    batches = brought(settings(), tmp_path / "past", services=["AmazonEC2"])
    text, forwards = judged(settings(), batches[::-1], tmp_path)
    assert [one.verdict for one in forwards] == ["accepted_with_quarantine"] * 2 + ["accepted"]
    assert replayed(settings(), [forwards, forwards[::-1]]) == {text}
    settings.cache_clear()
    (p3,) = [
        row
        for row in csv.DictReader(io.StringIO(text.decode()))
        if (row["name"], row["region"]) == ("p3.2xlarge (linux)", "us-east-1")
        and row["valid_from"] < "2022-09-15" < (row["valid_to"] or "9")
    ]
    assert (p3["price"], p3["valid_from"][:10]) == ("3.0600000000", "2020-08-30")
