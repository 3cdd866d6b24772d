"""Outages, mistakes and broken surroundings: what is told of them, and what goes on without them."""

from __future__ import annotations

import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.cli_refresh import _say_failed
from flows.collect import collect, collect_scope
from flows.plan import due
from flows.progress import listening, tell
from flows.refresh import chosen
from ingest.client import Client
from ingest.source import Fetched, Tables
from warehouse.contracts import TABLES, Scope
from warehouse.errors import InvalidInput, SourceSkipped


def test_broken_credentials_keep_out_their_source_and_no_other(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody-set-this-up")
    found = [info.name for info in chosen(["live"], "hourly", house.limits)]
    assert "aws_spot" in found
    assert "aws_spot_zones" not in found
    zones = next(one for one in due(house.limits) if one.source == "aws_spot_zones")
    assert "nobody-set-this-up" in zones.missing


@pytest.mark.usefixtures("prefect_server")
def test_a_misspelt_region_is_said_once_and_nothing_is_fetched(house: Any) -> None:
    for how in ("--quiet", "--dry-run"):
        done = CliRunner().invoke(app, ["refresh", how, "--sources=all", "--regions=us-est-1"])
        assert isinstance(done.exception, InvalidInput)
        assert "There is no region 'us-est-1'. Did you mean us-east-1" in str(done.exception)


@pytest.mark.usefixtures("prefect_server")
def test_a_selection_nobody_has_is_said(house: Any) -> None:
    for how in ("--quiet", "--dry-run"):
        done = CliRunner().invoke(app, ["refresh", how, "--sources=libcloud", "--services=AmazonEC3"])
        assert isinstance(done.exception, InvalidInput), done.output


class Regions(SimpleNamespace):
    """A source of three regions of one host; its fetches fail as told, then work."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.fetched = list(failures), 0

    def scopes(self, client: Any, selection: Any) -> Any:
        return [Scope("aws", "AmazonEC2", (name,)) for name in ("us-east-1", "us-east-2", "eu-west-1")]

    def fetch(self, client: Any, scope: Any) -> Any:
        self.fetched += 1
        if self.failures:
            raise self.failures.pop(0)
        return [Fetched("list.json", "https://a.example/list", [str(scope).encode()])]

    def parse(self, payloads: Any) -> Any:
        return [Tables({"prices": TABLES["prices"].empty_table()})]


def skipped(seconds: float) -> SourceSkipped:
    error = SourceSkipped("https://a.example cannot be reached.", "Later.")
    error.until = time.monotonic() + seconds
    return error


@pytest.mark.usefixtures("prefect_server")
def test_what_an_outage_kept_out_is_one_line_and_not_waited_for(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Regions(*[skipped(60)] * 9)
    monkeypatch.setitem(sys.modules, "ingest.sources.libcloud", feed)
    done = CliRunner().invoke(app, ["refresh", "--sources=libcloud", "--quiet"])
    assert done.exit_code == 8
    assert "error: libcloud: 3 of 3 scopes failed: https://a.example cannot be reached. Later." in done.output
    assert done.output.count("error:") == 1
    assert feed.fetched == 3


@pytest.mark.usefixtures("prefect_server")
def test_what_an_outage_kept_out_is_asked_for_again_when_it_is_over(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, told = Regions(skipped(0)), []
    monkeypatch.setitem(sys.modules, "ingest.sources.libcloud", feed)
    with listening(lambda *what: told.append(what)):
        collected = collect("libcloud")
    assert [one.error for one in collected] == [""] * 3
    assert feed.fetched == 4
    assert ("collect", 3, 3) in told


def test_many_errors_of_a_source_are_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    scopes = [{"source": "azure", "scope": f"s{n}", "error": f"error {n // 4}"} for n in range(40)]
    _say_failed([*scopes, {"source": "azure", "scope": "good", "error": ""}])
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[0] == "error: azure: 4 of 41 scopes failed: error 0"
    assert lines[3:] == ["error: azure: 28 further scopes failed. --json lists all."]


@pytest.mark.usefixtures("prefect_server")
def test_a_full_disk_is_named(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(28, "No space left on device")
    monkeypatch.setitem(sys.modules, "ingest.sources.libcloud", Regions(full))
    errors = [one.error for one in collect("libcloud")]
    assert sum(error.startswith("No space left on device. Check the disk") for error in errors) == 1


def test_what_cannot_be_parsed_is_fetched_whole_the_next_time(house: Any) -> None:
    class Asked(Client):
        def ask_anew(self, urls: Any) -> None:
            anew.extend(urls)

    anew: list[str] = []
    house.write_list({"m5.large@us-east-1": 0.096})
    path = house.files["acme"]
    path.write_text(path.read_text(encoding="utf-8").replace("0.096", "cheap"), encoding="utf-8")
    with Asked(house.files.values()) as client, pytest.raises(InvalidInput):
        collect_scope(house.limits.store, "price_file", Scope(None, "acme"), client)
    assert "file:acme.csv" in anew


def test_a_payload_damaged_on_disk_is_fetched_again(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, store, scope = Regions(), house.limits.store, Scope("aws", "AmazonEC2", ("us-east-1",))
    monkeypatch.setitem(sys.modules, "ingest.sources.libcloud", feed)

    def parse(payloads: Any) -> Any:
        payloads[0].read()
        return Regions.parse(feed, payloads)

    with Client((), store) as client:
        collect_scope(store, "libcloud", scope, client)
        (kept,) = (store / "payloads").rglob("*.zst")
        kept.write_bytes(b"damaged")
        shutil.rmtree(store / "staging")
        feed.__dict__["parse"] = parse
        with pytest.raises(OSError, match=r"(?i)zstd"):
            collect_scope(store, "libcloud", scope, client)
        assert collect_scope(store, "libcloud", scope, client).batches


def test_one_listener_is_called_by_one_thread_at_a_time() -> None:
    inside, most = [0], [0]

    def listen(stage: str, done: int, total: int) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.001)
        inside[0] -= 1

    with listening(listen), ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tell("collect"), range(40)))
    assert most == [1]
