"""Backups of a store: what is saved, what is new in each, and what comes back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.warehouse.backup_stores import FIRST, MIB, SAVED, contents, limits_of, published, surroundings
from warehouse import backups, snapshots
from warehouse.backup_state import LastBackup, last_backup
from warehouse.errors import (
    BackupDamaged,
    InvalidInput,
    NoSnapshot,
    SnapshotDamaged,
    StoreBusy,
    UnknownName,
)
from warehouse.knowledge import Knowledge
from warehouse.repository import Repository
from warehouse.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DYING = """
import os, signal, time
from pathlib import Path
from warehouse import backups
from warehouse.settings import settings

def objects():
    return set(Path(settings().backup_url, "objects").rglob("*"))

before = objects()

def die(done, total):
    if done > total / 2 and ("{command}" == "restore" or objects() > before):
        os.kill(os.getpid(), signal.SIGKILL)
    while done == total:
        die(done, total + 1)

backups.{command}(settings(), progress=die)
"""


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    made = limits_of(tmp_path)
    published(made.store, 0)
    surroundings(made.store)
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "empty" / "store"


def saved(limits: Settings, backup: str | None = None) -> dict[str, bytes]:
    """What of the store a backup names, as it is in the store."""
    record, _ = backups.found(backups.opened(limits), backup)
    return {file.path: (limits.store / file.path).read_bytes() for file in record.files}


def test_what_is_worth_it_is_saved_and_nothing_else(limits: Settings) -> None:
    record = backups.create(limits).record
    current = snapshots.load(limits.store)
    own = {f"snapshots/{current.id}/{name}" for name in (*current.manifest.files, snapshots.MANIFEST)}
    assert {file.path for file in record.files} == SAVED | own
    assert (record.snapshot, record.snapshot_created_at) == (current.id, FIRST)


def test_a_store_on_an_empty_machine_is_the_same_to_the_byte(limits: Settings, empty: Path) -> None:
    backups.create(limits)
    restored = backups.restore(limits, store=empty)
    pointer = {"CURRENT": (limits.store / "CURRENT").read_bytes()}
    assert contents(empty) == saved(limits) | pointer
    assert (restored.kept, restored.written) == (0, len(saved(limits)))
    assert snapshots.verify(snapshots.load(empty)) == []


def test_what_is_stored_is_not_stored_again(limits: Settings) -> None:
    first = backups.create(limits)
    again = backups.create(limits)
    assert first.record.stored_bytes > 2 * MIB
    assert (again.record.stored_bytes, again.reused) == (0, again.record.size)
    published(limits.store, 1)
    third = backups.create(limits).record
    assert third.size - MIB // 100 < first.record.size < third.size + MIB // 100
    # Of three blocks of noise one is new, and so are the small files.
    assert MIB // 2 < third.stored_bytes < MIB


def test_the_other_snapshots_are_saved_when_they_are_asked_for(limits: Settings, empty: Path) -> None:
    old, new = snapshots.current_id(limits.store), published(limits.store, 1).id
    assert list(backups.create(limits).record.snapshots) == [new]
    assert list(backups.create(limits, snapshot=old).record.snapshots) == [old]
    every = backups.create(limits, every=True).record
    assert (list(every.snapshots), every.snapshot) == ([old, new], new)
    assert backups.restore(limits, store=empty).snapshots == (old, new)
    assert (snapshots.published(empty), snapshots.current_id(empty)) == ([old, new], new)


def test_payloads_may_be_left_out(limits: Settings, tmp_path: Path) -> None:
    def saved_payloads(payloads: bool | None, **given: object) -> set[str]:
        record = backups.create(limits_of(tmp_path, **given), payloads=payloads).record
        return {file.path for file in record.files if file.path.startswith("payloads")}

    assert saved_payloads(None) == {"payloads/ab/abcd.zst"}
    assert saved_payloads(False) == saved_payloads(None, backup_payloads=False) == set()


def test_by_default_backups_are_in_the_store_and_not_in_themselves(limits: Settings) -> None:
    shutil.rmtree(limits.store / "backups")
    own = limits.model_copy(update={"backup_url": ""})
    assert backups.is_on_own_disk(own)
    assert not backups.is_on_own_disk(limits)
    assert backups.create(own).record.size == backups.create(own).record.size
    assert (limits.store / "backups" / "repository.json").is_file()
    elsewhere = limits.model_copy(update={"backup_url": str(limits.store / "copies")})
    backups.create(elsewhere)
    assert not [file for file in backups.create(elsewhere).record.files if "copies" in file.path]


@pytest.mark.parametrize("name", ["warehouse.duckdb", "chroma/a/data.bin", "manifest.json"])
def test_a_damaged_snapshot_is_not_saved_as_good(limits: Settings, name: str) -> None:
    path = snapshots.load(limits.store).folder / name
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)
    with pytest.raises(SnapshotDamaged, match=r"damaged|cannot be read"):
        backups.create(limits)
    assert backups.listed(limits) == {}
    assert backups.opened(limits).objects() == {}


def test_without_a_snapshot_there_is_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="refresh"):
        backups.create(limits_of(tmp_path))


def test_without_a_backup_every_command_says_so(limits: Settings) -> None:
    for command in (backups.listed, backups.verify, backups.restore, backups.prune):
        with pytest.raises(UnknownName, match=r"no backups in .*repository.*backup create"):
            command(limits)
    Repository.open(limits.backup_url, None, make=True)
    assert backups.listed(limits) == {}
    with pytest.raises(UnknownName, match="no backups"):
        backups.restore(limits)


def kill_half_way(command: str, store: Path, url: str) -> None:
    environment = {**os.environ, "CLOUD_PRICING_STORE": str(store), "CLOUD_PRICING_BACKUP_URL": url}
    code = DYING.format(command=command)
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_killed_restore_changes_nothing_and_the_next_one_completes(limits: Settings) -> None:
    current = snapshots.load(limits.store)
    published(limits.store, 1)
    backups.create(limits)
    snapshots.rollback(limits.store)
    shutil.rmtree(limits.store / "payloads")
    shutil.rmtree(snapshots.load(limits.store, "20261121").folder)
    before = contents(limits.store)
    kill_half_way("restore", limits.store, limits.backup_url)
    left = {name: content for name, content in contents(limits.store).items() if ".building-" not in name}
    assert {**left, "last.backup": b""} == {**before, "last.backup": b""}
    assert snapshots.current_id(limits.store) == current.id
    backups.restore(limits)
    assert snapshots.verify(snapshots.load(limits.store)) == []
    assert snapshots.load(limits.store).id.startswith("20261121")
    assert not list((limits.store / "snapshots").glob(".*"))


def test_a_killed_create_leaves_nothing_that_looks_like_a_backup(limits: Settings) -> None:
    first = backups.create(limits).record
    before = len(list((Path(limits.backup_url) / "objects").rglob("*")))
    published(limits.store, 1)
    kill_half_way("create", limits.store, limits.backup_url)
    assert len(list((Path(limits.backup_url) / "objects").rglob("*"))) > before
    assert list(backups.listed(limits)) == [first.id]
    assert backups.verify(limits, every=True).wrong == ()
    after = backups.create(limits).record
    assert backups.verify(limits).wrong == ()
    assert list(backups.listed(limits)) == [first.id, after.id]


def test_what_a_killed_create_left_is_pruned(limits: Settings) -> None:
    backups.create(limits)
    folder = Path(limits.backup_url)
    (folder / "objects" / "ab").mkdir(exist_ok=True)
    (folder / "objects" / "ab" / ("ab" + "0" * 62)).write_bytes(b"of no backup")
    (folder / "objects" / "ab" / "x.part").write_bytes(b"half")
    assert backups.verify(limits).unused == 1
    assert backups.prune(limits).objects == 1
    assert backups.verify(limits).unused == 0
    assert not list(folder.rglob("*.part"))


def test_a_damaged_snapshot_is_replaced_and_a_whole_one_left(limits: Settings) -> None:
    backups.create(limits)
    assert backups.restore(limits).written == 0
    before = contents(limits.store)
    current = snapshots.load(limits.store)
    inode = current.warehouse.stat().st_ino
    shutil.rmtree(current.folder / "chroma")
    working_copy = limits.store / "cache" / "chroma" / current.id
    working_copy.mkdir(parents=True)
    restored = backups.restore(limits)
    assert (restored.snapshots, restored.whole) == ((current.id,), ())
    assert current.warehouse.stat().st_ino != inode
    assert not working_copy.exists()
    assert contents(limits.store) == before
    assert not list((limits.store / "snapshots").glob(".*"))


@pytest.mark.parametrize("content", [None, "{}", "garbage"])
def test_a_snapshot_without_its_manifest_is_replaced(limits: Settings, content: str | None) -> None:
    backups.create(limits)
    manifest = snapshots.load(limits.store).folder / snapshots.MANIFEST
    manifest.unlink() if content is None else manifest.write_text(content, encoding="utf-8")
    backups.restore(limits)
    assert snapshots.verify(snapshots.load(limits.store)) == []


def test_newer_files_stay_and_missing_ones_come_back(limits: Settings) -> None:
    backups.create(limits)
    ledger, payload = limits.store / "staging/readings/libcloud/x.txt", limits.store / "payloads/ab/abcd.zst"
    held = payload.read_bytes()
    ledger.write_text("newer", encoding="utf-8")
    payload.unlink()
    restored = backups.restore(limits)
    assert (restored.written, restored.differing) == (1, ("staging/readings/libcloud/x.txt",))
    assert (ledger.read_text(encoding="utf-8"), payload.read_bytes()) == ("newer", held)


def test_a_moment_chooses_the_newest_backup_of_the_snapshot_of_then(limits: Settings) -> None:
    ids = [str(snapshots.current_id(limits.store))]
    backups.create(limits)
    for day in (1, 2):
        ids.append(published(limits.store, day).id)
        backups.create(limits)
    second = backups.create(limits, snapshot=ids[1]).record
    for at, snapshot in ((0, ids[0]), (23, ids[0]), (24, ids[1]), (47, ids[1]), (999, ids[2])):
        assert backups.restore(limits, at=FIRST + timedelta(hours=at)).snapshot == snapshot
        assert snapshots.current_id(limits.store) == snapshot
    assert backups.restore(limits, at=FIRST + timedelta(hours=30)).backup == second.id
    with pytest.raises(
        UnknownName, match=rf"by 2026-11-20 05:59 UTC; the oldest is {ids[0]} of 2026-11-20 06:00"
    ):
        backups.restore(limits, at=FIRST - timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="both named"):
        backups.restore(limits, second.id, at=FIRST)


def test_of_a_backup_of_all_the_moment_chooses_the_snapshot(limits: Settings, empty: Path) -> None:
    old = snapshots.current_id(limits.store)
    new = published(limits.store, 1).id
    backups.create(limits, every=True)
    assert backups.restore(limits, at=FIRST, store=empty).snapshot == old
    assert (snapshots.current_id(empty), snapshots.published(empty)) == (old, [old, new])


def test_the_beginning_of_an_id_is_enough_if_only_one_has_it(limits: Settings) -> None:
    one, two = backups.create(limits).record.id, backups.create(limits).record.id
    assert one < two
    assert backups.verify(limits, one).backups == (one,)
    assert backups.verify(limits).backups == (two,)
    with pytest.raises(UnknownName, match="20 is not unique"):
        backups.verify(limits, "20")
    with pytest.raises(UnknownName, match=f"19 does not exist; the newest are {one}, {two}"):
        backups.restore(limits, "19")


def test_restoring_waits_for_the_publisher_and_creating_for_another(limits: Settings) -> None:
    backups.create(limits)
    quick = limits.model_copy(update={"lock_timeout": 0.05})
    with snapshots.publishing(limits.store, 5), pytest.raises(StoreBusy):
        backups.restore(quick)
    with backups.opened(limits).alone(5):
        with pytest.raises(StoreBusy, match="writes to the backups"):
            backups.create(quick)
        with pytest.raises(StoreBusy):
            backups.prune(quick)
        assert backups.verify(quick).wrong == ()


def test_a_record_that_points_out_of_the_store_is_refused(limits: Settings, empty: Path) -> None:
    record = backups.create(limits).record
    repository = backups.opened(limits)
    for number, path in enumerate(("../outside", "/etc/outside", "a/../../outside", "", "a\\..\\b")):
        file = vars(record.files[0]) | {"path": path}
        forged = type(record)(
            **vars(record)
            | {"id": f"20990101T000000Z-0000000{number}", "files": (type(record.files[0])(**file),)}
        )
        repository.add(forged)
        with pytest.raises(BackupDamaged):
            backups.restore(limits, forged.id, store=empty)
    assert not list(empty.parent.rglob("outside"))


def test_the_store_remembers_its_last_backup(limits: Settings) -> None:
    assert last_backup(limits.store) is None
    record = backups.create(limits).record
    known = last_backup(limits.store)
    assert known == LastBackup(record.id, record.created_at, record.snapshot, limits.backup_url)
    assert known.age_days(record.created_at + timedelta(days=3)) == 3
    (limits.store / "last.backup").write_text("{", encoding="utf-8")
    assert last_backup(limits.store) is None


def test_vectors_alone_go_into_an_empty_folder(small_store: Path, tmp_path: Path) -> None:
    shutil.copytree(small_store, tmp_path / "store")
    limits = limits_of(tmp_path, lock_timeout=5)
    made = backups.create(limits)
    assert made.notes == ()
    record, documents = backups.restore_vectors(limits, str(tmp_path / "other" / "chroma"))
    rows = snapshots.load(limits.store).manifest.rows
    assert (record.id, documents) == (made.record.id, rows["documents"])
    with pytest.raises(InvalidInput, match="already"):
        backups.restore_vectors(limits, str(tmp_path / "other" / "chroma"))


def test_the_knowledge_of_a_deleted_folder_comes_back(small_store: Path, tmp_path: Path) -> None:
    shutil.copytree(small_store, tmp_path / "store")
    limits = limits_of(tmp_path, lock_timeout=5)

    def found() -> list[tuple[str, float]]:
        with Knowledge.open(current.folder, limits.store / "cache" / "chroma") as knowledge:
            return [(hit.document.document_id, hit.score) for hit in knowledge.search("m5.large")]

    current = snapshots.load(limits.store)
    before = found()
    assert before
    backups.create(limits)
    shutil.rmtree(current.folder / "chroma")
    shutil.rmtree(limits.store / "cache")
    backups.restore(limits)
    assert found() == before


def test_moments_are_utc(limits: Settings) -> None:
    record = backups.create(limits).record
    assert record.created_at.tzinfo == UTC
    stored = json.loads((Path(limits.backup_url) / "backups" / f"{record.id}.json").read_text())
    assert datetime.fromisoformat(stored["created_at"]) == record.created_at
    assert record.id.startswith(f"{record.created_at:%Y%m%dT%H%M%SZ}-")


def test_a_file_that_goes_away_meanwhile_is_told(limits: Settings) -> None:
    def drop(done: int, total: int) -> None:
        shutil.rmtree(limits.store / "staging" / "0a1b", ignore_errors=True)

    with pytest.raises(StoreBusy, match="went away while it was saved"):
        backups.create(limits, progress=drop)
    assert backups.listed(limits) == {}
