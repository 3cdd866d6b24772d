"""Which backups pruning keeps, and that it never takes an object from one that stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.backup_stores import limits_of, published
from warehouse import backups, retention
from warehouse.backup_records import moment_of, new_id
from warehouse.errors import InvalidInput
from warehouse.settings import Settings, settings

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # a Sunday
POLICY = {"hourly": 24, "daily": 7, "weekly": 5, "monthly": 12}


def every(hours: int, days: int) -> list[str]:
    """Ids of backups made at this distance, back from NOW."""
    return sorted(new_id(NOW - timedelta(hours=back)) for back in range(0, days * 24, hours))


def test_a_year_of_hours() -> None:
    kept = retention.kept(every(1, 400), POLICY)
    reasons = [reason for why in kept.values() for reason in why]
    assert {name: reasons.count(name) for name in ("newest", *POLICY)} == {"newest": 1} | POLICY
    assert list(kept) == sorted(kept)
    newest = list(kept)[-1]
    assert kept[newest] == ("newest", "hourly", "daily", "weekly", "monthly")
    # The last of each month, oldest first.
    monthly = [moment_of(name) for name, why in kept.items() if "monthly" in why]
    assert [(one + timedelta(hours=1)).day for one in monthly[:-1]] == [1] * 11
    assert (monthly[0].year, monthly[0].month, monthly[-1]) == (2025, 12, NOW)
    # ISO weeks end on Sunday, over the turn of the year too.
    assert {moment_of(name).isoweekday() for name, why in kept.items() if "weekly" in why} == {7}


def test_the_newest_stays_whatever_the_policy() -> None:
    ids = every(24, 3)
    for policy in ({}, {"daily": 0}, {"monthly": 0, "hourly": 0}):
        assert retention.kept(ids, policy) == {ids[-1]: ("newest",)}
    assert retention.kept([], POLICY) == {}


def test_of_one_hour_the_newest_stays() -> None:
    ids = [new_id(NOW + timedelta(microseconds=number)) for number in range(5)]
    assert ids == sorted(ids)
    assert list(retention.kept(ids, {"hourly": 9})) == [ids[-1]]


@given(
    st.lists(st.integers(0, 60 * 24 * 500), max_size=60, unique=True),
    st.fixed_dictionaries({}, optional={name: st.integers(0, 6) for name in POLICY}),
)
def test_pruning_twice_removes_no_more(minutes: list[int], policy: dict[str, int]) -> None:
    ids = [new_id(NOW - timedelta(minutes=back)) for back in minutes]
    kept = retention.kept(ids, policy)
    assert retention.kept(list(kept), policy) == kept
    assert set(kept) <= set(ids)
    assert len(kept) <= max(1, sum(policy.values()) + 1)
    assert not ids or max(ids) in kept


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    made = limits_of(tmp_path, backup_keep={"hourly": 2})
    for day in range(4):
        published(made.store, day, noise=2)
        backups.create(made)
    return made


def objects(limits: Settings) -> set[str]:
    return set(backups.opened(limits).objects())


def needed(limits: Settings, ids: list[str]) -> set[str]:
    repository = backups.opened(limits)
    return {name for one in ids for name in repository.load(one).chunks()}


def test_what_no_backup_needs_goes_and_the_rest_restores(limits: Settings, tmp_path: Path) -> None:
    ids, before = list(backups.listed(limits)), objects(limits)
    dry = backups.prune(limits, dry_run=True)
    assert (list(backups.listed(limits)), objects(limits)) == (ids, before)
    done = backups.prune(limits)
    assert done == dry
    assert done.removed == tuple(ids[:-1])
    assert done.objects == len(before) - len(objects(limits)) > 0
    assert done.freed > 0
    assert objects(limits) == needed(limits, ids[-1:])
    assert backups.verify(limits).unused == 0
    assert backups.verify(limits, every=True).wrong == ()
    assert backups.restore(limits, store=tmp_path / "new").backup == ids[-1]
    assert not list((Path(limits.backup_url) / "removed").glob("*"))
    assert backups.prune(limits).removed == ()


def prune(limits: Settings, hours: float, **how: Any) -> retention.Pruned:
    """As on an object store, where nobody can hold a lock; so many hours from now."""
    now = datetime.now(UTC) + timedelta(hours=hours)
    return retention.prune(backups.opened(limits), {}, timeout=1, grace=timedelta(hours=24), now=now, **how)


def test_without_a_lock_nothing_goes_that_a_backup_being_made_may_count_on(limits: Settings) -> None:
    ids, before = list(backups.listed(limits)), objects(limits)
    for hours in (0, 23):
        assert prune(limits, hours).objects == 0
        assert objects(limits) == before
    assert list(backups.listed(limits)) == ids[-1:]
    done = prune(limits, 25)
    assert done.removed == ()
    assert objects(limits) == needed(limits, ids[-1:])
    assert backups.opened(limits).removed() == {}


def test_old_objects_of_a_backup_removed_now_stay_for_a_day(limits: Settings) -> None:
    before = objects(limits)
    assert prune(limits, 48).removed
    assert objects(limits) == before


def test_a_new_backup_does_not_count_on_objects_that_may_go(limits: Settings) -> None:
    """What only removed backups name is stored again, so that it is young when it is looked at."""
    ids = list(backups.listed(limits))
    prune(limits, 0)
    old = backups.opened(limits)
    stale = old.load(ids[0], removed=True).chunks().keys() - needed(limits, ids[-1:])
    before = {name: item.modified for name, item in old.objects().items()}
    backups.create(limits, snapshot=next(iter(old.load(ids[0], removed=True).snapshots)))
    after = {name: item.modified for name, item in backups.opened(limits).objects().items()}
    assert {name for name in before if after[name] > before[name]} == stale
    prune(limits, 25)
    assert backups.verify(limits, every=True).wrong == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('{"yearly": 3}', "CLOUD_PRICING_BACKUP_KEEP: yearly is no period"),
        ('{"daily": -1}', "daily -1 is less than none"),
        ('{"daily": "x"}', "CLOUD_PRICING_BACKUP_KEEP_DAILY: Input should be a valid integer"),
        ("7", "CLOUD_PRICING_BACKUP_KEEP: Input should be a valid dict"),
        ("daily", "CLOUD_PRICING_BACKUP_KEEP is not JSON"),
    ],
)
def test_a_policy_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_BACKUP_KEEP", value)
    settings.cache_clear()
    with pytest.raises(InvalidInput, match=said):
        settings()
    settings.cache_clear()
