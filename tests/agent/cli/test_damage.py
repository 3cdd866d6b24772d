"""Vectors or index of the snapshot in force damaged: what still answers, what is said, and how it is mended."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse import snapshots
from warehouse.settings import settings

Cli = Callable[..., Any]
P5 = "price of p5.48xlarge in us-east-1"
SPOT, SPOT_PT = "when is spot worth it?", "quando vale a pena usar spot?"
TOLD = ("text", "rows", "citations", "caveats")


def vectors(folder: Path) -> Path:
    return folder / "chroma" / "chroma.sqlite3"


def index(folder: Path) -> Path:
    return folder / "lexicon.sqlite3"


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * (path.stat().st_size // 256) + b"x" * (path.stat().st_size % 256))


def one_bit(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def no_vectors(folder: Path) -> None:
    gone(folder / "chroma")


def nothing_left(folder: Path) -> None:
    gone(folder / "chroma")
    gone(index(folder))


NAMES, INDEX, WORDS = "by names and words, not by meaning", "may miss guides", "by their words alone"
DAMAGE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no folder": (no_vectors, "chroma: missing", NAMES),
    "no vectors": (lambda folder: gone(vectors(folder)), "chroma/chroma.sqlite3: missing", NAMES),
    "vectors cut": (lambda folder: cut(vectors(folder)), "chroma/chroma.sqlite3: changed", NAMES),
    "vectors garbage": (lambda folder: garbage(vectors(folder)), "chroma/chroma.sqlite3: changed", NAMES),
    "vectors one bit": (lambda folder: one_bit(vectors(folder)), "chroma/chroma.sqlite3: changed", NAMES),
    "no index": (lambda folder: gone(index(folder)), "lexicon.sqlite3: missing", INDEX),
    "index cut": (lambda folder: cut(index(folder)), "lexicon.sqlite3: changed", INDEX),
    "index garbage": (lambda folder: garbage(index(folder)), "lexicon.sqlite3: changed", INDEX),
    "nothing left": (nothing_left, "lexicon.sqlite3: missing", WORDS),
}


@pytest.fixture
def refreshing(house: Any, change: Cli) -> Callable[[], Any]:
    """The second half of a refresh of the store, without Prefect's engine. `change` sets what it works on,
    and so comes after `house`."""

    def of() -> Any:
        settings.cache_clear()
        return type(house)(settings())

    return of


def told(change: Cli, question: str) -> dict[str, Any]:
    answered = change("ask", question, "--json").json()
    assert answered["answered"]
    return {name: answered[name] for name in TOLD}


def without_snapshot(answered: dict[str, Any], snapshot: str) -> dict[str, Any]:
    return {**answered, "text": answered["text"].replace(snapshot, "<snapshot>")}


def state(change: Cli, what: str) -> tuple[int, str, str]:
    done = change("doctor", "--json")
    (found,) = [one for one in done.json() if one["what"] == what]
    return done.code, found["state"], found["detail"]


@pytest.mark.parametrize(
    ("kind", "asked_before"),
    [*((kind, True) for kind in DAMAGE), ("no folder", False), ("no index", False), ("nothing left", False)],
)
def test_damage_is_said_prices_are_answered_and_refresh_mends_it(
    refreshing: Any, change: Cli, store: Path, kind: str, asked_before: bool
) -> None:
    """`asked_before`: readers have made their working copies, which must not hide the damage."""
    harm, line, how = DAMAGE[kind]
    whole = snapshots.load(store)
    price = told(change, P5)
    guide = told(change, SPOT) if asked_before else None
    offers = change("offers", "--json").json()
    assert state(change, "snapshot")[1] == "ok"
    if not asked_before:
        shutil.rmtree(store / "cache", ignore_errors=True)
    harm(whole.folder)

    assert told(change, P5) == price
    assert not [one for one in price["caveats"] if "knowledge" in one]
    english, portuguese = told(change, SPOT), told(change, SPOT_PT)
    file = line.partition(":")[0]
    (said,) = [one for one in english["caveats"] if "degraded" in one]
    assert file in said
    assert how in said
    (said,) = [one for one in portuguese["caveats"] if "degradada" in one]
    assert file in said
    assert "Spot is worth it" in english["text"]
    assert "pena quando" in portuguese["text"]

    code, found, detail = state(change, "knowledge")
    assert (code, found) == (1, "broken")
    assert line in detail
    assert "`cloud-pricing refresh`" in detail
    assert "`cloud-pricing backup restore`" in detail
    assert state(change, "snapshot")[1] == "ok"

    house = refreshing()
    assert house.publish().changed
    assert house.embedder.texts == []
    mended = snapshots.load(store)
    assert (mended.id != whole.id, snapshots.verify(mended)) == (True, [])
    assert state(change, "knowledge")[1] == "ok"
    assert change("doctor").code == 0
    assert change("offers", "--json").json() == offers
    assert without_snapshot(told(change, P5), mended.id) == without_snapshot(price, whole.id)
    after = told(change, SPOT)
    assert not [one for one in after["caveats"] if "degraded" in one]
    if guide is not None:
        assert without_snapshot(after, mended.id) == without_snapshot(guide, whole.id)
    assert not house.publish().changed


@pytest.mark.parametrize("kind", ["no folder", "index garbage", "nothing left"])
def test_a_backup_brings_the_published_files_back(change: Cli, store: Path, kind: str) -> None:
    whole, answers = snapshots.load(store), [told(change, question) for question in (P5, SPOT, SPOT_PT)]
    assert change("backup", "create", "--quiet").code == 0
    DAMAGE[kind][0](whole.folder)
    assert state(change, "knowledge")[0] == 1
    assert change("backup", "restore", "--quiet").code == 0
    assert snapshots.verify(snapshots.load(store)) == []
    assert snapshots.current_id(store) == whole.id
    assert [told(change, question) for question in (P5, SPOT, SPOT_PT)] == answers
    assert change("doctor").code == 0


def test_other_searches_say_so_too(change: Cli, store: Path) -> None:
    no_vectors(snapshots.load(store).folder)
    done = change("knowledge", "search", "spot", "--json")
    assert (done.code, done.json()["degraded"]) == (0, "chroma: missing")
    assert done.json()["hits"]
    assert "cloud-pricing doctor" in done.err
    assert change("knowledge", "status", "--json").json()["damaged"] == {"chroma": "missing"}


def test_a_damaged_warehouse_is_the_snapshots_fault_not_the_knowledge_bases(change: Cli, store: Path) -> None:
    cut(snapshots.load(store).warehouse)
    done = change("doctor")
    assert done.code == 1
    assert "warehouse.duckdb: changed" in done.out
    assert "snapshots rollback" in done.out
