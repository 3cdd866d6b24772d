"""Rows of a snapshot as files: the same rows, all or nothing, with what they are from."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from agent import exports
from agent.export_rows import Rows
from ingest import registry
from warehouse import build
from warehouse.errors import CloudPricingError, InvalidInput, QueryInterrupted
from warehouse.reader import Reader
from warehouse.settings import settings
from warehouse.snapshots import Manifest, Snapshot

ROOT = Path(__file__).resolve().parents[2]
PAST = datetime(2025, 6, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("snapshots")
    with build.opened(folder / "warehouse.duckdb") as connection:
        build.load_reference(connection, ROOT / "data")
        build.load_sources(connection, registry.SOURCES)
        for statement in duckdb.extract_statements(
            (ROOT / "tests/fixtures/docs_prices.sql").read_text("utf-8")
        ):
            connection.execute(statement)
        build.derive(connection)
        build.describe(connection)
        # What CSV and JSON have to write in a way of their own.
        connection.execute(
            """CREATE TABLE odd AS SELECT ['a', 'b'] AS list, 0.00000001::DECIMAL(20, 10) AS small, 100::DECIMAL(9, 0) AS whole,
            '2026-11-01 06:00:00.25+00'::TIMESTAMPTZ AS moment, '2026-11-01'::DATE AS day, 'a "b", c' AS text,
            '{"a": [1]}'::JSON AS object, NULL AS nothing, '' AS empty, true AS yes, 'a/b=c' AS "place here" """
        )
    with Reader(
        Snapshot(folder, Manifest("20261120T060000Z-0a1b2c3d", PAST, None, "", (), (), {}, {}, {}))
    ) as opened:
        yield opened


def exported(rows: Rows, output: str, folder: Path, **how: Any) -> dict[str, Any]:
    """The manifest."""
    with exports.replaced(folder, how.pop("force", False)) as made:
        exports.export(rows, output, made, **how)
    manifest: dict[str, Any] = json.loads((folder / exports.MANIFEST).read_text("utf-8"))
    return manifest


def test_parquet_holds_the_rows_of_the_view_by_provider(reader: Reader, tmp_path: Path) -> None:
    manifest = exported(Rows.of(reader, "offers"), "parquet", tmp_path / "out")
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    providers = [row[0] for row in reader.query("SELECT DISTINCT provider FROM offers ORDER BY 1").rows]
    assert [path.parent.name for path in files] == [f"provider={name}" for name in providers]
    wanted = reader.query("SELECT * FROM offers ORDER BY price_id").rows
    names = ", ".join(reader.query("FROM offers LIMIT 0").columns)
    found = duckdb.sql(
        f"SET TimeZone = 'UTC'; SELECT {names} FROM read_parquet('{tmp_path}/out/*/*.parquet') ORDER BY price_id"
    ).fetchall()
    assert [tuple(map(str, row)) for row in found] == [tuple(map(str, row)) for row in wanted]
    assert manifest["rows"] == len(wanted) == sum(file["rows"] for file in manifest["files"])
    group = pq.ParquetFile(files[0]).metadata.row_group(0)
    columns = {
        group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)
    }
    assert "provider" not in columns  # the folder says so
    assert columns["region"].compression == "ZSTD"
    extremes = "min(region), max(region), max(price_hour)"
    ((first, last, dearest),) = reader.query(f"SELECT {extremes} FROM offers WHERE provider = 'aws'").rows
    assert (columns["region"].statistics.min, columns["region"].statistics.max) == (first, last)
    assert columns["price_hour"].statistics.max == dearest


def test_the_manifest_says_what_the_files_are(reader: Reader, tmp_path: Path) -> None:
    where = "region LIKE 'us-%' -- of America"
    ((count,),) = reader.query(f"SELECT count(*) FROM offers WHERE {where}").rows
    rows = Rows.of(reader, "offers", where, columns=("region", "price_hour"))
    manifest = exported(rows, "csv", tmp_path / "new" / "out")
    (file,) = manifest["files"]
    data = (tmp_path / "new" / "out" / "offers.csv").read_bytes()
    assert file == {
        "path": "offers.csv",
        "rows": count,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert {name: manifest[name] for name in ("snapshot", "view", "where", "as_of", "format", "rows")} == {
        "snapshot": "20261120T060000Z-0a1b2c3d", "view": "offers", "where": where,
        "as_of": None, "format": "csv", "rows": count,
    }  # fmt: skip
    assert [one["name"] for one in manifest["columns"]["offers"]] == ["region", "price_hour"]
    assert manifest["columns"]["offers"][0]["comment"]
    (source,) = manifest["sources"]
    assert source["source"] == "libcloud"
    assert source["licence"] == registry.get("libcloud").licence


def test_text_formats_are_exact(reader: Reader, tmp_path: Path) -> None:
    exported(Rows.of(reader, "odd"), "csv", tmp_path / "csv")
    path = tmp_path / "csv" / "odd.csv"
    with path.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "list": '["a","b"]', "small": "0.00000001", "whole": "100", "moment": "2026-11-01T06:00:00.250000Z",
        "day": "2026-11-01", "text": 'a "b", c', "object": '{"a": [1]}', "nothing": "", "empty": "", "yes": "true",
        "place here": "a/b=c",
    }  # fmt: skip
    assert ',,"",' in path.read_text("utf-8")  # null, then an empty text
    exported(Rows.of(reader, "odd"), "json", tmp_path / "json")
    text = (tmp_path / "json" / "odd.json").read_text("utf-8")
    (row,) = json.loads(text, parse_float=Decimal)
    assert row["small"] == Decimal("0.00000001")
    assert row["object"] == {"a": [1]}
    assert (row["list"], row["nothing"], row["yes"], row["whole"]) == (["a", "b"], None, True, 100)


def test_json_is_one_array_with_a_row_on_each_line(reader: Reader, tmp_path: Path) -> None:
    manifest = exported(Rows.of(reader, "token_prices"), "json", tmp_path / "out")
    text = (tmp_path / "out" / "token_prices.json").read_text("utf-8")
    assert len(json.loads(text)) == manifest["rows"] == len(text.splitlines()) - 2
    exported(Rows.of(reader, "token_prices", "false"), "json", tmp_path / "none")
    assert json.loads((tmp_path / "none" / "token_prices.json").read_text()) == []


@pytest.mark.parametrize("output", ["parquet", "csv", "json"])
def test_partitions_are_folders_that_duckdb_reads(reader: Reader, tmp_path: Path, output: str) -> None:
    exported(Rows.of(reader, "prices"), output, tmp_path / "out", partition_by=("provider", "zone"))
    read = {"parquet": "read_parquet", "csv": "read_csv", "json": "read_json"}[output]
    glob = f"{tmp_path}/out/*/*/prices.{output}"
    # Of several files DuckDB guesses from the first, in which no quote may be doubled.
    options = "hive_partitioning = true" + (""", quote = '"', escape = '"'""" if output == "csv" else "")
    query = f"SELECT provider, count(*), count(zone) FROM {read}('{glob}', {options}) GROUP BY 1 ORDER BY 1"
    wanted = reader.query("SELECT provider, count(*), count(zone) FROM prices GROUP BY 1 ORDER BY 1").rows
    assert duckdb.sql(query).fetchall() == list(wanted)


def test_a_partition_of_any_name_is_a_folder(reader: Reader, tmp_path: Path) -> None:
    manifest = exported(Rows.of(reader, "odd"), "parquet", tmp_path / "out", partition_by=("place here",))
    assert manifest["files"][0]["path"] == "place here=a%2Fb%3Dc/odd.parquet"
    read = f"read_parquet('{tmp_path}/out/*/*.parquet', hive_partitioning = true)"
    assert duckdb.sql(f'SELECT "place here" FROM {read}').fetchall() == [("a/b=c",)]


def test_rows_as_of_a_moment(reader: Reader, tmp_path: Path) -> None:
    where = "provider = 'openai' AND name = 'o3'"
    columns = ("sku_id", "price")
    for view in ("price_history", "prices"):  # by its periods, by its macro
        exported(Rows.of(reader, view, where, PAST, columns), "csv", tmp_path / view)
        assert (tmp_path / view / f"{view}.csv").read_text() == '"sku_id","price"\n"o3:input","10"\n'
    assert (
        exported(Rows.of(reader, "offers", "", datetime(2020, 1, 1, tzinfo=UTC)), "csv", tmp_path / "none")[
            "rows"
        ]
        == 0
    )
    assert exported(Rows.of(reader, "offers", "", PAST), "focus", tmp_path / "offers")["rows"] > 0
    manifest = exported(
        Rows.of(reader, "focus_sku_prices", "SkuId = 'o3:input'", PAST), "focus", tmp_path / "focus"
    )
    assert (manifest["as_of"], manifest["rows"]) == (PAST.isoformat(), 2)
    with pytest.raises(InvalidInput, match="accelerators does not know its past"):
        Rows.of(reader, "accelerators", "", PAST)


def test_focus_is_the_records_of_the_rows_and_their_properties(reader: Reader, tmp_path: Path) -> None:
    exported(Rows.of(reader, "offers", "accelerator = 'H100'"), "focus-csv", tmp_path / "out")
    with (tmp_path / "out" / "SkuPrice.csv").open(newline="", encoding="utf-8") as file:
        prices = list(csv.DictReader(file))
    with (tmp_path / "out" / "SkuProperties.csv").open(newline="", encoding="utf-8") as file:
        properties = {row["SkuPriceId"]: row for row in csv.DictReader(file)}
    assert {one["SkuPriceId"] for one in prices} == set(properties)
    assert len(prices) == len(reader.query("SELECT 1 FROM offers WHERE accelerator = 'H100'").rows)
    assert {properties[one["SkuPriceId"]]["x_GpuModel"] for one in prices} == {"H100"}
    assert prices[0]["SkuPriceEffectiveStart"] == "2025-03-02T17:36:18Z"
    by = exported(Rows.of(reader, "prices"), "focus", tmp_path / "by", partition_by=("PricingRegionId",))
    assert "PricingRegionId=us-east-1/SkuPrice.parquet" in {file["path"] for file in by["files"]}
    assert "SkuProperties.parquet" in {file["path"] for file in by["files"]}
    with pytest.raises(InvalidInput, match="regions has no column price_id"):
        exported(Rows.of(reader, "regions"), "focus", tmp_path / "none")


@pytest.mark.parametrize(
    ("view", "where", "columns", "said"),
    [
        ("ofers", "", (), "There is no view ofers. Did you mean offers"),
        ("offers", "", ("regoin",), "offers has no column regoin. Did you mean region"),
        ("offers", "regoin = 'us-east-1'", (), '"regoin"'),
        ("offers", "true) UNION ALL (SELECT 1", (), "--where cannot be read"),
        ("offers", "true; DROP TABLE offers", (), "--where cannot be read"),
        (
            "offers",
            "region IN (SELECT content FROM read_text('/etc/passwd'))",
            (),
            "read_text\\(\\) is not allowed",
        ),
    ],
)
def test_what_cannot_be_exported_is_named(
    reader: Reader, view: str, where: str, columns: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CloudPricingError, match=said):
        Rows.of(reader, view, where, columns=columns)


def test_a_folder_that_holds_something_is_left_alone(reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    rows = Rows.of(reader, "regions")
    exported(rows, "csv", folder)  # empty
    with pytest.raises(InvalidInput, match="is not empty"):
        exported(rows, "csv", folder)
    exported(rows, "json", folder, force=True)
    assert {path.name for path in folder.iterdir()} == {"regions.json", exports.MANIFEST}
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("dear")
    with pytest.raises(InvalidInput, match="holds no export"):
        exported(rows, "csv", mine, force=True)
    with pytest.raises(InvalidInput, match="is a file"):
        exported(rows, "csv", mine / "thesis.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]


def test_an_export_that_fails_leaves_nothing_and_the_last_one_in_place(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(Rows.of(reader, "regions"), "csv", tmp_path / "out")
    slow = Rows.of(
        reader, "regions", "(SELECT max(hash(a.i * b.i)) FROM range(100000) a(i), range(100000) b(i)) > 0"
    )
    monkeypatch.setenv("CLOUD_PRICING_EXPORT_TIMEOUT", "0.2")
    settings.cache_clear()
    with pytest.raises(QueryInterrupted, match=r"0\.2 seconds"):
        exported(slow, "csv", tmp_path / "out", force=True)
    settings.cache_clear()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "regions.csv").is_file()
