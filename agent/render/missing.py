"""When there is no such price: was it refused, what is known instead, what is nearest."""

from __future__ import annotations

from collections.abc import Sequence

from agent.context import Context
from agent.render import formats
from agent.render.basis import how
from agent.render.page import Page, Row, tied
from agent.render.terms import cite
from agent.understand.fold import key
from agent.understand.reading import Reading
from agent.understand.typos import similar_machines, similar_places

_ELSEWHERE = ("nearest_prices", "price_of", "estimate")


def write_no_place(page: Page, reading: Reading, context: Context) -> None:
    """The place asked about is none, or none that anyone sells in."""
    if reading.nowhere:
        providers = page.joined(page.provider(name) for name in sorted(context.words.providers))
        page.add("missing.nowhere_there", places=page.joined(reading.nowhere), providers=providers)
    for name in reading.unknown_places:
        page.add("missing.unknown_place", place=name)
        similar = [place.label(page.language) for place in similar_places(name, context.words)]
        if similar:
            page.known += similar
            page.add("missing.unknown_similar", names=page.joined(similar))
    if reading.unknown_places:
        page.add("missing.ask_elsewhere")
    page.answered = False


def explain_missing(page: Page, reading: Reading, context: Context) -> None:
    for name in reading.unknown_machines:
        page.add("missing.unknown_machine", machine=name)
        similar = similar_machines(key(name), context.words)
        if similar:
            page.known += similar
            page.add("missing.unknown_similar", names=page.joined(similar))
        page.answered = False
    missing = [name for name in reading.machine_names() if not _priced(context, name, reading)]
    for name in missing:
        _explain(page, reading, context, name)
    if missing and len(missing) == len(reading.machine_names()):
        page.answered = False  # what is said is why not, and what is nearest


def _priced(context: Context, name: str, reading: Reading) -> bool:
    primary = next((f for f in context.findings if f.tool in ("price_of", "estimate", "compare")), None)
    every = [f for f in context.findings if f.tool == "estimate"] or ([primary] if primary else [])
    return any(row["instance_type"] == name for finding in every for row in finding.rows)


def _explain(page: Page, reading: Reading, context: Context, name: str) -> None:
    places = page.joined(place.label(page.language) for place in reading.places)
    page.add(
        "missing.no_price",
        machine=name,
        option=page.word("condition", reading.purchase.options[0]),
        where=page.say("missing.in_places", places=places) if places else page.say("missing.everywhere"),
        conditions=_rest(page, reading),
    )
    refused = [row for f in context.found("refused_prices") for row in f.rows if row["instance_type"] == name]
    rows: list[Row] = list(refused[: page.most_rows])
    write_refused(page, rows)
    if not any(row["reason"] == "dedicated_tenancy" for row in refused):
        rows += _dedicated(page, context, name)
    rows += _nearest(page, reading, context, name)
    page.table(
        [*page.rows, *rows],
        (
            "provider",
            "instance_type",
            "region",
            "tenancy",
            "price_hour",
            "price",
            "currency",
            "reason",
            "likely_price",
            "distance_km",
        ),
    )


def _rest(page: Page, reading: Reading) -> str:
    """The way of buying without the purchase option, which the sentence already holds."""
    parts = how(page, reading, assumed=None).split(", ")
    return ", ".join(parts[1:])


def write_refused(page: Page, rows: Sequence[Row]) -> None:
    for row in rows[: page.most_rows]:
        _refused(page, row)


def _refused(page: Page, row: Row) -> None:
    reason = page.word("reason", row["reason"])
    page.add(
        "missing.refused",
        price=formats.rate(row["price"], row["currency"], page.language),
        region=row["region"],
        cite=page.cite(row),
        reason=reason if reason != row["reason"] else str(row["detail"]).rstrip("."),
    )
    if row["likely_price"]:
        page.add(
            "missing.refused_likely", price=formats.rate(row["likely_price"], row["currency"], page.language)
        )


def _dedicated(page: Page, context: Context, name: str) -> list[Row]:
    rows = [
        row
        for finding in context.found("find_offers")
        for row in finding.rows
        if row["instance_type"] == name and row["tenancy"] == "dedicated"
    ]
    for row in rows[:1]:
        page.add("missing.dedicated", rate=page.rate(row), region=page.region(row), cite=cite(page, row))
    return rows


def _nearest(page: Page, reading: Reading, context: Context, name: str) -> list[Row]:
    near = [row for f in context.found("nearest_prices") for row in f.rows if row["instance_type"] == name]
    if near:
        km = near[0]["distance_km"]
        distance = page.say("missing.distance", km=page.number(km, 0)) if km is not None else ""
        page.add(
            "missing.nearest",
            rate=page.rate(near[0]),
            region=page.region(near[0]),
            cite=cite(page, near[0]),
            distance=distance,
        )
        return near[: page.most_rows]
    found = [f for f in context.found("price_of")[1:] if any(row["instance_type"] == name for row in f.rows)]
    for finding in found[:1]:
        best = tied(finding.rows)
        values = {"rate": page.rate(best[0]), "regions": page.regions(best), "cite": cite(page, *best)}
        asked = finding.arguments.get("purchase_options")
        if finding.rows[0]["operating_system"] != reading.purchase.operating_system:
            system = page.word("condition", finding.rows[0]["operating_system"])
            page.add("missing.other_system", system=system, **values)
        elif asked is None:
            page.add("missing.other_option", **values)
        else:
            page.add("missing.elsewhere", machine=name, count=finding.figures["regions"], **values)
        return list(best)
    looked = {call.arguments.get("machine") for call in context.findings if call.tool in _ELSEWHERE}
    if name in looked:  # else nobody looked, and nothing is known
        page.add("missing.nowhere")
    page.answered = False
    return []
