"""What fits a language model, and what may stand in place of a machine."""

from __future__ import annotations

from agent.context import Context
from agent.render.page import Page, Row
from agent.render.prices import OWN
from agent.render.terms import cite
from agent.understand.reading import Reading


def write_fit(page: Page, reading: Reading, context: Context) -> None:
    """The memory first, then how many GPUs hold it, then the cheapest machines that do."""
    finding = context.found("fit_model")[0]
    said = finding.figures
    page.add(
        "sizing.memory",
        billions=page.number(said["parameters_billions"]),
        bytes=page.number(said["bytes"]),
        weights=page.number(said["weights_gb"]),
        needed=page.number(said["needed_gb"], 0),
        headroom=page.number(said["headroom_percent"]),
    )
    for one in said["gpus"]:
        values = {"accelerator": one["accelerator"], "memory": page.number(one["memory_gib"])}
        least, split = page.number(one["least"]), page.number(one["split"])
        page.add("sizing.gpus_split" if least != split else "sizing.gpus", least=least, split=split, **values)
    if not finding.rows:
        page.add("sizing.no_machine")
        return
    first, *others = finding.rows[: page.most_rows]
    page.add("sizing.machine", **_values(page, first))
    if others:
        page.add("offers.more")
    for row in others:
        page.add("offers.row", **_values(page, row))
    page.table(finding.rows, OWN)


def write_alternatives(page: Page, reading: Reading, context: Context) -> None:
    """What is meant by as large, what it costs, and what may stand in its place."""
    finding = context.found("alternatives")[0]
    machine, own = finding.figures["machine"], finding.figures["own"]
    first, *others = finding.rows[: page.most_rows] or (None,)
    if first is None:
        page.add("sizing.none", machine=machine["instance_type"], specs=page.specs(machine))
        page.answered = False
    else:
        page.add(
            "sizing.instead",
            instead_of=machine["instance_type"],
            **_values(page, first),
            saving=_saving(page, first),
        )
    if own:
        page.add("sizing.own", **_values(page, own))
    else:
        page.add("sizing.own_specs", machine=machine["instance_type"], specs=page.specs(machine))
    if others:
        page.add("offers.more")
    for row in others:
        page.add("sizing.row", **_values(page, row), saving=_saving(page, row))
    page.table(finding.rows, (*OWN, "saving_percent"))


def _values(page: Page, row: Row) -> dict[str, str]:
    return {
        "machine": str(row["instance_type"]),
        "provider": page.provider(row["provider"]),
        "regions": page.region(row),
        "rate": page.rate(row),
        "cite": cite(page, row),
        "specs": page.specs(row),
    }


def _saving(page: Page, row: Row) -> str:
    saved = row["saving_percent"]
    if saved is None or saved == 0:
        return ""
    return page.say("sizing.less" if saved > 0 else "sizing.dearer", percent=page.number(abs(saved), 1))
