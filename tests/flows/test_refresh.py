"""Refreshing through Prefect's engine: sources side by side, failures reported, retries where they help."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prefect import flow
from typer.testing import CliRunner

from agent.cli import app
from flows.collect import collect, collect_one
from flows.refresh import chosen, refresh, replay
from ingest.sources import price_file
from warehouse import snapshots, tracing
from warehouse.errors import PayloadInvalid, SourceUnavailable, UnknownName
from warehouse.outbox import Outbox
from warehouse.reader import Reader

pytestmark = pytest.mark.usefixtures("prefect_server", "quick_model")


@pytest.fixture
def lists(house: Any) -> Any:
    """Three price lists: two good ones, and between them one with a price that is no number."""
    house.write_list({"m5.large@us-east-1": 0.096}, name="first")
    house.write_list({"m5.xlarge@us-east-1": 0.192}, name="broken")
    house.write_list({"m5.large@eu-west-1": 0.107}, name="last")
    broken = house.files["broken"]
    broken.write_text(broken.read_text(encoding="utf-8").replace("0.192", "cheap"), encoding="utf-8")
    return house


def test_a_refresh_is_one_trace(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_tracer", None)  # as it is again afterwards
    exporter = InMemorySpanExporter()
    tracing.export_to(SimpleSpanProcessor(exporter))
    house.write_list({"m5.large@us-east-1": 0.096}, name="mine")
    refresh(sources=["price_file"], files=paths(house))
    spans = {one.name: one for one in exporter.get_finished_spans()}
    parents = {name: one.parent and one.parent.span_id for name, one in spans.items()}
    root = spans["flow refresh"].context
    assert root is not None
    assert parents == {
        "flow refresh": None,
        "fetch price_file": root.span_id,
        "parse price_file": root.span_id,
        "publish snapshot": root.span_id,
    }
    stages = [event.name for event in spans["publish snapshot"].events]
    assert (stages[0], stages[-1]) == ("copy", "point")


def paths(house: Any) -> list[Path]:
    return list(house.files.values())


def offered(house: Any) -> set[tuple[str, str]]:
    with Reader.open(house.limits.store) as reader:
        return set(reader.query("SELECT instance_type, region FROM offers").rows)


def test_a_failing_list_is_reported_and_delays_nobody(lists: Any) -> None:
    missing = lists.limits.store.parent / "missing.csv"
    refreshed = refresh(sources=["price_file"], files=[*paths(lists), missing])
    assert [one.scope for one in refreshed.collected] == ["first", "broken", "last", "missing"]
    errors = {one.scope: one.error for one in refreshed.failed}
    assert errors.keys() == {"broken", "missing"}
    assert "broken.csv, row 2, column price: cheap is not a number" in errors["broken"]
    assert f"Cannot read {missing}" in errors["missing"]
    assert not refreshed.complete
    assert refreshed.published.changed
    assert offered(lists) == {("m5.large", "us-east-1"), ("m5.large", "eu-west-1")}
    assert snapshots.verify(snapshots.load(lists.limits.store)) == []


def test_a_list_that_was_mended_is_taken(lists: Any) -> None:
    assert refresh(sources=["price_file"], files=paths(lists)).failed
    lists.write_list({"m5.xlarge@us-east-1": 0.192}, name="broken")
    rule = 'name = "dear"\nkind = "threshold"\nabove_usd = 0.15\nfilter = { own = true }\ndeliver = "ops"\n'
    rules = f'[deliver.ops]\nurl_env = "NOT_SET"\n[[alert]]\n{rule}'
    (lists.limits.store / "alerts.toml").write_text(rules, encoding="utf-8")
    refreshed = refresh(sources=["price_file"], files=paths(lists))
    assert refreshed.complete
    (alert,) = Outbox(lists.limits.store).listed()
    assert (alert["rule"], alert["last_error"]) == ("dear", "its address is not set")
    assert [one.parsed for one in refreshed.collected] == [False, True, False]
    assert len(offered(lists)) == 3
    again = refresh(sources=["price_file"], files=paths(lists))
    assert (again.complete, again.published.changed, again.published.embedded) == (True, False, 0)


def test_a_source_that_cannot_begin_is_reported(lists: Any) -> None:
    twin = lists.limits.store.parent / "twin" / "first.csv"
    twin.parent.mkdir()
    twin.write_text("instance_type\n", encoding="utf-8")
    refreshed = refresh(sources=["price_file"], files=[*paths(lists), twin])
    assert [(one.source, one.scope) for one in refreshed.failed] == [("price_file", "all")]
    assert "both named 'first'" in refreshed.failed[0].error


def test_the_command_ends_with_8_and_says_what_failed(lists: Any) -> None:
    files = [f"--price-file={path}" for path in paths(lists)]
    done = CliRunner().invoke(app, ["refresh", "--sources", "price_file", "--quiet", *files])
    assert done.exit_code == 8
    assert "price_file broken: broken.csv, row 2" in done.output
    assert "Published snapshot" in done.output
    again = CliRunner().invoke(app, ["refresh", "--sources=price_file", "--json", *files])
    assert again.exit_code == 8
    record = json.loads(again.stdout)
    assert (record["complete"], record["changed"]) == (False, False)
    lists.write_list({"m5.xlarge@us-east-1": 0.192}, name="broken")
    assert CliRunner().invoke(app, ["refresh", "--sources=price_file", "--json", *files]).exit_code == 0


def test_a_refused_list_ends_with_8_too(house: Any) -> None:
    many = {f"m5.size{number}@us-east-1": 0.1 + number / 1000 for number in range(120)}
    refresh(sources=["price_file"], files=[house.write_list(many)])
    house.write_list(dict.fromkeys(many, 0))
    done = CliRunner().invoke(app, ["refresh", "--sources=price_file", f"--price-file={house.files['acme']}"])
    assert done.exit_code == 8
    assert "refused" in done.output
    assert "zero_price 120" in done.output
    assert len(offered(house)) == 120


def test_collecting_alone_publishes_nothing(house: Any) -> None:
    house.write_list({"m5.large@us-east-1": 0.096})
    collected = collect("price_file", files=paths(house))
    assert [(one.scope, one.parsed, one.error) for one in collected] == [("acme", True, "")]
    assert snapshots.current_id(house.limits.store) is None


def test_replay_is_a_flow(house: Any) -> None:
    house.write_list({"m5.large@us-east-1": 0.096})
    collect("price_file", files=paths(house))
    house.files["acme"].unlink()
    replayed = replay(datetime.now(UTC))
    assert replayed.published.changed
    assert offered(house) == {("m5.large", "us-east-1")}


class Feed(SimpleNamespace):
    """A hand-made source in the place of `price_file`: its fetches fail as told, then work."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.fetched = list(failures), 0

    def scopes(self, client: Any, selection: Any) -> Any:
        return price_file.scopes(client, selection)

    def fetch(self, client: Any, scope: Any) -> Any:
        self.fetched += 1
        if self.failures:
            raise self.failures.pop(0)
        return price_file.fetch(client, scope)

    def parse(self, payloads: Sequence[Any]) -> Any:
        return price_file.parse(payloads)


