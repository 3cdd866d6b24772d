"""Every source against everything its feed can do: from the socket to the prices in force.

Live sources meet it through the real client and a loopback server; a bundled source, which has no
connection to lose, through what its own `fetch` reads, changed on the way to the landing.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pytest

from flows.collect import collect_scope, stage
from ingest import hosts, registry, staging
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Fetched, Selection
from tests.flows.troubles import FAILED, FETCHED, QUARANTINED, REFUSED, TROUBLES, Trouble, Wire
from tests.ingest import wire_faults
from tests.ingest.conftest import AWS_ACCOUNT
from tests.ingest.replay import FIXTURES, Fault, Replay, Request, Response, answers, recording
from warehouse import build
from warehouse.contracts import Batch, Scope, Verdict
from warehouse.errors import CloudPricingError
from warehouse.settings import settings

LIVE = [info.name for info in registry.SOURCES if (FIXTURES / info.name / "replay.json").is_file()]
BUNDLED = [info.name for info in registry.SOURCES if (FIXTURES / info.name / "wire.json").is_file()]

Holdings: TypeAlias = dict[str, list[tuple[Any, ...]]]
Change: TypeAlias = Callable[[Fetched], Fetched]


@dataclass(frozen=True)
class Outcome:
    """What came of one fault. `line` is what the user reads; `kept` whether what was in force still is."""

    word: str
    line: str = ""
    kept: bool = True

    @property
    def cell(self) -> str:
        return self.word if self.kept else f"{self.word}!"


@contextmanager
def impatient(server: Replay) -> Iterator[None]:
    """Settings under which the client asks `server`, waits for nobody and has the keys it needs."""
    given = {
        "HTTP_BACKOFF": "0.01", "THREADS": "1", "HTTP_ATTEMPTS": "2", "HTTP_TIMEOUT": "10",
        "GCP_API_KEY": "a-key-of-the-tests", "MIRRORS": json.dumps(server.mirrors),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CLOUD_PRICING_")]:
            patch.delenv(name)
        for name, value in AWS_ACCOUNT.items():
            patch.setenv(name, value)
        patch.setattr(hosts, "_PACES", {})  # a host of ours needs no courtesy
        hosts.forget_all()
        with _set(given):
            yield
    hosts.forget_all()
    settings.cache_clear()


@contextmanager
def _set(given: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(f"CLOUD_PRICING_{name}", value)
        settings.cache_clear()
        yield
    settings.cache_clear()


class Matrix:
    """One source with a good batch in force, to which each trouble happens afresh.

    Its scopes are those the changed file is part of, and one more, whose prices must not suffer.
    """

    def __init__(self, source: str, folder: Path, server: Replay) -> None:
        self.source, self.folder, self.server = source, folder, server
        self.live = source in LIVE
        self.broken: list[str] = []
        path = FIXTURES / source / "wire.json"
        self.wire: Wire = recording(source)["wire"] if self.live else json.loads(path.read_bytes())
        self.good, self.bare = folder / "good", folder / "bare"
        server.answer = answers(source) if self.live else lambda request: Response(404)
        self.scopes, others = self._shared_out()
        batches, errors = self._collect(self.good, [*self.scopes, *others[:1]])
        assert batches, errors
        assert not errors, errors
        shutil.copy(_without_prices(), _path(self.bare))
        shutil.copy(_path(self.bare), _path(self.good))
        with _warehouse(self.good) as connection:
            verdicts = self._judge(connection, self.good, batches)
            self.known = build.loaded(connection)
            self.held, self.set_aside = holdings(connection), _set_aside(connection)
        assert all(one.verdict != "refused" for one in verdicts), [one.failures for one in verdicts]
        assert any(self.held.values())

    def troubles(self) -> list[Trouble]:
        """Those that can happen to it: without a network none of it; without anchors nothing is known at first."""
        return [
            one
            for one in TROUBLES
            if one.can_meet(self.wire)
            and (self.live or one.needs)
            and (not one.first or self.source in _anchored())
            and not (self.wire.get("own") and one.name == "half the rows gone")  # as its owner likes
        ]

    def meet(self, trouble: Trouble) -> Outcome:
        store, before = self.folder / "bad", self.bare if trouble.first else self.good
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(before, store, ignore=shutil.ignore_patterns("warehouse.duckdb*", "validation"))
        with _set(trouble.settings):
            batches, errors = self._collect(store, self.scopes, trouble)
        failed = Outcome(FAILED, errors[0]) if errors else Outcome(FETCHED)
        new = [name for name in batches if trouble.first or name not in self.known]
        if not new:  # no batch, so nobody writes to the warehouse
            return failed
        shutil.copy(_path(before), _path(store))
        with _warehouse(store) as connection:
            verdicts = self._judge(connection, store, new)
            kept = trouble.first or _still_held(self.held, holdings(connection))
            aside = [line for line in _set_aside(connection) if line not in self.set_aside]
        refused = [one for one in verdicts if one.verdict == "refused"]
        if refused:
            return Outcome(REFUSED, f"{self.source}: refused: {'; '.join(refused[0].failures)}", kept)
        if aside and not errors:
            return Outcome(QUARANTINED, f"{self.source}: {aside[0]}", kept)
        return replace(failed, kept=kept)

    def _shared_out(self) -> tuple[list[Scope], list[Scope]]:
        """The scopes that read the changed file, and the others."""
        module, affected, others = registry.load(self.source), [], []
        with self._client(None) as client:
            for scope in module.scopes(client, self._selection()):
                self.server.requests.clear()
                read = {name for one in module.fetch(client, scope) for name in (one.name, *_drained(one))}
                read |= {self.server.answer(request).file for request in self.server.requests}
                (affected if self.wire["file"] in read else others).append(scope)
        return affected, others

    def _client(self, store: Path | None) -> Client:
        return Client([FIXTURES / self.source / name for name in self.wire.get("files", ())], store)

    def _selection(self) -> Selection:
        given = recording(self.source).get("selection", {}) if self.live else {}
        chosen = {**given, **self.wire.get("selection", {})}
        return Selection(
            *(tuple(chosen[key]) if chosen.get(key) else None for key in ("regions", "services"))
        )

    def _collect(
        self, store: Path, chosen: list[Scope], trouble: Trouble | None = None
    ) -> tuple[list[str], list[str]]:
        """Batches, and for each scope that gives none the line that says why."""
        batches: list[str] = []
        errors: list[str] = []
        fault = _watched(trouble.make(self.wire), self.broken) if trouble else None
        self.server.fault = fault if self.live else None
        try:
            with self._client(store) as client:
                try:
                    scopes = list(registry.load(self.source).scopes(client, self._selection()))
                except CloudPricingError as error:
                    return [], [f"{self.source} all: {error}"]
                for scope in (one for one in scopes if one in chosen):
                    try:
                        batches += self._collect_one(store, scope, client, fault)
                    except CloudPricingError as error:
                        errors.append(f"{self.source} {scope}: {error}")
        finally:
            self.server.fault = None
        assert not self.broken, self.broken
        return batches, errors

    def _collect_one(self, store: Path, scope: Scope, client: Client, fault: Any) -> list[str]:
        if self.live:
            return list(collect_scope(store, self.source, scope, client).batches)
        payloads = [
            Landing(store).keep(self.source, scope, self._altered(one, fault), datetime.now(UTC))
            for one in registry.load(self.source).fetch(client, scope)
        ]
        batches, _ = stage(store, self.source, scope, payloads)
        # A list with a history of its own has a batch for each day; the last one is its prices of today.
        return [max(batches, key=lambda one: one.as_of).batch_id]

    def _altered(self, fetched: Fetched, fault: Any) -> Fetched:
        body = b"".join(fetched.chunks)
        if fetched.name == self.wire["file"]:
            body = wire_faults.edition(body, self.wire)
        if fault:
            request = Request("GET", fetched.url, {}, b"")
            body = fault(request, Response(body=body, file=fetched.name)).body
        return replace(fetched, chunks=[body])

    def _judge(self, connection: duckdb.DuckDBPyConnection, store: Path, names: list[str]) -> list[Verdict]:
        staged: list[Batch] = [one for one in staging.staged(store) if one.batch_id in names]
        info, validation = registry.get(self.source), store / "validation"
        return [
            build.load_batch(connection, one, staging.batch_folder(store, one.batch_id), validation, info)
            for one in staged
        ]


def _watched(fault: Fault, broken: list[str]) -> Fault:
    """A fault that cannot be made must not pass for a connection that was lost."""

    def watched(request: Request, response: Response) -> Response | None:
        try:
            return fault(request, response)
        except BaseException as error:
            broken.append(f"{response.file}: {error!r}")
            raise

    return watched


def _drained(fetched: Fetched) -> tuple[str, ...]:
    for _ in fetched.chunks:
        pass
    return ()


def _path(store: Path) -> Path:
    store.mkdir(parents=True, exist_ok=True)
    return store / "warehouse.duckdb"


@cache
def _without_prices() -> Path:
    """A warehouse with the reference tables alone; the same for every source, so it is made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _warehouse(folder) as connection:
        build.load_reference(connection, settings().data)
        build.load_sources(connection, registry.SOURCES)
    return _path(folder)


