"""From a published snapshot to a webhook: each alert once, whatever fails or dies on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import alerts, publish
from tests.conftest import LIST_DAY, MACHINES, PRICES
from tests.webhooks import Webhooks, webhooks
from warehouse import embed, log, snapshots
from warehouse.alert_rules import read
from warehouse.outbox import ATTEMPTS, DAYS, Message, Outbox

ROOT = Path(__file__).resolve().parents[2]
RULES = """
[deliver.ops]
url_env = "OPS_URL"

[[alert]]
name = "moves"
kind = "change"
deliver = "ops"

[[alert]]
name = "low"
kind = "threshold"
language = "pt"
below_usd = 0.09
deliver = "ops"
"""
CHEAPER = {**PRICES, "m5.large@us-east-1": 0.08}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


class Alerts:
    """A store with rules, to which every list brings a snapshot."""

    def __init__(self, house: Any) -> None:
        self.house, self.limits, self.outbox = house, house.limits, Outbox(house.limits.store)
        self.limits.store.mkdir(parents=True, exist_ok=True)
        self.write(RULES)
        self._day = 0

    def write(self, text: str) -> None:
        (self.limits.store / "alerts.toml").write_text(text, encoding="utf-8")

    def publish(self, prices: dict[str, Any], day: int = 0) -> snapshots.Snapshot:
        self._day = day or self._day + 1
        batch = self.house.stage(prices, LIST_DAY + timedelta(days=self._day), machines=MACHINES)
        made: snapshots.Snapshot = self.house.publish_prices(batch)
        return made

    def evaluate(self) -> list[str]:
        """The rules that had something to tell."""
        return [one.rule for one in alerts.evaluate_current(self.limits, read(self.limits))]

    def message(self, *targets: str) -> None:
        """One that waits, made by hand."""
        one = Message("5f3c", "low", "a snapshot", "A title", "A body", ("key",), targets or ("ops",))
        self.outbox.record([one], [], None, datetime.now(UTC))

    def deliver(self, moment: datetime | None = None, **how: Any) -> alerts.Delivered:
        return alerts.deliver_due(self.limits, read(self.limits), moment, **how)

    def states(self) -> list[tuple[str, str, int]]:
        return [(one["rule"], one["state"], one["attempts"]) for one in self.outbox.listed()]


@pytest.fixture
def told(house: Any) -> Alerts:
    return Alerts(house)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Webhooks]]:
    """A webhook service with troubles of its own, at the address of the rules."""
    opened = []

    def start(*troubles: int | str) -> Webhooks:
        opened.append(webhooks(*troubles))
        hooks = opened[-1].__enter__()
        monkeypatch.setenv("OPS_URL", hooks.address)
        return hooks

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def test_each_alert_once_over_publish_republish_rollback_and_rearming(told: Alerts) -> None:
    first = told.publish(PRICES)
    assert told.evaluate() == []
    second = told.publish(CHEAPER)
    assert told.evaluate() == ["moves", "low"]
    assert told.evaluate() == []
    # Without a word between: the same data again, by a rollback and what is staged.
    snapshots.rollback(told.limits.store, first.id)
    assert told.evaluate() == []
    again = told.publish(CHEAPER, day=2)
    assert again.manifest.previous == first.id != second.id
    assert told.evaluate() == []
    # It costs more: the figure is no longer crossed, and may be crossed again.
    told.publish(PRICES)
    assert told.evaluate() == ["moves"]
    told.publish(CHEAPER)
    assert told.evaluate() == ["moves", "low"]


def test_publish_evaluates_and_delivers(told: Alerts, serve: Callable[..., Webhooks]) -> None:
    hooks = serve()
    told.publish(PRICES)
    told.house.stage(CHEAPER, LIST_DAY + timedelta(days=2), machines=MACHINES)
    told.house.embedder.model_id = embed.identity()
    snapshot = told.house.publish().snapshot
    assert publish.publish.fn().snapshot == snapshot  # the flow: nothing new to publish, something to tell
    low, moved = sorted(hooks.got, key=lambda one: str(one["title"]))
    assert (
        low["title"] == "low: m5.large (sob demanda) em aws us-east-1: 0,08 USD/hora, abaixo de 0,09 USD/hora"
    )
    assert "antes 0,096 USD/hora" in low["message"]
    assert moved["title"] == (
        "moves: price moved, m5.large (on demand) at aws us-east-1: 0.096 USD/hour → 0.08 USD/hour (−16.67%)"
    )
    for part in (
        "Source libcloud, confirmed 2026-11-03",
        "price `",
        f"Snapshot {snapshot}",
        "cloud-pricing alerts run moves",
    ):
        assert part in moved["message"]
    assert {state for _, state, _ in told.states()} == {"delivered"}
    publish.publish.fn()
    assert hooks.asked == 2


def test_what_fails_twice_is_tried_a_third_time(told: Alerts, serve: Callable[..., Webhooks]) -> None:
    hooks = serve(500, 503)
    told.message()
    now = datetime.now(UTC)
    assert told.deliver(now).problems == ("ops: the service answered with status 500",)
    assert told.deliver(now).problems == ()  # its time has not come
    assert hooks.asked == 1
    assert told.deliver(now + timedelta(minutes=1)).problems == ("ops: the service answered with status 503",)
    assert told.deliver(now + timedelta(minutes=2)).delivered == 0  # it waits twice as long now
    assert told.deliver(now + timedelta(minutes=3)).delivered == 1
    assert told.deliver() == alerts.Delivered()
    assert (len(hooks.got), hooks.asked, told.states()) == (1, 3, [("low", "delivered", 3)])


def test_a_service_that_hangs_holds_up_nobody(
    told: Alerts, serve: Callable[..., Webhooks], monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, fine = serve("hang"), serve()
    monkeypatch.setenv("OPS_URL", hanging.address)
    monkeypatch.setenv("TEAM_URL", fine.address)
    told.write(
        RULES.replace('deliver = "ops"', 'deliver = ["ops", "team"]')
        + '[deliver.team]\nurl_env = "TEAM_URL"\n'
    )
    told.message("ops", "team")
    begun = time.monotonic()
    done = told.deliver(seconds=1)
    assert time.monotonic() - begun < 3
    assert (done.delivered, done.waiting) == (1, 1)
    assert done.problems == ("ops: no answer within 1 seconds",)
    assert len(fine.got) == 1


def test_a_delivery_is_given_up_and_stays_visible(told: Alerts, serve: Callable[..., Webhooks]) -> None:
    hooks = serve(*[500] * ATTEMPTS)
    told.message()
    for _ in range(ATTEMPTS):
        done = told.deliver()
    assert (done.waiting, done.given_up) == (0, 1)
    assert told.states() == [("low", "given up", ATTEMPTS)]
    assert told.outbox.listed(undelivered=True)[0]["last_error"] == "the service answered with status 500"
    assert told.deliver().delivered == 0
    assert told.deliver(abandoned=True).delivered == 1
    assert (len(hooks.got), told.outbox.listed(undelivered=True)) == (1, [])


def test_what_is_old_is_given_up_at_the_next_failure(told: Alerts) -> None:
    told.message()
    later = datetime.now(UTC) + timedelta(days=DAYS, minutes=1)
    done = told.deliver(later)
    assert (done.given_up, done.problems) == (1, ("ops: its address is not set",))


DYING = """
import os, signal, sys
from flows import alerts
from warehouse.alert_rules import read
from warehouse.outbox import Outbox
from warehouse.settings import settings

