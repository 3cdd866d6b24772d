"""The snapshot in force is exchanged under the requests that read from it."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from agent.serving.in_force import InForce
from agent.understand.vocabulary import vocabulary
from tests.conftest import PRICES, House, settled
from warehouse import snapshots
from warehouse.errors import InvalidInput, UnknownName
from warehouse.reader import Reader
from warehouse.settings import settings

Names = tuple[Path, list[str]]


@pytest.fixture(scope="module")
def published_often(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Names:
    """A store of snapshots of which the first has another dearest price than the rest, and their ids."""
    folder = tmp_path_factory.mktemp("often")
    with pytest.MonkeyPatch.context() as patch:
        house = House(settled(patch, folder, small_data))
        dearest = ({**PRICES, "p5.48xlarge@us-east-1": price} for price in (98.32, 120))
        names = [str(house.refresh(prices).snapshot) for prices in dearest]
    settings.cache_clear()
    for copy in ("00000001", "00000002"):
        whole = snapshots.folder_of(folder / "store", names[1])
        names.append(f"{names[1][:-8]}{copy}")
        manifest = shutil.copytree(whole, whole.with_name(names[-1])) / snapshots.MANIFEST
        manifest.write_text(manifest.read_text(encoding="utf-8").replace(names[1], names[-1]), "utf-8")
    return folder / "store", names


@pytest.fixture
def often(published_often: Names) -> Names:
    """The oldest is in force."""
    store, names = published_often
    snapshots.point(store, names[0])
    return store, names


def read(reader: Reader) -> object:
    return reader.query("SELECT max(price) FROM prices WHERE valid_to IS NULL").rows[0][0]


def count(in_force: InForce, snapshot: str | None = None) -> object:
    with in_force.reading(snapshot) as reader:
        return read(reader)


def is_open(reader: Reader) -> bool:
    try:
        return reader.query("SELECT 1").rows == ((1,),)
    except InvalidInput:  # there is no connection
        return False


def test_a_request_reads_one_snapshot_to_its_end(often: Names) -> None:
    store, (first, second, *_) = often
    warmed: list[str] = []
    in_force = InForce(store, lambda reader: warmed.append(reader.snapshot.id))
    assert not in_force.renew()
    with in_force.reading() as before:
        snapshots.point(store, second)
        assert in_force.renew()
        assert (before.snapshot.id, in_force.snapshot) == (first, second)
        assert is_open(before)
    assert not is_open(before)
    assert warmed == [first, second]
    assert count(in_force) != count(in_force, first)
    in_force.close()


def test_a_damaged_snapshot_is_not_taken_up(often: Names, tmp_path: Path) -> None:
    first, second, *_ = often[1]
    store = shutil.copytree(often[0], tmp_path / "store")
    in_force = InForce(store)
    (snapshots.folder_of(store, second) / "warehouse.duckdb").write_bytes(b"no")
    snapshots.point(store, second)
    assert not in_force.renew()
    assert in_force.snapshot == first
    assert in_force.trouble is not None
    assert count(in_force)
    snapshots.point(store, first)
    assert not in_force.renew()
    assert in_force.trouble is None
    in_force.close()


def test_few_other_snapshots_stay_open(often: Names) -> None:
    store, names = often
    in_force = InForce(store)
    kept = []
    for name in (*names[1:], names[0]):
        with in_force.reading(name) as reader:
            kept.append(reader)
    assert [is_open(reader) for reader in kept] == [False, True, True, True]
    with pytest.raises(UnknownName), in_force.reading("20200101T000000Z-00000000"):
        pass
    in_force.close()


def test_nobody_waits_for_another_snapshot_to_open(often: Names) -> None:
    store, (first, second, *_) = often
    opening, go_on, opened = threading.Event(), threading.Event(), list[Reader]()

    def slowly(store: Path, snapshot: str | None) -> Reader:
        if snapshot:
            opening.set()
            assert go_on.wait(10)
        opened.append(Reader.open(store, snapshot))
        return opened[-1]

    in_force = InForce(store, open_reader=slowly)
    with ThreadPoolExecutor(4) as threads:
        others = [threads.submit(count, in_force, second) for _ in range(3)]
        assert opening.wait(10)
        assert threads.submit(count, in_force, first).result(5)
        go_on.set()
        assert len({one.result(10) for one in others}) == 1
    assert [reader.snapshot.id for reader in opened] == [first, second]
    assert count(in_force, second[:-2]) == count(in_force, second)
    in_force.close()
    assert not any(map(is_open, opened))


def test_no_request_fails_or_mixes_while_snapshots_are_exchanged(often: Names) -> None:
    store, (first, second, *_) = often
    price = {first: Decimal("98.32"), second: Decimal(120)}
    in_force, ended, seen = InForce(store, vocabulary), threading.Event(), set[str]()

    def reads(number: int) -> int:
        done = 0
        while not ended.is_set():
            with in_force.reading(None if number % 4 else second) as reader:
                assert read(reader) == price[reader.snapshot.id]
                vocabulary(reader)
                assert read(reader) == price[reader.snapshot.id]
                seen.add(reader.snapshot.id)
            done += 1
        return done

    with ThreadPoolExecutor(6) as threads:
        reading = [threads.submit(reads, number) for number in range(6)]
        for number in range(8):
            snapshots.point(store, (second, first)[number % 2])
            in_force.renew()
            time.sleep(0.02)
        ended.set()
        assert all(one.result(10) for one in reading)
    assert in_force.swaps == 8
    assert seen == {first, second}
    in_force.close()
