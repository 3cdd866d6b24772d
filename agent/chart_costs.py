"""Costs as Vega-Lite pictures: when a commitment breaks even, what each side of a comparison costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent import chart_style

Row = Mapping[str, Any]
_BAR = 34  # height of one, in pixels
_NAMED = len(chart_style.COLOURS) - 1  # one colour is of what is on demand


def break_even_chart(
    commitments: Sequence[tuple[str, Row]], *, language: str, title: str, caption: str
) -> dict[str, Any] | None:
    """What is paid by hours used over the longest term: what is owed stays level, on demand rises to meet it.

    None where nothing on demand is known to compare with.
    """
    drawn = [(name, row) for name, row in commitments if row["on_demand_price_hour"] and row["term_hours"]][
        :_NAMED
    ]
    if not drawn:
        return None
    words, end = chart_style.WORDS[language], max(row["term_hours"] for _, row in drawn)
    rate, currency = drawn[0][1]["on_demand_price_hour"], drawn[0][1]["currency"]
    lines = {words["on_demand"]: [(0, 0.0), (float(end), float(rate * end))]}
    for name, row in drawn:
        owed = float(row["total_cost"])
        lines[name] = [(0, owed), (float(row["term_hours"]), owed)]
    meet = [
        {"series": name, "hours": float(row["break_even_hours"]), "cost": float(row["total_cost"])}
        for name, row in drawn
        if row["break_even_hours"] is not None and row["break_even_hours"] <= row["term_hours"]
    ]
    values = [
        {"series": name, "hours": hours, "cost": cost}
        for name, points in lines.items()
        for hours, cost in points
    ]
    colour = {"field": "series", "type": "nominal"} | {
        "scale": {"domain": list(lines), "range": list(chart_style.COLOURS[: len(lines)])},
        "legend": chart_style.LEGEND,
    }
    y = {"field": "cost", "type": "quantitative", "axis": {"title": currency, **chart_style.VALUE_AXIS}}
    x = {
        "field": "hours",
        "type": "quantitative",
        "axis": {"title": f"{words['used']}. {caption}", **chart_style.TIME_AXIS},
    }
    tooltip = [
        {"field": "series", "type": "nominal", "title": " "},
        {"field": "hours", "type": "quantitative", "title": words["used"], "format": ",.0f"},
        {"field": "cost", "type": "quantitative", "title": currency, "format": ",.2f"},
    ]
    return chart_style.frame(title, f"{title}. {caption}", language) | {
        "height": chart_style.HEIGHT,
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "strokeWidth": 2.4},
                "encoding": {"color": colour},
            },
            {
                "data": {"values": meet},
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 80},
                "encoding": {"color": colour, "tooltip": tooltip},
            },
        ],
    }


def bars_chart(
    bars: Sequence[tuple[str, Decimal]], *, language: str, title: str, caption: str, axis: str
) -> dict[str, Any] | None:
    """A bar for each side, in the order given; None where there are fewer than two."""
    if len(bars) < 2:
        return None
    values = [{"side": name, "price": float(price)} for name, price in bars]
    x = {
        "field": "price",
        "type": "quantitative",
        "axis": {"title": f"{axis}. {caption}", **chart_style.TIME_AXIS},
    }
    y = {"field": "side", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 260}}
    shown = {"field": "price", "type": "quantitative", "format": ",.6~f"}
    return chart_style.frame(title, f"{title}. {caption}", language) | {
        "height": {"step": _BAR},
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "color": chart_style.COLOURS[0], "tooltip": True}},
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": shown}},
        ],
    }
