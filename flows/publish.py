"""Staged batches become a new snapshot: the only writer of snapshots.

Stages, each told to whoever listens: load, derive, documents, embed, knowledge, validate, seal, point.
A process killed at any of them leaves the pointer on the last good snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb
from prefect import flow

from flows import alerts
from flows.progress import tell
from flows.traced import traced
from ingest import documents, registry, staging
from warehouse import build, cards, embed, history, knowledge, quality, snapshots, tracing
from warehouse.contracts import Batch, Verdict
from warehouse.errors import InvalidInput, SnapshotDamaged, UnknownName
from warehouse.log import get_logger
from warehouse.settings import Settings, settings

_log = get_logger("publish")
_OVERLAP = timedelta(days=1)
_LIBRARIES = (
    "duckdb",
    "great-expectations",
    "chromadb",
    "sentence-transformers",
    "apache-libcloud",
    "genai-prices",
)


@dataclass(frozen=True)
class Published:
    """What publishing did. `snapshot` is the one in force afterwards; `changed` whether it is new."""

    snapshot: str | None
    changed: bool
    verdicts: tuple[Verdict, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    embedded: int = 0
    reused: int = 0
    embed_rate: float = 0.0  # texts a second

    @property
    def refused(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.verdict == "refused")


def inputs_digest(
    batches: Iterable[Batch], data: Path, model_id: str, checked: Mapping[str, datetime] | None = None
) -> str:
    """Hash of everything a snapshot is made of; equal inputs need no new one.

    Of `checked` (when each batch was last read again, unchanged) only the day counts.
    """
    digest = hashlib.sha256(build.recipe(everything=True).encode())
    digest.update("\n".join(sorted(batch.batch_id for batch in batches)).encode())
    days = (f"{name} {moment.astimezone(UTC):%Y-%m-%d}" for name, moment in (checked or {}).items())
    digest.update("\n".join(sorted(days)).encode())
    digest.update(model_id.encode() + repr(registry.SOURCES).encode())
    for folder in ("reference", "knowledge"):
        for path in sorted((data / folder).rglob("*.*")):
            digest.update(path.relative_to(data).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def publish_batches(
    batches: Sequence[Batch],
    limits: Settings,
    *,
    anew: bool = False,
    until: datetime | None = None,
    embedder: embed.DocumentEmbedder | None = None,
) -> Published:
    """Publish these batches; `anew` forgets what earlier snapshots held and builds from them alone.

    What was fetched after `until` confirms nothing. The embedder is the one of the settings, if not
    given. Raises StoreBusy while another process publishes.
    """
    store = limits.store
    with tracing.step("publish", "snapshot") as step, snapshots.publishing(store, limits.lock_timeout):
        embedder = embedder or embed.document_embedder()
        current = _in_force(store, anew)
        checked = _checked(store, batches, None if anew else current, until)
        live = {batch.batch_id for batch in batches if registry.get(batch.source).schedule != "release"}
        recent = {name: moment for name, moment in checked.items() if name in live}
        inputs = inputs_digest(batches, limits.data, embedder.model_id, recent)
        knowledge.sweep(store, snapshots.published(store))
        if current is not None and current.manifest.inputs == inputs and _knowledge_is_whole(current, limits):
            refused = tuple(one for one in current.manifest.verdicts if one.verdict == "refused")
            return Published(current.id, False, refused, dict(current.manifest.rows))
        if not batches and current is None:
            return Published(None, changed=False)
        now, snapshot_id = _unused_id(store, inputs)
        tell("copy")
        rebuild = anew or (current is not None and _outdated(current, batches, store))
        folder = snapshots.begin(store, snapshot_id, None if rebuild else current)
        with build.opened(folder / snapshots.WAREHOUSE) as connection:
            if rebuild and current is not None:
                build.carry_over(connection, current.warehouse)
            verdicts = _load(connection, batches, checked, store, folder / snapshots.VALIDATION, limits.data)
            history.settle(connection, snapshot_id, keep_spot_days=limits.keep_spot_days, now=now)
            report, known = _write_knowledge(connection, folder, snapshot_id, limits, embedder)
            build.describe(connection)
            rows = build.counts(connection)
            held = build.loaded(connection)
            judged = {verdict.batch_id for verdict in verdicts}
            standing = [one for one in build.standing_refusals(connection) if one.batch_id not in judged]
        tell("validate")
        quality.render_docs(folder / snapshots.VALIDATION, verdicts)
        _check(folder, rows)
        tell("seal")
        manifest = snapshots.Manifest(
            id=snapshot_id,
            created_at=now,
            previous=current.id if current else None,
            inputs=inputs,
            batches=tuple(sorted(held)),
            verdicts=(*verdicts, *standing),
            rows=rows,
            knowledge=known,
            libraries={name: metadata.version(name) for name in _LIBRARIES},
        )
        manifest = snapshots.seal(folder, manifest)
        tell("point")
        snapshots.publish(store, folder, manifest)
        snapshots.prune(store, limits.keep_snapshots)
        knowledge.sweep(store, snapshots.published(store))
        step.say({"snapshot": snapshot_id, "batches": len(batches), "embedded": report.embedded})
    _log.info("published", snapshot=snapshot_id, rows=rows, embedded=report.embedded, reused=report.reused)
    return Published(snapshot_id, True, manifest.verdicts, rows, report.embedded, report.reused, report.rate)


def _in_force(store: Path, anew: bool) -> snapshots.Snapshot | None:
    """What is continued. Building anew needs none: it is the way out where the only one is damaged."""
    if snapshots.current_id(store) is None:
        return None
    try:
        current = snapshots.load(store)
        snapshots.require_warehouse(current)
    except (SnapshotDamaged, UnknownName):
        if anew:
            return None
        raise
    return current


def _checked(
    store: Path, batches: Sequence[Batch], current: snapshots.Snapshot | None, until: datetime | None
) -> dict[str, datetime]:
    """When each batch was last read again, unchanged: as the snapshot in force knows, and since then."""
    known = build.checks_of(current.warehouse) if current else {}
    # Some were under way while it was made.
    since = max(known.values()) - _OVERLAP if known else None
    found = {**known}
    for name, moment in staging.checked(store, since, until).items():
        found[name] = max(moment, known.get(name, moment))
    staged = {batch.batch_id for batch in batches}
    return {name: moment for name, moment in found.items() if name in staged}


def _outdated(current: snapshots.Snapshot, batches: Sequence[Batch], store: Path) -> bool:
    """Whether the warehouse in force was made another way and must be built anew from its batches.

    Raises InvalidInput where it must but a batch it holds is no longer staged: its prices would be
    forgotten.
    """
    replaced = staging.superseded(store)
    held = set(current.manifest.batches)
    if build.made_by_this_recipe(current.warehouse) and not held & replaced:
        return False
    lost = held - replaced - {batch.batch_id for batch in batches}
    if lost:
        raise InvalidInput(
            f"The warehouse must be built anew, but {len(lost)} of its batches are no longer staged.",
            f"Restore {store / 'staging'} from a backup, or rebuild from payloads with `refresh --replay`.",
        )
    return True


def _load(
    connection: duckdb.DuckDBPyConnection,
    batches: Sequence[Batch],
    checked: Mapping[str, datetime],
    store: Path,
    validation: Path,
    data: Path,
) -> list[Verdict]:
    build.load_reference(connection, data)
    build.load_sources(connection, registry.SOURCES)
    held = build.loaded(connection)
    # What a batch was last known to hold matters to the one after it; rates matter to prices.
    build.record_checks(connection, checked)
    settled = held - build.in_doubt(connection, checked)
    open_ones = (batch for batch in batches if batch.batch_id not in settled)
    new = sorted(open_ones, key=lambda batch: "fx_rates" not in batch.rows)
    validation.mkdir(parents=True, exist_ok=True)
    verdicts = []
    for number, batch in enumerate(new):
        tell("load", number, len(new))
        info = registry.get(batch.source)
        staged = staging.batch_folder(store, batch.batch_id)
        moment = checked.get(batch.batch_id)
        verdicts.append(build.load_batch(connection, batch, staged, validation, info, moment))
    tell("load", len(new), len(new))
    tell("derive")
    build.derive(connection)
    return verdicts


def _write_knowledge(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    snapshot_id: str,
    limits: Settings,
    embedder: embed.DocumentEmbedder,
) -> tuple[embed.EmbedReport, dict[str, Any]]:
    """Documents, their vectors and the index; also what the manifest tells of them."""
    tell("documents")
    texts = limits.data / "knowledge"
    cards.write_documents(connection, documents.guides(texts))
    report = embed.embed_missing(connection, embedder, lambda done, total: tell("embed", done, total))
    tell("knowledge")
    servers = knowledge.Servers(limits.chroma_urls, snapshot_id) if limits.chroma_urls else None
    if servers is not None:
        knowledge.promise(limits.store, servers)
    known = knowledge.fill(connection, folder, embedder.model_id, servers=servers, synonyms=texts)
    return report, {**known, "embedded": report.embedded, "reused": report.reused}


def _knowledge_is_whole(current: snapshots.Snapshot, limits: Settings) -> bool:
    """Whether the vectors and the index in force are as they were published, and where they should be.

    The vectors are kept in the warehouse too: publishing anew repairs them and embeds nothing.
    """
    told = current.manifest.knowledge.get("servers")
    problem = None if told == list(limits.chroma_urls) else "vectors belong elsewhere now"
    problem = problem or knowledge.damage(current.folder, current.manifest.files)
    if problem:
        _log.warning("knowledge_published_anew", snapshot=current.id, problem=problem)
    return problem is None


def _unused_id(store: Path, inputs: str) -> tuple[datetime, str]:
    """Equal inputs within a second would give an id that is taken."""
    now = datetime.now(UTC)
    while (found := snapshots.new_id(now, inputs)) in snapshots.published(store):
        now += timedelta(seconds=1)
    return now, found


def _check(folder: Path, rows: dict[str, int]) -> None:
    """Open what will be published as a reader would, before anything points at it."""
    with duckdb.connect(str(folder / snapshots.WAREHOUSE), read_only=True) as connection:
        found = build.counts(connection)
    if found != rows:
        raise SnapshotDamaged(
            "The new warehouse does not read back what was written.", "Check the disk, then refresh."
        )


@flow(name="publish", persist_result=False)
def publish() -> Published:
    """Publish everything that is staged and due."""
    limits = settings()
    with traced("publish", limits):
        published = publish_batches(staging.staged(limits.store), limits)
        alerts.after_publish(limits)
    return published


def as_record(published: Published) -> dict[str, Any]:
    """For `--json`: plain values only."""
    return {
        "snapshot": published.snapshot,
        "changed": published.changed,
        "rows": published.rows,
        "embedded": published.embedded,
        "reused": published.reused,
        "embed_rate": round(published.embed_rate, 1),
        "verdicts": [
            {**vars(verdict), "reasons": dict(verdict.reasons), "failures": list(verdict.failures)}
            for verdict in published.verdicts
        ],
    }
