"""What things cost then, and how their prices went."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from agent import charts
from agent.context import Context
from agent.courses import thing_of
from agent.evidence import Finding
from agent.plan_past import machines_meant, of_a_time
from agent.render import formats
from agent.render.basis import how
from agent.render.course import write_course
from agent.render.extremes import write_extreme, write_since, write_spot_days
from agent.render.page import TERMS, Page, Row
from agent.render.steps import of_tokens
from agent.render.then import write_then, write_unknown
from agent.understand.reading import Reading

COLUMNS = (
    "provider",
    "name",
    "region",
    "kind",
    "purchase_option",
    *TERMS,
    "price",
    "currency",
    "unit",
    "valid_from",
    "valid_to",
    "change_percent",
    "follows",
    "source",
)
_OF_DAYS = ("provider", "instance_type", "region", "zone", "day", "price", "currency", "unit", "source")


def write_history(page: Page, reading: Reading, context: Context) -> None:
    tools = ("price_on", "price_history", "token_price_history", "spot_days")
    found = [finding for tool in tools for finding in context.found(tool)]
    rows = [row for finding in found for row in finding.rows]
    page.table([row for row in rows if row.get("within")] or rows, COLUMNS)
    if not rows:
        page.add("history.none", machine=_asked(page, reading), conditions=how(page, reading, assumed=None))
        page.answered = False
        return
    if found[0].tool == "spot_days":
        write_spot_days(page, reading, found[0])
        page.table(rows, _OF_DAYS)
        return
    then = bool(context.found("price_on")) or (of_tokens(rows) and of_a_time(reading))
    for _, own in groupby(rows, key=lambda row: row.get("instance_type")):
        series = [list(steps) for _, steps in groupby(own, key=thing_of)]
        known = [kept for steps in series if (kept := [row for row in steps if row["within"]])]
        if not known:
            write_unknown(page, reading, series)
        elif reading.extreme:
            write_extreme(page, reading, known)
        elif reading.since and any(len(steps) > 1 for steps in known):
            write_since(page, known)
        elif then:
            write_then(page, reading, known)
        else:
            write_course(page, reading, known)
    if not then:
        _draw(page, reading, [row for row in rows if row["within"]])
    _add_caveats(page, reading, found)


def _draw(page: Page, reading: Reading, rows: list[Row]) -> None:
    if not rows:
        return
    if of_tokens(rows):
        names = dict.fromkeys(str(row["name"]).strip() for row in rows)
        title = page.say("chart.tokens", things=page.joined(names))
    else:
        things = page.joined(dict.fromkeys(row["instance_type"] for row in rows))
        title = page.say("chart.prices", things=things, conditions=how(page, reading, assumed=None))
    page.chart = charts.history_chart(rows, language=page.language, title=title, caption=page.caption(rows))


def _asked(page: Page, reading: Reading) -> str:
    return page.joined(machines_meant(reading) or [group[0].name for group in reading.models])


def _add_caveats(page: Page, reading: Reading, found: Sequence[Finding]) -> None:
    rows = [row for finding in found for row in finding.rows if row["within"]]
    if reading.period and reading.period.assumed:
        meant = formats.period(reading.period, page.language)
        page.caveat("period", written=reading.period.text, period=meant)
    if reading.families and not reading.machine_names():
        page.caveat("of_family", family=reading.families[0].family, machine=machines_meant(reading)[0])
    if any(row["follows"] == "change" for row in rows):
        page.caveat("change_dates")
    for before, row in pairwise(rows):
        if row["follows"] == "source" and row["price"] != before["price"]:
            sources = {
                "source": page.word("source", row["source"]),
                "before": page.word("source", before["source"]),
            }
            page.caveat("another_source", day=page.day(row["valid_from"]), **sources)
            break
    if any(row["follows"] == "gap" for row in rows):
        page.caveat("gaps")
    if any(finding.truncated for finding in found):
        page.caveat("truncated")
