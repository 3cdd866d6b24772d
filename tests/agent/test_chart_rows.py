"""Rows of any query as a picture."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from agent.chart_rows import Axes, rows_chart
from agent.chart_style import COLOURS, GREY
from warehouse.errors import InvalidInput


def drawn(rows: list[dict[str, Any]], axes: Axes | None = None) -> dict[str, Any]:
    return rows_chart(tuple(rows[0]), rows, axes or Axes(), language="en", title="", caption="Snapshot x")


OFFERS: list[dict[str, Any]] = [
    {"provider": "aws", "region": region, "n": n, "price_usd_hour": Decimal(price), "currency": "USD"}
    for region, n, price in (("us-east-1", 3, "0.1"), ("sa-east-1", 2, "0.2"))
]


def test_names_make_bars_in_the_order_of_the_rows() -> None:
    spec = drawn(OFFERS)
    assert spec["data"]["values"] == [
        {"side": "us-east-1", "value": 0.1},
        {"side": "sa-east-1", "value": 0.2},
    ]
    assert spec["encoding"]["x"]["axis"]["title"] == "USD / h. Snapshot x"


def test_bars_beyond_the_thirtieth_are_counted() -> None:
    spec = drawn([{"a": str(n), "n": n} for n in range(40)])
    assert len(spec["data"]["values"]) == 30
    assert "30 / 40" in spec["encoding"]["x"]["axis"]["title"]


def test_a_time_makes_a_line_for_each_name_and_the_seventh_is_grey() -> None:
    spec = drawn([{"day": date(2026, 1, 1), "cost": n, "team": f"t{n}"} for n in range(7)])
    assert spec["encoding"]["color"]["scale"]["range"] == [*COLOURS, GREY]
    assert [value["series"] for value in spec["data"]["values"]][-1] == "1 others"
    assert spec["data"]["values"][0]["x"] == "2026-01-01T00:00:00+00:00"


def test_a_price_holds_until_now() -> None:
    spec = drawn([{"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "price": 1}])
    assert [value["y"] for value in spec["data"]["values"]] == [1.0, 1.0]
    assert spec["layer"][0]["mark"]["interpolate"] == "step-after"


def test_two_numbers_make_points() -> None:
    rows = [{"vcpus": 2, "price_usd_hour": 0.1}, {"vcpus": 4, "price_usd_hour": None}]
    spec = drawn(rows)
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["point"]
    assert [(value["x"], value["y"]) for value in spec["data"]["values"]] == [(2.0, 0.1)]


def test_what_is_chosen_is_drawn() -> None:
    spec = drawn(OFFERS, Axes(x="region", y="n", kind="bars"))
    assert [value["value"] for value in spec["data"]["values"]] == [3.0, 2.0]


@pytest.mark.parametrize(
    ("rows", "axes", "said"),
    [
        (OFFERS, Axes(x="regoin"), "regoin"),
        (OFFERS, Axes(y="region"), "no numbers"),
        ([{"name": "a"}], Axes(), "no column of numbers"),
        ([{"n": 1}], Axes(kind="points"), "nothing to draw it along"),
    ],
)
def test_what_cannot_be_drawn_is_told(rows: list[dict[str, Any]], axes: Axes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        drawn(rows, axes)
