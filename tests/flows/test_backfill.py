"""Back-fills: resumable, idempotent, in any order; and how the gate judges what is old on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.backfill import Brought, bring
from flows.plan import past
from ingest import staging
from ingest.client import Client
from ingest.landing import Landing
from warehouse.contracts import Batch, Scope
from warehouse.errors import InvalidInput, MissingRequirement, UnknownName
from warehouse.reader import Reader

EVER = datetime(2006, 1, 1, tzinfo=UTC)
SPOT = Scope("aws", "AmazonEC2", None, ("spot",))
MANY = {f"m5.size{number}": 0.05 + number / 1000 for number in range(120)}


def feed(prices: Mapping[str, float], region: str = "us-east-1") -> bytes:
    """`spot.json` with these prices of machines on Linux."""
    sizes = [
        {"size": machine, "valueColumns": [{"name": "linux", "prices": {"USD": str(price)}}]}
        for machine, price in prices.items()
    ]
    types = [{"type": "general", "sizes": sizes}]
    return json.dumps({"config": {"regions": [{"region": region, "instanceTypes": types}]}}).encode()


def write(folder: Path, **days: Mapping[str, float] | bytes) -> Path:
    """A folder of `spot.json` by day; `d20240101={…}`."""
    for day, prices in days.items():
        place = folder / day.removeprefix("d")
        place.mkdir(parents=True, exist_ok=True)
        (place / "spot.json").write_bytes(prices if isinstance(prices, bytes) else feed(prices))
    return folder


def brought(house: Any, folder: Path | None, source: str = "aws_spot") -> list[Brought]:
    store = house.limits.store
    with Client((), store) as client:
        found = past(house.limits, source, EVER, datetime.now(UTC), folder)
        return [bring(store, source, one, client) for one in found]


def spans(house: Any) -> list[tuple[Any, ...]]:
    with Reader.open(house.limits.store) as reader:
        select = """
            SELECT instance_type, price::DOUBLE, valid_from::DATE::VARCHAR, valid_to::DATE::VARCHAR
            FROM price_history ORDER BY valid_from
        """
        return list(reader.query(select, limit=1000).rows)


def test_what_was_brought_is_not_read_again(house: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "past", d20240101={"m5.large": 0.03}, d20240201={"m5.large": 0.04})
    first = brought(house, folder)
    assert [(one.known, one.error, len(one.batches)) for one in first] == [(False, "", 1)] * 2
    assert house.publish().changed
    again = brought(house, folder)
    assert [(one.known, one.batches) for one in again] == [(True, one.batches) for one in first]
    assert not house.publish().changed
    assert spans(house) == [
        ("m5.large", 0.03, "2024-01-01", "2024-02-01"), ("m5.large", 0.04, "2024-02-01", None),
    ]  # fmt: skip


def test_one_that_fails_costs_no_other_and_is_tried_again(house: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "past", d20240101={"m5.large": 0.03}, d20240201=b"<html>busy</html>")
    write(folder, d20240301={"m5.large": 0.05})
    errors = [one.error for one in brought(house, folder)]
    assert [bool(error) for error in errors] == [False, True, False]
    assert "is a web page" in errors[1]
    write(folder, d20240201={"m5.large": 0.04})
    again = brought(house, folder)
    assert [(one.known, bool(one.error)) for one in again] == [(True, False), (False, False), (True, False)]
    assert [batch.as_of.month for batch in staging.staged(house.limits.store)] == [1, 2, 3]


def test_a_lost_batch_is_parsed_again_from_what_was_kept(house: Any, tmp_path: Path) -> None:
    folder = write(tmp_path / "past", d20240101={"m5.large": 0.03})
    (one,) = brought(house, folder)
    (place,) = (staging.batch_folder(house.limits.store, name) for name in one.batches)
    (place / "batch.json").unlink()
    (folder / "20240101" / "spot.json").touch()
    (again,) = brought(house, folder)
    assert (again.known, again.batches) == (True, one.batches)
    assert (place / "batch.json").is_file()


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (1, 3, 2), (2, 1, 3)])
def test_what_comes_between_two_that_are_alike(house: Any, tmp_path: Path, order: tuple[int, ...]) -> None:
    """The third repeats the first; taken for a repetition, it must be heard once the second is known."""
    said = {1: 0.03, 2: 0.09, 3: 0.03}
    for month in order:
        write(tmp_path / str(month), **{f"d20240{month}01": {"m5.large": said[month]}})
        brought(house, tmp_path / str(month))
    assert [batch.as_of.month for batch in staging.staged(house.limits.store)] == [1, 2, 3]


def test_a_live_reading_stands_after_what_is_brought_later(house: Any, tmp_path: Path) -> None:
    """A refresh that found the oldest state again was no news then, and is once another lies between."""
    store, now = house.limits.store, datetime.now(UTC)
    brought(house, write(tmp_path / "first", d20240101={"m5.large": 0.03}))
    landing = Landing(store)
    (kept,) = landing.editions("aws_spot", SPOT).popitem()[1]
    live = [
        type(kept)("aws_spot", SPOT, type(kept.record)(**{**vars(kept.record), "fetched_at": now}), kept.path)
    ]
    assert staging.already(store, "aws_spot", SPOT, [live[0].record], staging.parser_fingerprint("aws_spot"))
    landing.record("aws_spot", SPOT, live, now)
    brought(house, write(tmp_path / "second", d20250101={"m5.large": 0.09}))
    assert [batch.as_of.year for batch in staging.staged(store)] == [2024, 2025, now.year]


def test_two_folders_of_one_moment(house: Any, tmp_path: Path) -> None:
    brought(house, write(tmp_path / "ours", d20240101={"m5.large": 0.03}))
    (one,) = brought(house, write(tmp_path / "theirs", d20240101={"m5.large": 0.04}))
    assert "was brought for 2024-01-01 00:00 already" in one.error


def test_old_data_of_a_live_source_is_judged_by_itself(house: Any, tmp_path: Path) -> None:
    """Neither its age nor a list of another size or of other prices beside it refuses an edition."""
    few = dict(list(MANY.items())[:20])
    tenfold = {machine: price * 10 for machine, price in MANY.items()}
    folder = write(tmp_path / "past", d20200101=MANY, d20200108=few, d20200115=tenfold)
    for days in ("20200115", "20200101", "20200108"):
        (tmp_path / days).mkdir()
        (folder / days).rename(tmp_path / days / days)
        brought(house, tmp_path / days)
        assert not house.publish().refused
    with Reader.open(house.limits.store) as reader:
        (age,) = reader.query("SELECT age_days, stale FROM freshness").records()
    assert age["stale"]
    assert age["age_days"] > 2000, "brought today, but of 2020"


def test_what_is_wrong_in_itself_is_refused_all_the_same(house: Any, tmp_path: Path) -> None:
    brought(house, write(tmp_path / "past", d20240101=dict.fromkeys(MANY, 0)))
    (refused,) = house.publish().refused
    assert "100% of the 120 rows refused: zero_price" in refused.failures[0]


def test_a_live_batch_is_still_compared(house: Any) -> None:
    """With what was read before it, an edition brought later among that."""
    day = timedelta(days=1)
    prices = {f"{machine}@us-east-1": price for machine, price in MANY.items()}
    few = dict(list(prices.items())[:20])
    before = datetime(2026, 11, 1, tzinfo=UTC)
    how: dict[str, Any] = {"source": "aws_spot", "scope": SPOT, "purchase_option": "spot"}
    house.stage(prices, before, observed_at=before, **how)
    house.publish()
    house.stage(few, before + day, observed_at=before + day, **how)
    (refused,) = house.publish().refused
    assert "fewer" in refused.failures[0]


def test_an_edition_is_known_by_its_record() -> None:
    record = Batch("b", "s", SPOT, EVER, EVER, "p", (), {}, {}, edition=True).to_dict()
    plain = json.loads(json.dumps(record, default=datetime.isoformat))
    assert Batch.from_dict(plain).edition
    del plain["edition"]  # as it was written before there were any
    assert not Batch.from_dict(plain).edition


def test_a_replay_keeps_it_an_edition(house: Any, tmp_path: Path) -> None:
    from flows.refresh import restage

    brought(house, write(tmp_path / "past", d20240101={"m5.large": 0.03}))
    (before,) = staging.staged(house.limits.store)
    for path in (house.limits.store / "staging").rglob("batch.json"):
        path.unlink()
    _, (after,) = restage(house.limits, datetime.now(UTC))
    assert (before.edition, after.edition) == (True, True)
    assert after.batch_id == before.batch_id


@pytest.mark.parametrize(
    ("source", "since", "until", "how", "error", "said"),
    [
        ("libclou", "2020-01-01", "2021-01-01", {}, UnknownName, "Did you mean libcloud"),
        ("openrouter", "2020-01-01", "2021-01-01", {}, InvalidInput, "has no past"),
        ("libcloud", "2021-01-01", "2020-01-01", {}, InvalidInput, "is later than --to 2020-01-01"),
        ("libcloud", "2026-01-01", "2026-02-01", {}, InvalidInput, "has no edition from 2026-01-01"),
        ("libcloud", "2020-01-01", "2026-02-01", {"every": "decade"}, InvalidInput, "day, week, month, year"),
        ("gcp_catalog", "2020-01-01", "2021-01-01", {}, MissingRequirement, "CLOUD_PRICING_GCP_API_KEY"),
        ("libcloud", "2020-01-01", "2021-01-01", {"regions": ["nowhere"]}, InvalidInput, "no region"),
    ],
)
def test_mistakes_are_said(
    house: Any, source: str, since: str, until: str, how: Any, error: type[Exception], said: str
) -> None:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (since, until))
    with pytest.raises(error, match=said):
        past(house.limits, source, first, last, **how)
