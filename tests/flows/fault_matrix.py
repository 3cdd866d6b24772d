"""Every live source against everything a feed can do wrong, from the socket to the prices in force."""

from __future__ import annotations

import gzip
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from flows.collect import collect_scope
from ingest import registry, staging
from ingest.client import Client
from ingest.source import Selection
from tests.ingest import wire_faults
from tests.ingest.replay import Fault, Replay, Request, Response, answers, recording
from warehouse import build
from warehouse.contracts import Batch
from warehouse.errors import CloudPricingError
from warehouse.settings import settings

FETCHED = "collected"  # nothing of it was lost, and no price in force changed
FAILED = "failed"  # one clear error, no batch
REFUSED = "refused"  # the gate refused the batch
QUARANTINED = "quarantined"  # the gate set rows aside and took the rest
HUGE = 10 << 30

Holdings: TypeAlias = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Outcome:
    """What came of one fault. `line` is what the user reads; `kept` whether what was in force still is."""

    word: str
    line: str
    kept: bool

    @property
    def exit_code(self) -> int:
        return 8 if self.word in (FAILED, REFUSED) else 0


@dataclass(frozen=True)
class Trouble:
    """A fault by name, what may come of it, and how it is made for a source's `wire`."""

    name: str
    expected: frozenset[str]
    make: Callable[[dict[str, Any]], Fault]
    needs: str = ""  # a key of `wire` without which it cannot happen to that source


def _always(response: Response | None) -> Callable[[dict[str, Any]], Fault]:
    return lambda wire: lambda request, _: response


def _once(*responses: Response) -> Callable[[dict[str, Any]], Fault]:
    def make(wire: dict[str, Any]) -> Fault:
        left = list(responses)
        return lambda request, response: left.pop(0) if left else response

    return make


def _changed(response: Response, **changes: Any) -> Response:
    """An answer the client cannot take for the one it knows."""
    headers = {key: value for key, value in response.headers.items() if key not in ("etag", "last-modified")}
    return replace(response, **{"headers": headers, **changes})


