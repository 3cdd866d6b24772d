"""What the tests of this room share: a landing in a temporary store, and payloads from fixtures."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import hosts, registry
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Fetched, Payload, Selection
from tests.ingest.replay import FIXTURES, Answer, Replay, answers, recording, serving
from warehouse.contracts import Scope
from warehouse.settings import settings

FETCHED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

# An account of the tests' own; nobody's profiles are read and no instance is asked for its role.
AWS_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "AKIDOFTHETESTS",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
    "AWS_SESSION_TOKEN": "session-of-the-tests",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

Keep = Callable[[str, Scope, dict[str, bytes]], list[Payload]]
Limit = Callable[..., None]
Recorded = Callable[[str], Sequence[tuple[Scope, list[Payload]]]]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "store")


@pytest.fixture
def keep(landing: Landing) -> Keep:
    """Payloads of one source and scope from file names and their bytes."""

    def keep_files(source: str, scope: Scope, files: dict[str, bytes]) -> list[Payload]:
        fetched = (Fetched(name, f"pkg:pypi/fixture@1#{name}", [content]) for name, content in files.items())
        return [landing.keep(source, scope, one, FETCHED_AT) for one in fetched]

    return keep_files


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings with no waiting between attempts, and no way to the real feeds."""
    monkeypatch.setenv("CLOUD_PRICING_HTTP_BACKOFF", "0.01")
    monkeypatch.setenv("CLOUD_PRICING_HTTP_TIMEOUT", "5")
    monkeypatch.setenv("CLOUD_PRICING_MIRRORS", json.dumps({"https://": "http://127.0.0.1:9/"}))
    monkeypatch.setenv("CLOUD_PRICING_GCP_API_KEY", "a-key-of-the-tests")
    for name, value in AWS_ACCOUNT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    hosts.forget_all()
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def limit(impatient: None, monkeypatch: pytest.MonkeyPatch) -> Limit:
    """`limit(payload_bytes=…)` changes settings."""

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"CLOUD_PRICING_{name.upper()}", str(value))
        settings.cache_clear()

    return change


@pytest.fixture
def served(limit: Limit) -> Iterator[Callable[[Answer], Replay]]:
    """`served(answer)`: a server to which the client's mirrors point."""
    with ExitStack() as stack:

        def serve(answer: Answer) -> Replay:
            server = stack.enter_context(serving(answer))
            limit(mirrors=json.dumps(server.mirrors))
            return server

        yield serve


@pytest.fixture
def replayed(served: Callable[[Answer], Replay]) -> Callable[[str], Replay]:
    """`replayed(source)`: a server with that source's fixtures, to which the client's mirrors point."""
    return lambda source: served(answers(source))


@pytest.fixture
def recorded(keep: Keep, landing: Landing, replayed: Callable[[str], Replay]) -> Recorded:
    """The scopes of a source's fixtures with their payloads, fetched by the real client where it has routes."""

    def of_source(source: str) -> list[tuple[Scope, list[Payload]]]:
        folder = FIXTURES / source
        if (folder / "replay.json").is_file():
            replayed(source)
            return fetched_by(source, landing)
        entries = json.loads((folder / "scopes.json").read_text(encoding="utf-8"))
        return [
            (scope, keep(source, scope, {name: (folder / name).read_bytes() for name in entry["payloads"]}))
            for entry in entries
            for scope in [Scope.from_dict(entry["scope"])]
        ]

    return of_source


def fetched_by(source: str, landing: Landing) -> list[tuple[Scope, list[Payload]]]:
    """Everything the selection of a source's fixtures asks for."""
    module, chosen = registry.load(source), recording(source).get("selection", {})
    selection = Selection(
        *(tuple(chosen[key]) if chosen.get(key) else None for key in ("regions", "services"))
    )
    with Client(()) as client:
        return [
            (scope, [landing.keep(source, scope, one, FETCHED_AT) for one in module.fetch(client, scope)])
            for scope in module.scopes(client, selection)
        ]


@pytest.fixture
def client(server: Replay, tmp_path: Path) -> Iterator[Client]:
    """A client with a store, of a test module whose `server` the mirrors point to."""
    with Client((), tmp_path) as opened:
        yield opened
