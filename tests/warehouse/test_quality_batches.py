"""The rules for whole batches, and what a refused one leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import DAY, Gate, machine, opened_gate, price
from warehouse.bounds import LIMITS
from warehouse.contracts import Scope, SourceInfo

ROWS = LIMITS.comparable_rows


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        yield opened


def many(number: int, **changes: Any) -> list[dict[str, Any]]:
    return [price(sku_id=f"s-{place}", instance_type=f"m-{place}", **changes) for place in range(number)]


def test_an_empty_batch_is_refused(gate: Gate) -> None:
    verdict = gate.load([])
    assert (verdict.verdict, verdict.rows, verdict.failures) == ("refused", 0, ("the feed is empty: 0 rows",))


def test_machines_alone_are_a_batch(gate: Gate) -> None:
    assert gate.load([], [machine()]).verdict == "accepted"


@pytest.mark.parametrize(
    ("before", "after", "failure"),
    [
        (2 * ROWS, 2 * ROWS - ROWS // 2, "150 rows, 25% fewer than the 200 of batch 5feceb66ffc86f38"),
        (2 * ROWS, 2 * ROWS - ROWS // 5, None),
        (ROWS, 3 * ROWS + 10, "310 rows, 310% of the 100 of batch 5feceb66ffc86f38"),
        (ROWS, 3 * ROWS, None),
        (ROWS - 10, ROWS - 30, None),
        (ROWS - 10, ROWS // 2, "50 rows, 44% fewer than the 90 of batch 5feceb66ffc86f38"),
        (12, 7, "7 rows, 42% fewer than the 12 of batch 5feceb66ffc86f38"),
        (12, 8, None),
        (9, 1, None),
        (1, 20, None),
    ],
)
def test_a_list_neither_shrinks_nor_swells(gate: Gate, before: int, after: int, failure: str | None) -> None:
    gate.load(many(before))
    verdict = gate.load(many(after), day=1)
    assert verdict.failures == ((failure,) if failure else ())
    assert len(gate.in_force()) == (before if failure else after)


def test_machines_do_not_make_up_for_prices(gate: Gate) -> None:
    machines = [machine(instance_type=f"m-{place}") for place in range(200)]
    gate.load(many(12), machines)
    assert gate.load(many(6), machines, day=1).verdict == "refused"
    assert gate.load([], machines, day=2).verdict == "refused"


def test_machines_without_a_whole_price_do_not_make_up_for_prices(gate: Gate) -> None:
    lacking = {"price": 0, "attributes": '{"missing":["core"]}'}
    composed = [price(sku_id=f"c-{place}", instance_type=f"c-{place}", **lacking) for place in range(20)]
    gate.load([*many(30), *composed])
    verdict = gate.load([*many(18), *composed], day=1)
    assert verdict.failures == ("18 rows, 40% fewer than the 30 of batch 5feceb66ffc86f38",)
    assert gate.load([*many(21), *composed], day=2).failures == ()


OWN = SourceInfo("lists", "Yours", "daily", 400, 1, "", "", ("setting:price_files",))
RELEASE = SourceInfo("lists", "A release", "release", 400, 1, "", "")
MARKET = SourceInfo("lists", "A market", "hourly", 2, 1, "", "", market=True)


@pytest.mark.parametrize(
    ("info", "before", "after", "verdict"),
    [
        (OWN, 300, 1, "accepted"),
        (RELEASE, 30, 1, "accepted"),
        (RELEASE, 300, 200, "refused"),
        (MARKET, 300, 200, "accepted"),
        (MARKET, 300, 150, "refused"),
        (MARKET, 30, 16, "accepted"),
        (MARKET, 30, 15, "refused"),
    ],
)
def test_ones_own_list_may_shrink_and_a_market_by_half(
    gate: Gate, info: SourceInfo, before: int, after: int, verdict: str
) -> None:
    gate.info = info
    gate.load(many(before))
    assert gate.load(many(after), day=1).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "info", "named"),
    [
        ({}, RELEASE, "list"),
        ({"purchase_option": "spot"}, RELEASE, "spot or market"),
        ({}, MARKET, "spot or market"),
    ],
)
@pytest.mark.parametrize(("cost", "swept"), [("0.0001", True), ("1", True), ("0.4", False)])
def test_a_batch_that_moves_as_one_is_refused(
    gate: Gate, changes: dict[str, Any], info: SourceInfo, named: str, cost: str, swept: bool
) -> None:
    """But for the price that is new, and so tells nothing."""
    gate.info = info
    gate.load(many(20, **changes))
    rows = [
        *many(11, price=cost, **changes),
        *many(20, **changes)[11:],
        price(sku_id="new", price=9, **changes),
    ]
    failures = gate.load(rows, day=1).failures
    assert any(f"55% of the 20 {named} prices that can be compared" in line for line in failures) == swept
    assert gate.in_force() == [0.1] * 20 if swept else True


def test_few_prices_do_not_speak_for_a_list(gate: Gate) -> None:
    gate.load(many(9, purchase_option="spot"))
    rows = [*many(5, price=1, purchase_option="spot"), *many(9, purchase_option="spot")[5:]]
    assert gate.load(rows, day=1).reasons == {"moved": 5}


@pytest.mark.parametrize(
    ("day", "seen", "scope"),
    [
        pytest.param(1, 1, Scope(regions=("us-central1",)), id="of another scope"),
        pytest.param(LIMITS.comparable_days + 1, 999, None, id="of another time"),
        pytest.param(1, 0, None, id="of one fetch"),
        pytest.param(-1, 1, None, id="of an earlier day"),
    ],
)
def test_only_readings_of_one_list_are_compared(
    gate: Gate, day: float, seen: float, scope: Scope | None
) -> None:
    gate.load(many(2 * ROWS), seen=0)
    assert gate.load(many(3), day=day, seen=seen, scope=scope).verdict == "accepted"


def test_a_refused_batch_is_no_measure(gate: Gate) -> None:
    gate.load(many(2 * ROWS))
    assert gate.load(many(ROWS // 2), day=1).verdict == "refused"
    assert gate.load(many(2 * ROWS), day=2).verdict == "accepted"


def test_a_rotten_batch_is_refused_and_leaves_a_sample(gate: Gate) -> None:
    gate.load(many(400))
    rotten = [*many(250, price=0), *many(400)[250:]]
    verdict = gate.load(rotten, day=1)
    assert verdict.verdict == "refused"
    assert verdict.failures == ("62% of the 400 rows refused: zero_price 250",)
    assert verdict.reasons == {"zero_price": 250}
    assert gate.quarantine() == ["zero_price"] * LIMITS.sample_rows
    assert gate.in_force() == [0.1] * 400

    verdict = gate.load([*many(230, price=0), *many(400)[230:]], day=2)
    assert (verdict.verdict, verdict.quarantined) == ("accepted_with_quarantine", 230)
    assert len(gate.quarantine()) == 230


def test_nothing_but_zeroes_is_refused(gate: Gate) -> None:
    assert gate.load(many(3, price=0)).failures == ("100% of the 3 rows refused: zero_price 3",)


def test_a_feed_that_changes_its_currency_is_refused(gate: Gate) -> None:
    gate.load(many(10))
    verdict = gate.load([*many(7), *many(10, currency="EUR")[7:]], day=1)
    assert verdict.failures == ("30% of the rows in EUR, new to this scope",)
    assert gate.load([*many(9), *many(10, currency="EUR")[9:]], day=2).verdict == "accepted"


def test_data_cannot_be_of_a_day_to_come_nor_before_the_cloud(gate: Gate) -> None:
    ahead = 36_500
    assert "days in the future" in gate.load(many(1), day=ahead).failures[0]
    long_ago = (DAY.replace(year=1970) - DAY) / timedelta(days=1)
    assert gate.load(many(1), day=long_ago).failures == ("dated 1970, before there were cloud prices",)
    assert gate.load(many(1), day=-7000).verdict == "accepted"


def test_stale_data_is_noted_and_taken(gate: Gate) -> None:
    assert gate.load(many(1), day=-1000).verdict == "accepted"
    (batch,) = (suite for suite in gate.report()["suites"] if suite["suite"] == "batch")
    notes = {result["meta"]["reason"]: result["success"] for result in batch["results"]}
    assert notes["stale"] is False


def anchored(cost: Any, **changes: Any) -> dict[str, Any]:
    """The price of libcloud's anchor for GCP."""
    row = {"instance_type": "n1-standard-1", "sku_id": changes.get("purchase_option", "x"), "price": cost}
    return price(**{**row, **changes})