BUSY = SourceUnavailable("The feed answers 503.", "It is tried again.")


@pytest.mark.parametrize(
    ("failures", "attempts", "error"),
    [
        ([BUSY, BUSY], 3, ""),
        ([BUSY] * 9, 4, "503"),
        ([PayloadInvalid("The feed has changed.", "Report it.")], 1, "has changed"),
        ([BUSY, ZeroDivisionError("by zero")], 2, "ZeroDivisionError: by zero"),
    ],
    ids=["comes back", "stays away", "is broken", "has a bug"],
)
def test_only_what_may_pass_is_tried_again(
    house: Any, monkeypatch: pytest.MonkeyPatch, failures: list[Exception], attempts: int, error: str
) -> None:
    feed = Feed(*failures)
    monkeypatch.setitem(sys.modules, "ingest.sources.price_file", feed)
    # Prefect's own waits, of 72 seconds in all; what they are is tested below.
    monkeypatch.setattr(collect_one, "retry_delay_seconds", [0.0, 0.0, 0.0])
    house.write_list({"m5.large@us-east-1": 0.096})
    (one,) = collect("price_file", files=paths(house))
    assert feed.fetched == attempts
    assert error in one.error
    assert bool(one.batches) == (not error)


def test_a_retry_waits_longer_each_time() -> None:
    assert collect_one.retries == 3
    assert collect_one.retry_delay_seconds == sorted(collect_one.retry_delay_seconds)
    assert collect_one.retry_delay_seconds[-1] >= 60


