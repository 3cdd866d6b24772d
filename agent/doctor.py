"""Is this installation, and its store, in order?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from agent.settings import agent_settings
from warehouse import snapshots
from warehouse.errors import CloudPricingError
from warehouse.reader import Reader
from warehouse.settings import Settings

_LIBRARIES = ("duckdb", "prefect", "great-expectations", "chromadb", "sentence-transformers", "agno")
_LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    what: str
    state: str  # ok | warning | broken
    detail: str


def examine(limits: Settings) -> list[Finding]:
    """Every check, whatever the others found."""
    return [*_installation(limits), *_store(limits.store), *_snapshot(limits.store)]


def _installation(limits: Settings) -> Iterator[Finding]:
    yield Finding("python", "ok", ".".join(map(str, sys.version_info[:3])))
    for name in _LIBRARIES:
        try:
            yield Finding(name, "ok", metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "broken", "not installed: run `make run`, or pip install cloud-pricing-agent")
    reference = limits.data / "reference" / "regions.csv"
    state = "ok" if reference.is_file() else "broken"
    yield Finding(
        "data", state, f"{limits.data}" if state == "ok" else f"no reference tables in {limits.data}"
    )
    yield _model()


def _model() -> Finding:
    from agent.answer import RULES

    try:
        name = agent_settings().model
        if name != RULES:
            from agent.asking import chosen_model

            chosen_model(name)
    except CloudPricingError as error:
        return Finding("model", "broken", str(error))
    return Finding("model", "ok", name)


def _store(store: Path) -> Iterator[Finding]:
    nearest = next(path for path in (store, *store.parents) if path.exists())
    if not nearest.is_dir():
        yield Finding("store", "broken", f"{nearest} is not a folder: set CLOUD_PRICING_STORE to one")
        return
    writable = os.access(nearest, os.W_OK | os.X_OK)
    problem = f"{nearest} is not writable: change its owner, or set CLOUD_PRICING_STORE"
    yield Finding("store", "ok" if writable else "broken", f"{store}" if writable else problem)
    free = shutil.disk_usage(nearest).free
    yield Finding("disk", "ok" if free > _LOW_DISK_BYTES else "warning", f"{free / 1024**3:.1f} GiB free")
    left = sorted(path.name for path in (store / "snapshots").glob(".building-*"))
    if left:
        yield Finding("leftovers", "warning", f"{', '.join(left)}: the next refresh removes them")


def _snapshot(store: Path) -> Iterator[Finding]:
    if snapshots.current_id(store) is None:
        yield Finding("snapshot", "warning", "none yet: run `cloud-pricing refresh`")
        return
    try:
        snapshot = snapshots.load(store)
        yield _verified(snapshot)
        with Reader(snapshot) as reader:
            rows = reader.named("sources_state").records()
        stale = [f"{row['source']} ({row['providers']})" for row in rows if row["stale"]]
        old = f"older than they should be: {', '.join(stale)}" if stale else "as fresh as promised"
        yield Finding("sources", "warning" if stale else "ok", old)
    except CloudPricingError as error:
        yield Finding("snapshot", "broken", str(error))
        return
    yield _knowledge(store, snapshot)


def _verified(snapshot: snapshots.Snapshot) -> Finding:
    wrong = snapshots.verify(snapshot)
    if not wrong:
        return Finding("snapshot", "ok", f"{snapshot.id}, {len(snapshot.manifest.files)} files as published")
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    way_out = "go back with `cloud-pricing snapshots rollback`"
    return Finding("snapshot", "broken", f"{snapshot.id}: {'; '.join(wrong[:3])}{more}: {way_out}")


def _knowledge(store: Path, snapshot: snapshots.Snapshot) -> Finding:
    from warehouse.knowledge import Knowledge

    try:
        with Knowledge.open(snapshot.folder, store / "cache" / "chroma") as knowledge:
            found = knowledge.search("spot", limit=1)
    except CloudPricingError as error:
        return Finding("knowledge", "broken", str(error))
    return Finding(
        "knowledge", "ok" if found else "warning", "search answers" if found else "search finds nothing"
    )
