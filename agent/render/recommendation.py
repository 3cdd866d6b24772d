"""The words of a recommendation, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.context import Context
from agent.render import formats
from agent.render.bill import band
from agent.render.conditions import described
from agent.render.page import TERMS, Page
from agent.render.phrases import say, word
from agent.understand.reading import Reading

Row = Mapping[str, Any]
_COLUMNS = (
    "provider",
    "instance_type",
    "region",
    "purchase_option",
    "machines",
    "total_usd",
    "effective_usd_hour",
    "usd_vcpu_hour",
    "usd_gpu_hour",
    "usd_gpu_gib_hour",
    "usd_tflops_hour",
    "saving_percent",
    "same_saving_percent",
    "upfront_usd",
    "gives_up",
    *TERMS,
)


def write_recommendation(page: Page, reading: Reading, context: Context) -> None:
    finding = context.found("recommend")[0]
    if not finding.rows:
        page.add("recommend.none", conditions=described(page, reading))
        page.answered = False
        return
    first, *others = finding.rows[: page.most_rows]
    page.add(
        "recommend.lead",
        **_values(page, first),
        rate=formats.rate(first["effective_usd_hour"], "USD", page.language),
    )
    what = list(given_up(first, page.language))
    if what:
        page.add("recommend.gives_up", what=page.joined(what))
    elif first["purchase_option"] == "on_demand":
        page.add("recommend.nothing_up")
    if others:
        page.add("recommend.more")
    for row in others:
        given = "".join(f"; {part}" for part in given_up(row, page.language))
        page.add("recommend.row", **_values(page, row), gives_up=given)
    page.lines += [*beside(finding.figures, page.language), *assumptions(finding.figures, page.language)]
    page.table(finding.rows, _COLUMNS)


def _values(page: Page, row: Row) -> dict[str, str]:
    return {
        "machine": row["instance_type"],
        "provider": page.provider(row["provider"]),
        "region": page.region(row),
        "way": way(row, page.language),
        "total": formats.total(row["total_usd"], "USD", page.language),
        "cite": page.cite(row),
        "saving": saving(row, page.language),
        "specs": page.specs(row),
    }


def way(row: Row, language: str) -> str:
    """`reserved, 36 months, all upfront`."""
    term = say(language, "condition.term", n=row["term_months"]) if row["term_months"] else ""
    parts = (
        word(language, "condition", row["purchase_option"]),
        term,
        word(language, "condition", row["payment"] or ""),
    )
    return ", ".join(part for part in (*parts, word(language, "class", row["offering_class"] or "")) if part)


def given_up(row: Row, language: str) -> Iterator[str]:
    for name in row["gives_up"]:
        yield say(
            language,
            f"gives_up.{name}",
            band=band(row),
            term=row["term_months"],
            unused=formats.number(row["unused_months"] or 0, language),
            upfront=formats.total(row["upfront_usd"], "USD", language) if row["upfront_usd"] else "",
            day=formats.day(row["confirmed_at"], language),
        )


def saving(row: Row, language: str) -> str:
    """Against the cheapest offer on demand that meets the needs, and the same machine on demand."""
    parts = []
    if row["saving_percent"]:
        name = "less" if row["saving_percent"] > 0 else "dearer"
        parts.append(_percent(language, f"recommend.{name}", row["saving_percent"]))
    if row["same_saving_percent"] and row["purchase_option"] != "on_demand":
        name = "same_less" if row["same_saving_percent"] > 0 else "same_more"
        parts.append(_percent(language, f"recommend.{name}", row["same_saving_percent"]))
    return "".join(f", {part}" for part in parts)


def _percent(language: str, name: str, value: Any) -> str:
    return say(language, name, percent=formats.number(abs(value), language, 1))


def beside(figures: Row, language: str) -> Iterator[str]:
    """What spot would save where it was not asked for, and the total in another currency."""
    spot = figures.get("on_spot")
    if spot and (spot["saving_percent"] or 0) > 0:
        yield say(
            language,
            "recommend.on_spot",
            machine=spot["instance_type"],
            provider=word(language, "provider", spot["provider"]),
            region=spot["region"],
            total=formats.total(spot["total_usd"], "USD", language),
            percent=formats.number(spot["saving_percent"], language, 1),
            band=band(spot),
        )
    rate = figures.get("in_currency")
    if rate:
        yield say(
            language,
            "recommend.converted",
            total=formats.total(rate["amount"], rate["currency"], language),
            rate=formats.rate(rate["units_per_usd"], rate["currency"], language),
            day=formats.day(rate["rate_date"], language),
        )


def assumptions(figures: Row, language: str) -> Iterator[str]:
    values = {
        "months": formats.number(figures["months"], language),
        "hours": formats.number(figures["hours_per_month"], language),
        "count": formats.number(figures["count"], language),
    }
    yield say(language, "recommend.use", **values)
    yield say(language, "recommend.charged")
    yield say(language, "recommend.with_burstable" if figures["burstable"] else "recommend.left_out")
