"""What the tests of this room share: a landing in a temporary store, and payloads from fixtures."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.landing import Landing
from ingest.source import Fetched, Payload
from warehouse.contracts import Scope

FIXTURES = Path(__file__).parent / "fixtures"
FETCHED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

Keep = Callable[[str, Scope, dict[str, bytes]], list[Payload]]


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
def recorded(keep: Keep) -> Callable[[str], Sequence[tuple[Scope, list[Payload]]]]:
    """The scopes of a source's fixture folder with their payloads."""

    def of_source(source: str) -> list[tuple[Scope, list[Payload]]]:
        folder = FIXTURES / source
        entries = json.loads((folder / "scopes.json").read_text(encoding="utf-8"))
        return [
            (scope, keep(source, scope, {name: (folder / name).read_bytes() for name in entry["payloads"]}))
            for entry in entries
            for scope in [Scope.from_dict(entry["scope"])]
        ]

    return of_source
