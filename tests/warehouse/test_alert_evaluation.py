"""What each kind of rule finds between snapshots made by hand, and what it must not find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LIST_DAY, MACHINES, PRICES, House, settled
from warehouse.alert_evaluation import Found, evaluate, unknown_names
from warehouse.alert_rules import KINDS, parsed
from warehouse.settings import settings
from warehouse.snapshots import Snapshot

EURO = {"sku_id": "euro", "price": 0.1, "currency": "EUR"}
CAME, SAME_EURO = "p5.48xlarge@eu-west-1", {"m5.large@sa-east-1": EURO}


def rules(*written: str) -> Any:
    head = '[deliver.ops]\nurl_env = "OPS_URL"\n'
    each = (f'[[alert]]\nname = "r{n}"\ndeliver = "ops"\n{text}\n' for n, text in enumerate(written))
    return parsed(head + "".join(each), Path("alerts.toml")).alert


def find(older: Snapshot | None, newer: Snapshot, *written: str, told: Any = ()) -> list[Found]:
    return evaluate(rules(*written), older, newer, lambda _name: told)


def named(found: Found) -> list[str]:
    return sorted(f"{row['machine']}@{row['region']}" for row in found.largest)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Iterator[list[Snapshot]]:
    """One store, five days.

    1: a price falls, one rises a little, a machine vanishes, one comes to another region. 2: the vanished
    one is back, a price falls under another SKU, the euro rises, another source takes over an offer.
    3: it vanishes again, and a source sends nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        house = House(settled(patch, tmp_path_factory.mktemp("days"), small_data))

        def publish(day: int, prices: Any) -> Snapshot:
            when = LIST_DAY + timedelta(days=day)
            return house.publish_prices(house.stage(prices, when, machines=MACHINES))

        start = {**PRICES, **SAME_EURO}
        made = [publish(0, start)]
        first = {**start, "m5.large@us-east-1": 0.08, "m5.large@eu-west-1": 0.1075, CAME: 80}
        del first["m5.xlarge@us-east-1"]
        made.append(publish(1, first))
        with (house.limits.data / "reference" / "fx_rates.csv").open("a", encoding="utf-8") as rates:
            rates.write("EUR,2027-01-01,1.5,test\n")
        second = {
            **first,
            "m5.large@us-east-1": {"sku_id": "another", "price": 0.07},
            "m5.xlarge@us-east-1": 0.192,
        }
        own = house.stage({CAME: 79}, source="aws_list", observed_at=datetime.now(UTC))
        made.append(
            house.publish_prices(house.stage(second, LIST_DAY + timedelta(days=2), machines=MACHINES), own)
        )
        del second["m5.xlarge@us-east-1"]
        nothing = house.stage({}, LIST_DAY + timedelta(days=3), source="gpuhunt")
        made.append(
            house.publish_prices(
                house.stage(second, LIST_DAY + timedelta(days=3), machines=MACHINES), nothing
            )
        )
        yield made
    settings.cache_clear()


FINDS = {
    'kind = "change"': ["m5.large@eu-west-1", "m5.large@us-east-1"],
    'kind = "change"\nmin_percent = 5': ["m5.large@us-east-1"],
    'kind = "change"\ndirection = "up"': ["m5.large@eu-west-1"],
    'kind = "change"\nfilter = { place = "Irlanda" }': ["m5.large@eu-west-1"],
    'kind = "change"\nfilter = { machine = "M5.*", provider = "aws", place = "us-east-1" }': ["m5.large@us-east-1"],
    'kind = "change"\nfilter = { machine = "c5.*" }': [],
    'kind = "change"\nfilter = { min_vcpus = 4 }': [],
    'kind = "change"\nfilter = { os = "windows" }': [],
    'kind = "change"\nfilter = { os = "any", tenancy = "any", place = "EUROPE" }': ["m5.large@eu-west-1"],
    'kind = "change"\nfilter = { own = true }': [],
    'kind = "change"\nfilter = { purchase_option = ["spot"] }': [],
    'kind = "change"\nfilter = { source = "price_file" }': [],
    'kind = "threshold"\nbelow_usd = 11\nper = "gpu_hour"': [CAME],
    'kind = "threshold"\nabove_usd = 70000\nper = "month"': ["p5.48xlarge@us-east-1", "p5.48xlarge@us-east-2"],
    'kind = "threshold"\nabove_usd = 70000': [],
    'kind = "cheapest"\nper = "gpu_hour"\nfilter = { gpu = "nvidia h100" }': [CAME],
    'kind = "cheapest"\nmin_percent = 20\nfilter = { gpu = "H100" }': [],
    'kind = "cheapest"\nfilter = { gpu = "H100", place = "us-east-2" }': [],
    'kind = "vanished"': ["m5.xlarge@us-east-1"],
    'kind = "vanished"\nfilter = { place = "europe" }': [],
    'kind = "new"': [CAME],
    'kind = "new"\nfirst = "machine"': [],
    'kind = "new"\nfirst = "region"\nfilter = { gpu = "H100" }': [CAME],
    'kind = "new"\nfirst = "gpu"': [],
    'kind = "new"\nfirst = "gpu"\nfilter = { place = "europe" }': [CAME],
    'kind = "refused"': [],
}  # fmt: skip


def test_what_rules_find(days: list[Snapshot]) -> None:
    for (rule, wanted), found in zip(FINDS.items(), find(days[0], days[1], *FINDS), strict=True):
        assert (rule, named(found)) == (rule, sorted(wanted))
        assert len(found.keys) == len(found.untold) == len(wanted)


