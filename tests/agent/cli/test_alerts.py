"""`cloud-pricing alerts`, from a file of rules to a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Cli
from tests.webhooks import Webhooks, webhooks

RULES = """
[deliver.ops]
url_env = "OPS_URL"

[[alert]]
name = "cheap"
kind = "threshold"
below_usd = 0.1
deliver = "ops"

[[alert]]
name = "typo"
kind = "new"
deliver = "ops"
enabled = false
filter = { place = "Eurpe" }
"""


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhooks]:
    with webhooks() as opened:
        monkeypatch.setenv("OPS_URL", opened.address)
        yield opened


@pytest.fixture
def rules(store: Path) -> Path:
    path = store / "alerts.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_rules_are_checked_tried_told_and_listed(change: Cli, rules: Path, hooks: Webhooks) -> None:
    checked = change("alerts", "check")
    assert checked.code == 0
    assert "alerts.toml: valid, with rules: 2, targets: 1." in checked.out
    assert "filter.place: no offer has Eurpe; nearest: Europe" in checked.err
    tried = change("alerts", "run", "--dry-run")
    assert (
        "cheap: 1\n  m5.large (on demand) at aws us-east-1: 0.096 USD/hour, below 0.10 USD/hour" in tried.out
    )
    assert change("alerts", "run", "cheap", "--dry-run", "--json").json()[0]["events"] == 1
    assert (hooks.asked, change("alerts", "list").err) == (0, "No alert.\n")
    told = change("alerts", "run")
    assert (told.code, len(hooks.got)) == (0, 1)
    assert "New: 1, delivered: 1, to be tried again: 0, given up: 0." in told.out
    assert "New: 0, delivered: 0" in change("alerts", "run").out
    (listed,) = change("alerts", "list", "--json").json()
    assert (listed["rule"], listed["state"], listed["target"]) == ("cheap", "delivered", "ops")
    tested = change("alerts", "test", "cheap")
    assert (tested.code, tested.out, hooks.got[-1]["title"]) == (0, "ops: taken\n", "cheap: test")


def test_what_does_not_arrive_is_said_and_kept(
    change: Cli, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPS_URL", raising=False)
    assert "deliver.ops: OPS_URL is not set" in change("alerts", "check").err
    told = change("alerts", "run")
    assert told.code == 75
    assert "Alerts did not arrive: ops: its address is not set." in told.err
    assert change("alerts", "deliver").code == 75
    assert change("alerts", "test", "cheap").code == 75
    assert change("alerts", "list", "--undelivered", "--json").json()[0]["attempts"] == 2
    monkeypatch.setenv("OPS_URL", "nonsense")
    assert "OPS_URL holds no address that apprise knows" in change("alerts", "check").err
    finding = next(one for one in change("doctor", "--json").json() if one["what"] == "alerts")
    assert finding["state"] == "warning"
    assert "1 not delivered (ops: its address is not set)" in finding["detail"]


def test_mistakes(change: Cli, rules: Path) -> None:
    assert change("alerts", "test", "cheep").code == 2
    assert "Add --dry-run" in change("alerts", "run", "--snapshot", "2026").err
    rules.write_text(RULES.replace("below_usd", "bellow_usd"), encoding="utf-8")
    for command in ("check", "run", "deliver"):
        failed = change("alerts", command)
        assert failed.code == 2
        assert "rule cheap, bellow_usd: there is no such field; did you mean below_usd" in failed.err
    finding = next(one for one in change("doctor", "--json").json() if one["what"] == "alerts")
    assert finding["state"] == "broken"
