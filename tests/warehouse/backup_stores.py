"""Stores made by hand for the tests of backups: real snapshots, small and quick to make."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import snapshots
from warehouse.settings import Settings

FIRST = datetime(2026, 11, 20, 6, tzinfo=UTC)
MIB = 1 << 20


def published(store: Path, day: int, noise: int = 3) -> snapshots.Snapshot:
    """A snapshot of the 20th + `day`; `noise` MiB do not compress, and only the last differs each day."""
    created = FIRST.replace(day=20 + day)
    current = snapshots.load(store) if snapshots.current_id(store) else None
    with snapshots.publishing(store, 5):
        snapshot_id = snapshots.new_id(created, f"{day:08x}")
        folder = snapshots.begin(store, snapshot_id, None)
        with duckdb.connect(str(folder / snapshots.WAREHOUSE)) as connection:
            connection.execute(
                "CREATE TABLE prices AS SELECT $day AS day, range AS price FROM range(9)", {"day": day}
            )
        (folder / "chroma" / "a").mkdir(parents=True)
        blocks = [random.Random(-number).randbytes(MIB) for number in range(1, noise)]
        blocks.append(random.Random(100 + day).randbytes(MIB // 2))
        (folder / "chroma" / "a" / "data.bin").write_bytes(b"".join(blocks))
        (folder / "chroma" / "a" / "empty.bin").touch()
        (folder / snapshots.VALIDATION).mkdir()
        (folder / snapshots.VALIDATION / "index.html").write_text("<p>good" * 500, encoding="utf-8")
        before = current.id if current else None
        made = snapshots.Manifest(snapshot_id, created, before, "", (), (), {"offers": day}, {}, {})
        return snapshots.publish(store, folder, snapshots.seal(folder, made))


def surroundings(store: Path) -> None:
    """What else is in a store: some of it is worth saving, some is not."""
    for name in (
        "staging/0a1b/batch.json", "staging/0a1b/prices.parquet", "staging/readings/libcloud/x.txt",
        "fetches/libcloud/aws/20261120.json", "payloads/ab/abcd.zst",
        "staging/.aside-1-x/prices.parquet", "payloads/.aside-2", "logs/cloud-pricing.jsonl",
        "cache/chroma/x/chroma.sqlite3", "drills/1.json", ".publish.lock", "CURRENT.new", "backups/x",
    ):  # fmt: skip
        (store / name).parent.mkdir(parents=True, exist_ok=True)
        (store / name).write_text(f"the contents of {name}\n", encoding="utf-8")


SAVED = {
    "staging/0a1b/batch.json",
    "staging/0a1b/prices.parquet",
    "staging/readings/libcloud/x.txt",
    "fetches/libcloud/aws/20261120.json",
    "payloads/ab/abcd.zst",
}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but locks, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def limits_of(folder: Path, **given: object) -> Settings:
    """Settings whose store and backups are in `folder`."""
    return Settings.model_validate(
        {"store": folder / "store", "backup_url": str(folder / "repository"), "lock_timeout": 1, **given}
    )


@contextmanager
def put_back(path: Path) -> Iterator[bytes]:
    """The contents of a file, which is as it was afterwards."""
    held = path.read_bytes()
    try:
        yield held
    finally:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held)
