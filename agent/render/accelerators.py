"""Facts about GPUs and other accelerators."""

from __future__ import annotations

from agent.context import Context
from agent.render.page import Page, Row
from agent.understand.reading import Reading

_NUMBERS = ("bandwidth_gbps", "bf16_tflops", "fp8_tflops", "tdp_watts")
COLUMNS = ("accelerator", "vendor", "architecture", "memory_gib", "memory_type", *_NUMBERS, "year")


def write_accelerators(page: Page, reading: Reading, context: Context) -> None:
    rows = [row for finding in context.found("accelerator_specs") for row in finding.rows]
    for row in rows:
        cite = page.cite({**row, "price_id": row["accelerator"]})
        page.add("accelerator.one", **_named(row), specs=", ".join(_parts(page, row)), cite=cite)
    page.table(rows, COLUMNS)


def _named(row: Row) -> dict[str, str]:
    maker = " ".join(str(row[name]) for name in ("vendor", "architecture") if row[name])
    return {"accelerator": str(row["accelerator"]), "maker": maker}


def _parts(page: Page, row: Row) -> list[str]:
    parts = []
    if row["memory_gib"]:
        memory = page.number(row["memory_gib"])
        parts.append(page.say("accelerator.memory", n=memory, type=row["memory_type"] or "").strip())
    parts += [
        page.say(f"accelerator.{name}", n=page.number(row[name]))
        for name in _NUMBERS
        if row[name] is not None
    ]
    if row["year"]:
        parts.append(page.say("accelerator.year", year=str(row["year"])))
    return parts
