"""Whether it can answer, and what is turned off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.flags import PARTS, turn
from agent.serving.parts import Parts
from tests.agent.serving.conftest import parts_over, served
from tests.agent.serving.test_observed import sample
from warehouse.errors import SnapshotDamaged


@pytest.fixture
def state(parts: Parts) -> Iterator[Path]:
    """The store, in which all is on again afterwards."""
    yield parts.in_force.store
    turn(parts.in_force.store, on=PARTS)


def test_it_is_ready(client: httpx.Client, parts: Parts) -> None:
    reply = client.get("/readyz")
    assert reply.status_code == 200
    assert reply.json() == {
        "status": "ok",
        "snapshot": parts.in_force.snapshot,
        "trouble": None,
        "off": [],
        "knowledge": "ok",
        "sessions": "ok",
        "cache": "off",
    }
    assert client.get("/healthz").json() == {"status": "ok"}


def test_what_is_turned_off_is_told_at_once(client: httpx.Client, state: Path) -> None:
    question = {"question": "SELECT count(*) FROM offers"}
    assert client.post("/v1/ask", json=question).json()["answered"]
    turn(state, off=["sql", "knowledge"])
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["off"], ready["knowledge"]) == ("degraded", ["knowledge", "sql"], "off")
    assert sample(client, "cloud_pricing_part_off", part="sql") == 1
    assert not client.post("/v1/ask", json=question).json()["answered"]
    for reply in (
        client.post("/v1/sql", json={"sql": "SELECT 1"}),
        client.get("/v1/knowledge/search", params={"q": "spot"}),
    ):
        said = reply.json()
        assert (reply.status_code, said["type"]) == (503, "urn:cloud-pricing:turned-off")
        assert "cloud-pricing flags --on" in said["hint"]
    turn(state, on=["sql", "knowledge"])
    assert client.post("/v1/ask", json=question).json()["answered"]
    assert sample(client, "cloud_pricing_part_off") == 0


def test_trouble_is_told_without_its_place(small_store: Path, tmp_path: Path) -> None:
    parts = parts_over(small_store, tmp_path, swap_seconds=1000)
    parts.in_force.trouble = SnapshotDamaged(f"{small_store}/snapshots/x is damaged.")
    with served(parts) as client:
        ready = client.get("/readyz").json()
        assert (ready["status"], ready["trouble"]) == ("degraded", "…/snapshots/x is damaged.")
        assert sample(client, "cloud_pricing_snapshot_trouble") == 1
