"""One source: fetch, keep the payloads, parse, stage; each scope alone and retried alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, TypeAlias

from prefect import flow, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from flows.plan import nobody_has, selected
from flows.progress import tell
from flows.traced import traced
from ingest import registry, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Payload, Selection
from warehouse import tracing
from warehouse.contracts import Batch, Scope
from warehouse.errors import CloudPricingError, InvalidInput, PayloadInvalid, SourceSkipped, Transient
from warehouse.log import get_logger
from warehouse.settings import settings

_log = get_logger("collect")
_RETRY_DELAYS = [2.0, 10.0, 60.0]
Started: TypeAlias = tuple[str, Scope, PrefectFuture["Collected"]]
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
    tell("collect")
    with tracing.step("fetch", source) as step:
        step.say({"scope": str(scope)})
        payloads = keep(store, source, scope, client)
    try:
        with parsers(settings().workers), tracing.step("parse", source) as step:
            step.say({"scope": str(scope)})
            batches, parsed = stage(store, source, scope, payloads)
    except Exception:  # whatever it was, a defect too: raised again below
        distrust(store, client, payloads)
        raise
    _log.info("collected", source=source, scope=str(scope), batches=len(batches), parsed=parsed)
    return Collected(source, str(scope), tuple(batch.batch_id for batch in batches), parsed)


def distrust(store: Path, client: Client, payloads: Sequence[Payload]) -> None:
    """What could not be read comes whole the next time, and is kept no longer where it is damaged."""
    client.ask_anew(payload.record.url for payload in payloads)
    for payload in payloads:
        try:
            Landing(store).payload(payload.record.sha256)
        except PayloadInvalid:
            payload.path.unlink(missing_ok=True)


@cache
def parsers(count: int) -> BoundedSemaphore:
    """Parsing takes memory; fetching hardly any."""
    return BoundedSemaphore(count)


def _worth_retrying(_: Task[..., object], __: TaskRun, state: State[object]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, Transient) and not isinstance(error, SourceSkipped)


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

    What a host's outage kept out is asked for once more, after all others, if the host was given up for a
    time that has passed. Raises InvalidInput where no source has what the selection names.
    """
    parsers(settings().workers)  # made by one thread, for all of them
    started, errors = _begun(store, sources, selection, files)
    mistaken = all(isinstance(error, InvalidInput) for error in errors.values())
    if not started and mistaken and selection != Selection():
        raise next((one for one in errors.values() if isinstance(one, InvalidInput)), nobody_has(selection))
    for done, _ in enumerate(as_completed([future for _, _, future in started]), start=1):
        tell("collect", done, len(started))
    again = [
        (source, scope, collect_one.submit(store, source, scope, files) if _is_over(future) else future)
        for source, scope, future in started
    ]
    collected = [_failed(source, "all", error) for source, error in errors.items()]
    collected += [_outcome(source, scope, future) for source, scope, future in again]
    return sorted(collected, key=lambda one: sources.index(one.source))


def _begun(
    store: Path, sources: Sequence[str], selection: Selection, files: tuple[Path, ...]
) -> tuple[list[Started], dict[str, object]]:
    """The scopes of each source, begun as soon as their source has named them; what kept a source from it."""
    plans = {plan_one.submit(store, source, selection, files): source for source in sources}
    started: list[Started] = []
    errors: dict[str, object] = {}
    for future in as_completed(list(plans)):
        source = plans[future]
        outcome: object = future.result(raise_on_failure=False)
        if isinstance(outcome, list):
            started += [(source, one, collect_one.submit(store, source, one, files)) for one in outcome]
        else:
            errors[source] = outcome
    return started, errors


def _is_over(future: PrefectFuture[Collected]) -> bool:
    """Whether a scope was skipped because its host was down, for a time that has passed since."""
    outcome: object = future.result(raise_on_failure=False)
    return isinstance(outcome, SourceSkipped) and outcome.until <= time.monotonic()


def _outcome(source: str, scope: Scope, future: PrefectFuture[Collected]) -> Collected:
    outcome: object = future.result(raise_on_failure=False)
    return outcome if isinstance(outcome, Collected) else _failed(source, str(scope), outcome)


def _failed(source: str, scope: str, outcome: object) -> Collected:
    return Collected(source, scope, error=told(source, scope, outcome))


def told(source: str, scope: str, outcome: object) -> str:
    """What went wrong, in a sentence; a defect is logged with its trace."""
    known = isinstance(outcome, CloudPricingError | OSError)
    error = str(outcome) if known else f"{type(outcome).__name__}: {outcome}"
    if isinstance(outcome, OSError):
        error = f"{outcome.strerror or outcome}. Check the disk and the permissions of {settings().store}."
    trace = outcome if isinstance(outcome, BaseException) and not known else None
    _log.error("collect_failed", source=source, scope=scope, error=error, exc_info=trace)
    return error


@flow(name="collect", flow_run_name="collect {source}", task_runner=RUNNER, persist_result=False)
def collect(
    source: str,
    regions: list[str] | None = None,
    services: list[str] | None = None,
    files: list[Path] | None = None,
) -> list[Collected]:
    """Collect one source into the staging folder of the store. Publishing is another flow."""
    selection = selected(regions, services)
    kept = settings().price_files if files is None else tuple(files)
    with traced("collect", settings()):
        return collect_all(settings().store, [source], selection, kept)
