"""A law: whatever happens to a repository, `verify` says so and `restore` leaves nothing wrong behind."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.warehouse.backup_stores import contents, limits_of, published, put_back, surroundings
from warehouse import backups, snapshots
from warehouse.backup_records import sealed, unsealed
from warehouse.errors import BackupDamaged, CloudPricingError, UnknownName
from warehouse.settings import Settings

CUTS, FLIPS = 100, 60

pytestmark = pytest.mark.slow


class House:
    """A store, two backups of it in one repository, and another store that restores are tried on."""

    def __init__(self, folder: Path, key: str | None) -> None:
        self.limits = limits_of(folder, backup_key=key)
        published(self.limits.store, 0, noise=2)
        surroundings(self.limits.store)
        backups.create(self.limits)
        published(self.limits.store, 1, noise=2)
        self.newest = backups.create(self.limits).record
        self.repository = Path(self.limits.backup_url)
        self.target = folder / "target"
        self._kept = folder / "kept"
        published(self._kept, 5, noise=1)
        self.reset()

    def reset(self) -> None:
        shutil.rmtree(self.target, ignore_errors=True)
        shutil.copytree(self._kept, self.target)

    def files(self) -> list[Path]:
        return [
            path for path in sorted(self.repository.rglob("*")) if path.is_file() and path.name != ".lock"
        ]

    def is_told(self) -> str:
        """What `verify` says is wrong."""
        try:
            return "; ".join(backups.verify(self.limits, every=True).wrong)
        except BackupDamaged as error:
            return str(error)

    def restores_rightly_or_not_at_all(self, backup: str | None = None) -> bool:
        """Whether it was restored; fails where something wrong is left behind."""
        before = contents(self.target)
        try:
            restored = backups.restore(self.limits, backup, store=self.target)
        except BackupDamaged:
            assert contents(self.target) == before
            return False
        now = contents(self.target)
        assert {name: now[name] for name in before if name != "CURRENT"} == {
            name: content for name, content in before.items() if name != "CURRENT"
        }
        record, _ = backups.found(backups.opened(self.limits), restored.backup)
        for file in record.files:
            assert now[file.path] == (self.limits.store / file.path).read_bytes()
        assert snapshots.verify(snapshots.load(self.target)) == []
        self.reset()
        return True


@pytest.fixture(scope="module", params=[None, "a passphrase"], ids=["plain", "encrypted"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("house"), request.param)


def some(files: list[Path], chance: random.Random) -> Path:
    """One of them; the larger the likelier."""
    return chance.choices(files, [path.stat().st_size for path in files])[0]


def test_nothing_is_wrong_with_it_before(house: House) -> None:
    assert house.is_told() == ""
    assert house.restores_rightly_or_not_at_all()


@pytest.mark.parametrize("weighted", [True, False], ids=["by_size", "by_file"])
def test_a_cut_anywhere_is_found_and_never_restored(house: House, weighted: bool) -> None:
    chance, refused = random.Random(41), 0
    for _ in range(CUTS):
        path = some(house.files(), chance) if weighted else chance.choice(house.files())
        with put_back(path) as held:
            path.write_bytes(held[: chance.randrange(len(held))])
            assert house.is_told(), path
            refused += not house.restores_rightly_or_not_at_all()
    assert refused > CUTS / 3
    assert house.is_told() == ""


def test_a_flipped_bit_anywhere_is_found_and_never_restored(house: House) -> None:
    chance = random.Random(42)
    for number in range(FLIPS):
        path = some(house.files(), chance) if number % 2 else chance.choice(house.files())
        with put_back(path) as held:
            changed = bytearray(held)
            changed[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            assert house.is_told(), path
            house.restores_rightly_or_not_at_all()


def test_what_was_appended_is_found(house: House) -> None:
    for path in house.files():
        with put_back(path) as held:
            path.write_bytes(held + b"\0")
            assert house.is_told(), path
            house.restores_rightly_or_not_at_all()


def test_two_objects_changed_places(house: House) -> None:
    objects = [path for path in house.files() if "objects" in path.parts]
    for one, two in pairwise(objects):
        with put_back(one) as first, put_back(two) as second:
            one.write_bytes(second)
            two.write_bytes(first)
            said = house.is_told()
            assert one.name in said
            assert two.name in said
            house.restores_rightly_or_not_at_all()


@pytest.mark.parametrize("quick", [True, False])
def test_a_missing_object_is_named_with_its_file(house: House, quick: bool) -> None:
    warehouse = next(file for file in house.newest.files if file.path.endswith("warehouse.duckdb"))
    name = warehouse.chunks[0].name
    path = house.repository / "objects" / name[:2] / name
    with put_back(path):
        path.unlink()
        (line,) = backups.verify(house.limits, quick=quick).wrong
        assert line == f"objects/{name[:2]}/{name}: missing; part of {warehouse.path} of {house.newest.id}"
        assert not house.restores_rightly_or_not_at_all()
        with pytest.raises(BackupDamaged, match=r"missing.*backup list"):
            backups.restore(house.limits, store=house.target)


def test_quick_finds_a_cut_object(house: House) -> None:
    name = next(iter(house.newest.chunks()))
    path = house.repository / "objects" / name[:2] / name
    with put_back(path) as held:
        path.write_bytes(held[:-1])
        assert "not as it was stored" in backups.verify(house.limits, quick=True).wrong[0]


def test_a_lost_object_is_stored_again_and_serves_the_older_backup_too(house: House) -> None:
    first = next(iter(backups.listed(house.limits)))
    shared = backups.opened(house.limits).load(first).chunks().keys() & house.newest.chunks().keys()
    for name in shared:
        (house.repository / "objects" / name[:2] / name).unlink()
    assert house.is_told()
    backups.create(house.limits)
    assert house.is_told() == ""
    assert house.restores_rightly_or_not_at_all()


def test_a_deleted_record_is_named(house: House) -> None:
    path = house.repository / "backups" / f"{house.newest.id}.json"
    with put_back(path):
        path.unlink()
        for command in (backups.verify, backups.restore):
            with pytest.raises(UnknownName, match=f"Backup {house.newest.id} does not exist; the newest are"):
                command(house.limits, house.newest.id)


def test_the_record_of_another_backup_is_refused(house: House) -> None:
    first = house.repository / "backups" / f"{next(iter(backups.listed(house.limits)))}.json"
    path = house.repository / "backups" / f"{house.newest.id}.json"
    with put_back(path):
        shutil.copy(first, path)
        assert house.newest.id in house.is_told()


def test_a_record_sealed_anew_by_someone_else_deceives_nobody(house: House) -> None:
    """A seal is no signature. Without a key the chunks still have to be what they are named; with one the
    record has to be encrypted."""
    path = house.repository / "backups" / f"{house.newest.id}.json"
    with put_back(path) as held:
        content = unsealed(held)
        if house.limits.backup_key:
            content["encrypted"] = content["encrypted"][:-8] + "AAAAAAA="
        else:
            content["files"][0]["sha256"] = "0" * 64
        path.write_bytes(sealed(content))
        assert not house.restores_rightly_or_not_at_all(house.newest.id)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff\xfe", b'{"format": 1}'])
def test_a_repository_without_its_header_is_never_begun_anew(house: House, content: bytes | None) -> None:
    header = house.repository / "repository.json"
    with put_back(header):
        header.unlink() if content is None else header.write_bytes(content)
        commands: list[Callable[[Settings], object]] = [
            backups.create, backups.listed, backups.verify, backups.restore, backups.prune,
        ]  # fmt: skip
        for command in commands:
            with pytest.raises(
                BackupDamaged, match=r"repository\.json in .* is (missing|not as it was stored)"
            ):
                command(house.limits)


def test_a_damaged_record_hides_no_other_and_stops_no_new_one(house: House) -> None:
    first, *_ = backups.listed(house.limits)
    path = house.repository / "backups" / f"{first}.json"
    with put_back(path):
        path.write_bytes(b"{")
        held = backups.listed(house.limits)
        assert isinstance(held[first], BackupDamaged)
        assert isinstance(held[house.newest.id], backups.Record)
        made = backups.create(house.limits)
        assert f"An older backup is damaged: backups/{first}.json" in made.notes[0]
        # Also where it is not asked for.
        assert first in backups.verify(house.limits, made.record.id).wrong[0]


def test_a_damaged_record_stops_the_pruning(house: House) -> None:
    path = house.repository / "backups" / f"{house.newest.id}.json"
    with put_back(path) as held:
        path.write_bytes(held[:50])
        before = contents(house.repository)
        for dry_run in (True, False):
            with pytest.raises(CloudPricingError, match="not as it was stored"):
                backups.prune(house.limits, keep={}, dry_run=dry_run)
        assert contents(house.repository) == before
