"""`cloud-pricing backup`: save the store, check what was saved, and bring it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import line, note, progress, show
from warehouse.contracts import QueryResult
from warehouse.errors import BackupDamaged, InvalidInput
from warehouse.settings import settings

app = typer.Typer(help="Make, list, verify, restore and prune backups of the store.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bars.")]
Id = Annotated[
    str | None, typer.Argument(help="A backup, or the beginning of its id; the newest if left out.")
]


@app.command("create")
def create_backup(
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", help="Another snapshot than the one in force.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All snapshots that are kept.")] = False,
    no_payloads: Annotated[
        bool, typer.Option("--no-payloads", help="Without the payloads, whatever the settings say.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Save the snapshot in force and what it was made of; what is stored already is not stored again."""
    from warehouse import backups

    limits = settings()
    if every and snapshot is not None:
        raise InvalidInput("--all and --snapshot both choose snapshots.", "Give one of them.")
    payloads = False if no_payloads else None
    with progress(quiet or as_json) as listener:
        made = backups.create(
            limits, snapshot=snapshot, every=every, payloads=payloads, progress=_told(listener, "save")
        )
    record = made.record
    if as_json:
        emit({**_row(record), "reused_bytes": made.reused, "notes": made.notes})
    else:
        line(f"Backup {record.id} of snapshot {record.snapshot}: {_sizes(made)}.")
    for one in made.notes:
        note(one)
    if backups.is_on_own_disk(limits):
        note(backups.OWN_DISK)


@app.command("list")
def list_backups(as_json: Json = False) -> None:
    """All backups, the newest last."""
    from warehouse import backups

    held = backups.listed(settings())
    rows = [
        {"backup": name, "damaged": one.message} if isinstance(one, BackupDamaged) else _row(one)
        for name, one in held.items()
    ]
    if as_json:
        emit(rows)
        return
    columns = ("backup", "created_at", "snapshot", "files", "size", "stored")
    whole = [one for one in held.values() if isinstance(one, backups.Record)]
    shown = [
        (one.id, one.created_at, one.snapshot, len(one.files), _size(one.size), _size(one.stored_bytes))
        for one in whole
    ]
    show(QueryResult(columns, tuple(shown)))
    for name, one in held.items():
        if isinstance(one, BackupDamaged):
            note(f"Backup {name} cannot be used: {one.message}")


@app.command()
def verify(
    backup: Id = None,
    every: Annotated[bool, typer.Option("--all", help="All backups.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only whether all is there, in its size; reads no contents.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Read what was stored and check it. Exit code 9 if anything is not as it was stored."""
    from warehouse import backups

    if every and backup is not None:
        raise InvalidInput("--all and a backup are both given.", "Give one of them.")
    with progress(quiet or as_json) as listener:
        done = backups.verify(
            settings(), backup, every=every, quick=quick, progress=_told(listener, "verify")
        )
    if as_json:
        emit(vars(done))
    else:
        for one in done.wrong:
            line(one)
        state = "damaged" if done.wrong else "there, in their sizes" if quick else "as they were stored"
        count = f"{len(done.backups)} backups" if len(done.backups) != 1 else f"Backup {done.backups[0]}"
        line(f"{count}: {done.objects:,} objects, {_size(done.stored_bytes)}, {state}.")
        if done.unused:
            note(f"{done.unused:,} objects belong to no backup; `cloud-pricing backup prune` removes them.")
    if done.wrong:
        raise typer.Exit(BackupDamaged.exit_code)


@app.command()
def restore(
    backup: Id = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="The newest snapshot of then: 2026-11-20 (its end) or 2026-11-20T12:00, UTC.",
        ),
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Another store than that of the settings.")
    ] = None,
    vectors_into: Annotated[
        str | None,
        typer.Option(
            "--vectors-into", help="Restore the vectors alone, into this Chroma folder, or servers by URL."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let --vectors-into take the place of vectors that are there.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring back what is missing or damaged, and put the backup's snapshot in force."""
    from agent.cli_choice import moment_of
    from warehouse import backups

    limits = settings()
    moment = None if at is None else moment_of(at, "--at")
    if vectors_into is not None:
        if store is not None:
            raise InvalidInput("--store and --vectors-into are both given.", "Give one of them.")
        record, documents = backups.restore_vectors(limits, vectors_into, backup, moment, replace=replace)
        done = {"backup": record.id, "snapshot": record.snapshot, "documents": documents}
        said = f"Backup {record.id}: {documents:,} documents and their vectors are in {vectors_into}."
        emit(done) if as_json else line(said)
        return
    with progress(quiet or as_json) as listener:
        restored = backups.restore(
            limits, backup, at=moment, store=store, progress=_told(listener, "restore")
        )
    if as_json:
        emit(vars(restored))
        return
    line(
        f"Backup {restored.backup}: {restored.written:,} files restored, {_size(restored.size)}; "
        f"{restored.kept:,} were there. Snapshot {restored.snapshot} is in force."
    )
    if restored.differing:
        some = ", ".join(restored.differing[:3])
        note(f"{len(restored.differing)} files differ from the backup and were left as they are: {some}.")


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the backups that the policy CLOUD_PRICING_BACKUP_KEEP does not keep, and what only they need."""
    from warehouse import backups

    done = backups.prune(settings(), dry_run=dry_run)
    if as_json:
        emit({**vars(done), "dry_run": dry_run})
        return
    rows = [(name, "kept", ", ".join(why)) for name, why in done.kept.items()]
    rows += [(name, "would go" if dry_run else "removed", "") for name in done.removed]
    show(QueryResult(("backup", "state", "kept as"), tuple(sorted(rows))))
    would = "would be " if dry_run else ""
    line(f"{done.objects:,} objects {would}removed, {_size(done.freed)} {would}freed.")


def _told(listener: Callable[[str, int, int], None], stage: str) -> Callable[[int, int], None]:
    return lambda done, total: listener(stage, done, total)


def _row(record: Any) -> dict[str, Any]:
    return {
        "backup": record.id,
        "created_at": record.created_at,
        "snapshot": record.snapshot,
        "snapshot_created_at": record.snapshot_created_at,
        "files": len(record.files),
        "size": record.size,
        "stored": record.stored_bytes,
    }


def _sizes(made: Any) -> str:
    record = made.record
    new = record.size - made.reused
    packed = f", packed {new / record.stored_bytes:.1f} to 1" if record.stored_bytes else ""
    return (
        f"{len(record.files):,} files, {_size(record.size)}; {_size(new)} of it new, "
        f"stored in {_size(record.stored_bytes)}{packed}"
    )


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
