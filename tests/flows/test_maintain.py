"""Housekeeping: what is verified is saved, what is saved is pruned, and a drill tells whether it comes back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows.drill import QUESTIONS, rehearse
from flows.maintain import backup, drill, maintain
from flows.progress import listening
from warehouse import backup_state, backups, snapshots
from warehouse.errors import BackupDamaged, SnapshotDamaged, UnknownName
from warehouse.settings import Settings, settings

TWO = (QUESTIONS[0], QUESTIONS[5])


@pytest.fixture
def limits(small_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of this process, with a copy of the small store."""
    shutil.copytree(small_store.parent, tmp_path / "house")
    for name, value in {
        "STORE": tmp_path / "house" / "store",
        "DATA": tmp_path / "house" / "data",
        "BACKUP_URL": tmp_path / "repository",
        "LOCK_TIMEOUT": 5,
    }.items():
        monkeypatch.setenv(f"CLOUD_PRICING_{name}", str(value))
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


def damage(limits: Settings) -> None:
    warehouse = snapshots.load(limits.store).warehouse
    warehouse.write_bytes(warehouse.read_bytes()[:-1])


def test_there_are_ten_questions_in_two_languages() -> None:
    assert len(set(QUESTIONS)) == 10
    assert sum(bool({"Qual", "Quanto", "Quando", "Em"} & set(one.split())) for one in QUESTIONS) == 5


def test_what_is_in_force_is_verified_and_saved(limits: Settings) -> None:
    done = maintain.fn()
    assert done.verified == snapshots.current_id(limits.store)
    assert done.backed_up is not None
    assert list(backups.listed(limits)) == [done.backed_up.backup]
    assert done.backed_up.stored_bytes > 0
    assert maintain.fn(save=False).backed_up is None
    assert len(backups.listed(limits)) == 1


def test_nothing_is_saved_or_pruned_of_a_damaged_store(limits: Settings) -> None:
    damage(limits)
    for flow in (maintain.fn, backup.fn):
        with pytest.raises(SnapshotDamaged, match=r"warehouse\.duckdb.*(backup restore|rollback)"):
            flow()
    assert len(snapshots.published(limits.store)) == 1


def test_a_backup_tells_how_far_it_is_and_prunes_by_the_policy(
    limits: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []
    with listening(lambda *stage: told.append(stage)):
        first = backup.fn()
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] == told[-1][2] > 0
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEEP", "{}")
    settings.cache_clear()
    second = backup.fn()
    assert (second.removed, second.stored_bytes) == ((first.backup,), 0)


@pytest.mark.slow
def test_a_drill_restores_compares_and_cleans_up(limits: Settings) -> None:
    made = backup.fn()
    found = rehearse(limits, TWO)
    assert (found.wrong, found.backup, found.identical) == ((), made.backup, found.files)
    assert found.passed
    assert [(one.question, one.answered, one.equal) for one in found.questions] == [
        (question, True, True) for question in TWO
    ]
    assert not list((limits.store / "cache").glob("drill-*"))
    written = backup_state.note_drill(limits.store, found)
    assert json.loads(written.read_text(encoding="utf-8"))["passed"] is True
    assert backup_state.last_drill(limits.store) == found


@pytest.mark.slow
def test_a_store_that_lost_its_snapshot_still_has_a_drill(limits: Settings) -> None:
    backup.fn()
    damage(limits)
    found = rehearse(limits, TWO)
    assert (found.wrong, [one.equal for one in found.questions]) == ((), [None, None])


@pytest.mark.slow
def test_answers_that_differ_fail_the_drill(limits: Settings) -> None:
    backup.fn()
    live = snapshots.load(limits.store)
    with duckdb.connect(str(live.warehouse)) as connection:
        connection.execute(
            "UPDATE offers SET price_hour = 0.25, price_usd_hour = 0.25 WHERE instance_type = 'm5.xlarge'"
        )
    (live.folder / snapshots.MANIFEST).unlink()
    snapshots.seal(live.folder, replace(live.manifest, files={}, seal=""))
    found = rehearse(limits, TWO)
    assert found.wrong == (f"{TWO[1]} The answers differ.",)
    assert found.identical == found.files


def test_a_damaged_backup_fails_the_drill_and_is_written_down(limits: Settings) -> None:
    made = backup.fn()
    for path in (Path(limits.backup_url) / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        BackupDamaged, match=rf"drill of backup {made.backup} failed: objects/.*backup verify"
    ):
        drill.fn()
    last = backup_state.last_drill(limits.store)
    assert last is not None
    assert not last.passed
    assert (last.identical, last.questions) == (0, ())
    assert "not as it was stored" in last.wrong[0]
    assert not list((limits.store / "cache").glob("drill-*"))


def test_without_a_backup_there_is_no_drill(limits: Settings) -> None:
    with pytest.raises(UnknownName, match="backup create"):
        drill.fn()
    assert backup_state.last_drill(limits.store) is None


def test_only_the_newest_drills_are_kept_and_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    one = backup_state.Drill("b", "s", datetime(2026, 1, 1, tzinfo=UTC), 0, 0, 0, 0, 0, (), ())
    for number in range(70):
        backup_state.note_drill(
            tmp_path,
            replace(
                one, files=number, started_at=one.started_at.replace(minute=number % 60, hour=number // 60)
            ),
        )
    kept = sorted((tmp_path / "drills").iterdir())
    assert len(kept) == 60
    kept[-1].write_text("{", encoding="utf-8")
    last = backup_state.last_drill(tmp_path)
    assert last is not None
    assert last.files == 68