@contextmanager
def _warehouse(store: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with build.opened(_path(store)) as connection:
        yield connection


def _anchored() -> set[str]:
    """The sources some of whose prices everyone knows."""
    lines = (settings().data / "reference" / "anchors.csv").read_text(encoding="utf-8").splitlines()
    return {line.partition(",")[0] for line in lines[1:]}


def holdings(connection: duckdb.DuckDBPyConnection) -> Holdings:
    """What is in force: prices, machines, rates, scores and bands."""
    questions = {
        "prices": "SELECT price_id, price, upfront FROM price_spans WHERE valid_to IS NULL",
        "machines": "SELECT provider, instance_type, source, vcpus, memory_gib FROM machine_specs",
        "rates": "SELECT currency, rate_date, units_per_usd FROM fx_observed",
        "scores": "SELECT provider, instance_type, benchmark, configuration, score FROM benchmarks",
        "bands": "SELECT region, instance_type, operating_system, percent_from FROM interruptions",
    }
    return {name: connection.execute(text).fetchall() for name, text in questions.items()}


def _set_aside(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The lines of the quarantine, the reason first."""
    question = (
        "SELECT concat_ws(' ', reason || ':', region, instance_type, detail) FROM quarantine ORDER BY ALL"
    )
    return [row[0] for row in connection.execute(question).fetchall()]


def _still_held(before: Holdings, after: Holdings) -> bool:
    """Whether everything that was in force is, unchanged."""
    return all(set(rows) <= set(after[name]) for name, rows in before.items())
