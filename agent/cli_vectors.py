"""`cloud-pricing knowledge export` and `import`: the vectors of a snapshot as one Parquet file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from agent.cli_choice import AsOf, SnapshotId, chosen
from agent.cli_records import emit
from agent.terminal import line
from warehouse.errors import InvalidInput
from warehouse.settings import settings

_STORED = "chroma.sqlite3"

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


def export_vectors(
    file: Annotated[Path, typer.Argument(help="The Parquet file to write.")],
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write ids, texts, metadata and vectors of a snapshot to one Parquet file."""
    from warehouse import knowledge

    found = chosen(snapshot, as_of)
    if file.is_dir() or (file.exists() and not force):
        raise InvalidInput(f"{file} is there already.", "Name another file, or give --force.")
    made = knowledge.export_vectors(knowledge.place_of(found.folder), file, snapshot=found.id)
    if as_json:
        emit({**vars(made), "file": str(file), "bytes": file.stat().st_size})
    else:
        size = f"{file.stat().st_size / 1e6:.1f} MB"
        held = f"{made.documents:,} documents with their vectors ({made.identity}) of snapshot {found.id}"
        line(f"{held}: {file}, {size}.")


def import_vectors(
    file: Annotated[Path, typer.Argument(help="A Parquet file of `knowledge export`.")],
    into: Annotated[
        list[str],
        typer.Option(
            "--into", help="A folder for an embedded Chroma, or the URL of a server; URLs may be repeated."
        ),
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the vectors that are there.")] = False,
    as_json: Json = False,
) -> None:
    """Fill another Chroma from that file alone; no snapshot is touched."""
    from warehouse import knowledge

    if not file.is_file():
        raise InvalidInput(f"Cannot read {file}.", "Check the path.")
    made = knowledge.import_vectors(file, _target(into, replace), replace=replace)
    if as_json:
        emit({**vars(made), "into": into})
    else:
        line(f"{made.documents:,} documents with their vectors ({made.identity}) are in {', '.join(into)}.")


def _target(into: Sequence[str], replace: bool) -> Path | tuple[str, ...]:
    """Raises InvalidInput for a folder that holds anything but vectors of one's own to replace."""
    urls = tuple(one.rstrip("/") for one in into if re.match(r"https?://", one))
    if len(urls) == len(into):
        return urls
    if len(into) != 1 or "://" in into[0]:
        raise InvalidInput(
            "--into is one folder, or http(s) URLs.", "See `cloud-pricing knowledge import --help`."
        )
    folder = Path(into[0])
    if folder.resolve().is_relative_to((settings().store / "snapshots").resolve()):
        raise InvalidInput(f"{folder} is in a snapshot, which nobody writes to.", "Name another folder.")
    held = list(folder.iterdir()) if folder.is_dir() else [folder] if folder.exists() else []
    if held and not (replace and (folder / _STORED).is_file()):
        what = "holds vectors already" if (folder / _STORED).is_file() else "is not empty"
        raise InvalidInput(f"{folder} {what}.", "Name a new folder; --replace is for one that holds vectors.")
    return folder