def test_errors_cross_prefect_with_their_hint(house: Any) -> None:
    @flow
    def failing() -> None:
        raise BUSY

    with pytest.raises(SourceUnavailable) as raised:
        failing()
    assert raised.value.hint == BUSY.hint


@pytest.mark.parametrize(
    ("names", "schedule", "expected"),
    [
        (None, "release", ["libcloud", "genai_prices"]),
        (None, None, ["libcloud", "genai_prices", "price_file"]),
        (["genai_prices"], None, ["genai_prices"]),
    ],
)
def test_sources_are_chosen_by_name_or_schedule(
    house: Any, names: list[str] | None, schedule: str | None, expected: list[str]
) -> None:
    found = chosen(names, schedule, house.limits, [Path("acme.csv")])
    assert [info.name for info in found] == expected


def test_a_source_whose_needs_are_not_met_is_left_out(house: Any) -> None:
    with_file = [info.name for info in chosen(None, "daily", house.limits, [Path("acme.csv")])]
    without = [info.name for info in chosen(None, "daily", house.limits)]
    assert set(with_file) - set(without) == {"price_file"}
    assert {"azure_retail", "ecb_fx"} <= set(without)
    with pytest.raises(UnknownName, match="Did you mean libcloud"):
        chosen(["libclod"], None, house.limits)


def test_a_back_fill_on_the_command_line(house: Any, tmp_path: Path) -> None:
    """What came, what failed, what was known; the plan before it and the second run after it."""
    day = tmp_path / "kept" / "2024-01-05"
    (day.with_name("2024-02-05")).mkdir(parents=True)
    day.mkdir()
    sizes = [{"size": "m5.large", "valueColumns": [{"name": "linux", "prices": {"USD": "0.035"}}]}]
    types = [{"type": "general", "sizes": sizes}]
    document = {"config": {"regions": [{"region": "us-east-1", "instanceTypes": types}]}}
    (day / "spot.json").write_text(json.dumps(document))
    (day.with_name("2024-02-05") / "spot.json").write_text("<html>busy</html>")
    command = ["backfill", "aws_spot", "--folder", str(day.parent)]

    planned = CliRunner().invoke(app, [*command, "--dry-run"])
    assert (planned.exit_code, planned.output.count("\tnew\n")) == (0, 2)
    assert "2 editions, 2 of them new. Nothing was fetched." in planned.output
    assert CliRunner().invoke(app, [*command, "--from", "2025-01-01"]).exit_code != 0

    first = CliRunner().invoke(app, [*command, "--no-publish", "--json"])
    assert (first.exit_code, snapshots.current_id(house.limits.store)) == (8, None)
    assert [bool(one["error"]) for one in json.loads(first.stdout)["brought"]] == [False, True]

    (day.with_name("2024-02-05") / "spot.json").write_text(json.dumps(document).replace("0.035", "0.04"))
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0
    line = next(line for line in done.output.splitlines() if line.startswith("aws/AmazonEC2/spot"))
    assert line.split("\t")[1:] == ["1", "1", "0", "2024-01-05", "2024-02-05", "2", "0", "0"]
    assert "Published snapshot" in done.output
    again = CliRunner().invoke(app, [*command, "--json"])
    assert (again.exit_code, json.loads(again.stdout)["changed"]) == (0, False)
    assert all(one["known"] for one in json.loads(again.stdout)["brought"])
