"""Rows of a snapshot as files to take away, with a manifest of what they are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.export_files import Written, write
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from agent.export_rows import Rows

MANIFEST = "_manifest.json"
FORMATS = ("parquet", "csv", "json", "focus", "focus-csv")
_KINDS = {"focus": "parquet", "focus-csv": "csv"}
_ROWS = {"parquet": 100_000, "csv": 10_000, "json": 10_000}  # of a batch; in Parquet, of a row group


@dataclass(frozen=True)
class Exported:
    folder: Path
    files: tuple[Written, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def export(rows: Rows, output: str, made: Path, partition_by: Sequence[str] | None = None) -> Exported:
    """Write `rows` and their manifest to the empty folder `made`; `output` is one of FORMATS.

    Without `partition_by`, Parquet has a folder for each provider and everything else one file.
    """
    kind = _KINDS.get(output, output)
    parts = rows.focus() if output in _KINDS else {rows.view: rows}
    files: list[Written] = []
    for name, part in parts.items():
        by = _partitions(part, name, kind, partition_by)
        batches = part.reader.stream(part.select(kind, by), part.parameters, rows=_ROWS[kind])
        files += write(made, name, kind, batches, by)
    about = {
        "snapshot": rows.reader.snapshot.id,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "format": output,
        "view": rows.view,
        "where": rows.condition or None,
        "as_of": rows.parameters["as_of"].isoformat() if rows.parameters else None,
        "rows": sum(file.rows for file in files),
        "columns": {name: part.described() for name, part in parts.items()},
        "files": [asdict(file) for file in files],
        "sources": rows.sources(),
    }
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    (made / MANIFEST).write_text(text, encoding="utf-8")
    return Exported(made, tuple(files))


def _partitions(part: Rows, name: str, kind: str, wanted: Sequence[str] | None) -> tuple[str, ...]:
    if name == "SkuProperties":
        return ()
    if wanted is None:
        return ("provider",) if kind == "parquet" and "provider" in part.types else ()
    for column in wanted:
        part.must_have(column)
    return tuple(wanted)


@contextmanager
def replaced(folder: Path, force: bool) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place if all goes well; else nothing has changed.

    Raises InvalidInput where `folder` holds something; `force` replaces an export.
    """
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file.", "Name a folder.")
    held = folder.is_dir() and any(folder.iterdir())
    if held and not force:
        raise InvalidInput(f"{folder} is not empty.", "Name another folder; --force replaces an export.")
    if held and not (folder / MANIFEST).is_file():
        raise InvalidInput(
            f"{folder} holds no export.", "--force replaces exports only: name another folder."
        )
    made, old = (folder.with_name(f".{folder.name}.{os.getpid()}{end}") for end in ("", ".old"))
    made.mkdir(parents=True)
    try:
        yield made
        if folder.is_dir():
            folder.rename(old)
        made.rename(folder)
    finally:
        for rest in (made, old):
            shutil.rmtree(rest, ignore_errors=True)
