"""The snapshot in force is exchanged under the requests that read from it."""

from __future__ import annotations

import pytest

from agent.serving.in_force import InForce
from tests.conftest import PRICES, House
from warehouse import snapshots
from warehouse.errors import InvalidInput, UnknownName
from warehouse.reader import Reader


def two(house: House) -> tuple[str, str]:
    """Snapshots with another price; the older is in force."""
    first = str(house.refresh(PRICES).snapshot)
    second = str(house.refresh({**PRICES, "p5.48xlarge@us-east-1": 120.0}).snapshot)
    snapshots.point(house.limits.store, first)
    return first, second


def count(in_force: InForce, snapshot: str | None = None) -> object:
    with in_force.reading(snapshot) as reader:
        return reader.query("SELECT max(price) FROM prices WHERE valid_to IS NULL").rows[0][0]


def is_open(reader: Reader) -> bool:
    try:
        return reader.query("SELECT 1").rows == ((1,),)
    except InvalidInput:  # there is no connection
        return False


def test_a_request_reads_one_snapshot_to_its_end(house: House) -> None:
    first, second = two(house)
    warmed: list[str] = []
    in_force = InForce(house.limits.store, lambda reader: warmed.append(reader.snapshot.id))
    assert not in_force.renew()
    with in_force.reading() as before:
        snapshots.point(house.limits.store, second)
        assert in_force.renew()
        assert (before.snapshot.id, in_force.snapshot) == (first, second)
        assert is_open(before)
    assert not is_open(before)
    assert warmed == [first, second]
    assert count(in_force) != count(in_force, first)
    in_force.close()


def test_a_damaged_snapshot_is_not_taken_up(house: House) -> None:
    first, second = two(house)
    in_force = InForce(house.limits.store)
    (snapshots.folder_of(house.limits.store, second) / "warehouse.duckdb").write_bytes(b"no")
    snapshots.point(house.limits.store, second)
    assert not in_force.renew()
    assert in_force.snapshot == first
    assert in_force.trouble is not None
    assert count(in_force)
    in_force.close()


def test_few_other_snapshots_stay_open(house: House) -> None:
    names = [str(house.refresh({**PRICES, "p5.48xlarge@us-east-1": 98 + n}).snapshot) for n in range(1, 5)]
    in_force = InForce(house.limits.store)
    kept = []
    for name in names:
        with in_force.reading(name) as reader:
            kept.append(reader)
    assert [is_open(reader) for reader in kept] == [False, True, True, True]
    with pytest.raises(UnknownName), in_force.reading("20200101T000000Z-00000000"):
        pass
    in_force.close()
