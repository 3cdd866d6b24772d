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
from warehouse.backup_state import last_backup, last_drill
from warehouse.errors import CloudPricingError
from warehouse.integrity import is_of_knowledge, without_parts
from warehouse.reader import Reader
from warehouse.settings import Settings

_LIBRARIES = ("duckdb", "prefect", "great-expectations", "chromadb", "sentence-transformers", "agno")
_LOW_DISK_BYTES = 2 * 1024**3
_BACKUP_DAYS = 8  # the drill is weekly, and so is the least that is kept
_LINES = 3
_MEND = (
    "`cloud-pricing refresh` makes vectors and index anew from the warehouse, "
    "`cloud-pricing backup restore` brings the published files back; prices need neither"
)


@dataclass(frozen=True)
class Finding:
    what: str
    state: str  # ok | warning | broken
    detail: str


def examine(limits: Settings) -> list[Finding]:
    """Every check, whatever the others found."""
    return [
        *_installation(limits),
        *_store(limits.store),
        *_snapshot(limits),
        *_servers(limits),
        *_backups(limits.store),
        *_alerts(limits),
    ]


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
    from agent.model_choice import chain

    try:
        given = agent_settings()
        chain(given)
    except CloudPricingError as error:
        return Finding("model", "broken", str(error))
    return Finding("model", "ok", given.model)


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


def _snapshot(limits: Settings) -> Iterator[Finding]:
    try:
        if snapshots.current_id(limits.store) is None:
            yield Finding("snapshot", "warning", "none yet: run `cloud-pricing refresh`")
            return
        snapshot = snapshots.load(limits.store)
        wrong = snapshots.verify(snapshot)
        yield _verified(snapshot, [one for one in wrong if not _is_of_knowledge(one)])
        with Reader(snapshot) as reader:
            rows = reader.named("sources_state").records()
        stale = [f"{row['source']} ({row['providers']})" for row in rows if row["stale"]]
        old = f"older than they should be: {', '.join(stale)}" if stale else "as fresh as promised"
        yield Finding("sources", "warning" if stale else "ok", old)
    except CloudPricingError as error:
        yield Finding("snapshot", "broken", str(error))
        return
    yield _knowledge(limits.store, snapshot, [one for one in wrong if _is_of_knowledge(one)])
    yield _identity(snapshot)


def _is_of_knowledge(wrong: str) -> bool:
    return is_of_knowledge(wrong.partition(": ")[0])


def _verified(snapshot: snapshots.Snapshot, wrong: list[str]) -> Finding:
    if not wrong:
        held = f"{snapshot.id}, {len(snapshot.manifest.files)} files"
        return Finding("snapshot", "ok", f"{held}, the prices as published")
    way_out = (
        "go back with `cloud-pricing snapshots rollback`, or bring its files back "
        "with `cloud-pricing backup restore`"
    )
    return Finding("snapshot", "broken", f"{snapshot.id}: {_few(wrong)}: {way_out}")


def _few(lines: list[str]) -> str:
    more = f" and {len(lines) - _LINES} more" if len(lines) > _LINES else ""
    return "; ".join(lines[:_LINES]) + more


def _knowledge(store: Path, snapshot: snapshots.Snapshot, wrong: list[str]) -> Finding:
    """Prices are answered whatever it says."""
    from warehouse.knowledge import Knowledge

    if wrong:
        told = (one.partition(": ") for one in wrong)
        named = without_parts(snapshot.folder, {name: what for name, _, what in told})
        lines = [f"{name}: {what}" for name, what in named.items()]
        return Finding("knowledge", "broken", f"{_few(lines)}: {_MEND}")
    try:
        with Knowledge.open(snapshot.folder, store / "cache" / "chroma") as knowledge:
            found = knowledge.search("spot", limit=1)
            degraded = knowledge.degraded
    except CloudPricingError as error:
        return Finding("knowledge", "broken", str(error))
    if degraded:
        return Finding("knowledge", "broken", f"{degraded.rstrip('.')}: {_MEND}")
    return Finding(
        "knowledge", "ok" if found else "warning", "search answers" if found else "search finds nothing"
    )


def _identity(snapshot: snapshots.Snapshot) -> Finding:
    """The vectors of the snapshot are those that the settings ask for."""
    from warehouse.embed import identity

    held = str(snapshot.manifest.knowledge.get("model", "of no known model"))
    try:
        asked = identity()
    except CloudPricingError as error:
        return Finding("vectors", "broken", str(error))
    if held == asked:
        return Finding("vectors", "ok", held)
    return Finding(
        "vectors", "warning", f"{held}; the settings ask for {asked}: `cloud-pricing refresh` makes them"
    )


def _servers(limits: Settings) -> Iterator[Finding]:
    from warehouse.chroma_clients import client_of

    problems = []
    for url in limits.chroma_urls:
        try:
            with client_of(url):
                continue
        except CloudPricingError as error:
            problems.append(str(error))
    if limits.chroma_urls:
        said = "; ".join(problems) or f"{', '.join(limits.chroma_urls)}: all answer"
        yield Finding("chroma servers", "broken" if problems else "ok", said)


def _backups(store: Path) -> Iterator[Finding]:
    last, drill = last_backup(store), last_drill(store)
    if last is None:
        yield Finding("backup", "warning", "none yet: run `cloud-pricing backup create`")
    else:
        old = last.age_days() > _BACKUP_DAYS
        said = f"{last.id}, {last.age_days():.1f} days old, of snapshot {last.snapshot}, in {last.where}"
        yield Finding(
            "backup",
            "warning" if old else "ok",
            said + (": run `cloud-pricing backup create`" if old else ""),
        )
    if drill is None:
        yield Finding("restore drill", "warning", "none yet: `prefect.yaml` runs one every week")
    elif drill.passed:
        yield Finding("restore drill", "ok", f"passed on {drill.started_at:%Y-%m-%d}, backup {drill.backup}")
    else:
        said = f"failed on {drill.started_at:%Y-%m-%d}, backup {drill.backup}: {_few(list(drill.wrong))}"
        yield Finding("restore drill", "broken", f"{said}: run `cloud-pricing backup verify`")


def _alerts(limits: Settings) -> Iterator[Finding]:
    from warehouse import alert_rules
    from warehouse.outbox import Outbox

    try:
        rules = alert_rules.read(limits)
        waiting = Outbox(limits.store).listed(undelivered=True)
    except CloudPricingError as error:
        yield Finding("alerts", "broken", str(error))
        return
    if waiting:
        reasons = sorted({f"{one['target']}: {one['last_error']}" for one in waiting if one["last_error"]})
        said = f"{len(waiting)} not delivered" + (f" ({_few(reasons)})" if reasons else "")
        yield Finding("alerts", "warning", f"{said}: see `cloud-pricing alerts list --undelivered`")
    elif rules.alert:
        yield Finding("alerts", "ok", f"{len(rules.enabled)} rules in {alert_rules.path_of(limits)}")
    else:
        yield Finding("alerts", "ok", f"no rules: docs/alerts.md tells how to write {alert_rules.FILE}")
