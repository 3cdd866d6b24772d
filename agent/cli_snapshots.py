"""`cloud-pricing snapshots`: what is published, and going back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli_diff import diff
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

_SUMMARY = ("created_at", "prices", "machines", "documents", "batches", "refused", "damaged")


@app.command("list")
def list_snapshots(as_json: Json = False) -> None:
    """All published snapshots, the newest last; * marks the one in force."""
    store = settings().store
    records = published_in(store)
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


def published_in(store: Path) -> list[dict[str, Any]]:
    """Every published snapshot, the newest last, with what its manifest says."""
    names, current = snapshots.published(store), _in_force(store)
    return [{"in_force": name == current, "snapshot": name, **_summary(store, name)} for name in names]


def _in_force(store: Path) -> str | None:
    """The others are listed where the pointer names none: one of them is the way out."""
    try:
        return snapshots.current_id(store)
    except SnapshotDamaged as error:
        note(str(error))
        return None


def _summary(store: Path, name: str) -> dict[str, Any]:
    """What its manifest says; one that cannot be read hides no other."""
    try:
        manifest = snapshots.load(store, name).manifest
    except SnapshotDamaged as error:
        return {**dict.fromkeys(_SUMMARY), "damaged": error.message.rstrip(".")}
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


app.command()(diff)


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
def rollback(
    snapshot: Id = None,
    force: Annotated[bool, typer.Option("--force", help="Even to one whose files are damaged.")] = False,
    as_json: Json = False,
) -> None:
    """Put an earlier snapshot in force: the one before, or the one named. Nothing is removed."""
    limits = settings()
    with snapshots.publishing(limits.store, limits.lock_timeout):
        found = snapshots.rollback(limits.store, snapshot, force=force)
    emit({"snapshot": found.id}) if as_json else line(f"Snapshot {found.id} is in force.")
