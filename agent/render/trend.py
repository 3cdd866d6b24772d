"""How the lowest price of one accelerator went, at each provider and in all."""

from __future__ import annotations

from itertools import groupby

from agent import charts
from agent.context import Context
from agent.render import formats
from agent.render.page import Page, Row
from agent.understand.reading import Reading

_COLUMNS = (
    "day",
    "provider",
    "instance_type",
    "region",
    "accelerator",
    "accelerator_count",
    "price_usd_gpu_hour",
    "valid_from",
    "valid_to",
    "source",
)


def write_trend(page: Page, reading: Reading, context: Context) -> None:
    finding = context.found("accelerator_history")[0]
    rows = list(finding.rows)
    stems = {accelerator.split("-")[0] for accelerator in reading.accelerators}
    name = stems.pop() if len(stems) == 1 else page.joined(reading.accelerators)
    if not rows:
        period = formats.period(reading.period, page.language) if reading.period else ""
        page.add("history.trend_none", accelerator=name, period=period)
        page.answered = False
        return
    if reading.extreme:
        _write_extreme(page, reading.extreme, rows, name)
    _write_lead(page, reading, finding.figures, name)
    own = [list(steps) for _, steps in groupby(rows, key=lambda row: row["provider"])]
    own.sort(key=lambda steps: (not steps[-1]["latest"], steps[-1]["price_usd_gpu_hour"]))
    for steps in own[: 2 * page.most_rows]:
        _write_provider(page, steps)
    page.caveat("markets")
    if reading.period and reading.period.assumed:
        page.caveat(
            "period", written=reading.period.text, period=formats.period(reading.period, page.language)
        )
    if finding.truncated:
        page.caveat("truncated")
    page.table(rows, _COLUMNS)
    option = page.word("condition", reading.purchase.options[0])
    title = page.say("chart.trend", accelerator=name, option=option)
    named = [{**row, "provider": page.provider(row["provider"])} for row in rows]
    page.chart = charts.trend_chart(named, language=page.language, title=title, caption=page.caption(rows))


def _write_extreme(page: Page, extreme: str, rows: list[Row], name: str) -> None:
    """On the first of which month the lowest price, or each seller's highest, was first seen."""
    choose = max if extreme == "high" else min
    at = choose(sorted(rows, key=lambda row: row["day"]), key=lambda row: row["price_usd_gpu_hour"])
    values = {
        "accelerator": name,
        "rate": _rate(page, at),
        "seller": _seller(page, at),
        "cite": page.cite(at),
    }
    page.add(f"history.trend_{extreme}", day=page.day(at["day"]), **values)


def _write_lead(page: Page, reading: Reading, figures: Row, name: str) -> None:
    first, last, percent = figures["first"], figures["last"], figures["change_percent"]
    kind = "trend_same" if not percent else "trend_rose" if percent > 0 else "trend_fell"
    page.add(
        f"history.{kind}",
        option=page.word("condition", reading.purchase.options[0]),
        accelerator=name,
        before=_rate(page, first),
        since=page.day(first["day"]),
        first=_seller(page, first),
        rate=_rate(page, last),
        until=page.day(last["day"]),
        last=_seller(page, last),
        cite=page.cite(last),
        percent=page.number(abs(percent or 0), 1),
    )


def _write_provider(page: Page, steps: list[Row]) -> None:
    first, last = steps[0], steps[-1]
    values = {
        "provider": page.provider(last["provider"]),
        "rate": _rate(page, last),
        "until": page.day(last["day"]),
        "since": page.day(first["day"]),
        "machine": last["instance_type"],
        "region": page.region(last),
        "cite": page.cite(last),
    }
    if not last["latest"]:
        page.add("history.trend_ended", **values)
    elif first["price_usd_gpu_hour"] == last["price_usd_gpu_hour"]:
        page.add("history.trend_row_one", **values)
    else:
        percent = 100 * (last["price_usd_gpu_hour"] / first["price_usd_gpu_hour"] - 1)
        said = ("+" if percent > 0 else "") + page.number(round(percent, 1), 1)
        change = page.say("history.change", percent=said)
        page.add("history.trend_row", **values, before=_rate(page, first), change=change)


def _rate(page: Page, row: Row) -> str:
    return f"{page.usd(row['price_usd_gpu_hour'])}{page.word('per', 'hour')}"


def _seller(page: Page, row: Row) -> str:
    return f"{row['instance_type']}, {page.provider(row['provider'])}"
