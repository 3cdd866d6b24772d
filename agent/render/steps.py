"""The steps of a price in words, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from agent.render import formats
from agent.render.page import Page, Row

Steps = list[Row]
USUAL = ("us-east-1", "eastus", "us-central1")  # regions to speak of first
SHOWN = 4  # things


def of_tokens(rows: Sequence[Row]) -> bool:
    """Of a language model, not of a machine?"""
    return rows[0].get("kind") is not None


def write_steps(page: Page, steps: Steps) -> None:
    page.add("history.lead", thing=said_of(page, steps[0]).rstrip(","))
    write_rows(page, steps)


def write_rows(page: Page, steps: Steps) -> None:
    several = len({row["source"] for row in steps}) > 1
    shown = (
        steps if len(steps) <= 2 * page.most_rows else [*steps[: page.most_rows], *steps[-page.most_rows :]]
    )
    for row in shown:
        change = row["change_percent"] if row["follows"] == "change" else None
        page.add(
            "history.row",
            since=page.day(row["valid_from"]),
            until=page.say("history.until", day=page.day(row["valid_to"])) if row["valid_to"] else "",
            rate=rate_of(page, row),
            change=page.say("history.change", percent=_signed(page, change)) if change is not None else "",
            by=by_of(page, row) if several else "",
            cite=page.cite(row),
        )
    if len(shown) < len(steps):
        page.add("history.between", count=len(steps) - len(shown))


def _signed(page: Page, percent: object) -> str:
    value = float(str(percent))
    return ("+" if value > 0 else "") + page.number(round(value, 1), 1)


def rate_of(page: Page, row: Row) -> str:
    return f"{formats.rate(row['price'], row['currency'], page.language)}{page.word('per', row['unit'])}"


def said_of(page: Page, row: Row) -> str:
    """`m5.xlarge in us-east-1`, `GPT-4o input tokens (OpenAI)`."""
    if row.get("kind"):
        kind, seller = page.kind(row["kind"]), page.provider(row["provider"])
        return page.say("history.tokens", model=str(row["name"]).strip(), kind=kind, provider=seller)
    place = page.region(row) if not row.get("zone") else f"{page.region(row)}, {row['zone']}"
    return page.say("history.machine", machine=row["instance_type"], region=place)


def by_of(page: Page, row: Row) -> str:
    return page.say("history.by", source=page.word("source", str(row["source"])))


def write_others(page: Page, count: int) -> None:
    if count > 0:
        page.add("history.others", count=count)
