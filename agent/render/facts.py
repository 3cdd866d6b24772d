"""Specs, guides, freshness, SQL, help, and the honest `I can't tell`."""

from __future__ import annotations

import re
from decimal import Decimal

from agent.context import Context
from agent.evidence import plain
from agent.render.page import Page, Row
from agent.understand.fold import fold
from agent.understand.lexicon import lexicon
from agent.understand.reading import Reading
from warehouse.errors import TurnedOff

_EXAMPLES = ("price", "cheapest", "compare", "estimate", "tokens", "explain")
_RELATED = 3
_CELLS = 4
_SECTION = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_MOST_CHARACTERS = 900
_PASSAGES = 3
_ANSWERED_SHORTLY = ("thanks", "goodbye")
_EMPHASIS = re.compile(r"(\*{1,2})(\S(?:[^*]*\S)?)\1")


def write_specs(page: Page, reading: Reading, context: Context) -> None:
    rows = [row for finding in context.found("machine_specs") for row in finding.rows]
    for row in rows:
        parts = [page.specs(row)]
        if row["accelerator_total_gib"] and row["accelerator_count"] > 1:
            parts.append(page.say("specs.gpu_total", n=page.number(row["accelerator_total_gib"])))
        if row["local_storage_gb"]:
            parts.append(page.say("specs.storage", n=page.number(row["local_storage_gb"])))
        if row["network_gbps"]:
            parts.append(page.say("specs.network", n=page.number(row["network_gbps"])))
        if row["cpu_model"]:
            parts.append(page.say("specs.cpu", name=row["cpu_model"]))
        if row["architecture"]:
            parts.append(page.say("specs.architecture", name=page.word("condition", row["architecture"])))
        provider = page.provider(row["provider"])
        page.lines.append(
            page.say(
                "specs.one", machine=row["instance_type"], provider=provider, specs=", ".join(parts)
            ).removesuffix(".")
            + page.cite({**row, "price_id": f"{row['provider']}/{row['instance_type']}"})
            + "."
        )
    page.table(
        rows,
        (
            "provider",
            "instance_type",
            "vcpus",
            "memory_gib",
            "accelerator",
            "accelerator_count",
            "architecture",
        ),
    )


def write_explanation(page: Page, reading: Reading, context: Context) -> None:
    rows = [row for finding in context.found("search_knowledge") for row in finding.rows]
    rows = [row for row in rows if _is_about_things(row, reading)]
    if not rows:
        write_unknown(page, reading, None if reading.elsewhere else "because_guide")
        return
    best = rows[0]
    page.lines += [_EMPHASIS.sub(r"\2", part) for part in _told(best)]
    page.add("explain.source", title=best["title"], cite=page.cite(best))
    related = [row["title"] + page.cite(row) for row in rows[1 : 1 + _RELATED]]
    if related:
        page.add("explain.related", titles="; ".join(related))
    page.table(rows, ("title", "kind", "source"))


def _is_about_things(row: Row, reading: Reading) -> bool:
    """Whether a guide speaks of every disk and the like that is named: one of gp3 tells nothing of gp2."""
    folded = fold(reading.question)
    found = (pattern.search(folded) for pattern in lexicon().words("things").values())
    return all(one.group() in fold(row["text"]) for one in found if one)


def _told(row: Row) -> list[str]:
    """The passages asked for, with the summary they rest on."""
    summary = row["summary"] or _SECTION.split(row["text"], maxsplit=1)[0].strip()[:_MOST_CHARACTERS]
    told = list(row.get("passages") or ())
    return told[:_PASSAGES] if summary in told[:_PASSAGES] else [*told[: _PASSAGES - 1], summary]


def write_sql(page: Page, reading: Reading, context: Context) -> None:
    found = context.found("query_sql")
    if context.failures and not found:
        failure = context.failures[-1]
        if isinstance(failure, TurnedOff):
            page.add("sql.off")
        else:
            page.add("sql.failed", message=failure.message, hint=failure.hint)
        page.answered = False
        return
    rows = [row for finding in found for row in finding.rows]
    if not rows:
        page.add("sql.none")
    else:
        page.add("sql.lead_one" if len(rows) == 1 else "sql.lead", count=page.number(len(rows), 0))
        if len(rows) == 1 and len(rows[0]) <= _CELLS:
            page.lines.append("; ".join(f"{name}: {_cell(page, value)}" for name, value in rows[0].items()))
    if any(finding.truncated for finding in found):
        page.caveat("truncated")
    page.table(rows, tuple(rows[0]) if rows else ())


def _cell(page: Page, value: object) -> str:
    if isinstance(value, (bytes, list, dict)):
        value = plain(value)  # in text of their own, not of Python's types
    return page.number(value, 10) if isinstance(value, (int, float, Decimal)) else str(value)


def write_help(page: Page, reading: Reading, context: Context) -> None:
    page.add("help.text", examples=examples(page))


def write_greeting(page: Page, reading: Reading, context: Context) -> None:
    said = reading.courtesy or "hello"
    if said in _ANSWERED_SHORTLY:
        page.add(f"courtesy.{said}")
    else:
        page.add(f"courtesy.{said}", examples=examples(page))


def write_unknown(page: Page, reading: Reading, because: str | None = None) -> None:
    page.answered = False
    if because is None:
        because = "because_service" if reading.elsewhere else "because_unknown"
    if reading.refused:
        because = f"because_{reading.refused}"
    reason = page.say(f"help.{because}", service=reading.elsewhere or "")
    near = lexicon().first("near", fold(reading.question)) if reading.refused is None else None
    if near:
        page.add("help.without_examples", because=reason)
        page.add(f"help.near_{near}")
    else:
        page.add("help.unknown", because=reason, examples=examples(page))
    page.suggestions += suggested(page)


def suggested(page: Page) -> list[str]:
    return [page.say(f"examples.{name}") for name in _EXAMPLES[:3]]


def examples(page: Page) -> str:
    return "\n".join(f"- {page.say(f'examples.{name}')}" for name in _EXAMPLES)
