"""Exchange rates, scores and interruptions: what the gate lets in, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.quality_batches import DAY, Gate, opened_gate, price
from warehouse import build
from warehouse.contracts import SourceInfo


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with opened_gate(tmp_path) as opened:
        yield opened


def info(name: str, rank: int, **changes: Any) -> SourceInfo:
    return SourceInfo(name, name, changes.pop("schedule", "daily"), 7, rank, "", "", **changes)


def rate(units: Any, day: int = 0, currency: str = "BRL") -> dict[str, Any]:
    return {"currency": currency, "rate_date": date(2026, 3, 1) + timedelta(days=day), "units_per_usd": units}


def score(value: float, **changes: Any) -> dict[str, Any]:
    row = {
        "provider": "gcp",
        "instance_type": "n9-standard-2",
        "benchmark": "geekbench",
        "configuration": None,
    }
    return {**row, "score": value, "higher_is_better": True, **changes}


def band(percent_from: int, percent_to: int | None, **changes: Any) -> dict[str, Any]:
    row = {
        "provider": "gcp",
        "region": "us-central1",
        "instance_type": "n9-standard-2",
        "operating_system": "linux",
    }
    return {**row, "percent_from": percent_from, "percent_to": percent_to, **changes}


def held(gate: Gate, query: str) -> list[tuple[Any, ...]]:
    return gate.connection.execute(query).fetchall()


GOOD_RATES = [rate("5.4", 0), rate("0.92", 0, "EUR"), rate("7.1", 0, "CNY"), rate("144", 0, "JPY")]


@pytest.mark.parametrize(
    ("bad", "reason", "says"),
    [
        (rate(0, 1), "bad_rate", "A rate of 0 BRL"),
        (rate("-5", 1), "bad_rate", "-5 BRL"),
        (rate("5", 1, "XXQ"), "unknown_currency", "XXQ is no currency of ISO 4217."),
        (rate("5.4", 2), "future_rate", "2026-03-03"),
        (rate("5.4", 0), "repeated_row", "one is kept"),
    ],
)
def test_a_rate_that_is_none_is_set_aside(gate: Gate, bad: dict[str, Any], reason: str, says: str) -> None:
    verdict = gate.load(facts={"fx_rates": [*GOOD_RATES, bad]})
    assert (verdict.verdict, verdict.rows, verdict.reasons) == ("accepted_with_quarantine", 5, {reason: 1})
    assert says in gate.quarantine("detail")[0]
    assert held(gate, "SELECT count(*) FROM fx_observed") == [(4,)]


def test_two_rates_of_one_day_are_none(gate: Gate) -> None:
    gate.load(facts={"fx_rates": [*GOOD_RATES, rate("5.41")]})
    assert gate.quarantine("reason, price::DOUBLE") == [("duplicate_key", 5.4), ("duplicate_key", 5.41)]


def day_after_day(gate: Gate, *units: str) -> list[dict[str, int]]:
    others = GOOD_RATES[1:]
    return [
        dict(gate.load(facts={"fx_rates": [rate(one, number), *others]}, day=number).reasons)
        for number, one in enumerate(units)
    ]


def test_a_rate_that_jumps_is_believed_when_seen_twice(gate: Gate) -> None:
    assert day_after_day(gate, "5.4", "0.185", "5.5", "9.1", "9.2") == [
        {},
        {"moved": 1},
        {},
        {"moved": 1},
        {},
    ]
    assert (
        "moved by +65.5%, from 5.5 to 9.1 on 2026-03-04"
        in held(gate, "SELECT detail FROM quarantine ORDER BY as_of DESC")[0][0]
    )
    assert [
        float(row[0])
        for row in held(
            gate, "SELECT units_per_usd FROM fx_observed WHERE currency = 'BRL' ORDER BY rate_date"
        )
    ] == [5.4, 5.5, 9.2]


def test_a_feed_of_inverted_rates_is_refused_day_after_day(gate: Gate) -> None:
    gate.load(facts={"fx_rates": GOOD_RATES})
    inverted = [{**one, "units_per_usd": f"{1 / float(one['units_per_usd']):.6f}"} for one in GOOD_RATES]
    wrong = [one for one in inverted if one["currency"] != "EUR"]
    for day in (1, 2):
        assert gate.load(facts={"fx_rates": wrong}, day=day).verdict == "refused"


def test_a_new_source_is_held_against_the_latest_known_rate(gate: Gate) -> None:
    (latest,) = held(gate, "SELECT rate_date FROM fx_latest WHERE currency = 'BRL'")[0]
    days = (latest - date(2026, 3, 1)).days
    verdict = gate.load(facts={"fx_rates": [*GOOD_RATES, rate("0.185", days)]}, day=days)
    assert verdict.reasons == {"moved": 1}


def test_a_reform_in_a_long_history_is_true_and_a_slip_is_not(gate: Gate) -> None:
    history = [
        rate(units, -9000 + day, "TRL")
        for day, units in enumerate(["1.3", "1.3", "135", "1.3", "1.3", "13", "13.1", "13"])
    ]
    gate.load(facts={"fx_rates": history})
    assert gate.quarantine("price::DOUBLE") == [135.0]


def test_one_rate_a_day_of_the_source_of_the_lowest_rank(gate: Gate) -> None:
    build.load_sources(gate.connection, [info("bank", 20), info("central", 15)])
    (latest,) = held(gate, "SELECT max(rate_date) FROM fx_reference WHERE currency = 'BRL'")[0]
    days = (latest - date(2026, 3, 1)).days
    for source, units in (("bank", "5.40"), ("central", "5.41")):
        gate.source = source
        gate.load(
            facts={"fx_rates": [rate(units, days), rate("5.6", days + 1 - (source == "central") * 2)]},
            day=days,
        )
    rows = held(
        gate,
        f"SELECT rate_date, units_per_usd::DOUBLE, source FROM fx_rates WHERE currency = 'BRL' AND rate_date >= DATE '{latest - timedelta(days=1)}' ORDER BY 1",
    )
    assert rows == [
        (latest - timedelta(days=1), 5.6, "central"),
        (latest, 5.41, "central"),
        (latest + timedelta(days=1), 5.6, "bank"),
    ]
    assert (
        held(gate, "SELECT rate_date, units_per_usd::DOUBLE, source FROM fx_latest WHERE currency = 'BRL'")
        == rows[2:]
    )
    build.load_reference(gate.connection, Path(__file__).resolve().parents[2] / "data")  # again, as each time
    assert (
        held(gate, "SELECT rate_date, units_per_usd::DOUBLE, source FROM fx_latest WHERE currency = 'BRL'")
        == rows[2:]
    )


def test_offers_take_the_latest_rate(gate: Gate) -> None:
    build.load_sources(gate.connection, [info("lists", 5)])
    (latest,) = held(gate, "SELECT rate_date FROM fx_latest WHERE currency = 'BRL'")[0]
    days = (latest - date(2026, 3, 1)).days
    rates = [rate("5.5", days), rate("6", days + 1), rate("5", days - 1)]
    gate.load([price(price="6", currency="BRL")], facts={"fx_rates": rates}, day=days)
    build.derive(gate.connection)
    assert held(gate, "SELECT price_usd_hour::DOUBLE FROM offers") == [(1.0,)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (score(0), "bad_score"),
        (score(-1), "bad_score"),
        (score(float("nan")), "bad_score"),
        (score(float("inf")), "bad_score"),
        (score(2, instance_type=" "), "missing_name"),
        (score(1), "repeated_row"),
    ],
)
def test_a_score_is_a_number_above_zero_of_a_machine(gate: Gate, bad: dict[str, Any], reason: str) -> None:
    good = [score(1), score(1, configuration='{"threads": 1}'), score(1, benchmark="other")]
    assert gate.load(facts={"benchmarks": [*good, bad]}).reasons == {reason: 1}
    assert held(gate, "SELECT count(*) FROM benchmarks") == [(3,)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (band(10, 5), "bad_band"),
        (band(5, 5), "bad_band"),
        (band(-1, 5), "bad_band"),
        (band(20, 101), "bad_band"),
        (band(0, 5, saving_percent=120.0), "bad_saving"),
        (band(0, 5, operating_system="plan9"), "unknown_operating_system"),
        (band(0, 5, region=""), "missing_name"),
    ],
)
def test_a_band_lies_between_none_and_all(gate: Gate, bad: dict[str, Any], reason: str) -> None:
    good = [band(0, 5, instance_type="a"), band(20, None, instance_type="b", saving_percent=-10.0)]
    assert gate.load(facts={"interruptions": [*good, bad]}).reasons == {reason: 1}
    assert held(gate, "SELECT instance_type FROM interruptions ORDER BY ALL") == [("a",), ("b",)]


def test_spot_offers_tell_how_often_they_are_interrupted(gate: Gate) -> None:
    build.load_sources(gate.connection, [info("lists", 5), info("advisor", 6)])
    gate.load([price(), price(purchase_option="spot", price="0.05", sku_id="s")])
    gate.source = "advisor"
    gate.load(facts={"interruptions": [band(20, None)]})
    gate.load(facts={"interruptions": [band(5, 10)]}, day=1)
    build.derive(gate.connection)
    found = "SELECT purchase_option, interruption_from, interruption_to FROM offers ORDER BY 1"
    assert held(gate, found) == [("on_demand", None, None), ("spot", 5, 10)]


def test_points_have_a_price(gate: Gate) -> None:
    build.load_sources(gate.connection, [info("lists", 5)])
    slow = score(20, benchmark="latency", unit="ms", higher_is_better=False)
    gate.load([price()], facts={"benchmarks": [score(500), slow]})
    build.derive(gate.connection)
    found = "SELECT benchmark, usd_per_1000_points, score_unit FROM price_performance ORDER BY 1"
    assert held(gate, found) == [("geekbench", 0.2, None), ("latency", None, "ms")]


def test_the_day_of_these_tests_is_where_they_think() -> None:
    assert DAY.date() == date(2026, 3, 1)
