"""Which list prices changed, the largest change first."""

from __future__ import annotations

from agent.context import Context
from agent.periods import EARLIEST, Period
from agent.render import formats
from agent.render.page import Page, Row
from agent.render.terms import way
from agent.understand.reading import Reading

_COLUMNS = (
    "provider",
    "instance_type",
    "name",
    "purchase_option",
    "operating_system",
    "tenancy",
    "region_codes",
    "regions",
    "prices",
    "old_price",
    "new_price",
    "currency",
    "unit",
    "change_percent",
    "changed_at",
    "observed_at",
    "source",
)
_REGIONS_NAMED = 3


def write_changes(page: Page, reading: Reading, context: Context) -> None:
    asked, *before = context.found("price_changes")
    direction = f"_{reading.direction}" if reading.direction else ""
    values = {"period": formats.period(_period(reading, asked.figures), page.language)}
    page.table(asked.rows, _COLUMNS)
    if asked.rows:
        counts = {name: page.number(asked.figures[name], 0) for name in ("found", "fell", "rose")}
        page.add(f"changes.lead{direction}", **values, **counts)
        for row in asked.rows[: 2 * page.most_rows]:
            page.add("changes.row", **_said(page, row))
        page.caveat("change_dates")
    else:
        page.add(f"changes.none{direction}", **values, where=_where(page, reading))
        latest = before[0].rows if before else ()
        if latest:
            page.table(latest, _COLUMNS)
            page.add("changes.before", **_said(page, latest[0]))
        else:
            page.add("changes.never")
        _write_newest(page, asked.figures, context)
    if asked.truncated or len(asked.rows) > 2 * page.most_rows:
        page.caveat("truncated")
    if "purchase_option" in reading.purchase.assumed:
        page.caveat("no_spot")


def _write_newest(page: Page, figures: Row, context: Context) -> None:
    """Nothing changed, or nothing was read?"""
    days = [row["as_of"] for finding in context.found("freshness") for row in finding.rows]
    if days:
        unread = max(days) < figures["since"]
        page.add("changes.unread" if unread else "changes.newest", day=page.day(max(days)))


def _period(reading: Reading, figures: Row) -> Period:
    if reading.period:
        return reading.period
    since = figures["since"].date() if figures["since"] else EARLIEST
    return Period(since, figures["until"].date(), "range" if figures["since"] else "until")


def _where(page: Page, reading: Reading) -> str:
    said = ""
    if reading.providers:
        said += page.say("changes.at", providers=page.joined(map(page.provider, reading.providers)))
    if reading.accelerators:
        said += page.say("changes.of", accelerators=page.joined(reading.accelerators))
    return said


def _said(page: Page, row: Row) -> dict[str, str]:
    percent, unit = row["change_percent"], page.word("per", row["unit"])
    return {
        "thing": _thing(page, row),
        "regions": _regions(page, row),
        "old": formats.rate(row["old_price"], row["currency"], page.language),
        "new": f"{formats.rate(row['new_price'], row['currency'], page.language)}{unit}",
        "percent": ("+" if percent > 0 else "") + page.number(round(percent, 1), 1),
        "day": page.day(row["changed_at"]),
        "cite": page.cite(row),
    }


def _thing(page: Page, row: Row) -> str:
    provider = page.provider(row["provider"])
    if not row["instance_type"]:
        name = str(row["name"]).strip()
        if not row["kind"]:
            return page.say("changes.other", name=name, provider=provider)
        kind = page.kind(row["kind"])
        tier = page.say("changes.tier", tokens=page.number(row["tier_from"])) if row["tier_from"] else ""
        return page.say("changes.tokens", name=name, provider=provider, kind=kind, tier=tier)
    how = [
        row["purchase_option"],
        row["operating_system"],
        None if row["tenancy"] == "shared" else row["tenancy"],
    ]
    said = [*(page.word("condition", str(part)) for part in how if part), way(page, row)]
    conditions = ", ".join(filter(None, said))
    return page.say("changes.machine", machine=row["instance_type"], provider=provider, conditions=conditions)


def _regions(page: Page, row: Row) -> str:
    codes = [str(code) for code in row["region_codes"]]
    if codes == ["global"]:
        return ""
    named = [page.region({"region": code}) for code in codes[:_REGIONS_NAMED]]
    more = len(codes) - len(named)
    page.counts.append(more)
    return page.say("changes.where", regions=page.joined([*named, f"+{more}"] if more > 0 else named))