@pytest.mark.parametrize(
    ("cost", "failure"),
    [
        ("0.0475", None),
        ("4.75", "n1-standard-1 in us-central1 at 4.75, not between 0.02 and 0.1"),
        ("0.0000475", "n1-standard-1 in us-central1 at 4.75e-05, not between 0.02 and 0.1"),
        (0, "no acceptable price of n1-standard-1 in us-central1, which every such list has"),
    ],
)
def test_anchors_hold_a_list_to_what_everyone_knows(gate: Gate, cost: Any, failure: str | None) -> None:
    gate.source = "libcloud"
    scope = Scope("gcp", "Compute Engine", None, ("on_demand",))
    host = anchored("4.75", sku_id="host", tenancy="host")  # not what the anchor is about
    verdict = gate.load([anchored(cost), host, *many(3)], scope=scope)
    assert verdict.failures == ((failure,) if failure else ())


AWS_ANCHORS = [
    ("m5.large", "us-east-1", "0.096"),
    ("c5.xlarge", "eu-west-1", "0.192"),
    ("r5.4xlarge", "us-east-1", "1.008"),
    ("t3.medium", "us-west-2", "0.0416"),
]


@pytest.mark.parametrize(("present", "verdict"), [(4, "accepted"), (3, "refused")])
def test_half_of_the_anchors_may_be_missing(gate: Gate, present: int, verdict: str) -> None:
    gate.source = "libcloud"
    rows = [
        price(provider="aws", service="AmazonEC2", sku_id=name, instance_type=name, region=region, price=cost)
        for name, region, cost in AWS_ANCHORS[:present]
    ]
    found = gate.load(rows, scope=Scope("aws", "AmazonEC2"))
    assert found.verdict == verdict
    assert len(found.failures) == (0 if verdict == "accepted" else 5)


def test_anchors_outside_the_scope_are_not_missed(gate: Gate) -> None:
    gate.source = "libcloud"
    scope = Scope("gcp", "Compute Engine", ("europe-west1",))
    assert gate.load(many(3, region="europe-west1"), scope=scope).verdict == "accepted"


def test_a_batch_judged_again_is_judged_afresh(gate: Gate) -> None:
    rows = [price(region="nowhere"), *many(3)]
    gate.load(rows)
    gate.connection.execute("DELETE FROM batches")
    gate.connection.execute("INSERT INTO regions (provider, region) VALUES ('gcp', 'nowhere')")
    gate.names.clear()
    gate.folder = gate.folder / "again"
    assert gate.load(rows).verdict == "accepted"
    assert gate.quarantine() == []
