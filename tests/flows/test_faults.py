"""The fault matrix: whatever a feed does, the last good data stays in force and one clear line says why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import registry
from tests.flows.fault_matrix import FAILED, REFUSED, TROUBLES, Matrix
from tests.ingest.replay import FIXTURES, Replay, Response, serving
from warehouse.settings import settings

LIVE = [info.name for info in registry.SOURCES if (FIXTURES / info.name / "replay.json").is_file()]
IMPATIENT = {
    "HTTP_BACKOFF": "0.01", "HTTP_ATTEMPTS": "2", "HTTP_TIMEOUT": "0.5", "GCP_API_KEY": "a-key-of-the-tests",
}  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    with serving(lambda request: Response(404)) as running:
        for name, value in IMPATIENT.items():
            monkeypatch.setenv(f"CLOUD_PRICING_{name}", value)
        monkeypatch.setenv("CLOUD_PRICING_MIRRORS", json.dumps(running.mirrors))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        settings.cache_clear()
        yield running
        settings.cache_clear()


@pytest.mark.parametrize("source", LIVE)
def test_the_last_good_data_stays_in_force(source: str, server: Replay, tmp_path: Path) -> None:
    matrix = Matrix(source, tmp_path, server)
    assert any(matrix.held.values())
    wrong = []
    for trouble in TROUBLES:
        if matrix.applies(trouble):
            outcome = matrix.meet(trouble)
            clear = outcome.word not in (FAILED, REFUSED) or (outcome.line and "\n" not in outcome.line)
            if outcome.word not in trouble.expected or not outcome.kept or not clear:
                wrong.append(f"{trouble.name}: {outcome.word}, kept={outcome.kept}: {outcome.line}")
    assert not wrong, "\n".join(wrong)
