"""Bring a source's past: its editions, the oldest of each scope first, and one publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, groupby
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.collect import RUNNER, distrust, parsers, stage, told
from flows.plan import Past, past
from flows.progress import tell
from flows.publish import Published, publish_batches
from ingest import editions, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Edition, Payload
from warehouse.contracts import Scope
from warehouse.errors import InvalidInput
from warehouse.settings import settings


@dataclass(frozen=True)
class Brought:
    """What came of one edition: its batches, or why there are none. `known`: it was brought before."""

    source: str
    scope: str
    label: str
    dated: datetime
    known: bool
    batches: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Backfilled:
    """`published` is None where that was not wanted."""

    brought: tuple[Brought, ...]
    published: Published | None

    @property
    def complete(self) -> bool:
        """Whether every edition came and no batch of theirs was refused."""
        ours = {batch for one in self.brought for batch in one.batches}
        refused = {one.batch_id for one in (self.published.refused if self.published else ())}
        return not any(one.error for one in self.brought) and not ours & refused


def bring(store: Path, source: str, one: Past, client: Client) -> Brought:
    """Fetch an edition unless it is known, stage it, then write down that it is; in this order.

    A failure costs this edition alone, and the next run tries it again.
    """
    edition, landing = one.edition, Landing(store)
    about = (source, str(edition.scope), edition.label, edition.dated, one.known)
    payloads: list[Payload] = []
    try:
        if one.known:
            payloads = landing.editions(source, edition.scope)[edition.label]
        else:
            _check_moment(landing, source, edition)
            for fetched in editions.fetch(source, client, edition):
                payloads.append(landing.keep(source, edition.scope, fetched, edition.dated, edition=True))
        with parsers(settings().workers):
            batches, _ = stage(store, source, edition.scope, payloads)
            # What came after may have been taken for a repetition of what came before.
            if not one.known and (later := landing.following(source, edition.scope, edition.dated)):
                stage(store, source, edition.scope, later)
    except Exception as error:  # noqa: BLE001 - a defect too: the others stay
        distrust(store, client, payloads)
        return Brought(*about, error=told(source, f"{edition.scope} {edition.label}", error))
    if not one.known:
        landing.record(source, edition.scope, payloads, edition.dated, edition.label)
    return Brought(*about, batches=tuple(batch.batch_id for batch in batches))


def _check_moment(landing: Landing, source: str, edition: Edition) -> None:
    """One scope says one thing at a time."""
    for label, payloads in landing.editions(source, edition.scope).items():
        if any(payload.record.fetched_at == edition.dated for payload in payloads):
            message = f"{label} was brought for {edition.dated:%Y-%m-%d %H:%M} already."
            raise InvalidInput(message, f"Give {edition.label} a time: {edition.dated:%Y-%m-%d}T12.")


@task(task_run_name="{source} {scope}", persist_result=False, cache_policy=NO_CACHE)
def bring_scope(
    store: Path, source: str, scope: Scope, found: Sequence[Past], done: Callable[[], None]
) -> list[Brought]:
    brought = []
    with Client((), store) as client:
        for one in found:
            brought.append(bring(store, source, one, client))
            done()
    return brought


@flow(name="backfill", task_runner=RUNNER, persist_result=False)
def backfill(
    source: str,
    since: datetime,
    until: datetime,
    folder: Path | None = None,
    regions: list[str] | None = None,
    services: list[str] | None = None,
    every: str | None = None,
    publishing: bool = True,
) -> Backfilled:
    """Bring what `past` lists and publish what is staged, once."""
    limits = settings()
    parsers(limits.workers)  # made by one thread, for all of them
    found = past(limits, source, since, until, folder, regions, services, every)
    numbers = count(1)
    tell("collect", 0, len(found))
    started = [
        bring_scope.submit(
            limits.store, source, scope, list(some), lambda: tell("collect", next(numbers), len(found))
        )
        for scope, some in groupby(found, key=lambda one: one.edition.scope)
    ]
    brought = [one for future in started for one in future.result()]
    published = publish_batches(staging.staged(limits.store), limits) if publishing else None
    return Backfilled(tuple(brought), published)
