"""Publishing, pointing, going back, pruning and checking, on snapshots of one small table."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from warehouse import snapshots
from warehouse.contracts import Verdict
from warehouse.errors import NoSnapshot, SnapshotDamaged, UnknownName
from warehouse.reader import Reader
from warehouse.snapshots import Manifest, Snapshot

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
VERDICT = Verdict("b1", "accepted_with_quarantine", 10, 2, {"zero_price": 2}, ("nothing",))


def manifest(number: int, previous: str | None) -> Manifest:
    now = START + timedelta(days=number)
    inputs = f"{number:08x}" + "0" * 56
    made = snapshots.new_id(now, inputs)
    return Manifest(made, now, previous, inputs, ("b1",), (VERDICT,), {"offers": number}, {}, {"duckdb": "1"})


def build(store: Path, number: int) -> tuple[Path, Manifest]:
    """A sealed folder that nothing points at yet; its warehouse says `number`."""
    current = snapshots.load(store) if snapshots.current_id(store) else None
    made = manifest(number, current.id if current else None)
    folder = snapshots.begin(store, made.id, current)
    with duckdb.connect(str(folder / snapshots.WAREHOUSE)) as connection:
        connection.execute("CREATE OR REPLACE TABLE facts AS SELECT $number AS number", {"number": number})
    (folder / snapshots.CHROMA).mkdir()
    (folder / snapshots.CHROMA / "vectors.bin").write_bytes(bytes([number]))
    return folder, snapshots.seal(folder, made)


def publish(store: Path, number: int) -> Snapshot:
    with snapshots.publishing(store, 5):
        folder, made = build(store, number)
        return snapshots.publish(store, folder, made)


def says(reader: Reader) -> int:
    return int(reader.query("SELECT number FROM facts").rows[0][0])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def three(store: Path) -> list[Snapshot]:
    return [publish(store, number) for number in (1, 2, 3)]


def test_a_published_snapshot_is_in_force_and_whole(store: Path) -> None:
    assert snapshots.current_id(store) is None
    first, second = publish(store, 1), publish(store, 2)
    assert snapshots.published(store) == [first.id, second.id]
    assert snapshots.current_id(store) == second.id
    assert snapshots.load(store) == second
    assert second.manifest.previous == first.id
    assert snapshots.verify(second) == []
    assert {path.name for path in (store / "snapshots").iterdir()} == {first.id, second.id}


def test_a_manifest_comes_back_as_it_was_written(store: Path) -> None:
    snapshot = publish(store, 1)
    assert Manifest.from_json(snapshot.manifest.to_json()) == snapshot.manifest
    assert snapshot.manifest.verdicts == (VERDICT,)
    assert set(snapshot.manifest.files) == {"warehouse.duckdb", "chroma/vectors.bin"}


def test_a_new_snapshot_begins_with_the_warehouse_in_force(store: Path) -> None:
    first = publish(store, 1)
    folder = snapshots.begin(store, "20261120T060000Z-00000000", first)
    assert (folder / snapshots.WAREHOUSE).read_bytes() == first.warehouse.read_bytes()


def test_a_damaged_warehouse_is_not_built_upon(store: Path) -> None:
    snapshot = publish(store, 1)
    snapshots.require_warehouse(snapshot)
    snapshot.warehouse.write_bytes(snapshot.warehouse.read_bytes()[:-1] + b"x")
    with pytest.raises(SnapshotDamaged, match=rf"{snapshot.id} is not as it was published.*rollback"):
        snapshots.require_warehouse(snapshot)
    snapshot.warehouse.unlink()
    with pytest.raises(SnapshotDamaged, match="not as it was published"):
        snapshots.require_warehouse(snapshot)


def test_the_beginning_of_an_id_is_enough_if_only_one_has_it(store: Path, three: list[Snapshot]) -> None:
    assert snapshots.load(store, three[1].id[:8]).id == three[1].id
    with pytest.raises(UnknownName, match=r"202611 is not unique; the newest are .*snapshots list"):
        snapshots.load(store, "202611")
    with pytest.raises(UnknownName, match="1999 does not exist"):
        snapshots.load(store, "1999")


def test_a_time_chooses_the_newest_snapshot_of_then(store: Path, three: list[Snapshot]) -> None:
    snapshots.rollback(store)  # what is in force does not matter
    second = START + timedelta(days=2)
    assert snapshots.as_of(store, second).id == three[1].id
    assert snapshots.as_of(store, second - timedelta(seconds=1)).id == three[0].id
    assert snapshots.as_of(store, second + timedelta(days=99)).id == three[2].id
    east = second.astimezone(timezone(timedelta(hours=-5)))
    assert snapshots.as_of(store, east).id == three[1].id
    with pytest.raises(
        UnknownName, match=rf"by 2026-11-20 06:00 UTC; the oldest kept is {three[0].id}.*--at"
    ):
        snapshots.as_of(store, START)


def test_without_a_snapshot_a_time_chooses_none(store: Path) -> None:
    with pytest.raises(NoSnapshot, match="refresh"):
        snapshots.as_of(store, START)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        ("café".encode(), "damaged"),
        (b"20261121", "damaged"),
        (b"\xff\x00", "damaged"),
    ],
)
def test_a_pointer_to_nothing_says_how_to_mend_it(
    store: Path, three: list[Snapshot], held: bytes, said: str
) -> None:
    (store / "CURRENT").write_bytes(held)
    with pytest.raises(SnapshotDamaged, match=f"CURRENT names no snapshot: it is {said}") as caught:
        snapshots.load(store)
    assert f"snapshots rollback {three[2].id}" in caught.value.hint
    with Reader(snapshots.load(store, three[0].id)) as reader:
        assert not reader.in_force
    assert snapshots.rollback(store, three[2].id).id == snapshots.load(store).id == three[2].id


def test_a_pointer_to_nothing_in_an_empty_store_is_to_be_removed(store: Path) -> None:
    store.mkdir()
    (store / "CURRENT").write_bytes(b"")
    with pytest.raises(SnapshotDamaged, match="remove that file, then run `cloud-pricing refresh`"):
        snapshots.load(store)


def test_rollback_to_a_damaged_snapshot_is_refused_unless_forced(store: Path, three: list[Snapshot]) -> None:
    (three[1].folder / snapshots.CHROMA / "vectors.bin").unlink()
    for asked in (None, three[1].id):
        with pytest.raises(
            SnapshotDamaged, match=r"damaged \(chroma/vectors.bin: missing\); nothing.*--force"
        ):
            snapshots.rollback(store, asked)
        assert snapshots.current_id(store) == three[2].id
    assert snapshots.rollback(store, three[0].id).id == three[0].id
    assert snapshots.rollback(store, three[1].id, force=True).id == snapshots.current_id(store) == three[1].id


def test_a_reader_knows_whether_its_snapshot_is_in_force(store: Path, three: list[Snapshot]) -> None:
    with Reader.open(store) as newest, Reader.open(store, three[0].id) as oldest:
        assert (newest.in_force, oldest.in_force) == (True, False)
        snapshots.rollback(store, three[0].id)
        assert (newest.in_force, oldest.in_force) == (False, True)


def test_without_a_snapshot_the_error_says_what_to_do(store: Path) -> None:
    with pytest.raises(NoSnapshot, match="refresh"):
        snapshots.load(store)
    with pytest.raises(NoSnapshot, match="refresh"):
        Reader.open(store)


def test_rollback_goes_back_one_by_one_and_removes_nothing(store: Path, three: list[Snapshot]) -> None:
    assert snapshots.rollback(store).id == three[1].id
    assert snapshots.rollback(store).id == three[0].id
    with pytest.raises(UnknownName, match=f"no snapshot before {three[0].id}"):
        snapshots.rollback(store)
    assert snapshots.rollback(store, three[2].id).id == three[2].id
    assert snapshots.published(store) == [one.id for one in three]
    assert all(snapshots.verify(one) == [] for one in three)


def test_after_a_rollback_the_one_before_is_what_was_continued(store: Path, three: list[Snapshot]) -> None:
    snapshots.rollback(store)
    fourth = publish(store, 4)
    assert fourth.manifest.previous == three[1].id
    assert snapshots.rollback(store).id == three[1].id


def test_rollback_works_while_readers_are_open(store: Path, three: list[Snapshot]) -> None:
    with Reader.open(store) as before:
        snapshots.rollback(store)
        with Reader.open(store) as after:
            assert (says(before), says(after)) == (3, 2)
            publish(store, 4)
            assert (says(before), says(after)) == (3, 2)
    with Reader.open(store) as newest:
        assert says(newest) == 4
        assert newest.snapshot.previous == three[1].id


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": 1}', "\x00", '{"created_at": 5}'])
def test_a_damaged_manifest_is_named_and_can_be_left(
    store: Path, three: list[Snapshot], content: str
) -> None:
    (three[2].folder / snapshots.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotDamaged, match=f"manifest.json of snapshot {three[2].id}.*rollback"):
        snapshots.load(store)
    assert snapshots.rollback(store).id == three[1].id


def test_a_missing_folder_can_be_left(store: Path, three: list[Snapshot]) -> None:
    (three[2].folder / snapshots.MANIFEST).unlink()
    with pytest.raises(UnknownName, match="does not exist"):
        snapshots.load(store)
    assert snapshots.rollback(store).id == three[1].id


def test_verify_names_every_file_that_is_not_as_published(store: Path, three: list[Snapshot]) -> None:
    folder = three[2].folder
    (folder / "chroma" / "vectors.bin").write_bytes(b"\xff")
    (folder / "chroma" / "more.bin").write_bytes(b"")
    (folder / "warehouse.duckdb").unlink()
    assert snapshots.verify(three[2]) == [
        "warehouse.duckdb: missing",
        "chroma/more.bin: not in the manifest",
        "chroma/vectors.bin: changed since it was published",
    ]
    assert snapshots.verify(three[1]) == []


def test_verify_finds_a_file_changed_in_one_bit(store: Path) -> None:
    snapshot = publish(store, 1)
    content = bytearray(snapshot.warehouse.read_bytes())
    content[len(content) // 2] ^= 1
    snapshot.warehouse.write_bytes(content)
    assert snapshots.verify(snapshot) == ["warehouse.duckdb: changed since it was published"]


@pytest.mark.parametrize("change", [{"rows": {"offers": 9}}, {"previous": "x"}, {"seal": ""}])
def test_verify_finds_a_manifest_that_was_edited(store: Path, change: dict[str, object]) -> None:
    path = publish(store, 1).folder / snapshots.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    assert snapshots.verify(snapshots.load(store)) == ["manifest.json: changed since it was published"]


def test_verify_finds_a_manifest_of_another_snapshot(store: Path, three: list[Snapshot]) -> None:
    path = three[0].folder / snapshots.MANIFEST
    path.write_text(three[1].manifest.to_json(), encoding="utf-8")
    assert "manifest.json: changed since it was published" in snapshots.verify(
        snapshots.load(store, three[0].id)
    )


def test_prune_keeps_the_newest_and_the_one_in_force(store: Path, three: list[Snapshot]) -> None:
    four = publish(store, 4)
    snapshots.rollback(store, three[0].id)
    copy = store / "cache" / "chroma" / three[1].id
    copy.mkdir(parents=True)
    assert snapshots.prune(store, 2) == [three[1].id]
    assert snapshots.published(store) == [three[0].id, three[2].id, four.id]
    assert not copy.exists()
    assert not list((store / "snapshots").glob(".*"))


def test_prune_leaves_an_open_reader_its_data(store: Path, three: list[Snapshot]) -> None:
    with Reader.open(store, three[0].id) as reader:
        snapshots.prune(store, 1)
        assert snapshots.published(store) == [three[2].id]
        assert says(reader) == 1


def test_rollback_past_a_pruned_snapshot_takes_the_next_older_one(store: Path, three: list[Snapshot]) -> None:
    three[1].folder.rename(store / "elsewhere")
    assert snapshots.rollback(store).id == three[0].id


def test_leftovers_of_a_killed_publisher_are_removed(store: Path, three: list[Snapshot]) -> None:
    with snapshots.publishing(store, 5):
        folder, _ = build(store, 4)
    (store / "CURRENT.new").write_text("20", encoding="ascii")
    assert folder.is_dir()
    assert snapshots.published(store) == [one.id for one in three]
    with snapshots.publishing(store, 5):
        assert not folder.exists()
        assert not (store / "CURRENT.new").exists()
    assert snapshots.load(store).id == three[2].id


def test_killed_before_the_pointer_moved_the_old_one_is_in_force(store: Path, three: list[Snapshot]) -> None:
    folder, made = build(store, 4)
    folder.rename(snapshots.folder_of(store, made.id))
    assert snapshots.load(store).id == three[2].id
    fifth = publish(store, 5)
    assert fifth.manifest.previous == three[2].id
    assert snapshots.rollback(store).id == three[2].id


def test_readers_see_the_old_snapshot_or_the_new_one_never_nothing(
    store: Path, three: list[Snapshot]
) -> None:
    seen: set[str | None] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(snapshots.current_id(store))

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for _ in range(60):
        for snapshot in three:
            snapshots.point(store, snapshot.id)
    done.set()
    for watcher in watchers:
        watcher.join()
    assert seen == {snapshot.id for snapshot in three}


def test_a_warehouse_that_does_not_open_is_named(store: Path) -> None:
    snapshot = publish(store, 1)
    snapshot.warehouse.write_bytes(b"not a database")
    with pytest.raises(SnapshotDamaged, match=f"warehouse of snapshot {snapshot.id} does not open.*rollback"):
        Reader.open(store)


def test_equal_contents_have_equal_seals() -> None:
    one = manifest(1, None)
    assert one.digest() == replace(one, seal="x").digest() != replace(one, inputs="y").digest()
