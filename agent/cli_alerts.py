"""`cloud-pricing alerts`: check the rules, evaluate them by hand, and see what was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import line, note, show
from warehouse import snapshots
from warehouse.contracts import QueryResult
from warehouse.errors import DeliveryFailed, NoSnapshot
from warehouse.settings import settings

if TYPE_CHECKING:
    from warehouse.alert_evaluation import Found

app = typer.Typer(help="Check, try, evaluate, list and deliver alerts.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
_LISTED = ("created_at", "rule", "target", "state", "attempts", "title", "last_error")


@app.command()
def check(as_json: Json = False) -> None:
    """Validate the rules and whether their targets have an address; sends nothing. Exit code 2 if not valid.

    Names that match nothing in the snapshot in force are told: they may be misspelt.
    """
    from flows import environment
    from flows.sending import is_address
    from warehouse import alert_rules

    limits = settings()
    rules = alert_rules.read(limits)
    notes = []
    for name, target in rules.deliver.items():
        address = environment.secret(target.url_env)
        if address is None or not is_address(address):
            what = "is not set" if address is None else "holds no address that apprise knows"
            notes.append(f"deliver.{name}: {target.url_env} {what}")
    try:
        from warehouse.alert_evaluation import unknown_names

        notes += unknown_names(rules.alert, snapshots.load(limits.store))
    except NoSnapshot:
        pass
    if as_json:
        rows = [one.model_dump(mode="json", exclude_none=True) for one in rules.alert]
        emit({"file": str(alert_rules.path_of(limits)), "rules": rows, "notes": notes})
        return
    columns = ("rule", "kind", "deliver", "language", "enabled")
    listed = [
        (one.name, one.kind, ", ".join(one.deliver), rules.language_of(one), "yes" if one.enabled else "no")
        for one in rules.alert
    ]
    if listed:
        show(QueryResult(columns, tuple(listed)))
    line(f"{alert_rules.path_of(limits)}: valid, with rules: {len(listed)}, targets: {len(rules.deliver)}.")
    for one in notes:
        note(one)


@app.command("list")
def list_alerts(
    undelivered: Annotated[
        bool, typer.Option("--undelivered", help="Only those that did not arrive, given up or not.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to show, the newest.")] = 50,
    as_json: Json = False,
) -> None:
    """What was told to whom, the newest last."""
    from warehouse.outbox import Outbox

    rows = Outbox(settings().store).listed(undelivered=undelivered)[-limit:]
    if as_json:
        emit(rows)
    elif not rows:
        note("No alert." if not undelivered else "Every alert arrived.")
    else:
        show(QueryResult(_LISTED, tuple(tuple(row[name] for name in _LISTED) for row in rows)))


@app.command()
def run(
    rules: Annotated[
        list[str] | None, typer.Argument(help="Names of rules; all that are enabled if left out.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Compare with this snapshot; the one before if left out."),
    ] = None,
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", help="With --dry-run: another snapshot than the one in force.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the rules find, told or not; tell nobody.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="With --dry-run: rows of each rule.")] = 100,
    as_json: Json = False,
) -> None:
    """Evaluate rules now, and deliver what was not told yet. Exit code 75 if something did not arrive."""
    from flows import alerts
    from warehouse import alert_rules
    from warehouse.errors import InvalidInput

    limits = settings()
    read = alert_rules.read(limits)
    if snapshot is not None and not dry_run:
        raise InvalidInput(
            "Only the snapshot in force can be told of.", "Add --dry-run, or leave --snapshot out."
        )
    if dry_run:
        chosen = alerts.named(read, rules or ())
        _show_found(alerts.evaluate_between(limits, chosen, since, snapshot, limit), read, as_json)
        return
    messages = alerts.record_between(limits, read, rules or (), since)
    for one in messages:
        if not as_json:
            line(one.title)
    done = alerts.deliver_due(limits, read, None)
    if as_json:
        emit({"alerts": [vars(one) | {"told": len(one.told)} for one in messages], **vars(done)})
    else:
        line(_summary(len(messages), done))
    done.require_all()


@app.command()
def deliver(
    given_up: Annotated[bool, typer.Option("--given-up", help="Those that were given up, too.")] = False,
    as_json: Json = False,
) -> None:
    """Try at once to deliver what did not arrive. Exit code 75 if something still does not."""
    from flows import alerts
    from warehouse import alert_rules

    limits = settings()
    done = alerts.deliver_due(limits, alert_rules.read(limits), None, abandoned=given_up)
    emit(vars(done)) if as_json else line(_summary(None, done))
    done.require_all()


@app.command("test")
def send_test(name: Annotated[str, typer.Argument(help="Name of a rule.")], as_json: Json = False) -> None:
    """Send a test message to every target of a rule. Exit code 75 if one does not take it."""
    from flows import alerts
    from warehouse import alert_rules

    told = alerts.send_test(alert_rules.read(settings()), name)
    if as_json:
        emit(told)
    else:
        for target, problem in told.items():
            line(f"{target}: {problem or 'taken'}")
    if any(told.values()):
        raise DeliveryFailed("A target did not take the test.", "Check its address, and `alerts check`.")


def _summary(found: int | None, done: Any) -> str:
    told = [] if found is None else [f"New: {found}"]
    told += [
        f"delivered: {done.delivered}",
        f"to be tried again: {done.waiting}",
        f"given up: {done.given_up}",
    ]
    text = ", ".join(told) + "."
    return text[0].upper() + text[1:]


def _show_found(found: list[Found], rules: Any, as_json: bool) -> None:
    from datetime import UTC, datetime

    from flows.alert_text import AlertText

    if as_json:
        emit([{"rule": one.rule.name, "events": len(one.untold), "rows": one.largest} for one in found])
        return
    for one in found:
        line(f"{one.rule.name}: {len(one.untold):,}")
        text = AlertText(rules.language_of(one.rule), datetime.now(UTC))
        for row in one.largest:
            line(f"  {text.line(one, row).replace('`', '')}")
        if len(one.untold) > len(one.largest):
            note(f"{len(one.largest)} of {len(one.untold):,} shown; --limit shows more.")
