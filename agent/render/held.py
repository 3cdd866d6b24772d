"""What the snapshot holds, how old that is, where it is from, and what was refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from agent.context import Context
from agent.evidence import Finding
from agent.render.page import Page, Row
from agent.render.terms import cite
from agent.understand.fold import fold, key
from agent.understand.holdings import Holding
from agent.understand.reading import Reading

_PROVIDERS = 6
_SELLERS = 12  # named of those who sell tokens
_LISTED = 12  # regions named where their number was asked for
_TPU = re.compile(r"\btpus?\b")
_COUNTED = ("regions", "machines", "prices")
_COLUMNS = ("provider", "regions", "machines", "prices", "purchase_options", "as_of")


def write_coverage(page: Page, reading: Reading, context: Context) -> None:
    of = reading.holding or Holding("regions")
    found = context.found("coverage")
    if not found:
        _write_holdings(page, reading, context, of)
        return
    rows = found[-1].rows
    if not rows:
        _write_nothing(page, reading, context)
        return
    what = page.joined(_asked(reading))
    if len(found) > 1:
        where = [page.provider(name) for name in reading.providers]
        where += [place.label(page.language) for place in reading.places]
        page.add("held.not_there", what=what, places=page.joined(where))
        _write_where(page, rows, what)
    elif what and of.of not in ("machines", "countries"):
        if of.exists and not of.counted:
            page.add("held.yes", what=what)
        _write_where(page, rows, what)
        if of.without:
            page.add("held.others_without", what=what)
    else:
        _WRITERS.get(of.of, _write_regions)(page, reading, found[-1], of)
    if of.of == "providers":
        for finding in context.found("holdings"):
            _write_sellers(page, finding)
    for offers in context.found("find_offers"):
        _write_cheapest(page, offers.rows)
    page.table(rows, _COLUMNS)


def _write_cheapest(page: Page, rows: Sequence[Row]) -> None:
    if rows:
        values = {"machine": rows[0]["instance_type"], "rate": page.rate(rows[0])}
        page.add("held.cheapest", regions=page.regions(rows), cite=cite(page, *rows), **values)


def _asked(reading: Reading) -> list[str]:
    """The accelerators and families asked about: `H100` where every H100 is meant."""
    names = [name.partition("-")[0] for name in reading.accelerators]
    alike = len(reading.accelerators) > 1 and len(set(names)) == 1
    return names[:1] if alike else [*reading.accelerators, *reading.family_names()]


def _write_nothing(page: Page, reading: Reading, context: Context) -> None:
    where = [page.provider(name) for name in reading.providers]
    where += [place.label(page.language) for place in reading.places]
    asked = _asked(reading) or where
    providers = page.joined(page.provider(name) for name in sorted(context.words.providers))
    page.add("held.nothing", what=page.joined(asked), providers=providers)


def _write_where(page: Page, rows: Sequence[Row], what: str) -> None:
    for row in rows:
        values = {"count": page.number(row["regions"], 0), "regions": _places(page, row["region_names"])}
        page.add("held.where", provider=page.provider(row["provider"]), what=what, **values)


def _places(page: Page, regions: Iterable[Row]) -> str:
    """Every region, with a word where nothing but dedicated tenancy is priced there."""
    only = page.say("held.dedicated")
    return page.joined(page.region(one) + ("" if one["shared"] else only) for one in regions)


def _write_regions(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
    _write_total(page, finding)
    for row in finding.rows:
        values = {name: page.number(row[name], 0) for name in _COUNTED}
        page.add("coverage.row", provider=page.provider(row["provider"]), **values)
        if not of.counted or row["regions"] <= _LISTED or reading.places:
            page.lines[-1] += f" {_places(page, row['region_names'])}."


def _write_total(page: Page, finding: Finding) -> None:
    if len(finding.rows) > 1:
        numbers = {name: page.number(value, 0) for name, value in finding.figures.items()}
        page.add("held.total", **numbers)


def _write_countries(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
    count = page.number(finding.figures["countries"], 0)
    names = {country[page.language] for row in finding.rows for country in row["countries"] or ()}
    what = page.joined(_asked(reading))
    page.add(
        "held.countries_of" if what else "held.countries",
        what=what,
        count=count,
        names=page.joined(sorted(names)),
    )
    for row in finding.rows if len(finding.rows) > 1 else ():
        said = page.joined(country[page.language] for country in row["countries"] or ())
        page.lines.append(f"- {page.provider(row['provider'])}: {said}.")


def _write_providers(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
    names = page.joined(page.provider(row["provider"]) for row in finding.rows)
    if of.exists and reading.providers:
        page.add("held.yes", what=names)
    where = page.joined(place.label(page.language) for place in reading.places)
    page.add(
        "held.providers_in" if where else "held.providers", count=len(finding.rows), names=names, where=where
    )
    _write_regions(page, reading, finding, Holding("regions", counted=not where))


def _write_machines(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
    _write_total(page, finding)
    for row in finding.rows:
        values = {name: page.number(row[name], 0) for name in _COUNTED}
        page.add("coverage.row", provider=page.provider(row["provider"]), **values)
        if reading.families:
            page.lines[-1] += f" {page.joined(row['machine_names'])}."


def _write_gpus(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
    where = page.joined(place.label(page.language) for place in reading.places)
    every = {name for row in finding.rows for name in row["accelerators"] or ()}
    if _TPU.search(fold(reading.question)) and not any(name.startswith("TPU") for name in every):
        page.add("held.no", what="TPU")
    for row in finding.rows:
        names = row["accelerators"] or ()
        values = {"provider": page.provider(row["provider"]), "where": f" ({where})" if where else ""}
        if names:
            page.add("held.gpus", count=row["accelerator_kinds"], names=page.joined(names), **values)
        else:
            page.add("held.no_gpus", **values)
    if len(finding.rows) > 1:
        page.add("held.gpus_total", count=page.number(finding.figures["accelerators"], 0))


def _write_ways(column: str) -> Callable[[Page, Reading, Finding, Holding], None]:
    def write(page: Page, reading: Reading, finding: Finding, of: Holding) -> None:
        asked = reading.purchase.options if column == "purchase_options" else reading.purchase.systems
        if of.exists:
            held = {name for row in finding.rows for name in row[column]}
            what = page.joined(page.word("condition", name) for name in asked)
            page.add("held.yes" if held >= set(asked) else "held.no", what=what)
        for row in finding.rows:
            ways = page.joined(page.word("condition", name) for name in row[column])
            page.add(f"held.{column}", provider=page.provider(row["provider"]), ways=ways)

    return write


_WRITERS: dict[str, Callable[[Page, Reading, Finding, Holding], None]] = {
    "countries": _write_countries,
    "providers": _write_providers,
    "machines": _write_machines,
    "gpus": _write_gpus,
    "systems": _write_ways("operating_systems"),
    "options": _write_ways("purchase_options"),
}


def _write_holdings(page: Page, reading: Reading, context: Context, of: Holding) -> None:
    finding = context.found("holdings")[-1]
    if not finding.rows:
        _write_nothing(page, reading, context)
        return
    figures = {name: page.number(value, 0) for name, value in finding.figures.items()}
    if of.of == "services":
        _write_services(page, reading, finding)
    elif of.of == "models":
        page.add("held.models", **figures)
        _write_sellers(page, finding)
    else:
        page.add("held.prices", **figures)
        for row in finding.rows[:_PROVIDERS]:
            _write_holding(page, row)
    page.table(finding.rows, ("provider", "category", "prices", "machines", "models", "source"))


def _write_services(page: Page, reading: Reading, finding: Finding) -> None:
    if reading.elsewhere and not _holds(finding.rows, reading.elsewhere):
        page.add("held.no_service", service=reading.elsewhere)
    page.add("held.services")
    for row in [row for row in finding.rows if row["category"] != "ai"][:_SELLERS]:
        _write_holding(page, row)
    _write_sellers(page, finding)


def _holds(rows: Iterable[Row], service: str) -> bool:
    named = {key(name) for row in rows for name in (*row["services"], row["category"])}
    return any(key(service).rstrip("s") in name for name in named)


def _write_holding(page: Page, row: Row) -> None:
    services = page.joined(page.word("category", name) for name in row["services"][:_PROVIDERS])
    category = page.word("category", row["category"])
    values = {"provider": page.provider(row["provider"]), "prices": page.number(row["prices"], 0)}
    page.add("held.row", category=category, services=services, cite=page.cite(row), **values)


def _write_sellers(page: Page, finding: Finding) -> None:
    sellers = [row for row in finding.rows if row["models"]]
    named = [
        page.say("held.seller", provider=page.provider(row["provider"]), models=page.number(row["models"], 0))
        for row in sellers[:_SELLERS]
    ]
    if len(sellers) > _SELLERS:
        page.counts.append(len(sellers) - _SELLERS)
        named.append(f"+{len(sellers) - _SELLERS}")
    if named:
        page.add("held.sellers", count=page.number(len(sellers), 0), names=page.joined(named))


def write_freshness(page: Page, reading: Reading, context: Context) -> None:
    rows = [row for finding in context.found("freshness") for row in finding.rows]
    if not rows:
        names = page.joined(page.provider(name) for name in reading.providers)
        page.add("freshness.none", providers=names)
        page.answered = False
        return
    page.add("freshness.lead", created=page.day(context.reader.snapshot.created_at))
    for row in rows:
        page.add(
            "freshness.row",
            title=_source_title(page, row),
            source=row["source"],
            providers=_some(page, row, reading.providers),
            as_of=page.day(row["as_of"]),
            observed=page.day(row["observed_at"]),
            age=page.number(row["age_days"], 0),
            prices=page.number(row["prices"], 0),
            url=row["source_url"],
            licence=row["licence"],
            stale=page.say("freshness.stale") if row["stale"] else "",
            cite=page.cite(row),
        )
    refused = [_source_title(page, row) for row in rows if row["refused"]]
    page.add("freshness.failed" if refused else "freshness.no_failure", titles=page.joined(refused))
    page.add("freshness.refresh")
    columns = (
        "source",
        "providers",
        "as_of",
        "observed_at",
        "age_days",
        "stale",
        "prices",
        "licence",
        "source_url",
    )
    page.table(rows, columns)


def write_refused_rows(page: Page, reading: Reading, context: Context) -> None:
    finding = context.found("refused_rows")[-1]
    page.add("gate.lead" if finding.rows else "gate.none", rows=page.number(finding.figures["rows"], 0))
    for row in finding.rows:
        values = {"provider": page.provider(row["provider"] or "—"), "rows": page.number(row["rows"], 0)}
        page.add("gate.row", reason=page.word("reason", row["reason"]), cite=page.cite(row), **values)
    page.table(finding.rows, ("source", "provider", "reason", "rows"))


def _source_title(page: Page, row: Row) -> str:
    """The source in the page's words; what nobody worded keeps its own title."""
    worded = page.word("source", str(row["source"]))
    return str(row["title"]) if worded == row["source"] else worded


def _some(page: Page, row: Row, asked: Sequence[str]) -> str:
    every = str(row["providers"] or "—").split(", ")
    asked = [name for name in every if name in asked]
    if asked or len(every) <= _PROVIDERS:
        return page.joined(page.provider(name) for name in asked or every)
    some = ", ".join(page.provider(name) for name in every[:_PROVIDERS])
    return page.say("freshness.providers", some=some, count=row["provider_count"])