def _cut(response: Response) -> Response:
    return _changed(response, drop=max(1, len(response.body) // 2))


def _cut_gzip(response: Response) -> Response:
    packed = gzip.compress(response.body) if "content-encoding" not in response.headers else response.body
    torn = _changed(response, body=packed[: len(packed) * 2 // 3])
    return replace(torn, headers={**torn.headers, "content-encoding": "gzip"})


def _hostile_size(response: Response) -> Response:
    return _changed(response, declared=HUGE)


def _each(change: Callable[[Response], Response]) -> Callable[[dict[str, Any]], Fault]:
    return lambda wire: lambda request, response: change(response)


def _rows(change: wire_faults.Change) -> Callable[[dict[str, Any]], Fault]:
    """The file with the prices changed and published as a later one."""

    def make(wire: dict[str, Any]) -> Fault:
        def fault(request: Request, response: Response) -> Response:
            body = wire_faults.later(_plain(response), wire)
            if response.file == wire["file"]:
                body = wire_faults.changed(body, wire, change)
            bare = _changed(response, body=body)
            return replace(bare, headers={k: v for k, v in bare.headers.items() if k != "content-encoding"})

        return fault

    return make


def _plain(response: Response) -> bytes:
    packed = response.headers.get("content-encoding") == "gzip"
    return gzip.decompress(response.body) if packed else response.body


def _circle(wire: dict[str, Any]) -> Fault:
    """The page's link to the next one leads to the page itself."""

    def fault(request: Request, response: Response) -> Response:
        old, new = wire["circle"]
        body = _plain(response).replace(old.encode(), new.replace("{url}", request.url).encode())
        return Response(body=body, headers={"content-type": "application/json"})

    return fault


def _may(*words: str) -> frozenset[str]:
    return frozenset(words)


TROUBLES = (
    Trouble("connection refused", _may(FAILED), _always(None)),
    Trouble("time-out", _may(FAILED), lambda wire: _silent),
    Trouble("429", _may(FETCHED), _once(Response(429))),
    Trouble("429, Retry-After", _may(FETCHED), _once(Response(429, headers={"retry-after": "0"}))),
    Trouble("500, then 200", _may(FETCHED), _once(Response(500))),
    Trouble("500 for good", _may(FAILED), _always(Response(500))),
    Trouble("truncated body", _may(FAILED), _each(_cut)),
    Trouble("truncated gzip", _may(FAILED), _each(_cut_gzip)),
    Trouble("web page", _may(FAILED), _always(Response(body=b"<!doctype html><h1>Busy</h1>"))),
    Trouble("10 GB declared", _may(FAILED), _each(_hostile_size)),
    Trouble("page links to itself", _may(FAILED), _circle, "circle"),
    Trouble("empty list", _may(FAILED, REFUSED), _rows(wire_faults.empty), "file"),
    Trouble("missing column", _may(FAILED, REFUSED), _rows(wire_faults.renamed(None)), "column"),
    Trouble("renamed column", _may(FAILED, REFUSED), _rows(wire_faults.renamed("renamed")), "column"),
    Trouble("doubled row", _may(FETCHED, QUARANTINED), _rows(wire_faults.doubled), "file"),
    Trouble("one price x10", _may(QUARANTINED), _rows(wire_faults.times("10", every=False)), "price"),
    Trouble("prices /1000", _may(REFUSED), _rows(wire_faults.times("0.001")), "price"),
    Trouble("all zero", _may(FAILED, REFUSED), _rows(wire_faults.times("0")), "price"),
    Trouble("half the rows gone", _may(FAILED, REFUSED), _rows(wire_faults.half), "file"),
)


def _silent(request: Request, response: Response) -> Response | None:
    # Longer than the client's patience, which is short here.
    time.sleep(settings().http_timeout * 1.5)
    return None


class Matrix:
    """One source with a good batch in force, to which each trouble happens afresh."""

    def __init__(self, source: str, folder: Path, server: Replay) -> None:
        self.source, self.folder, self.server = source, folder, server
        self.recording = recording(source)
        self.good = folder / "good"
        server.answer = answers(source)
        batches, errors = self._collect(self.good)
        assert batches, errors
        assert not errors, errors
        verdicts = self._load(self.good, batches)
        assert all(one.verdict != "refused" for one in verdicts), [one.failures for one in verdicts]
        self.held = holdings(self.good)
        self.set_aside = sum(one.quarantined for one in verdicts)

    def applies(self, trouble: Trouble) -> bool:
        return not trouble.needs or bool(self.recording.get("wire", {}).get(trouble.needs))

    def meet(self, trouble: Trouble) -> Outcome:
        store = self.folder / "bad"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(self.good, store)
        self.server.fault = trouble.make(self.recording.get("wire", {}))
        try:
            batches, errors = self._collect(store)
        finally:
            self.server.fault = None
        verdicts = self._load(store, batches)
        kept = still_held(self.held, holdings(store))
        refused = [one for one in verdicts if one.verdict == "refused"]
        if refused:
            return Outcome(REFUSED, "; ".join(refused[0].failures), kept)
        if errors:
            return Outcome(FAILED, errors[0], kept)
        if sum(one.quarantined for one in verdicts) > self.set_aside:
            reasons = {reason for one in verdicts for reason in one.reasons}
            return Outcome(QUARANTINED, ", ".join(sorted(reasons)), kept)
        return Outcome(FETCHED, "", kept)

    def _collect(self, store: Path) -> tuple[list[str], list[str]]:
        chosen, errors, batches = self.recording.get("selection", {}), [], []
        selection = Selection(
            *(tuple(chosen[key]) if chosen.get(key) else None for key in ("regions", "services"))
        )
        with Client((), store) as client:
            try:
                scopes = list(registry.load(self.source).scopes(client, selection))
            except CloudPricingError as error:
                return [], [str(error)]
            for scope in scopes:
                try:
                    batches += collect_scope(store, self.source, scope, client).batches
                except CloudPricingError as error:
                    errors.append(str(error))
        return batches, errors

    def _load(self, store: Path, names: list[str]) -> list[Any]:
        staged: list[Batch] = [one for one in staging.staged(store) if one.batch_id in names]
        with build.opened(store / "warehouse.duckdb") as connection:
            build.load_reference(connection, settings().data)
            build.load_sources(connection, registry.SOURCES)
            known = build.loaded(connection)
            return [
                build.load_batch(
                    connection, one, staging.batch_folder(store, one.batch_id), store / "validation",
                    registry.get(one.source),
                )
                for one in staged
                if one.batch_id not in known
            ]  # fmt: skip


def holdings(store: Path) -> Holdings:
    """What is in force: prices, rates, scores and bands."""
    questions = {
        "prices": "SELECT price_id, price, upfront FROM price_spans WHERE valid_to IS NULL ORDER BY ALL",
        "machines": "SELECT provider, instance_type, source, vcpus FROM machine_specs ORDER BY ALL",
        "rates": "SELECT currency, rate_date, units_per_usd FROM fx_observed ORDER BY ALL",
        "scores": "SELECT provider, instance_type, benchmark, configuration, score FROM benchmarks ORDER BY ALL",
        "bands": "SELECT region, instance_type, operating_system, percent_from FROM interruptions ORDER BY ALL",
    }
    with build.opened(store / "warehouse.duckdb") as connection:
        return {name: connection.execute(text).fetchall() for name, text in questions.items()}


def still_held(before: Holdings, after: Holdings) -> bool:
    """Whether every price that was in force is, unchanged."""
    return all(set(rows) <= set(after[name]) for name, rows in before.items())
