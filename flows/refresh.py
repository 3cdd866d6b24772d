"""Collect the chosen sources side by side, then publish once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow

from flows import alerts
from flows.collect import RUNNER, Collected, collect_all, stage
from flows.plan import chosen, selected
from flows.publish import Published, publish_batches
from flows.traced import traced
from ingest import staging
from ingest.landing import Landing
from warehouse.contracts import Batch
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.settings import Settings, settings


@dataclass(frozen=True)
class Refreshed:
    collected: tuple[Collected, ...]
    published: Published

    @property
    def failed(self) -> tuple[Collected, ...]:
        return tuple(one for one in self.collected if one.error)

    @property
    def complete(self) -> bool:
        """Whether every source answered and no batch was refused."""
        return not self.failed and not self.published.refused


@flow(name="refresh", task_runner=RUNNER, persist_result=False)
def refresh(
    sources: list[str] | None = None,
    schedule: str | None = None,
    regions: list[str] | None = None,
    services: list[str] | None = None,
    files: list[Path] | None = None,
) -> Refreshed:
    """Collect `sources` (or a schedule class, or those of the settings) and publish what is staged."""
    limits = settings()
    paths = (*limits.price_files, *(files or ()))
    names = [info.name for info in chosen(sources, schedule, limits, paths)]
    with traced("refresh", limits):
        collected = collect_all(limits.store, names, selected(regions, services), paths)
        published = publish_batches(staging.staged(limits.store), limits)
        alerts.after_publish(limits)
    return Refreshed(tuple(collected), published)


def restage(
    limits: Settings, until: datetime, sources: Sequence[str] | None = None
) -> tuple[list[Collected], list[Batch]]:
    """The batches of all that was fetched up to `until`, oldest data first.

    What could not be parsed when it came is reported again and costs no other. Raises InvalidInput
    where nothing had been fetched by then.
    """
    collected, batches = [], {}
    for source, scope, payloads in Landing(limits.store).replay(until):
        if sources and source not in sources:
            continue
        try:
            made, parsed = stage(limits.store, source, scope, payloads)
        except CloudPricingError as error:
            collected.append(Collected(source, str(scope), error=str(error)))
            continue
        collected.append(Collected(source, str(scope), tuple(batch.batch_id for batch in made), parsed))
        batches.update({batch.batch_id: batch for batch in made if batch.as_of <= until})
    if not batches:
        raise InvalidInput(
            f"No payload in {limits.store} gives a batch up to {until:%Y-%m-%d %H:%M}.",
            "Choose a later day, or refresh without --replay.",
        )
    return collected, sorted(batches.values(), key=lambda batch: (batch.as_of, batch.source, batch.batch_id))


@flow(name="replay", persist_result=False)
def replay(until: datetime, sources: list[str] | None = None) -> Refreshed:
    """Rebuild the warehouse from the payloads kept up to `until` alone: no network, no history but theirs."""
    limits = settings()
    moment = until if until.tzinfo else until.replace(tzinfo=UTC)
    with traced("replay", limits):
        collected, batches = restage(limits, moment, sources)
        return Refreshed(tuple(collected), publish_batches(batches, limits, anew=True, until=moment))
