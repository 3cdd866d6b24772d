"""Prices over time as a Vega-Lite picture, and the picture as a file, without a network.

One spec for all faces: lines that step, since a price holds until the next one; a dot where it changed;
no more coloured lines than people tell apart, the others in grey behind them; things whose prices went
alike share a line. A line breaks where nothing is known and where another source says another price.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from agent import chart_style
from agent.courses import Row, thing_of
from agent.periods import at
from warehouse.errors import InvalidInput

FORMATS = (".png", ".svg", ".html")
_SCALE = 2.0  # pixels of a PNG to a point
_NAMED = 2  # things named that share a line
_USUAL = ("us-east-1", "eastus", "us-central1", "openai", "aws")
_NAMING = (
    "model",
    "kind",
    "provider",
    "region",
    "zone",
    "purchase_option",
    "term_months",
    "payment",
    "offering_class",
)


@dataclass
class _Line:
    """`pieces` are drawn without a break: (from, price, changed there)."""

    name: str
    pieces: list[list[tuple[datetime, float, bool]]] = field(default_factory=list)

    def since(self) -> datetime:
        return self.pieces[0][0][0]

    def moved(self) -> float:
        prices = [price for piece in self.pieces for _, price, _ in piece]
        return max(prices) / min(prices) - 1 if min(prices) > 0 else 0.0


def history_chart(steps: Sequence[Row], *, language: str, title: str, caption: str) -> dict[str, Any] | None:
    """The spec of how the prices of things went; None where there is nothing to draw."""
    if not steps:
        return None
    end = datetime.now(UTC)
    things = {thing: list(own) for thing, own in groupby(steps, key=thing_of)}
    varying = [name for name in _NAMING if len({own[0].get(name) for own in things.values()}) > 1]
    lines = [
        _Line(_name(own[0], varying or ["region"], language), _pieces(own, end)) for own in things.values()
    ]
    axis = chart_style.WORDS[language][str(steps[0]["unit"])].format(currency=steps[0]["currency"])
    return _spec(lines, language, title, caption, axis)


def trend_chart(rows: Sequence[Row], *, language: str, title: str, caption: str) -> dict[str, Any] | None:
    """The spec of each provider's lowest price of an accelerator."""
    if not rows:
        return None
    lines = []
    for provider, own in groupby(rows, key=lambda row: row["provider"]):
        points = [(at(row["day"]), float(row["price_usd_gpu_hour"])) for row in own]
        changed = [
            False,
            *(price != before for (_, before), (_, price) in pairwise(points)),
        ]
        lines.append(_Line(provider, [[(*point, new) for point, new in zip(points, changed, strict=True)]]))
    return _spec(lines, language, title, caption, chart_style.WORDS[language]["gpu"].format(currency="USD"))


def _name(row: Row, varying: Iterable[str], language: str) -> str:
    words = chart_style.WORDS[language]
    found = [row.get(name) for name in varying]
    parts = [
        words["months"].format(n=one) if isinstance(one, int) else words.get(str(one), str(one))
        for one in found
        if one
    ]
    return " · ".join(parts) or str(row["region"])


def _pieces(steps: Sequence[Row], end: datetime) -> list[list[tuple[datetime, float, bool]]]:
    pieces: list[list[tuple[datetime, float, bool]]] = []
    price: Any = None
    for row in steps:
        breaks = row["follows"] == "gap" or (row["follows"] == "source" and row["price"] != price)
        if not pieces or breaks:
            pieces.append([])
        elif pieces[-1]:
            pieces[-1].pop()  # the end of the step before
        price = row["price"]
        pieces[-1].append((row["valid_from"], float(price), row["follows"] == "change"))
        pieces[-1].append((row["valid_to"] or end, float(price), False))
    return pieces


def _merged(lines: Sequence[_Line]) -> list[_Line]:
    """One line for all things whose prices went alike; the most telling ones first."""
    alike: dict[str, list[_Line]] = {}
    for line in lines:
        alike.setdefault(repr(line.pieces), []).append(line)
    merged = []
    for same in alike.values():
        names = sorted((line.name for line in same), key=lambda name: (not name.startswith(_USUAL), name))
        more = len(names) - _NAMED
        shown = names if more <= 1 else [*names[:_NAMED], f"+{more}"]
        merged.append((_Line(", ".join(shown), same[0].pieces), len(same)))

    def order(pair: tuple[_Line, int]) -> tuple[float, bool, int, datetime, str]:
        line, things = pair
        return -round(line.moved(), 3), not line.name.startswith(_USUAL), -things, line.since(), line.name

    return [line for line, _ in sorted(merged, key=order)]


