"""Offers that meet conditions: the cheapest, or a list."""

from __future__ import annotations

from collections.abc import Sequence

from agent.context import Context
from agent.evidence import Finding
from agent.render import formats
from agent.render.conditions import described
from agent.render.page import TERMS, Page, Row, each_place, tied
from agent.render.terms import cite, each_gpu
from agent.understand.reading import Intent, Reading

COLUMNS = (
    "provider",
    "instance_type",
    "region",
    "vcpus",
    "memory_gib",
    "accelerator",
    "accelerator_count",
    "price_hour",
    "price_month",
    "currency",
    "price_usd_gpu_hour",
    *TERMS,
)


def write_offers(page: Page, reading: Reading, context: Context) -> None:
    found = context.found("find_offers")
    if found and found[0].rows:
        _write(page, reading, context, found[0])
        for other in found[1:] if reading.both_ends else ():
            page.add("offers.dearest", **_values(page, tied(other.rows)))
        return
    relaxed = next((finding for finding in found[1:] if finding.rows), None)
    if relaxed and reading.needs.max_gpus is not None and "max_gpus" not in relaxed.arguments:
        _write_more_gpus(page, reading, relaxed)
        _write_use(page, reading, context)
        return
    if relaxed:
        where = _dropped_place(page, reading, relaxed)
        if "purchase_options" not in relaxed.arguments:
            options = page.joined(page.word("condition", option) for option in reading.purchase.options)
            dropped = page.say("offers.dropped_option", option=options)
        elif where:
            dropped = page.say("offers.dropped_place", places=where)
        else:
            dropped = page.say("offers.dropped_price")
        page.add("offers.relaxed", dropped=dropped, **_values(page, tied(relaxed.rows)))
        page.table(relaxed.rows, COLUMNS)
        page.answered = False
        return
    page.add("offers.none", conditions=described(page, reading))
    page.answered = False


def _write_more_gpus(page: Page, reading: Reading, found: Finding) -> None:
    """Only machines of more GPUs than asked for are sold: the price of one of those."""
    first = tied(found.rows)
    asked = (
        page.word("offers", "one")
        if reading.needs.max_gpus == 1
        else page.number(reading.needs.max_gpus or 0)
    )
    each = page.usd(first[0]["price_usd_gpu_hour"])
    page.add("offers.more_gpus", asked=asked, each=each, **_values(page, first))
    page.table(found.rows, COLUMNS)


def _dropped_place(page: Page, reading: Reading, relaxed: Finding) -> str:
    """The places or the providers of the question that the search did without."""
    places = page.joined(place.label(page.language) for place in reading.places)
    providers = page.joined(page.provider(name) for name in reading.providers)
    said = {"places": places, "providers": providers}
    return ", ".join(text for name, text in said.items() if text and name not in relaxed.arguments)


def _write(page: Page, reading: Reading, context: Context, finding: Finding) -> None:
    rows, machines = finding.rows, int(finding.figures["machines"])
    if finding.arguments.get("best_per") == "accelerator" and not reading.accelerators:
        _write_gpus(page, rows)
        return
    by_region = finding.arguments.get("best_per") == "region"
    groups = [tied(rows)] if by_region else _by_machine(rows)
    if reading.intent is Intent.LIST:
        page.add("offers.list_one" if machines == 1 else "offers.list", count=page.number(machines, 0))
        listed = groups[: reading.how_many or page.most_rows * 2]
        if machines > len(listed):
            page.caveat("truncated")
    else:
        first = groups[0]
        _write_first(page, reading, first)
        if first[0].get("price_usd_gpu_hour") and (first[0].get("accelerator_count") or 1) > 1:
            page.add("offers.per_gpu", rate=page.usd(first[0]["price_usd_gpu_hour"]))
        used = _write_use(page, reading, context)
        if reading.monthly and not used:
            page.add("offers.month", month=page.month(first[0]))
            each = first[0].get("price_usd_gpu_month")
            if each and (first[0].get("accelerator_count") or 1) > 1:
                page.add("offers.per_gpu_month", month=formats.total(each, "USD", page.language))
        if by_region:
            _write_regions(page, reading, rows)
        listed = groups[1 : reading.how_many or page.most_rows]
        if listed:
            page.add("offers.more")
    for group in listed:
        page.add("offers.row", **_values(page, group))
        if reading.per_gpu or reading.intent is Intent.COMPARE:
            page.lines[-1] += each_gpu(page, group[0])
    page.table(rows, COLUMNS)


def _write_gpus(page: Page, rows: Sequence[Row]) -> None:
    """Every kind of GPU with the machine in which one of it costs least."""
    smallest = {row["accelerator"]: row for row in sorted(rows, key=lambda row: -row["price_usd_hour"])}
    kinds = [smallest[name] for name in dict.fromkeys(row["accelerator"] for row in rows)]
    page.add("offers.gpus", count=page.number(len(kinds), 0))
    for row in kinds:
        each = page.usd(row["price_usd_gpu_hour"])
        page.add("offers.gpu", gpu=row["accelerator"], each=each, **_values(page, [row]))
    page.table(kinds, COLUMNS)


def _write_use(page: Page, reading: Reading, context: Context) -> bool:
    """What the time or the number asked for comes to, if either was."""
    found = context.found("estimate")
    for row in (finding.rows[0] for finding in found):
        one = "one" if row["machines"] == 1 else "many"
        page.add(
            f"offers.use_{one}",
            machines=page.number(row["machines"]),
            hours=page.number(row["hours"]),
            total=formats.total(row["total"], row["currency"], page.language),
        )
    for finding in context.found("budget"):
        row = finding.rows[0]
        page.add(
            f"offers.use_budget_{reading.paid_for}",
            budget=formats.total(finding.figures["budget_usd"], "USD", page.language),
            machines=f"{page.number(row['machines'])} × {row['instance_type']}",
            hours=page.number(row["hours"]),
            days=page.number(row["days"], 1),
            total=formats.total(row["total_usd"], "USD", page.language),
        )
    return bool(found)


def _write_regions(page: Page, reading: Reading, rows: Sequence[Row]) -> None:
    """The first regions or countries in order, each with its first offer."""
    places = each_place(rows, reading.by_region)
    if len(places) < 2:
        return
    page.add("offers.by_region")
    for row in places[: reading.how_many or page.most_rows * 2]:
        page.add("offers.region", region=page.region(row), **_values(page, [row]))


def _write_first(page: Page, reading: Reading, first: Sequence[Row]) -> None:
    values = _values(page, first)
    if reading.rank is None:
        page.add("offers.dearest" if reading.dearest else "offers.cheapest", **values)
        return
    what = page.word("rank", reading.rank)
    page.add("offers.value" if reading.rank.startswith("price") else "offers.most", what=what, **values)
    unit = first[0]["price_usd_unit_hour"]
    if unit is not None:
        page.add("offers.per_unit", rate=page.usd(unit), what=what)
    if first[0]["local_storage_gb"] and reading.rank == "storage":
        page.add("offers.storage", size=page.number(first[0]["local_storage_gb"], 0))


def _values(page: Page, group: Sequence[Row]) -> dict[str, str]:
    return {
        "machine": str(group[0]["instance_type"]),
        "provider": page.provider(group[0]["provider"]),
        "regions": page.regions(group),
        "rate": page.rate(group[0]),
        "cite": cite(page, *group),
        "specs": page.specs(group[0]),
    }


def _by_machine(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["provider"], row["instance_type"]), []).append(row)
    return list(groups.values())
