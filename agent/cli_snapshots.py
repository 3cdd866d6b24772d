"""`cloud-pricing snapshots`: what is published, and going back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.terminal import emit, out, show
from warehouse import comparison, snapshots
from warehouse.contracts import QueryResult
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
    current = snapshots.current_id(store)
    records: list[dict[str, Any]] = []
    for name in snapshots.published(store):
        manifest = snapshots.load(store, name).manifest
        records.append(
            {
                "in_force": "*" if name == current else "",
                "snapshot": name,
                "created_at": manifest.created_at,
                "prices": manifest.rows.get("prices_in_force"),
                "machines": manifest.rows.get("instance_types"),
                "documents": manifest.rows.get("documents"),
                "batches": len(manifest.batches),
                "refused": sum(verdict.verdict == "refused" for verdict in manifest.verdicts),
            }
        )
    if as_json:
        emit([{**record, "in_force": bool(record["in_force"])} for record in records])
        return
    columns = tuple(records[0]) if records else ("snapshot",)
    show(QueryResult(columns, tuple(tuple(record[name] for name in columns) for record in records)))


@app.command("show")
def show_snapshot(snapshot: Id = None, as_json: Json = False) -> None:
    """The manifest of a snapshot."""
    found = snapshots.load(settings().store, snapshot)
    if as_json:
        out.print_json(found.manifest.to_json())
        return
    manifest = found.manifest
    before = f"after {manifest.previous}" if manifest.previous else "the first"
    out.print(f"Snapshot {manifest.id}, created {manifest.created_at:%Y-%m-%d %H:%M} UTC, {before}.")
    out.print(f"Folder {found.folder}", soft_wrap=True)
    rows: list[tuple[Any, ...]] = [(name, count) for name, count in manifest.rows.items()]
    show(QueryResult(("table", "rows"), tuple(rows)))
    verdicts = [
        (one.batch_id, one.verdict, one.rows, one.quarantined, "; ".join(one.failures))
        for one in manifest.verdicts
    ]
    show(QueryResult(("batch", "verdict", "rows", "quarantined", "failures"), tuple(verdicts)))
    out.print(f"Validation report: {found.folder / snapshots.VALIDATION / 'index.html'}", soft_wrap=True)


@app.command()
def diff(
    older: Annotated[str, typer.Argument(help="A snapshot, or the beginning of its id.")],
    newer: Id = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Price changes to list.")] = 20,
    as_json: Json = False,
) -> None:
    """What changed from one snapshot to another: prices, machines, documents, batches."""
    store = settings().store
    found = comparison.compare(snapshots.load(store, older), snapshots.load(store, newer), limit)
    if as_json:
        emit({"counts": found.counts.records(), "price_changes": found.price_changes.records()})
        return
    show(found.counts)
    if found.price_changes.rows:
        show(found.price_changes)


@app.command()
def verify(snapshot: Id = None, as_json: Json = False) -> None:
    """Check every file of a snapshot against its manifest. Exit code 4 if one differs."""
    found = snapshots.load(settings().store, snapshot)
    wrong = snapshots.verify(found)
    if as_json:
        emit({"snapshot": found.id, "files": len(found.manifest.files), "wrong": wrong})
    elif wrong:
        for line in wrong:
            out.print(line, markup=False)
        out.print(f"Snapshot {found.id} is damaged. Go back with `cloud-pricing snapshots rollback`.")
    else:
        out.print(f"Snapshot {found.id}: {len(found.manifest.files)} files as published.")
    if wrong:
        raise typer.Exit(4)


@app.command()
def rollback(snapshot: Id = None, as_json: Json = False) -> None:
    """Put an earlier snapshot in force: the one before, or the one named. Nothing is removed."""
    limits = settings()
    with snapshots.publishing(limits.store, limits.lock_timeout):
        found = snapshots.rollback(limits.store, snapshot)
    emit({"snapshot": found.id}) if as_json else out.print(f"Snapshot {found.id} is in force.")