def test_old_and_new_figures(days: list[Snapshot]) -> None:
    moved, cheapest = find(
        *days[:2], 'kind = "change"\ndirection = "down"', 'kind = "cheapest"\nfilter = { gpu = "H100" }'
    )
    (row,) = moved.largest
    assert (float(row["old_price_hour"]), float(row["price_hour"])) == (0.096, 0.08)
    assert row["percent"] == pytest.approx(-16.6667, abs=1e-3)
    assert (row["currency"], row["source"]) == ("USD", "libcloud")
    (row,) = cheapest.largest
    assert (row["old_region"], float(row["old_price_hour"]), float(row["price_hour"])) == (
        "us-east-1",
        98.32,
        80,
    )
    assert row["usd_percent"] == pytest.approx(-18.633, abs=1e-3)


def test_what_was_told_is_not_untold(days: list[Snapshot]) -> None:
    (first,) = find(*days[:2], 'kind = "change"')
    (again,) = find(*days[:2], 'kind = "change"', told=first.keys)
    assert (again.untold, again.largest, again.keys) == ((), (), first.keys)
    one = first.untold[0]
    (rest,) = find(*days[:2], 'kind = "change"', told=first.keys - {one})
    assert rest.untold == (one,)


def test_the_first_snapshot_has_only_what_needs_no_other(days: list[Snapshot]) -> None:
    kinds = ("change", "cheapest", "vanished", "new")
    found = find(None, days[1], *(f'kind = "{kind}"' for kind in kinds), 'kind = "threshold"\nabove_usd = 90')
    assert [len(one.keys) for one in found] == [0, 0, 0, 0, 2]


def test_going_back_in_time_is_no_movement(days: list[Snapshot]) -> None:
    """As after a rebuild from older payloads."""
    assert [one.keys for one in find(days[1], days[0], 'kind = "change"', 'kind = "vanished"')] == [
        set(),
        set(),
    ]


def test_another_sku_another_source_or_another_rate_is_no_other_offer(days: list[Snapshot]) -> None:
    """The offer under another SKU changed its price; the one of another source and the one in euro did not."""
    changed, vanished, new, cheapest, threshold = find(
        *days[1:3],
        'kind = "change"', 'kind = "vanished"', 'kind = "new"',
        'kind = "cheapest"\nfilter = { place = "brazil" }', 'kind = "threshold"\nbelow_usd = 0.1\nfilter = { place = "sa-east-1" }',
    )  # fmt: skip
    (row,) = changed.largest
    assert (row["region"], float(row["old_price_hour"]), float(row["price_hour"])) == (
        "us-east-1",
        0.08,
        0.07,
    )
    assert named(vanished) == []
    assert named(new) == ["m5.xlarge@us-east-1"]
    assert named(cheapest) == []
    assert named(threshold) == ["m5.large@sa-east-1"]  # 0.1 EUR are 0.067 USD now
    (row,) = (
        row
        for row in find(None, days[2], 'kind = "threshold"\nabove_usd = 50')[0].largest
        if row["region"] == "eu-west-1"
    )
    assert row["source"] == "aws_list"


def test_what_vanishes_twice_is_told_twice(days: list[Snapshot]) -> None:
    first, again = (find(*pair, 'kind = "vanished"')[0].keys for pair in (days[0:2], days[2:4]))
    assert len(first) == len(again) == 1
    assert first != again


def test_a_stale_source_and_a_refused_batch(days: list[Snapshot]) -> None:
    found = find(
        *days[2:4],
        'kind = "refused"', 'kind = "refused"\nfilter = { source = "aws_list" }',
        'kind = "stale"\nolder_than_days = 1', 'kind = "stale"\nolder_than_days = 1\nfilter = { provider = "azure" }',
    )  # fmt: skip
    refused, elsewhere, stale, of_azure = found
    (row,) = refused.largest
    assert (row["source"], row["provider"], row["failures"]) == (
        "gpuhunt",
        "aws",
        ["the feed is empty: 0 rows"],
    )
    sources = {row["source"]: row for row in stale.largest}
    assert "aws_list" not in sources
    assert sources["libcloud"]["age_days"] > sources["libcloud"]["max_age_days"] == 1
    assert [elsewhere.keys, of_azure.keys] == [set(), set()]


def test_the_example_of_the_documents(days: list[Snapshot]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    written = parsed(example, Path("alerts.toml"))
    assert {rule.kind for rule in written.alert} == KINDS.keys()
    found = evaluate(written.enabled, days[0], days[1], lambda _name: ())
    count = {one.rule.name: len(one.keys) for one in found}
    # No H100 was in Europe before, so that none was the cheapest there.
    assert count.pop("h100-europe") == 0
    assert set(count.values()) == {1}


def test_names_that_match_nothing_are_told(days: list[Snapshot]) -> None:
    asked = 'gpu = "H1000", place = ["Eurpe", "us-east-1"], machine = "m5*", provider = "awss"'
    provider, gpu, place = unknown_names(rules(f'kind = "new"\nfilter = {{ {asked} }}'), days[1])
    assert provider == "rule r0, filter.provider: no offer has awss; nearest: aws"
    assert gpu.startswith("rule r0, filter.gpu: no offer has H1000; nearest: ")
    assert place.startswith("rule r0, filter.place: no offer has Eurpe; nearest: Europe")
