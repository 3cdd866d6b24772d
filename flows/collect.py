"""One source: fetch, keep the payloads, parse, stage; each scope alone and retried alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from prefect import flow, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.tasks import Task

from flows.progress import tell
from ingest import registry, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from warehouse.contracts import Batch, Scope
from warehouse.errors import CloudPricingError, Transient
from warehouse.log import get_logger
from warehouse.settings import settings

_log = get_logger("collect")
_RETRY_DELAYS = [2.0, 10.0, 60.0]


@dataclass(frozen=True)
class Collected:
    """What came of one scope: its batches, or why there are none."""

    source: str
    scope: str
    batches: tuple[str, ...] = ()
    parsed: bool = False
    error: str = ""


Started: TypeAlias = tuple[str, Scope, PrefectFuture[Collected]]


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
    batches, parsed = stage(store, source, scope, keep(store, source, scope, client))
    _log.info("collected", source=source, scope=str(scope), batches=len(batches), parsed=parsed)
    return Collected(source, str(scope), tuple(batch.batch_id for batch in batches), parsed)


def _worth_retrying(_: Task[..., object], __: TaskRun, state: State[object]) -> bool:
    return isinstance(state.result(raise_on_failure=False), Transient)


@task(
    task_run_name="{source} {scope}",
    retries=len(_RETRY_DELAYS),
    retry_delay_seconds=_RETRY_DELAYS,
    retry_condition_fn=_worth_retrying,
    persist_result=False,
)
def collect_one(store: Path, source: str, scope: Scope, files: tuple[Path, ...]) -> Collected:
    return collect_scope(store, source, scope, Client(files))


def start(store: Path, source: str, selection: Selection, files: tuple[Path, ...]) -> list[Started]:
    """Begin to collect all scopes of a source, side by side. Raises what its `scopes` raises."""
    scopes = list(registry.load(source).scopes(Client(files), selection))
    return [(source, scope, collect_one.submit(store, source, scope, files)) for scope in scopes]


def gather(started: Iterable[Started]) -> list[Collected]:
    """What came of each; one that failed, by whatever error, is reported and costs no other."""
    return [_outcome(source, scope, future) for source, scope, future in started]


def _outcome(source: str, scope: Scope, future: PrefectFuture[Collected]) -> Collected:
    outcome: object = future.result(raise_on_failure=False)
    if isinstance(outcome, Collected):
        return outcome
    known = isinstance(outcome, CloudPricingError)
    error = str(outcome) if known else f"{type(outcome).__name__}: {outcome}"
    trace = outcome if isinstance(outcome, BaseException) and not known else None
    _log.error("collect_failed", source=source, scope=str(scope), error=error, exc_info=trace)
    return Collected(source, str(scope), error=error)


@flow(name="collect", flow_run_name="collect {source}", persist_result=False)
def collect(
    source: str,
    regions: list[str] | None = None,
    services: list[str] | None = None,
    files: list[Path] | None = None,
) -> list[Collected]:
    """Collect one source into the staging folder of the store. Publishing is another flow."""
    selection = Selection(tuple(regions) if regions else None, tuple(services) if services else None)
    kept = settings().price_files if files is None else tuple(files)
    return gather(start(settings().store, source, selection, kept))
