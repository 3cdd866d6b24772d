"""What is found wrong with an installation or a store, and what is said to do about it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.doctor import Finding, examine
from agent.settings import agent_settings
from warehouse import snapshots
from warehouse.backup_state import Drill, LastBackup, note_backup, note_drill
from warehouse.settings import Settings, settings


@pytest.fixture
def limits(small_store: Path, tmp_path: Path) -> Settings:
    """A store that a test may change."""
    shutil.copytree(small_store.parent, tmp_path / "house")
    return Settings(store=tmp_path / "house" / "store", data=tmp_path / "house" / "data")


def found(limits: Settings, what: str) -> Finding:
    return next(finding for finding in examine(limits) if finding.what == what)


def moved(limits: Settings, **changes: Any) -> Settings:
    return limits.model_copy(update=changes)


def test_all_is_well(limits: Settings) -> None:
    findings = examine(limits)
    assert {finding.state for finding in findings if finding.what != "disk"} <= {"ok", "warning"}
    whats = [finding.what for finding in findings]
    assert len(whats) == len(set(whats))
    wanted = {"python", "duckdb", "data", "model", "store", "snapshot", "sources", "knowledge", "vectors"}
    assert {*wanted, "backup", "restore drill"} <= set(whats)
    assert "chroma servers" not in whats


def test_an_empty_store_is_no_fault(limits: Settings, tmp_path: Path) -> None:
    finding = found(moved(limits, store=tmp_path / "new"), "snapshot")
    assert (finding.state, "cloud-pricing refresh" in finding.detail) == ("warning", True)
    assert not (tmp_path / "new").exists()


def test_a_store_that_is_a_file(limits: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    finding = found(moved(limits, store=tmp_path / "file"), "store")
    assert (finding.state, "is not a folder" in finding.detail) == ("broken", True)


def test_missing_reference_tables(limits: Settings, tmp_path: Path) -> None:
    assert found(moved(limits, data=tmp_path / "nowhere"), "data").state == "broken"


@pytest.mark.parametrize("name", ["nonsense", "nobody:nothing"])
def test_a_model_that_cannot_be_used(limits: Settings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUD_PRICING_MODEL", name)
    agent_settings.cache_clear()
    try:
        finding = found(limits, "model")
    finally:
        monkeypatch.undo()
        agent_settings.cache_clear()
    assert (finding.state, "CLOUD_PRICING_MODEL" in finding.detail) == ("broken", True)


def test_leftovers_of_a_killed_run(limits: Settings) -> None:
    (limits.store / "snapshots" / ".building-x").mkdir()
    finding = found(limits, "leftovers")
    assert (finding.state, ".building-x" in finding.detail) == ("warning", True)


def test_damage_is_named_with_the_way_out(limits: Settings) -> None:
    report = snapshots.load(limits.store).folder / snapshots.VALIDATION / "index.html"
    report.write_text("changed", encoding="utf-8")
    finding = found(limits, "snapshot")
    assert finding.state == "broken"
    assert "validation/index.html: changed" in finding.detail
    assert "snapshots rollback" in finding.detail


def test_a_warehouse_that_does_not_open(limits: Settings) -> None:
    snapshots.load(limits.store).warehouse.write_bytes(b"x")
    findings = [finding for finding in examine(limits) if finding.what == "snapshot"]
    assert [finding.state for finding in findings] == ["broken", "broken"]
    assert "does not open" in findings[1].detail


def test_a_damaged_knowledge_base_leaves_the_prices_in_order(limits: Settings) -> None:
    (snapshots.load(limits.store).folder / "lexicon.sqlite3").unlink()
    assert found(limits, "snapshot").state == "ok"
    finding = found(limits, "knowledge")
    assert (finding.state, "lexicon.sqlite3: missing" in finding.detail) == ("broken", True)
    assert "`cloud-pricing refresh`" in finding.detail


def test_a_pointer_to_nothing_is_named(limits: Settings) -> None:
    (limits.store / "CURRENT").write_text("", encoding="ascii")
    finding = found(limits, "snapshot")
    assert (finding.state, "snapshots rollback" in finding.detail) == ("broken", True)


def test_vectors_of_another_model_than_the_settings_ask_for(
    limits: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = found(limits, "vectors")
    assert finding.state == "warning"
    assert "all-MiniLM-L6-v2/int8/384: `cloud-pricing refresh`" in finding.detail
    monkeypatch.setenv("CLOUD_PRICING_EMBEDDING_PRECISION", "float32")
    settings.cache_clear()
    try:
        assert found(limits, "vectors") == Finding("vectors", "ok", "all-MiniLM-L6-v2/float32/384")
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_servers_are_asked_for(limits: Settings) -> None:
    away = "http://127.0.0.1:9"
    finding = found(moved(limits, chroma_urls=(away,)), "chroma servers")
    assert (finding.state, away in finding.detail) == ("broken", True)


@pytest.mark.parametrize(("days", "state"), [(0.5, "ok"), (7.9, "ok"), (9, "warning")])
def test_the_age_of_the_last_backup(limits: Settings, days: float, state: str) -> None:
    assert (found(limits, "backup").state, found(limits, "restore drill").state) == ("warning", "warning")
    made = datetime.now(UTC) - timedelta(days=days)
    note_backup(limits.store, LastBackup("b1", made, "s1", "/backups"))
    finding = found(limits, "backup")
    assert (finding.state, f"{days:.1f} days old" in finding.detail) == (state, True)
    assert ("backup create" in finding.detail) == (state == "warning")


@pytest.mark.parametrize(("wrong", "state"), [((), "ok"), (("a file differs",), "broken")])
def test_the_last_restore_drill(limits: Settings, wrong: tuple[str, ...], state: str) -> None:
    started = datetime(2026, 11, 20, 3, tzinfo=UTC)
    note_drill(limits.store, Drill("b1", "s1", started, 3, 10, 3 - len(wrong), 1.0, 2.0, (), wrong))
    finding = found(limits, "restore drill")
    assert (finding.state, "2026-11-20" in finding.detail) == (state, True)
    assert all(one in finding.detail for one in wrong)
