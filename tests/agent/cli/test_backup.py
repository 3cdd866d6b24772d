"""`cloud-pricing backup`: what it says, in text and JSON, and the exit codes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse import snapshots
from warehouse.settings import settings

KEY = "correct horse battery staple"


@pytest.fixture
def repository(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = store.parent / "repository"
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_URL", str(folder))
    return folder


def test_the_whole_way_in_text(change: Any, store: Path, repository: Path) -> None:
    made = change("backup", "create")
    assert made.code == 0, made.err
    assert re.fullmatch(
        r"Backup \S+ of snapshot \S+: \d+ files, [\d.]+ MB; [\d.]+ MB of it new, "
        r"stored in [\d.]+ [kM]B, packed [\d.]+ to 1\.\n",
        made.out,
    )
    again = change("backup", "create")
    assert "; 0 B of it new, stored in 0 B.\n" in again.out
    listed = change("backup", "list").out.splitlines()
    assert listed[0].split("\t") == ["backup", "created_at", "snapshot", "files", "size", "stored"]
    assert listed[2].endswith("\t0 B")
    checked = change("backup", "verify", "--all")
    assert re.fullmatch(r"2 backups: [\d,]+ objects, [\d.]+ [kM]B, as they were stored\.\n", checked.out)
    assert "there, in their sizes" in change("backup", "verify", "--quick").out
    kept = change("backup", "prune", "--dry-run")
    assert "0 objects would be removed, 0 B would be freed." in kept.out
    assert len(change("backup", "list", "--json").json()) == 2
    shutil.rmtree(snapshots.load(store).folder / "chroma")
    restored = change("backup", "restore")
    assert re.search(
        r"files restored, [\d.]+ MB; [\d,]+ were there\. Snapshot \S+ is in force\.\n$", restored.out
    )
    assert change("snapshots", "verify").code == 0


def test_json(change: Any, store: Path, repository: Path) -> None:
    made = change("backup", "create", "--json", "--no-payloads").json()
    current = snapshots.current_id(store)
    assert (made["snapshot"], made["notes"]) == (current, [])
    (listed,) = change("backup", "list", "--json").json()
    assert listed == {name: made[name] for name in listed}
    assert change("backup", "verify", "--json").json()["wrong"] == []
    target = store.parent / "elsewhere"
    done = change("backup", "restore", "--store", str(target), "--json").json()
    assert (done["backup"], done["snapshot"], done["kept"]) == (made["backup"], current, 0)
    assert snapshots.current_id(target) == current
    assert not (target / "payloads").exists()
    pruned = change("backup", "prune", "--json").json()
    assert (pruned["removed"], list(pruned["kept"])) == ([], [made["backup"]])


def test_a_moment(change: Any, store: Path, repository: Path) -> None:
    change("backup", "create")
    done = change("backup", "restore", "--at", "2999-01-01", "--json").json()
    assert done["snapshot"] == snapshots.current_id(store)
    early = change("backup", "restore", "--at", "2001-01-01T12:00")
    assert early.code == 2
    assert "No backup holds a snapshot published by 2001-01-01 12:00 UTC; the oldest is" in early.err
    wrong = change("backup", "restore", "--at", "yesterday")
    assert (wrong.code, wrong.err.startswith("error: --at: yesterday is no date.")) == (2, True)


def test_vectors_alone(change: Any, store: Path, repository: Path) -> None:
    change("backup", "create")
    target = store.parent / "chroma"
    done = change("backup", "restore", "--vectors-into", str(target))
    assert re.search(r"Backup \S+: [\d,]+ documents and their vectors are in ", done.out), done.err
    assert (target / "chroma.sqlite3").is_file()
    assert change("backup", "restore", "--vectors-into", str(target)).code == 2
    assert change("backup", "restore", "--vectors-into", str(target), "--replace").code == 0


def test_damage_is_exit_code_9(change: Any, store: Path, repository: Path) -> None:
    change("backup", "create")
    largest = max(
        (path for path in repository.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    largest.write_bytes(largest.read_bytes()[:-1])
    checked = change("backup", "verify")
    assert checked.code == 9
    assert f"{largest.name}: not as it was stored; part of snapshots/" in checked.out
    assert checked.out.rstrip().endswith("damaged.")
    assert change("backup", "verify", "--json").code == 9
    restored = change("backup", "restore", "--store", str(store.parent / "elsewhere"))
    assert (restored.code, restored.out) == (9, "")
    (record,) = (repository / "backups").iterdir()
    record.write_text("{", encoding="utf-8")
    listed = change("backup", "list")
    assert (listed.code, len(listed.out.splitlines())) == (0, 1)
    assert f"Backup {record.stem} cannot be used: backups/{record.name}: not as it was stored." in listed.err


@pytest.mark.parametrize("command", ["create", "list", "verify", "restore", "prune"])
def test_keys_are_one_clear_line(
    change: Any, repository: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEY", KEY)
    change("backup", "create")
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEY", "wrong")
    wrong = change("backup", command)
    monkeypatch.delenv("CLOUD_PRICING_BACKUP_KEY")
    missing = change("backup", command)
    shutil.rmtree(repository)
    change("backup", "create")
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEY", KEY)
    needless = change("backup", command)
    for done, code, said in (
        (wrong, 2, "error: The key does not open the backups in"),
        (missing, 7, "are encrypted. Set CLOUD_PRICING_BACKUP_KEY"),
        (needless, 2, "are not encrypted, but a key is set."),
    ):
        assert (done.code, done.out) == (code, "")
        assert said in done.err
        assert len(done.err.splitlines()) == 1
        assert KEY not in done.err
        assert "Traceback" not in done.err


def test_backups_on_the_own_disk_say_so(change: Any, store: Path) -> None:
    done = change("backup", "create")
    assert "on the store's own disk" in done.err
    assert (store / "backups" / "repository.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--all", "--snapshot", "2026"), "--all and --snapshot both choose snapshots."),
        (("verify", "2026", "--all"), "--all and a backup are both given."),
        (("restore", "--store", "x", "--vectors-into", "y"), "--store and --vectors-into are both given."),
        (("restore", "2026", "--at", "2026-01-01"), "A backup and a moment are both named."),
        (("verify", "1999"), "Backup 1999 does not exist; the newest are"),
    ],
)
def test_what_contradicts_itself(
    change: Any, repository: Path, arguments: tuple[str, ...], said: str
) -> None:
    change("backup", "create")
    done = change("backup", *arguments)
    assert done.code == 2
    assert said in done.err


def test_the_first_command_says_what_to_do(change: Callable[..., Any], repository: Path) -> None:
    done = change("backup", "list")
    assert done.code == 2
    assert "backup create" in done.err
    settings.cache_clear()
