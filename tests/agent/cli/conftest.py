"""`cloud-pricing` run in this process, on the small store or on a copy that a test may change."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agent import cli
from agent.settings import agent_settings
from warehouse import build, snapshots
from warehouse.settings import settings

API_KEY = "sk-test-0123456789"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Done]


def _forget() -> None:
    settings.cache_clear()
    agent_settings.cache_clear()
    logging.raiseExceptions = True
    root = logging.getLogger("cloud_pricing")
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(logging.NullHandler())  # as in a fresh process


@pytest.fixture
def store(small_store: Path, tmp_path: Path) -> Path:
    """A copy of the small store that a test may change, with its data folder beside it."""
    copy = tmp_path / "house"
    shutil.copytree(small_store.parent, copy)
    return copy / "store"


@pytest.fixture
def cli_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Cli]]:
    """Runs `cloud-pricing` on a store in this process."""

    def of(store: Path, **environment: str) -> Cli:
        monkeypatch.setenv("CLOUD_PRICING_STORE", str(store))
        monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        def run(*arguments: str) -> Done:
            _forget()
            monkeypatch.setattr(sys, "argv", ["cloud-pricing", *arguments])
            code: Any = 0
            try:
                cli.main()
            except SystemExit as end:
                code = end.code
            return Done(code, *capsys.readouterr())

        return run

    yield of
    _forget()


@pytest.fixture
def run(cli_of: Callable[..., Cli], small_store: Path) -> Cli:
    """On the small store, which is only read."""
    return cli_of(small_store, CLOUD_PRICING_DATA=str(small_store.parent / "data"))


@pytest.fixture
def change(cli_of: Callable[..., Cli], store: Path) -> Cli:
    """On the store that may be changed."""
    return cli_of(store, CLOUD_PRICING_DATA=str(store.parent / "data"))


@pytest.fixture
def corrected(store: Path) -> tuple[str, str]:
    """The ids of two snapshots of the store; in the later one a price is another. Made without a refresh."""
    first = snapshots.load(store)
    when = first.manifest.created_at.replace(year=2099)
    later = snapshots.new_id(when, "f" * 64)
    folder = snapshots.begin(store, later, first)
    shutil.copytree(first.folder / snapshots.CHROMA, folder / snapshots.CHROMA)
    with duckdb.connect(str(folder / snapshots.WAREHOUSE)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("UPDATE open_spans SET price = 0.2 WHERE price = 0.192")
        build.derive(connection)
    changed = {"id": later, "created_at": when, "previous": first.id, "files": {}, "seal": ""}
    manifest = snapshots.Manifest(**{**vars(first.manifest), **changed})
    snapshots.publish(store, folder, snapshots.seal(folder, manifest))
    return first.id, later
