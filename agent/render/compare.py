"""Sides next to each other: machines, places, providers, ways of buying, operating systems."""

from __future__ import annotations

from collections.abc import Sequence

from agent import chart_costs, chart_style
from agent.context import Context
from agent.evidence import Finding
from agent.render import formats
from agent.render.conditions import described
from agent.render.differences import times_of, write_difference
from agent.render.missing import explain_missing, write_refused
from agent.render.page import Page, Row
from agent.render.prices import OWN
from agent.render.terms import cite, each_gpu
from agent.understand.reading import Reading

# The argument that lists the sides of a comparison.
_SIDES = {
    "machine": "machines",
    "place": "places",
    "provider": "providers",
    "option": "purchase_options",
    "system": "operating_systems",
    "class": "offering_classes",
}


def write_comparison(page: Page, reading: Reading, context: Context) -> None:
    finding = next(iter(context.found("compare")), None)
    rows = list(finding.rows) if finding else []
    if not finding or not rows:
        explain_missing(page, reading, context)
        if not page.lines:
            page.add("offers.none", conditions=described(page, reading))
            page.answered = False
        return
    by = str(finding.arguments.get("by", ""))
    by_gpu = bool(finding.arguments.get("per_gpu")) and any(row["accelerator_count"] != 1 for row in rows)
    labels = {place.label_en: place.label(page.language) for place in reading.places}
    names = [_side(page, row, by, labels) for row in rows]
    if len(rows) == 2 and not by_gpu:
        _write_pair(page, rows, names, by)
    elif len(rows) > 1:
        values = {"rate": page.rate(rows[0]), "regions": _tied_regions(page, rows[0])}
        page.add("compare.lead", side=names[0], **values, cite=cite(page, rows[0]))
    for row, name in zip(rows, names, strict=True):
        _write_row(page, row, name, by_gpu=by_gpu, monthly=reading.monthly)
        if row["price_usd_unit_hour"] and reading.rank:
            what = page.word("rank", reading.rank)
            page.lines[-1] += page.say("compare.unit", rate=page.usd(row["price_usd_unit_hour"]), what=what)
    if by_gpu:
        page.add("compare.per_gpu")
    write_difference(page, context, {str(row["side"]): name for row, name in zip(rows, names, strict=True)})
    _write_missing(page, reading, context, finding, labels)
    page.table(rows, ("side", *OWN, "price_usd_gpu_hour", "dearer_percent"))
    _draw(page, rows, names, by_gpu=by_gpu)


def _draw(page: Page, rows: list[Row], names: list[str], *, by_gpu: bool) -> None:
    price = "price_usd_gpu_hour" if by_gpu else "price_usd_hour"
    page.chart = chart_costs.bars_chart(
        [(name, row[price]) for name, row in zip(names, rows, strict=True)],
        language=page.language,
        title=page.say("chart.compare", things=page.joined(dict.fromkeys(names))),
        caption=page.caption(rows),
        axis=chart_style.WORDS[page.language]["gpu" if by_gpu else "hour"].format(currency="USD"),
    )


def _write_row(page: Page, row: Row, name: str, *, by_gpu: bool, monthly: bool) -> None:
    percent = row["dearer_percent"]
    page.add(
        "compare.row",
        side=name,
        rate=page.rate(row),
        regions=_tied_regions(page, row),
        cite=cite(page, row),
        dearer=page.say("compare.dearer", percent=page.number(percent, 1)) if percent else "",
        specs=page.specs(row),
    )
    if monthly:
        page.lines[-1] += page.say("compare.month", month=page.month(row))
    if by_gpu:
        page.lines[-1] += each_gpu(page, row)


def _write_missing(
    page: Page, reading: Reading, context: Context, finding: Finding, labels: dict[str, str]
) -> None:
    by = str(finding.arguments["by"])
    found = {row["side"] for row in finding.rows}
    missing = [side for side in finding.arguments.get(_SIDES[by]) or [] if side not in found]
    if missing and by == "machine":
        explain_missing(page, reading, context)
    elif missing:
        said = (labels.get(side) or _worded(page, by, side) for side in missing)
        page.add("compare.missing", side=page.joined(said))
        write_refused(page, [row for refused in context.found("refused_prices") for row in refused.rows])


def _worded(page: Page, by: str, side: str) -> str:
    if by == "provider":
        return page.provider(side)
    return page.word("class" if by == "class" else "condition", side)


def _write_pair(page: Page, rows: Sequence[Row], names: Sequence[str], by: str) -> None:
    first, second = rows
    values = {
        "first": names[0],
        "first_rate": page.rate(first),
        "first_region": _tied_regions(page, first),
        "first_cite": cite(page, first),
        "second": names[1],
        "second_rate": page.rate(second),
        "second_region": _tied_regions(page, second),
        "second_cite": cite(page, second),
        "machine": str(first["instance_type"]),
        "percent": page.number(second["dearer_percent"], 1),
        "times": times_of(page, second["times"]),
    }
    kind = "same" if first["price_usd_hour"] == second["price_usd_hour"] else "two"
    one_machine = by == "place" and first["instance_type"] == second["instance_type"]
    page.add(f"compare.{kind}_places" if one_machine else f"compare.{kind}", **values)
    if kind == "two":
        page.add(
            "compare.saving",
            percent=page.number(second["saving_percent"], 1),
            hour=page.usd(second["saving_usd_hour"]),
            month=formats.total(second["saving_usd_month"], "USD", page.language),
        )


def _side(page: Page, row: Row, by: str, labels: dict[str, str]) -> str:
    """What a row stands for, with its machine where that isn't the side itself."""
    side, machine, provider = str(row["side"]), str(row["instance_type"]), page.provider(row["provider"])
    if by == "machine":
        return f"{machine} ({provider})"
    if by in ("option", "system", "class"):
        return f"{machine} ({provider}, {_worded(page, by, side)})"
    if by == "provider":
        return f"{provider}: {machine}"
    return f"{labels.get(side, side)}: {machine} ({provider})"


def _tied_regions(page: Page, row: Row) -> str:
    others = [code for code in row["tied_regions"][1:4] if code != row["region"]]
    return page.joined([page.region(row), *dict.fromkeys(others)])
