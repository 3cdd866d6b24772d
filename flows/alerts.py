"""After a snapshot is in force: what the rules have to tell of it, and the telling.

Nothing here can fail a refresh. What is found goes to the outbox first; it leaves from there, now or later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows import environment
from flows.alert_text import AlertText
from flows.sending import SECONDS, send
from warehouse import snapshots
from warehouse.alert_evaluation import Found, evaluate
from warehouse.alert_rules import OfferRule, Rules, SourceRule, read
from warehouse.errors import CloudPricingError, DeliveryFailed, InvalidInput, StoreBusy, UnknownName
from warehouse.log import get_logger
from warehouse.outbox import Due, Message, Outbox
from warehouse.settings import Settings

_log = get_logger("alerts")


@dataclass(frozen=True)
class Delivered:
    """How many messages left, wait to be tried again, and were given up; `problems` names targets."""

    delivered: int = 0
    waiting: int = 0
    given_up: int = 0
    problems: tuple[str, ...] = ()

    def require_all(self) -> Delivered:
        """Raises DeliveryFailed where something did not arrive."""
        if self.problems:
            hint = "The next refresh tries again; see `cloud-pricing alerts list --undelivered`."
            raise DeliveryFailed(f"Alerts did not arrive: {'; '.join(self.problems)}.", hint)
        return self


def after_publish(limits: Settings) -> None:
    """Evaluate what is in force and deliver what is due; a failure is one line of the log."""
    try:
        rules = read(limits)
        if not rules.alert and not Outbox(limits.store).exists:
            return
        evaluate_current(limits, rules)
        deliver_due(limits, rules, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - the snapshot is published, whatever happens here
        # Only our own errors are known to hold no address.
        told = str(error) if isinstance(error, CloudPricingError) else type(error).__name__
        _log.error("alerts_failed", error=told)


def evaluate_current(limits: Settings, rules: Rules, now: datetime | None = None) -> list[Message]:
    """What the snapshot in force tells against the last one that was evaluated; into the outbox.

    One that was evaluated itself is asked again only for what time alone brings.
    """
    outbox, moment = Outbox(limits.store), now or datetime.now(UTC)
    if not rules.enabled:
        return []
    with outbox.alone("evaluate"):
        newer = snapshots.load(limits.store)
        seen = outbox.evaluated()
        if newer.id in seen:
            chosen: list[OfferRule | SourceRule] = [rule for rule in rules.enabled if rule.kind == "stale"]
            older = None
        else:
            chosen, older = rules.enabled, _evaluated_before(limits.store, newer, seen)
        return _record(outbox, rules, evaluate(chosen, older, newer, outbox.told), moment, newer.id)


def evaluate_between(
    limits: Settings, rules: Sequence[OfferRule | SourceRule], since: str | None, until: str | None, rows: int
) -> list[Found]:
    """What rules find in a snapshot against `since`, or the one before; told or not, and told to nobody."""
    newer = snapshots.load(limits.store, until)
    older = snapshots.load(limits.store, since) if since else _evaluated_before(limits.store, newer, set())
    if older is not None and older.id == newer.id:
        raise InvalidInput("A snapshot has nothing new against itself.", "Name an earlier one with --since.")
    return evaluate(rules, older, newer, lambda _rule: (), rows)


def record_between(limits: Settings, rules: Rules, names: Sequence[str], since: str | None) -> list[Message]:
    """Tell what the snapshot in force has against `since`, or the one before, and was not told yet."""
    outbox = Outbox(limits.store)
    with outbox.alone("evaluate", limits.lock_timeout):
        newer = snapshots.load(limits.store)
        older = (
            snapshots.load(limits.store, since) if since else _evaluated_before(limits.store, newer, set())
        )
        found = evaluate(named(rules, names), older, newer, outbox.told)
        return _record(outbox, rules, found, datetime.now(UTC), None if names else newer.id)


def named(rules: Rules, names: Sequence[str]) -> list[OfferRule | SourceRule]:
    """The rules of these names, or all that are enabled. Raises UnknownName."""
    for name in names:
        if name not in [rule.name for rule in rules.alert]:
            known = ", ".join(rule.name for rule in rules.alert) or "none"
            raise UnknownName(f"There is no rule {name}.", f"There are: {known}.")
    return [rule for rule in rules.alert if rule.name in names] if names else rules.enabled


def _evaluated_before(store: Path, newer: snapshots.Snapshot, seen: set[str]) -> snapshots.Snapshot | None:
    """Of those that led to `newer` the last that was evaluated; the one right before it, if none was.

    One that was published but not evaluated, by a process that was killed, is so passed over.
    """
    known = set(snapshots.published(store))
    line: list[snapshots.Snapshot] = []
    step = newer
    while (name := step.manifest.previous) in known and name is not None:
        step = snapshots.load(store, name)
        if step.id in seen:
            return step
        line.append(step)
    return line[0] if line else None


def _record(
    outbox: Outbox, rules: Rules, found: Sequence[Found], now: datetime, evaluated: str | None
) -> list[Message]:
    messages = [_message(rules, one, now) for one in found if one.untold]
    rearmed = [
        (one.rule.name, key)
        for one in found
        if one.rule.level
        for key in outbox.told(one.rule.name) - one.keys
    ]
    outbox.record(messages, rearmed, evaluated, now)
    for message in messages:
        _log.info("alert", rule=message.rule, snapshot=message.snapshot, events=len(message.told))
    return messages


def _message(rules: Rules, found: Found, now: datetime) -> Message:
    told = hashlib.sha256("\n".join((found.rule.name, *found.untold)).encode())
    if found.rule.level:  # what is told again after it ceased is another message
        told.update(f"{now:%Y%m%dT%H%M%S}".encode())
    reference = told.hexdigest()[:12]
    title, body = AlertText(rules.language_of(found.rule), now).of(found, reference)
    return Message(
        reference,
        found.rule.name,
        found.newer,
        title,
        body,
        found.untold,
        tuple(dict.fromkeys(found.rule.deliver)),
    )


def deliver_due(
    limits: Settings,
    rules: Rules,
    moment: datetime | None,
    *,
    abandoned: bool = False,
    seconds: float = SECONDS,
) -> Delivered:
    """Send what is due at `moment`, or all that did not arrive. Nothing, where another process is at it."""
    outbox = Outbox(limits.store)
    if not outbox.exists:
        return Delivered()
    try:
        with outbox.alone("deliver"):
            due = outbox.due(moment, abandoned=abandoned)
            addresses = {name: environment.secret(target.url_env) for name, target in rules.deliver.items()}
            delivered = given_up = 0
            problems: dict[str, str] = {}
            for outcome in send(due, addresses, seconds):
                now = moment or datetime.now(UTC)
                if outcome.problem:
                    problems[outcome.due.target] = outcome.problem
                    given_up += outbox.failed(outcome.due, outcome.problem, now)
                else:
                    outbox.delivered(outcome.due, now)
                    delivered += 1
    except StoreBusy:
        return Delivered()
    for target, problem in problems.items():
        _log.warning("alert_not_delivered", target=target, problem=problem)
    told = tuple(f"{name}: {said}" for name, said in problems.items())
    return Delivered(delivered, len(due) - delivered - given_up, given_up, told)


def send_test(rules: Rules, name: str) -> dict[str, str]:
    """A test message of a rule to each of its targets, around the outbox; what each said, empty for taken."""
    (rule,) = named(rules, [name])
    now = datetime.now(UTC)
    title, body = AlertText(rules.language_of(rule), now).test(rule.name)
    due = [Due("test", target, 0, now, title, body) for target in rule.deliver]
    addresses = {name: environment.secret(rules.deliver[name].url_env) for name in rule.deliver}
    return {outcome.due.target: outcome.problem for outcome in send(due, addresses)}