def _spec(lines: Sequence[_Line], language: str, title: str, caption: str, axis: str) -> dict[str, Any]:
    ordered = _merged(lines)
    named, rest = ordered[: len(chart_style.COLOURS)], ordered[len(chart_style.COLOURS) :]
    others = chart_style.WORDS[language]["others"].format(n=len(rest))
    values = [*_values(named), *_values(rest, others)]
    names = [*(line.name for line in named), *([others] if rest else [])]
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"}}
    y = {"field": "price", "type": "quantitative", "scale": {"zero": _from_zero(values), "nice": True}}
    return {
        **chart_style.frame(title, f"{title}. {axis}. {caption}", language),
        "height": chart_style.HEIGHT,
        "data": {"values": values},
        "encoding": {
            "x": {**x, "axis": {"title": caption, **chart_style.TIME_AXIS}},
            "y": {**y, "axis": {"title": axis, **chart_style.VALUE_AXIS}},
        },
        "layer": _layers(names, others if rest else None, language),
    }


def _values(lines: Iterable[_Line], name: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "series": name or line.name,
            "line": f"{line.name}/{number}",
            "at": moment.isoformat(),
            "price": price,
            "changed": changed,
        }
        for line in lines
        for number, piece in enumerate(line.pieces)
        for moment, price, changed in piece
    ]


def _from_zero(values: Sequence[Mapping[str, Any]]) -> bool:
    """Prices near each other are told apart only on an axis that starts near them."""
    low, high = min(value["price"] for value in values), max(value["price"] for value in values)
    return not 0 < low < high < 2 * low


def _layers(names: list[str], others: str | None, language: str) -> list[dict[str, Any]]:
    """The lines of no name behind, then those that have one, then the dots."""
    count = len(names) - (others is not None)
    legend = chart_style.LEGEND if len(names) > 1 else None
    colours = [*chart_style.COLOURS[:count], *([chart_style.GREY] if others else [])]
    dashes = [*chart_style.DASHES[:count], *([[1, 0]] if others else [])]
    by_series = {"field": "series", "type": "nominal"}
    colour = {**by_series, "scale": {"domain": names, "range": colours}, "legend": legend}
    line = {
        "detail": {"field": "line"},
        "color": colour,
        "strokeDash": {**by_series, "scale": {"domain": names, "range": dashes}, "legend": legend},
        "order": {"field": "at", "type": "temporal"},
    }
    held: dict[str, Any] = {"type": "line", "interpolate": "step-after", "strokeJoin": "round"}
    of_others = {"field": "series", "equal": others}
    words = chart_style.WORDS[language]
    tooltip = [
        {**by_series, "title": " "},
        {"field": "at", "type": "temporal", "title": words["day"], "timeUnit": "utcyearmonthdate"},
        {"field": "price", "type": "quantitative", "title": words["price"], "format": ",.6~f"},
    ]
    behind = {"transform": [{"filter": of_others}], "mark": {**held, "strokeWidth": 1.2}, "encoding": line}
    front = {"mark": {**held, "strokeWidth": 2.4}, "encoding": line}
    dots = {
        "transform": [{"filter": "datum.changed"}],
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 46},
        "encoding": {"color": {**colour, "legend": None}, "tooltip": tooltip},
    }
    if others is None:
        return [front, dots]
    return [behind, {"transform": [{"filter": {"not": of_others}}], **front}, dots]


def require_format(path: Path) -> None:
    """Raises InvalidInput where the ending names no format a chart is drawn in."""
    if path.suffix.lower() not in FORMATS:
        raise InvalidInput(f"{path.name}: no chart format.", f"Let the name end in {', '.join(FORMATS)}.")


def save(spec: dict[str, Any], path: Path) -> None:
    """Write the picture, in the format of the ending; its folder is made if need be. Raises InvalidInput."""
    require_format(path)
    import vl_convert

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(spec, scale=_SCALE))
        return
    make = vl_convert.vegalite_to_svg if path.suffix.lower() == ".svg" else _html
    path.write_text(make(spec), encoding="utf-8")


def _html(spec: dict[str, Any]) -> str:
    """A page that holds all it needs: Vega's code too."""
    import vl_convert

    return str(vl_convert.vegalite_to_html(spec, bundle=True))
