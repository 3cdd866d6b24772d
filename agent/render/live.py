"""What a provider's own feed says now, before the snapshot's answer; and why it says nothing."""

from __future__ import annotations

from agent.context import Context
from agent.render import formats
from agent.render.page import Page, Row
from agent.understand.reading import Intent, Reading

_COLUMNS = ("source", "source_url", "observed_at")
_OF_NOW = (Intent.PRICE, Intent.CHEAPEST, Intent.LIST, Intent.COMPARE, Intent.ESTIMATE)


def say_live(page: Page, context: Context) -> None:
    """One line a region, before the snapshot's own answer."""
    for row in _rows(context):
        page.add(f"live.{_compared(row)}", **_values(page, row, context))


def add_live_rows(page: Page, context: Context) -> None:
    """The feeds' prices ahead of the snapshot's, with where and when they were read."""
    live = _rows(context)
    if live:
        columns = page.columns or tuple(name for name in live[0] if not name.startswith("snapshot"))
        page.table([*live, *page.rows], tuple(dict.fromkeys((*columns, *_COLUMNS))))
        page.answered = True


def add_live_caveats(page: Page, reading: Reading, context: Context) -> None:
    """Where the question was of this moment and no feed was asked, or none answered."""
    for finding in context.found("live_price"):
        for told in finding.figures["unanswered"]:
            page.caveat(
                f"live_{told['why']}",
                provider=page.provider(told["provider"]),
                machine=told["machine"],
                region=told["region"],
                option=page.word("condition", told["purchase_option"]),
                seconds=page.number(told["seconds"], 0),
                message=told["message"].rstrip("."),
            )
    if reading.live and not context.live and reading.intent in _OF_NOW:
        page.caveat("off_live" if "live" in context.off else "live_off")


def _rows(context: Context) -> list[Row]:
    return [row for finding in context.found("live_price") for row in finding.rows]


def _compared(row: Row) -> str:
    change = row.get("change_percent")
    if change is None:
        return "alone"
    return "same" if row["price_hour"] == row["snapshot_price_hour"] else "more" if change >= 0 else "less"


def _values(page: Page, row: Row, context: Context) -> dict[str, str]:
    values = {
        "provider": page.provider(row["provider"]),
        "time": row["asked_at"],
        "machine": row["instance_type"],
        "rate": page.rate(row),
        "region": page.region(row),
        "option": page.word("condition", row["purchase_option"]),
        "cite": page.cite(row),
    }
    if row.get("snapshot_price_id") is None:
        return values
    then = next(
        (one for found in context.findings for one in found.rows
         if one.get("price_id") == row["snapshot_price_id"]), None,
    )  # fmt: skip
    return {
        **values,
        "then": formats.rate(row["snapshot_price_hour"], row["currency"], page.language),
        "day": page.day(row["snapshot_as_of"]),
        "then_cite": page.cite(then) if then else "",
        "percent": page.number(abs(row["change_percent"]), 1),
    }