class Dying(Outbox):
    def record(self, messages, *rest):
        def some():
            yield from messages
            os.kill(os.getpid(), signal.SIGKILL)
        super().record(some() if sys.argv[1] == "while" else messages, *rest)

alerts.Outbox = Dying
alerts.evaluate_current(settings(), read(settings()))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_while_it_tells_the_outbox_and_after_it_did(
    told: Alerts, serve: Callable[..., Webhooks]
) -> None:
    hooks = serve()
    told.publish({**PRICES, "m5.large@us-east-1": 0.01})
    for when, known in (("while", 0), ("after", 1)):
        done = subprocess.run(
            [sys.executable, "-c", DYING, when],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
            timeout=60,
        )
        assert done.returncode == -signal.SIGKILL
        assert len(told.outbox.listed()) == known
    assert hooks.got == []
    alerts.after_publish(told.limits)
    alerts.after_publish(told.limits)
    assert len(hooks.got) == 1


def test_a_snapshot_that_was_never_evaluated_is_passed_over(told: Alerts) -> None:
    """Its publisher was killed after the pointer moved: what it brought is told with the next one."""
    told.publish(PRICES)
    told.evaluate()
    told.publish({**PRICES, "m5.large@us-east-1": 0.1})
    told.publish({**PRICES, "m5.large@us-east-1": 0.1, "m5.xlarge@us-east-1": 0.2})
    assert told.evaluate() == ["moves"]
    (one,) = told.outbox.listed()
    assert one["events"] == 2


def test_whatever_fails_publishing_is_done(told: Alerts, limits: Any) -> None:
    log.configure(limits.store / "logs")
    told.publish(PRICES)
    for broken in ("[[alert", RULES.replace("OPS_URL", "json://x:s3cret@host")):
        told.write(broken)
        alerts.after_publish(told.limits)
    told.write(RULES)
    (limits.store / "alerts").mkdir(exist_ok=True)
    (limits.store / "alerts" / "outbox.sqlite3").write_bytes(b"no database" * 100)
    alerts.after_publish(told.limits)
    lines = (limits.store / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8").splitlines()
    failed = [json.loads(line) for line in lines if '"alerts_failed"' in line]
    assert len(failed) == 3
    assert "is no TOML" in failed[0]["error"]
    assert "outbox.sqlite3 cannot be used" in failed[2]["error"]
    assert "s3cret" not in "".join(lines)


def test_no_secret_is_written_anywhere(
    told: Alerts, serve: Callable[..., Webhooks], limits: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    log.configure(limits.store / "logs")
    hooks = serve(401)
    told.publish({**PRICES, "m5.large@us-east-1": 0.01})
    alerts.after_publish(limits)
    told.deliver()
    assert len(hooks.got) == 1
    said = "".join(capfd.readouterr())
    written = b"".join(path.read_bytes() for path in limits.store.rglob("*") if path.is_file())
    assert b"alert_not_delivered" in written
    for secret in ("hunter2", "token-5f3c"):
        assert secret not in said
        assert secret.encode() not in written


def test_many_matches_are_one_message(told: Alerts) -> None:
    many = {
        f"m5.large@us-east-1#{n}": {
            "sku_id": f"sku{n}",
            "zone": f"us-east-1-{n}",
            "region": "us-east-1",
            "price": round(0.1 + n / 100, 2),
        }
        for n in range(40)
    }
    told.publish(many)
    told.evaluate()
    told.publish({key: {**row, "price": f"{row['price'] * 1.2:.4f}"} for key, row in many.items()})
    assert told.evaluate() == ["moves"]
    (one,) = told.outbox.listed()
    assert one["title"] == "moves: 40 prices moved"
    assert one["body"].count("\n- ") + one["body"].startswith("- ") == 10
    assert "40 in all; the 10 largest are shown." in one["body"]
