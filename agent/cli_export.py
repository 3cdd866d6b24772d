"""`cloud-pricing export`: the rows of a view as files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from agent.cli_choice import SnapshotId, moment_of, reader_of
from agent.terminal import line
from warehouse.errors import InvalidInput


def export(
    view: Annotated[str, typer.Argument(help="What to export: offers, prices, price_history, ...")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    output: Annotated[
        str, typer.Option("--format", help="parquet, csv, json, focus (Parquet) or focus-csv.")
    ] = "parquet",
    where: Annotated[
        str, typer.Option("--where", help="Only these rows: a condition as after WHERE in SQL.")
    ] = "",
    columns: Annotated[str, typer.Option("--columns", help="Only these, with commas between them.")] = "",
    partition_by: Annotated[
        str | None,
        typer.Option(
            "--partition-by",
            help="A folder for each value of these columns; none for one file. Parquet has provider.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--at", "--as-of", help="The rows as they were then, by the history: 2025-06-30, its end, UTC."
        ),
    ] = None,
    snapshot: SnapshotId = None,
    snapshot_as_of: Annotated[
        str | None,
        typer.Option("--snapshot-as-of", help="What the newest snapshot of then said: 2026-11-01."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the export that the folder holds.")] = False,
) -> None:
    """Write the rows of a view to files, sorted, with a manifest of what they are and where they are from."""
    from agent import exports
    from agent.export_rows import Rows

    if output not in exports.FORMATS:
        raise InvalidInput(f"There is no format {output}.", f"Use one of {', '.join(exports.FORMATS)}.")
    by = None if partition_by is None else () if partition_by == "none" else _names(partition_by)
    moment = moment_of(as_of) if as_of is not None else None
    with (
        tempfile.TemporaryDirectory() as spill,
        reader_of(snapshot, snapshot_as_of, Path(spill)) as reader,
    ):
        rows = Rows.of(reader, view, where, moment, _names(columns))
        with exports.replaced(folder, force) as made:
            done = exports.export(rows, output, made, by)
        name = reader.snapshot.id
    files = f"{len(done.files)} file{'' if len(done.files) == 1 else 's'}"
    size = f"{done.bytes / 1e6:,.1f} MB" if done.bytes >= 100_000 else f"{done.bytes / 1e3:,.1f} kB"
    line(f"{done.rows:,} rows in {files}, {size}, of snapshot {name}: {folder}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
