"""`cloud-pricing sql`: formats, files, parameters and scripts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

TWO = "SELECT region, price_hour, NULL AS gap FROM offers WHERE provider = $provider AND vcpus >= $vcpus ORDER BY 1 LIMIT 2"
GIVEN = ("--param", "provider=aws", "--param", "vcpus=192")


def test_formats(small_store: Path, cli_of: Callable[..., Any]) -> None:
    cli = cli_of(small_store)
    done = cli("sql", TWO, *GIVEN, "--format", "markdown")
    assert done.code == 0, done.err
    assert (
        done.out
        == "| region | price_hour | gap |\n| --- | --- | --- |\n| us-east-1 | 98.32 |  |\n| us-east-2 | 98.32 |  |\n"
    )
    lines = cli("sql", TWO, *GIVEN, "--format", "jsonl").out.splitlines()
    assert json.loads(lines[0]) == {"region": "us-east-1", "price_hour": 98.32, "gap": None}
    assert cli("sql", "select 'a|b' as x", "--format", "markdown").out.endswith("| a\\|b |\n")


def test_a_file_gets_all_rows(small_store: Path, cli_of: Callable[..., Any], tmp_path: Path) -> None:
    cli = cli_of(small_store, CLOUD_PRICING_QUERY_ROWS="2")
    query = "SELECT i, i::DECIMAL(9, 2) AS d FROM range(5000) t(i)"
    for name in ("x.csv", "x.json", "x.jsonl", "x.md", "x.parquet"):
        done = cli("sql", query, "--output", str(tmp_path / name))
        assert done.code == 0, done.err
        assert "5,000 rows" in done.err
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 5000
    assert len(json.loads((tmp_path / "x.json").read_text())) == 5000
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 5000
    assert (tmp_path / "x.csv").read_text().splitlines()[:3] == ["i,d", "0,0", "1,1"]
    assert len((tmp_path / "x.md").read_text().splitlines()) == 5002


def test_a_file_that_fails_is_not_left_behind(
    small_store: Path, cli_of: Callable[..., Any], tmp_path: Path
) -> None:
    cli = cli_of(small_store)
    (tmp_path / "x.csv").write_text("the last one")
    for query in (
        "SELECT nothing FROM offers",
        "SELECT CASE WHEN i > 200000 THEN error('late') END AS x FROM range(300000) t(i)",
    ):
        assert cli("sql", query, "--output", str(tmp_path / "x.csv")).code == 2
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the last one"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("select 1", "--format", "parquet"), "--output"),
        (("select 1", "--output", "x.xls"), "no format xls"),
        (("select 1", "--output", "/nowhere/x.csv"), "no folder /nowhere"),
        (("select $a", "--param", "a"), "not name=value"),
        (("select $a",), "a"),
    ],
)
def test_what_cannot_be_done_is_said(
    small_store: Path, cli_of: Callable[..., Any], arguments: tuple[str, ...], said: str
) -> None:
    done = cli_of(small_store)("sql", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_pipe_is_a_script(
    small_store: Path, cli_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = cli_of(small_store)
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("select 1 as a;\nselect count(*) as n\nfrom offers where region = $r;\n")
    )
    done = cli("sql", "--format", "csv", "--param", "r=us-east-2")
    assert (done.code, done.out) == (0, "a\n1\nn\n1\n"), done.err
