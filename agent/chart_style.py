"""How a chart looks: colours, lines, words and the locale; one place for every chart."""

from __future__ import annotations

from typing import Any, Literal

from babel.dates import get_day_names, get_month_names

from agent.render.formats import LOCALES

# Okabe and Ito's colours: told apart with any kind of colour vision; the dashes tell them apart without.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#A6761D")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4])
HEIGHT = 340
GREY = "#C3C9D0"  # of what is not told apart
_INK, _FAINT, _GRID = "#1F2933", "#52606D", "#E4E7EB"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
WORDS = {
    "en": {
        "others": "{n} others",
        "hour": "{currency} per hour",
        "million_tokens": "{currency} per million tokens",
        "gpu": "{currency} per GPU and hour",
        "price": "Price",
        "day": "From",
        "months": "{n} months",
        "on_demand": "on demand",
        "used": "Hours of use",
    },
    "pt": {
        "others": "{n} outras",
        "hour": "{currency} por hora",
        "million_tokens": "{currency} por milhão de tokens",
        "gpu": "{currency} por GPU e hora",
        "price": "Preço",
        "day": "Desde",
        "months": "{n} meses",
        "used": "Horas de uso",
        "input": "entrada",
        "output": "saída",
        "on_demand": "sob demanda",
        "reserved": "reservada",
    },
}
VALUE_AXIS: dict[str, Any] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": 0,
    "titleY": -10,
    "tickCount": 6,
    "domain": False,
    "ticks": False,
}
# Its title is the caption: sources and snapshot.
TIME_AXIS: dict[str, Any] = {
    "titleAnchor": "start",
    "titleFontSize": 11,
    "titlePadding": 14,
    "titleLimit": 0,
    "tickCount": 8,
    "grid": False,
    "labelFlush": False,
}
LEGEND: dict[str, Any] = {
    "title": None,
    "orient": "bottom",
    "columns": 3,
    "symbolType": "stroke",
    "symbolSize": 420,
    "symbolStrokeWidth": 2.5,
    "labelLimit": 230,
}


def frame(title: str, description: str, language: str) -> dict[str, Any]:
    """What every chart has around what it shows."""
    style = {"anchor": "start", "fontSize": 17, "fontWeight": 600, "color": _INK, "offset": 26}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "title": {"text": title, **style},
        "width": 760,
        "background": "white",
        "padding": 18,
        "config": _config(language),
    }


def _config(language: str) -> dict[str, Any]:
    """Vega-Lite's `config`, with numbers and dates as the language writes them."""
    faint = {"labelColor": _FAINT, "titleColor": _FAINT, "titleFontWeight": "normal"}
    lines = {"gridColor": _GRID, "domainColor": GREY, "tickColor": GREY}
    return {
        "font": _FONT,
        "axis": {"labelFontSize": 12, "titleFontSize": 12, **faint, **lines},
        "legend": {"labelFontSize": 12, "labelColor": _INK, "rowPadding": 6, "columnPadding": 18},
        "view": {"stroke": None},
        **({"locale": _locale(language)} if language == "pt" else {}),
    }


def _locale(language: str) -> dict[str, Any]:
    """As D3 wants it: English is its own."""
    return {
        "number": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]},
        "time": {
            "dateTime": "%A, %e de %B de %Y, %X",
            "date": "%d/%m/%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": _days(language, "wide"),
            "shortDays": _days(language, "abbreviated"),
            "months": _months(language, "wide"),
            "shortMonths": _months(language, "abbreviated"),
        },
    }


def _days(language: str, width: Literal["wide", "abbreviated"]) -> list[str]:
    names = get_day_names(width, locale=LOCALES[language])
    return [names[index].rstrip(".") for index in (6, 0, 1, 2, 3, 4, 5)]


def _months(language: str, width: Literal["wide", "abbreviated"]) -> list[str]:
    names = get_month_names(width, locale=LOCALES[language])
    return [names[index].rstrip(".") for index in range(1, 13)]
