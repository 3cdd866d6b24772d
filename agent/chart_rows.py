"""Rows of any query as a Vega-Lite picture: what is drawn along which axis is told by the columns.

A time makes lines, names make bars, two numbers make points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from agent import chart_style
from warehouse.errors import InvalidInput

Row = Mapping[str, Any]
Kind = Literal["bars", "lines", "points"]
KINDS: tuple[str, ...] = get_args(Kind)
_MOST_BARS = 30
_MOST_SERIES = len(chart_style.COLOURS)
_MEASURES = ("price", "usd", "cost", "total", "amount", "percent", "rate", "count", "found", "n")
_STEPS = ("valid_from", "changed_at", "since", "from")  # from then on a price holds
_UNITS = {
    "price_hour": "{} / h",
    "price_usd_hour": "USD / h",
    "price_month": "{} / 730 h",
    "price_usd_gpu_hour": "USD / GPU h",
}
_NAMES_OF_THINGS = ("currency", "source", "price_id", "snapshot", "batch_id", "as_of", "source_url")
_BAR = 26


@dataclass(frozen=True)
class Axes:
    """Which columns are drawn; None is found out."""

    x: str | None = None
    y: str | None = None
    series: str | None = None
    kind: Kind | None = None


def rows_chart(
    columns: Sequence[str], rows: Sequence[Row], axes: Axes, *, language: str, title: str, caption: str
) -> dict[str, Any]:
    """The spec of what the rows hold, in their order; an empty title is made of the columns.

    Raises InvalidInput where it cannot be drawn.
    """
    for name in filter(None, (axes.x, axes.y, axes.series)):
        if name not in columns:
            raise InvalidInput(f"There is no column {name}.", f"There are {', '.join(columns)}.")
    if not rows:
        raise InvalidInput("There is nothing to draw: no rows.", "Ask for less, or for something else.")
    types = {name: _type_of(row[name] for row in rows) for name in columns}
    y = axes.y or _measure(types, axes.x)
    if types.get(y) != "number":
        raise InvalidInput(f"{y} holds no numbers to draw.", "Choose a column that does with --y.")
    x = axes.x or _along(types, y)
    kind: str = axes.kind or {"time": "lines", "number": "points"}.get(types.get(x, ""), "bars")
    if kind != "bars" and not x:
        raise InvalidInput("There is one column of numbers and nothing to draw it along.", "Select two.")
    drawn = [row for row in rows if row[y] is not None and (kind == "bars" or row[x] is not None)]
    title = title or (f"{y} · {x}" if x else y)
    frame = chart_style.frame(title, f"{title}. {caption}", language)
    if kind == "bars":
        named = [axes.x] if axes.x else _naming(types, drawn, {y}) or [x]
        return frame | _bars(drawn, named, y, caption)
    naming = [axes.series] if axes.series else _naming(types, drawn, {x, y})
    temporal = types[x] == "time"
    return frame | _along_an_axis(drawn, (x, temporal), y, naming, kind, caption, language)


def _type_of(values: Any) -> str:
    """`time`, `number`, `name`, or `` for what is not drawn."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    if all(isinstance(value, date) for value in known):
        return "time"
    if all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in known):
        return "number"
    return "name" if all(isinstance(value, str | bool) for value in known) else ""


def _measure(types: Mapping[str, str], x: str | None) -> str:
    """The column that is most likely meant: money before other amounts, the last one before the first."""
    numbers = [name for name, kind in types.items() if kind == "number" and name != x]
    if not numbers:
        raise InvalidInput("There is no column of numbers to draw.", "Select one, such as price_usd_hour.")
    for word in _MEASURES:
        for name in numbers:
            if word in name.lower().split("_"):
                return name
    return numbers[-1]


def _along(types: Mapping[str, str], y: str) -> str:
    """A time, else names, else another number, else nothing."""
    for wanted in ("time", "name", "number"):
        for name, kind in types.items():
            if kind == wanted and name != y and name not in _NAMES_OF_THINGS:
                return name
    return ""


def _naming(types: Mapping[str, str], rows: Sequence[Row], drawn: set[str]) -> list[str]:
    """The columns that tell rows apart by name."""
    names = [
        name
        for name, kind in types.items()
        if kind == "name" and name not in drawn and name not in _NAMES_OF_THINGS
    ]
    return [name for name in names if len({row[name] for row in rows}) > 1]


