"""One source: fetch, keep the payloads, parse, stage; each scope alone and retried alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from flows.progress import tell
from ingest import registry, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from warehouse.contracts import Batch, Scope
from warehouse.errors import CloudPricingError, InvalidInput, Transient, UnknownName
from warehouse.log import get_logger
from warehouse.settings import settings

_log = get_logger("collect")
_RETRY_DELAYS = [2.0, 10.0, 60.0]
# Enough that scopes waiting for their next attempt keep nobody from a turn. How many are fetched at
# once each host decides (ingest/hosts.py), how many are parsed at once the setting `workers`.
RUNNER: Any = ThreadPoolTaskRunner(max_workers=64)


@dataclass(frozen=True)
class Collected:
    """What came of one scope: its batches, or why there are none."""

    source: str
    scope: str
    batches: tuple[str, ...] = ()
    parsed: bool = False
    error: str = ""


def keep(store: Path, source: str, scope: Scope, client: Client) -> list[Payload]:
    """Fetch what the scope is made of and keep it."""
    landing = Landing(store)
    fetched_at = datetime.now(UTC)
    payloads = [
        landing.keep(source, scope, fetched, fetched_at)
        for fetched in registry.load(source).fetch(client, scope)
    ]
    landing.record(source, scope, payloads, fetched_at)
    return payloads


def stage(store: Path, source: str, scope: Scope, payloads: Sequence[Payload]) -> tuple[list[Batch], bool]:
    """The batches of these payloads, and whether they had to be parsed for it."""
    parser = staging.parser_fingerprint(source)
    known = staging.already(store, source, scope, [payload.record for payload in payloads], parser)
    if known is not None:
        return known, False
    return staging.stage(store, source, scope, payloads, registry.load(source).parse(payloads), parser), True


def collect_scope(store: Path, source: str, scope: Scope, client: Client) -> Collected:
    """Raises the errors of the source; Transient ones are worth another call."""
    tell(f"collect {source} {scope}")
    payloads = keep(store, source, scope, client)
    with _parsers(settings().workers):
        batches, parsed = stage(store, source, scope, payloads)
    _log.info("collected", source=source, scope=str(scope), batches=len(batches), parsed=parsed)
    return Collected(source, str(scope), tuple(batch.batch_id for batch in batches), parsed)


@cache
def _parsers(count: int) -> BoundedSemaphore:
    """Parsing takes memory; fetching hardly any."""
    return BoundedSemaphore(count)


def _worth_retrying(_: Task[..., object], __: TaskRun, state: State[object]) -> bool:
    return isinstance(state.result(raise_on_failure=False), Transient)


@task(
    task_run_name="plan {source}",
    retries=len(_RETRY_DELAYS),
    retry_delay_seconds=_RETRY_DELAYS,
    retry_condition_fn=_worth_retrying,
    persist_result=False,
)
def plan_one(store: Path, source: str, selection: Selection, files: tuple[Path, ...]) -> list[Scope]:
    with Client(files, store) as client:
        return list(registry.load(source).scopes(client, selection))


@task(
    task_run_name="{source} {scope}",
    retries=len(_RETRY_DELAYS),
    retry_delay_seconds=_RETRY_DELAYS,
    retry_condition_fn=_worth_retrying,
    persist_result=False,
)
def collect_one(store: Path, source: str, scope: Scope, files: tuple[Path, ...]) -> Collected:
    with Client(files, store) as client:
        return collect_scope(store, source, scope, client)


def collect_all(
    store: Path, sources: Sequence[str], selection: Selection, files: tuple[Path, ...]
) -> list[Collected]:
    """Every scope of these sources, side by side: what came of each, one that failed among them.

    Where some source has what the selection names, the others need not know those names. Raises
    InvalidInput where none has.
    """
    plans = {plan_one.submit(store, source, selection, files): source for source in sources}
    started: list[tuple[str, Scope, PrefectFuture[Collected]]] = []
    collected: list[Collected] = []
    foreign: list[InvalidInput] = []
    for future in as_completed(list(plans)):
        source = plans[future]
        outcome: object = future.result(raise_on_failure=False)
        if isinstance(outcome, list):
            started += [(source, one, collect_one.submit(store, source, one, files)) for one in outcome]
        elif isinstance(outcome, UnknownName) and len(plans) > 1:
            foreign.append(outcome)
        else:
            collected.append(_failed(source, "all", outcome))
    if not started and not collected and selection != Selection():
        raise next(iter(foreign), InvalidInput("No chosen source has any of these regions or services."))
    collected += [_outcome(source, scope, future) for source, scope, future in started]
    return sorted(collected, key=lambda one: sources.index(one.source))


def _outcome(source: str, scope: Scope, future: PrefectFuture[Collected]) -> Collected:
    outcome: object = future.result(raise_on_failure=False)
    return outcome if isinstance(outcome, Collected) else _failed(source, str(scope), outcome)


def _failed(source: str, scope: str, outcome: object) -> Collected:
    known = isinstance(outcome, CloudPricingError)
    error = str(outcome) if known else f"{type(outcome).__name__}: {outcome}"
    trace = outcome if isinstance(outcome, BaseException) and not known else None
    _log.error("collect_failed", source=source, scope=scope, error=error, exc_info=trace)
    return Collected(source, scope, error=error)


@flow(name="collect", flow_run_name="collect {source}", task_runner=RUNNER, persist_result=False)
def collect(
    source: str,
    regions: list[str] | None = None,
    services: list[str] | None = None,
    files: list[Path] | None = None,
) -> list[Collected]:
    """Collect one source into the staging folder of the store. Publishing is another flow."""
    selection = Selection(tuple(regions) if regions else None, tuple(services) if services else None)
    kept = settings().price_files if files is None else tuple(files)
    return collect_all(settings().store, [source], selection, kept)
