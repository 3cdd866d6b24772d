from __future__ import annotations

import json
import re
import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent import charts
from agent.chart_style import COLOURS, GREY
from agent.courses import stitched
from warehouse.errors import InvalidInput

START = datetime(2022, 1, 1, tzinfo=UTC)


def span(region: str, start: int, end: int | None, price: str, source: str = "libcloud") -> dict[str, Any]:
    return {
        "provider": "aws", "model": "m5.xlarge", "region": region, "currency": "USD", "unit": "hour", "source": source,
        "source_rank": 50 if source == "libcloud" else 20, "max_age_days": 10**5, "price_id": f"{region}-{start}",
        "price": Decimal(price), "valid_from": START + timedelta(start),
        "valid_to": None if end is None else START + timedelta(end), "confirmed_at": datetime.now(UTC),
    }  # fmt: skip


def chart(spans: list[dict[str, Any]], language: str = "en") -> dict[str, Any]:
    made = charts.history_chart(stitched(spans), language=language, title="m5.xlarge", caption="Snapshot x")
    assert made is not None
    return made


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec["data"]["values"]
    return found


TWO = [
    span("us-east-1", 0, 100, "0.2"),
    span("us-east-1", 100, None, "0.192"),
    span("sa-east-1", 0, None, "0.306"),
]


def test_lines_step_and_have_a_dot_at_each_change() -> None:
    spec = chart(TWO)
    dots = [value for value in values(spec) if value["changed"]]
    assert [(dot["series"], dot["price"]) for dot in dots] == [("us-east-1", 0.192)]
    assert dots[0]["at"] == (START + timedelta(100)).isoformat()
    assert {layer["mark"].get("interpolate") for layer in spec["layer"]} == {"step-after", None}


def test_things_whose_prices_went_alike_share_a_line() -> None:
    spec = chart(
        [
            *TWO,
            span("sa-west-1", 0, None, "0.306"),
            span("eu-west-1", 0, None, "0.306"),
            span("eu-west-2", 0, None, "0.306"),
        ]
    )
    assert {value["series"] for value in values(spec)} == {"us-east-1", "eu-west-1, eu-west-2, +2"}


def test_what_is_too_many_to_tell_apart_is_grey_and_what_moved_is_not() -> None:
    spec = chart([*TWO, *(span(f"ap-{number}", 0, None, f"0.{200 + number}") for number in range(20))])
    colour = spec["layer"][1]["encoding"]["color"]["scale"]
    assert colour["range"] == [*COLOURS, GREY]
    assert colour["domain"][0] == "us-east-1"
    assert colour["domain"][-1] == "16 others"


@pytest.mark.parametrize(
    "second", [span("us-east-1", 150, None, "0.2"), span("us-east-1", 100, None, "0.19", "aws_list")]
)
def test_a_line_breaks_at_a_gap_and_at_another_source(second: dict[str, Any]) -> None:
    spec = chart([span("us-east-1", 0, 100, "0.2"), second])
    assert {value["line"] for value in values(spec)} == {"us-east-1/0", "us-east-1/1"}
    assert not any(value["changed"] for value in values(spec))


def test_portuguese_numbers_and_months() -> None:
    spec = chart(TWO, "pt")
    locale = spec["config"]["locale"]
    assert locale["number"]["decimal"] == ","
    assert locale["time"]["shortMonths"][1] == "fev"
    assert spec["encoding"]["y"]["axis"]["title"] == "USD por hora"


def test_nothing_to_draw_is_no_chart() -> None:
    assert charts.history_chart([], language="en", title="", caption="") is None
    assert charts.trend_chart([], language="en", title="", caption="") is None


def test_pictures_are_drawn_and_pages_need_nobody(tmp_path: Path) -> None:
    spec = chart(TWO, "pt")
    json.dumps(spec)
    for ending in charts.FORMATS:
        charts.save(spec, tmp_path / f"chart{ending}")
    png = (tmp_path / "chart.png").read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert width > 1500
    assert height > 800
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "0,20" in drawn or "0,2" in drawn
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "Snapshot x" in page
    assert not re.findall(r"<(?:script|link)[^>]+(?:src|href)=", page)
    with pytest.raises(InvalidInput, match="no chart format"):
        charts.save(spec, tmp_path / "chart.gif")
