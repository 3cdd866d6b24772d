"""`cloud-pricing estimate` on the small store: for people, for programs, and when something is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
MACHINES = ("--machine", "3 x m5.large@us-east-1", "--hours", "200")
TOKENS = ("--tokens", "gpt-4o: 3M in, 1M out")


def test_a_bill_for_people(run: Cli) -> None:
    done = run("estimate", *MACHINES, *TOKENS, "--currency", "EUR")
    assert (done.code, done.err) == (0, "")
    table, words = done.out.split("\n\n", 1)
    header, *rows = (line.split("\t") for line in table.splitlines())
    assert header == [
        "item",
        "where",
        "how",
        "quantity",
        "unit",
        "unit_price",
        "amount",
        "currency",
        "data_of",
    ]
    assert [(row[0], row[3], row[6]) for row in rows] == [
        ("m5.large", "600", "57.6"), ("gpt-4o input", "3", "7.5"), ("gpt-4o output", "1", "10"),
    ]  # fmt: skip
    assert words.startswith("The month costs 75.10 USD.\nThat is ")
    assert "EUR for 1 USD on " in words
    assert "- Machines: Linux, shared tenancy." in words


def test_a_bill_for_programs(run: Cli) -> None:
    told = run("estimate", *MACHINES, *TOKENS, "--json").json()
    assert (told["total_usd"], told["partial"], len(told["lines"])) == (75.1, False, 3)
    assert {"price_id", "source", "as_of", "unit_price"} <= set(told["lines"][0])
    rows = list(csv.DictReader(io.StringIO(run("estimate", *MACHINES, "--csv").out)))
    assert [(row["item"], row["amount_usd"]) for row in rows] == [("m5.large", "57.6")]


def test_a_file_is_a_basket(run: Cli, tmp_path: Path) -> None:
    file = tmp_path / "basket.yaml"
    file.write_text(
        "machines: [{machine: m5.large, region: us-east-1}]\ndisks: [{name: gp3, gb: 9, region: us-east-1}]\n",
        encoding="utf-8",
    )
    done = run("estimate", str(file))
    assert done.code == 0
    assert "The month costs at least 70.08 USD: some lines have no price." in done.out
    assert "No price in this snapshot: gp3@us-east-1. It is not in the total." in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give a YAML file, or flags"),
        (("nowhere.yaml",), "Cannot read nowhere.yaml"),
        (("--machine", "m5.large", "--purchase-option", "lease"), "--purchase-option cannot be lease"),
        (("--disk", "gp3"), '--disk "gp3" cannot be read. Write it as "500 GB gp3@us-east-1"'),
        (
            ("--machine", "3 x m9.large"),
            "No machine is called m9.large in this snapshot. Nearest names: m5.large",
        ),
        (("--machine", "m5.large", "--hours", "0"), "machines.0.hours: Input should be greater than 0"),
        ((*MACHINES, "--currency", "XXX"), "There is no rate for XXX"),
    ],
)
def test_a_mistake_is_one_line(run: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = run("estimate", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_what_to_rent(run: Cli) -> None:
    done = run("recommend", "--min-vcpus", "2", "--months", "2", "--count", "3")
    assert (done.code, done.err) == (0, "")
    table, words = done.out.split("\n\n", 1)
    header, first, *_ = (line.split("\t") for line in table.splitlines())
    assert header == [
        "provider",
        "machine",
        "where",
        "how",
        "total_usd",
        "usd_hour",
        "vs_on_demand",
        "data_of",
    ]
    # Two months of 730 hours of three machines at 0.096.
    assert first[:7] == ["aws", "m5.large", "us-east-1", "on demand", "420.48", "0.096", "0%"]
    assert "The cheapest on demand that meets the needs costs 420.48 USD" in words
    assert "- Months of use: 2, hours a month: 730, machines: 3." in words
    told = run("recommend", "--gpu", "H100", "--by", "gpu-memory", "--currency", "EUR", "--json").json()
    assert told["offers"][0]["usd_gpu_gib_hour"] == pytest.approx(98.32 / 640)
    assert told["in_currency"]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "beauty"), "--by cannot be beauty"),
        (("--architecture", "z80"), "--architecture cannot be z80"),
        (("--gpu", "H99"), "No accelerator is called H99"),
        (("--benchmark", "points"), "No benchmark is called points"),
        (("--by", "benchmark"), "No benchmark is named"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_line(run: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = run("recommend", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_nothing_meets_the_needs(run: Cli) -> None:
    done = run("recommend", "--min-vcpus", "5000")
    assert (done.code, done.out, done.err) == (0, "", "No offer meets these needs.\n")
