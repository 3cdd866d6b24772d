"""A copy of the store to work on, with a second snapshot in which every price is doubled."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from warehouse import snapshots

_PRICED = ("offers", "open_spans")


def copied(store: Path, into: Path) -> tuple[str, str]:
    """The ids of the snapshot that was in force in `store`, and of its double."""
    whole = snapshots.load(store)
    first = shutil.copytree(whole.folder, snapshots.folder_of(into, whole.id))
    second = f"{whole.id[:-8]}{int(whole.id[-8:], 16) ^ 1:08x}"
    double = shutil.copytree(first, first.with_name(second))
    manifest = double / snapshots.MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(whole.id, second), encoding="utf-8")
    with duckdb.connect(str(double / "warehouse.duckdb")) as connection:
        for table in _PRICED:
            columns = connection.execute(f"DESCRIBE {table}").fetchall()
            money = [name for name, kind, *_ in columns if "price" in name and kind.startswith("DECIMAL")]
            connection.execute(f"UPDATE {table} SET " + ", ".join(f"{name} = 2 * {name}" for name in money))
    snapshots.point(into, whole.id)
    return whole.id, second
