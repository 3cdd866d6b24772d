"""`cloud-pricing convert`, `commitment` and `offers --currency`."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.agent.cli.conftest import Cli
from warehouse import snapshots


def test_convert_says_the_rate_and_its_day(run: Cli) -> None:
    done = run("convert", "100", "USD", "BRL", "--on", "2025-03-01")
    assert done.out == "100 USD = 583.1524 BRL\n"
    assert "1 USD = 5.8315 BRL, the rate of 2025-02-28 (European Central Bank" in done.err
    found = run("convert", "100", "usd", "brl", "--on", "2025-03-01", "--json").json()
    assert (found["amount"], found["rate"], found["rate_date"]) == (583.152435, 5.83152435, "2025-02-28")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ten", "USD", "BRL"), "ten is no amount"),
        (("10", "USD", "XAU"), "There is no rate for XAU"),
        (("10", "USD", "BRL", "--on", "yesterday"), "--on: yesterday is no day"),
        (("10", "USD", "BRL", "--on", "1990-01-01"), "on 1990-01-01 or before"),
        (("10", "USD", "BRL", "--on", "2099-01-01"), "There is no rate of 2099-01-01 yet"),
    ],
)
def test_convert_says_what_is_wrong(run: Cli, arguments: tuple[str, ...], said: str) -> None:
    done = run("convert", *arguments)
    assert done.code == 2
    assert said in done.err


def test_offers_in_a_currency_show_the_rate(run: Cli) -> None:
    done = run("offers", "--machine", "m5.large", "--currency", "eur")
    assert "eur_hour" in done.out.splitlines()[0]
    assert "usd_hour" not in done.out
    assert "1 USD = 0.89509488 EUR, the rate of 2026-10-30" in done.err
    for row in run("offers", "--machine", "m5.large", "--currency", "EUR", "--json").json():
        assert row["price_hour_in"] == pytest.approx(row["price_hour"] * 0.89509488)
        assert row["converted"]
    assert run("offers", "--machine", "m5.large", "--currency", "XAU").code == 2


def test_commitment_shows_on_demand_and_says_that_there_is_none(run: Cli) -> None:
    done = run("commitment", "m5.large", "--region", "us-east-1", "--hours-per-month", "100")
    assert "on_demand" in done.out
    assert done.out.splitlines()[1].endswith("*")
    assert "No commitment is known" in done.err
    assert run("commitment", "m5.large", "--region", "us-east-1", "--os", "dos").code == 2
    assert run("commitment", "m5.large", "--region", "us-east-1", "--hours-per-month", "900").code == 2


@pytest.fixture
def bought(store: Path) -> None:
    """The store also sells m5.large reserved, and in reais of the seller's own."""
    with duckdb.connect(str(snapshots.load(store).folder / snapshots.WAREHOUSE)) as connection:
        for changes in (
            "'reserved' AS purchase_option, 12 AS term_months, 'partial_upfront' AS payment, 300 AS upfront, "
            "0.0642465753 AS price_hour",
            "'BRL' AS currency, 0.7 AS price_hour",
        ):
            connection.execute(
                f"INSERT INTO offers BY NAME SELECT * REPLACE (uuid() AS price_id, {changes}) FROM offers "
                "WHERE instance_type = 'm5.large' AND region = 'us-east-1' AND operating_system = 'linux' "
                "AND tenancy = 'shared' AND purchase_option = 'on_demand' AND currency = 'USD'"
            )


@pytest.mark.usefixtures("bought")
def test_commitment_shows_fee_discount_and_break_even(change: Cli) -> None:
    shown = change("commitment", "m5.large", "--region", "us-east-1", "--hours-per-month", "730").out
    head, own, *lines = (line.split("\t") for line in shown.splitlines())
    assert own[-1] == "511.00 BRL *"
    first = dict(zip(head, lines[0], strict=True))
    # 300 + 0.03 * 8760 = 562.80; / 0.096 = 5862.5 hours; / 730 = 8.03 months; * 730 / 8760 = 46.90 a month
    assert first == {
        "region": "us-east-1", "option": "reserved", "term": "12 months", "payment": "partial_upfront",
        "upfront": "300", "fee_hour": "0.03", "effective_hour": "0.064247", "discount": "33.1%",
        "hours": "5862.5", "months": "8.03", "cost_month": "46.90 USD *",
    }  # fmt: skip


@pytest.mark.usefixtures("bought")
def test_prices_in_reais_of_the_seller_are_shown_as_published(change: Cli) -> None:
    done = change("offers", "--machine", "m5.large", "--place", "us-east-1", "--currency", "BRL")
    assert [line.split("\t")[3] for line in done.out.splitlines()] == ["brl_hour", "0.7"]
    assert "1 published in BRL by the seller, not converted." in done.err
    assert "the rate of" not in done.err
