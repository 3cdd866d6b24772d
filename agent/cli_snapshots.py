"""`cloud-pricing snapshots`: what is published, and going back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import line, note, show
from warehouse import snapshots
from warehouse.contracts import QueryResult
from warehouse.errors import SnapshotDamaged
from warehouse.settings import settings

app = typer.Typer(help="List, show, compare, verify and roll back snapshots.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Id = Annotated[
    str | None, typer.Argument(help="A snapshot, or the beginning of its id; the one in force if left out.")
]


@app.command("list")
def list_snapshots(as_json: Json = False) -> None:
    """All published snapshots, the newest last; * marks the one in force."""
    store = settings().store
    names, current = snapshots.published(store), snapshots.current_id(store)
    records = [{"in_force": name == current, "snapshot": name, **_summary(store, name)} for name in names]
    if as_json:
        emit(records)
    elif not records:
        note(f"No snapshot in {store}. Run `cloud-pricing refresh` first.")
    else:
        shown = ("in_force", "snapshot", "prices", "machines", "documents", "batches", "refused")
        marked = [{**one, "in_force": "*" if one["in_force"] else ""} for one in records]
        show(QueryResult(shown, tuple(tuple(one.get(name) for name in shown) for one in marked)))
    for one in records:
        if one["damaged"]:
            note(f"{one['damaged']}: snapshot {one['snapshot']} cannot be used.")


def _summary(store: Path, name: str) -> dict[str, Any]:
    """What its manifest says; one that cannot be read hides no other."""
    try:
        manifest = snapshots.load(store, name).manifest
    except SnapshotDamaged as error:
        return {"damaged": error.message.rstrip(".")}
    return {
        "created_at": manifest.created_at,
        "prices": manifest.rows.get("prices_in_force"),
        "machines": manifest.rows.get("instance_types"),
        "documents": manifest.rows.get("documents"),
        "batches": len(manifest.batches),
        "refused": sum(verdict.verdict == "refused" for verdict in manifest.verdicts),
        "damaged": None,
    }


@app.command("show")
def show_snapshot(snapshot: Id = None, as_json: Json = False) -> None:
    """The manifest of a snapshot."""
    found = snapshots.load(settings().store, snapshot)
    if as_json:
        emit(asdict(found.manifest))
        return
    manifest = found.manifest
    before = f"after {manifest.previous}" if manifest.previous else "the first"
    line(f"Snapshot {manifest.id}, created {manifest.created_at:%Y-%m-%d %H:%M} UTC, {before}.")
    line(f"Folder {found.folder}")
    rows: list[tuple[Any, ...]] = [(name, count) for name, count in manifest.rows.items()]
    show(QueryResult(("table", "rows"), tuple(rows)))
    verdicts = [
        (one.batch_id, one.verdict, one.rows, one.quarantined, "; ".join(one.failures))
        for one in manifest.verdicts
    ]
    show(QueryResult(("batch", "verdict", "rows", "quarantined", "failures"), tuple(verdicts)))
    line(f"Validation report: {found.folder / snapshots.VALIDATION / 'index.html'}")


@app.command()
def diff(
    older: Annotated[str, typer.Argument(help="A snapshot, or the beginning of its id.")],
    newer: Id = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Price changes to list.")] = 20,
    as_json: Json = False,
) -> None:
    """What changed from one snapshot to another: prices, machines, documents, batches."""
    from warehouse import comparison

    store = settings().store
    later = snapshots.load(store, newer)
    found = comparison.compare(snapshots.load(store, older), later, limit)
    if as_json:
        emit({"counts": found.counts.records(), "price_changes": found.price_changes.records()})
        return
    show(found.counts)
    if found.price_changes.rows:
        show(_change_table(found.price_changes.records()))
    if found.price_changes.truncated:
        note(f"The {limit} largest changes are shown; --limit shows more.")


def _change_table(changes: list[dict[str, Any]]) -> QueryResult:
    """Narrow enough for a terminal of 80 columns; --json has every column."""
    rows = tuple(
        (
            one["item"],
            one["operating_system"],
            one["region"],
            one["purchase_option"],
            one["old_price"],
            one["new_price"],
            f"{one['currency']}/{one['unit']}",
            "" if one["change_percent"] is None else f"{one['change_percent']:+g}%",
        )
        for one in changes
    )
    return QueryResult(("item", "os", "region", "option", "old", "new", "per", "change"), rows)


@app.command()
def verify(snapshot: Id = None, as_json: Json = False) -> None:
    """Check every file of a snapshot against its manifest. Exit code 4 if one differs."""
    found = snapshots.load(settings().store, snapshot)
    wrong = snapshots.verify(found)
    if as_json:
        emit({"snapshot": found.id, "files": len(found.manifest.files), "wrong": wrong})
    elif wrong:
        for one in wrong:
            line(one)
        line(f"Snapshot {found.id} is damaged. Go back with `cloud-pricing snapshots rollback`.")
    else:
        line(f"Snapshot {found.id}: {len(found.manifest.files)} files as published.")
    if wrong:
        raise typer.Exit(4)


@app.command()
def rollback(snapshot: Id = None, as_json: Json = False) -> None:
    """Put an earlier snapshot in force: the one before, or the one named. Nothing is removed."""
    limits = settings()
    with snapshots.publishing(limits.store, limits.lock_timeout):
        found = snapshots.rollback(limits.store, snapshot)
    emit({"snapshot": found.id}) if as_json else line(f"Snapshot {found.id} is in force.")
