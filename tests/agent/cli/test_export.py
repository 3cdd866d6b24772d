"""`cloud-pricing export` and `focus check` as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_export_writes_a_view_and_says_how_much(
    small_store: Path, cli_of: Callable[..., Any], tmp_path: Path
) -> None:
    cli = cli_of(small_store)
    done = cli("export", "offers", str(tmp_path / "out"), "--where", "price_type = 'list'")
    assert done.code == 0, done.err
    assert done.out.startswith("5 rows in 1 file, ")
    assert (tmp_path / "out" / "provider=aws" / "offers.parquet").is_file()
    done = cli(
        "export",
        "prices",
        str(tmp_path / "one"),
        "--format",
        "csv",
        "--columns",
        "price, region",
        "--partition-by",
        "region",
    )
    assert done.code == 0, done.err
    assert (
        tmp_path / "one" / "region=us-east-2" / "prices.csv"
    ).read_text() == '"price","region"\n"98.32","us-east-2"\n'


def test_export_refuses_what_it_cannot_do(
    small_store: Path, cli_of: Callable[..., Any], tmp_path: Path
) -> None:
    cli = cli_of(small_store)
    for arguments, said in (
        (("offers", "out", "--format", "xls"), "no format xls"),
        (("offers", "out", "--as-of", "soon"), "--as-of: soon is no date"),
        (("offers", "out", "--snapshot-as-of", "1999-01-01"), "1999-01-01"),
        (("offers", "out", "--partition-by", "zones"), "offers has no column zones"),
    ):
        done = cli("export", arguments[0], str(tmp_path / arguments[1]), *arguments[2:])
        assert done.code == 2 or done.code == 1 or done.code, done
        assert said in done.err
        assert list(tmp_path.iterdir()) == []


def test_focus_check_prints_every_rule(small_store: Path, cli_of: Callable[..., Any]) -> None:
    done = cli_of(small_store)("focus", "check", "--json")
    assert done.code == 0, done.err
    findings = json.loads(done.out)
    assert all(one["passed"] for one in findings)
    assert {"rule", "passed", "rows", "example", "why"} == set(findings[0])
    assert "0 broken" in done.err
