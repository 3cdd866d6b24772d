"""What each command says, to people and to programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import registry

Cli = Callable[..., Any]
COMMANDS = (
    ("refresh",), ("backfill",), ("ask",), ("offers",), ("estimate",), ("recommend",), ("sql",), ("sources",), ("quarantine",), ("doctor",),
    *(("snapshots", name) for name in ("list", "show", "diff", "verify", "rollback")),
    *(("knowledge", name) for name in ("search", "show", "export", "import", "status")),
    *(("backup", name) for name in ("create", "list", "verify", "restore", "prune")),
)  # fmt: skip
P5 = "price of p5.48xlarge in us-east-1"


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_version_and_help(run: Cli) -> None:
    assert run("--version").out.count(".") == 2
    for command in COMMANDS:
        done = run(*command, "--help")
        assert (done.code, done.err) == (0, "")
        assert f"cloud-pricing {' '.join(command)}" in done.out


def test_offers_come_cheapest_first(run: Cli) -> None:
    done = run("offers", "--limit", "2")
    assert (done.code, done.err) == (0, "2 of 5 offers; --limit shows more.\n")
    header, *rows = lines(done.out)
    assert header[:4] == ["provider", "machine", "region", "usd_hour"]
    assert [row[1:4] for row in rows] == [
        ["m5.large", "us-east-1", "0.096"], ["m5.large", "eu-west-1", "0.107"],
    ]  # fmt: skip
    (dearest,) = run("offers", "--gpu", "H100", "--place", "us-east-2", "--provider", "AWS", "--json").json()
    assert dearest["price_usd_hour"] == 98.32
    assert dearest["price_id"]


def test_own_prices_stand_beside_list_prices(run: Cli) -> None:
    own = {
        (row["instance_type"], row["region"], row["price_usd_hour"])
        for row in run("offers", "--own", "--json").json()
    }
    listed = {row["price_usd_hour"] for row in run("offers", "--json").json()}
    assert own == {
        ("m5.large", "us-east-1", 0.08), ("m5.large", "us-east-1", 0.0864),
        ("m5.large", "eu-west-1", 0.0963), ("m5.xlarge", "us-east-1", 0.1728),
    }  # fmt: skip
    assert listed == {0.096, 0.107, 0.192, 98.32}


def test_no_offer_is_said(run: Cli) -> None:
    done = run("offers", "--min-vcpus", "999")
    assert (done.code, done.out, done.err) == (0, "", "No offer meets these conditions.\n")
    assert run("offers", "--min-vcpus", "999", "--json").json() == []


@pytest.mark.parametrize(
    ("arguments", "language", "price"),
    [
        (("price of m5.large in us-east-1",), "en", "0.096"),
        (("preço da m5.large na Virgínia",), "pt", "0,096"),
        (("price of m5.large in us-east-1", "--lang", "pt"), "pt", "0,096"),
        (("preço da m5.large na Virgínia", "--lang", "en"), "en", "0.096"),
    ],
)
def test_answers_speak_the_language_asked_for(
    run: Cli, arguments: tuple[str, ...], language: str, price: str
) -> None:
    answered = run("ask", *arguments, "--json").json()
    assert answered["language"] == language
    assert price in answered["text"]
    assert answered["citations"][0]["price_id"]


def test_an_answer_is_cited(run: Cli) -> None:
    done = run("ask", P5)
    assert (done.code, done.err) == (0, "")
    assert "98.32 USD/hour" in done.out
    assert "[1] aws p5.48xlarge us-east-1 linux shared on_demand, libcloud, data of 2026-11-01" in done.out


def test_sql_in_three_formats(run: Cli, tmp_path: Path) -> None:
    select = "SELECT region, count(*) AS offers FROM offers GROUP BY 1 ORDER BY 1"
    table = [["region", "offers"], ["eu-west-1", "1"], ["us-east-1", "4"], ["us-east-2", "1"]]
    assert lines(run("sql", select).out) == table
    assert [line.split(",") for line in run("sql", select, "--format", "csv").out.splitlines()] == table
    assert run("sql", select, "--json").json()[0] == {"region": "eu-west-1", "offers": 1}
    (tmp_path / "query.sql").write_text(select, encoding="utf-8")
    assert lines(run("sql", "--file", str(tmp_path / "query.sql")).out) == table
    cut = run("sql", select, "--limit", "1", "--format", "json")
    assert len(cut.json()) == 1
    assert cut.err.startswith("Cut at 1 rows")


def test_sources_tell_their_state(run: Cli) -> None:
    states = {row["source"]: row for row in run("sources", "--json").json()}
    assert set(states) == {info.name for info in registry.SOURCES}
    assert states["libcloud"]["prices"] == 5
    assert all(row["licence"] for row in states.values())
    known = ("libcloud", "genai_prices", "price_file")
    assert {states[name]["state"] for name in known} <= {"fresh", "stale"}
    assert (states["aws_list"]["state"], states["aws_list"]["due"]) == ("not yet", "now")
    assert (states["gcp_catalog"]["state"], states["gcp_catalog"]["due"]) == ("not set up", "")
    assert "gcp_catalog waits for CLOUD_PRICING_GCP_API_KEY" in run("sources").err
    assert lines(run("sources").out)[0][0] == "source"


def test_the_quarantine_tells_reasons_and_rows(run: Cli) -> None:
    (reason,) = run("quarantine", "--json").json()
    assert (reason["reason"], reason["rows"]) == ("zero_price", 1)
    (row,) = run("quarantine", "--reason", "zero_price", "--machine", "m5.large", "--json").json()
    assert (row["region"], row["price"]) == ("sa-east-1", 0)
    assert "zero_price" in run("quarantine", "--region", "sa-east-1").out
    assert run("quarantine", "--source", "libcloud", "--json").json() == []


def test_snapshots_are_listed_and_shown(run: Cli) -> None:
    (one,) = run("snapshots", "list", "--json").json()
    assert (one["in_force"], one["prices"], one["damaged"]) == (True, 8, None)
    shown = run("snapshots", "show", one["snapshot"][:8], "--json").json()
    assert shown["id"] == one["snapshot"]
    assert len(shown["verdicts"]) == one["batches"]
    text = run("snapshots", "show").out
    assert one["snapshot"] in text
    assert "accepted_with_quarantine" in text
    assert run("snapshots", "verify", "--json").json()["wrong"] == []