def _name_of(row: Row, naming: Sequence[str]) -> str:
    parts = (row[name] for name in naming if name)
    return " · ".join(str(part) for part in parts if part is not None) or "–"


def _number(value: Any) -> float:
    return float(value)


def _axis(name: str, rows: Sequence[Row]) -> str:
    """What is measured, with its unit where the column is known to have one."""
    currencies = {str(row["currency"]) for row in rows if row.get("currency")}
    if name in _UNITS and len(currencies) <= 1:
        return _UNITS[name].format(next(iter(currencies), ""))
    return name


def _bars(rows: Sequence[Row], naming: Sequence[str], y: str, caption: str) -> dict[str, Any]:
    shown = rows[:_MOST_BARS]
    values = [{"side": _name_of(row, naming), "value": _number(row[y])} for row in shown]
    if len(rows) > len(shown):
        caption = f"{len(shown)} / {len(rows)} · {caption}"
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": f"{_axis(y, rows)}. {caption}", **chart_style.TIME_AXIS},
    }
    side = {"field": "side", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 360}}
    text = {"field": "value", "type": "quantitative", "format": ",.6~f"}
    return {
        "height": {"step": _BAR},
        "data": {"values": values},
        "encoding": {"x": x, "y": side},
        "layer": [
            {"mark": {"type": "bar", "color": chart_style.COLOURS[0], "tooltip": True}},
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": text}},
        ],
    }


def _along_an_axis(
    rows: Sequence[Row],
    along: tuple[str, bool],
    y: str,
    naming: Sequence[str],
    kind: str,
    caption: str,
    language: str,
) -> dict[str, Any]:
    """Lines or points; the first six series have a colour, the others are grey behind them."""
    x, temporal = along
    order = list(dict.fromkeys(_name_of(row, naming) for row in rows))
    named, others = order[:_MOST_SERIES], len(order) - _MOST_SERIES
    rest = chart_style.WORDS[language]["others"].format(n=others)
    values = [
        {
            "x": _moment(row[x]) if temporal else _number(row[x]),
            "y": _number(row[y]),
            "line": _name_of(row, naming),
            "series": name if (name := _name_of(row, naming)) in named else rest,
        }
        for row in rows
    ]
    if x in _STEPS:  # the last price holds until now
        ends = {value["line"]: value for value in sorted(values, key=lambda value: str(value["x"]))}
        values += [{**value, "x": datetime.now(UTC).isoformat()} for value in ends.values()]
    domain = [*named, *([rest] if others > 0 else [])]
    colours = [*chart_style.COLOURS[: len(named)], *([chart_style.GREY] if others > 0 else [])]
    symbols = {"symbolType": "circle", "symbolSize": 60} if kind == "points" else {}
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": domain, "range": colours},
        "legend": {**chart_style.LEGEND, **symbols} if len(domain) > 1 else None,
    }
    title = caption if temporal else f"{x}. {caption}"
    encoding = {
        "x": {
            "field": "x",
            "type": "temporal" if temporal else "quantitative",
            "scale": {"type": "utc"} if temporal else {"zero": False},
            "axis": {"title": title, **chart_style.TIME_AXIS},
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "axis": {"title": _axis(y, rows), **chart_style.VALUE_AXIS},
        },
        "color": colour,
        "detail": {"field": "line"},
        "tooltip": [
            {"field": "line", "type": "nominal", "title": " "},
            {"field": "x", "type": "temporal" if temporal else "quantitative", "title": x},
            {"field": "y", "type": "quantitative", "title": y, "format": ",.6~f"},
        ],
    }
    step = {"interpolate": "step-after"} if x in _STEPS else {}
    line = {"mark": {"type": "line", "strokeWidth": 2.2, **step}}
    dot = {"mark": {"type": "point", "filled": True, "size": 36, "opacity": 0.85}}
    return {
        "height": chart_style.HEIGHT,
        "data": {"values": values},
        "encoding": encoding,
        "layer": [line, dot] if kind == "lines" else [dot],
    }


def _moment(value: date) -> str:
    """A day by itself is UTC's."""
    return value.isoformat() if isinstance(value, datetime) else f"{value.isoformat()}T00:00:00+00:00"
