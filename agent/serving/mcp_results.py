"""What a tool found, as MCP hands it on: structured, and as a table that lines up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import mcp_types as types
from pydantic import BaseModel, Field

from agent.disguises import visible
from agent.evidence import Finding, plain
from agent.serving.aligned import aligned
from warehouse.errors import CloudPricingError
from warehouse.reader import Reader

MOST_ROWS = 200
_MOST_STRUCTURED, _MOST_TEXT = 60_000, 16_000  # characters
_A_DAY_OR_TWO = 48  # hours
_OF_AN_ANSWER = ("text", "snapshot", "as_of", "language", "answered", "suggestions", "tools_used", "sql")
_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_COUNTS = ("lines", "found")  # figures that say how many rows there are in all


class Citation(BaseModel):
    """Where figures are from."""

    number: int = Field(description="As in the text's [n].")
    title: str
    price_id: str | None = Field(default=None, description="Finds the price again, in this snapshot.")
    source: str
    source_url: str | None = None
    as_of: str | None = Field(default=None, description="The date of the source's data, UTC.")
    observed_at: str | None = Field(default=None, description="When it was read, UTC.")


class Result(BaseModel):
    """Rows with where they are from. Money is exact decimal text; times are ISO 8601, UTC."""

    columns: list[str] = Field(description="Names in the rows, in order; without what is empty in all.")
    rows: list[dict[str, Any]]
    figures: dict[str, Any] = Field(description="Counts and totals of all that was found.")
    citations: list[Citation] = Field(description="Each source of the rows once; a row's price_id is exact.")
    truncated: bool = Field(description="Whether there are more rows than these.")
    notes: list[str] = Field(description="What to keep in mind, such as what was cut.")
    snapshot: str = Field(description="The id of the snapshot all of it is from.")
    published_at: str
    as_of: str | None = Field(
        description="The date of the oldest data in the rows; its age says how far to trust."
    )


class Answered(Result):
    """An answer in words, with the rows it rests on."""

    text: str = Field(description="The answer; [n] marks citation n.")
    language: str
    answered: bool = Field(
        description="False where the snapshot cannot tell, or the question was not understood."
    )
    suggestions: list[str] = Field(description="Questions that may be asked next.")
    tools_used: list[str]
    sql: str | None = None


def of_finding(
    found: Finding, reader: Reader, columns: Sequence[str], more: Sequence[str], notes: Sequence[str] = ()
) -> types.CallToolResult:
    """`columns` are the text's, `more` only in the structured rows; without any, all there are."""
    shown = columns or tuple(found.rows[0]) if found.rows else ()
    rows, cut = _fitting(found.rows, (*shown, *more))
    names = _filled(rows, (*shown, *more)) if columns else list(shown)
    there = next((found.figures[name] for name in _COUNTS if name in found.figures), len(found.rows))
    truncated = found.truncated or cut
    said = list(notes)
    if truncated:
        of = f"{len(rows)} of {there}" if there > len(rows) else f"Only {len(rows)}"
        said.append(f"{of} rows: narrow the conditions, or ask for more `rows` (at most {MOST_ROWS}).")
    result = Result(
        columns=names,
        rows=[{name: _shown(row.get(name)) for name in names} for row in rows],
        figures={name: plain(value) for name, value in found.figures.items() if value is not None},
        citations=_citations(rows),
        truncated=truncated,
        notes=said,
        as_of=_oldest(rows),
        **_of(reader),
    )
    body = _documents(rows) if found.tool == "search_knowledge" else aligned(_filled(rows, shown), rows)
    if not rows:
        body = ["Nothing meets these conditions."]
        result.notes.append("Loosen them, or use `ask`: it says what is missing and why.")
    return _told(result, body, _figures(result.figures), result.notes)


def _shown(value: Any) -> Any:
    """Without characters that a model reads and nobody sees."""
    return visible(value) if isinstance(value, str) else plain(value)


def of_answer(said: Mapping[str, Any], published: datetime) -> types.CallToolResult:
    """`said` is an answer's own JSON."""
    rows, cut = _fitting(said["rows"], said["columns"])
    columns = _filled(rows, said["columns"])
    result = Answered(
        **{name: said[name] for name in _OF_AN_ANSWER},
        columns=columns,
        rows=[{name: row.get(name) for name in columns} for row in rows],
        figures={},
        citations=[Citation(**{**one, "price_id": one["price_id"] or None}) for one in said["citations"]],
        truncated=cut,
        notes=said["caveats"],
        published_at=published.isoformat(),
    )
    sources = [
        f"[{one.number}] {one.title}: {one.source}" + (f", {one.as_of[:10]}" if one.as_of else "")
        for one in result.citations
    ]
    figures = [{name: _figure(value) for name, value in row.items()} for row in rows]
    table = ["", *aligned(columns, figures)] if len(rows) > 1 else []
    return _told(result, [result.text, *table], sources, result.notes)


def _figure(value: Any) -> Any:
    """In JSON an exact figure is text."""
    return Decimal(value) if isinstance(value, str) and _FIGURE.fullmatch(value) else value


def of_error(error: CloudPricingError) -> types.CallToolResult:
    """What is wrong and what to do next, which a model can act on."""
    return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)


def _told(result: Result, body: Sequence[str], *after: Iterable[str]) -> types.CallToolResult:
    """The body is cut where it is too long; what comes after it is not."""
    kept: list[str] = []
    left = _MOST_TEXT
    for line in body:
        left -= len(line) + 1
        if left < 0:
            kept.append("… cut here; the structured rows have more.")
            break
        kept.append(line)
    lines = [
        *kept,
        "",
        *(line for part in after for line in part),
        _basis(result),
    ]
    text = types.TextContent(type="text", text="\n".join(lines))
    return types.CallToolResult(content=[text], structured_content=result.model_dump())


def _basis(result: Result) -> str:
    now, published = datetime.now(UTC), datetime.fromisoformat(result.published_at)
    said = f"Snapshot {result.snapshot}, published {published:%Y-%m-%d %H:%M} UTC ({_age(now, published)})"
    if result.as_of:
        of = datetime.fromisoformat(result.as_of)
        said += f"; oldest data of {of:%Y-%m-%d} ({_age(now, of)})"
    return f"{said}."


def _age(now: datetime, moment: datetime) -> str:
    hours = (now - moment).total_seconds() / 3600
    return f"{hours:.0f} h ago" if hours < _A_DAY_OR_TWO else f"{hours / 24:.0f} days ago"


def _of(reader: Reader) -> dict[str, str]:
    return {"snapshot": reader.snapshot.id, "published_at": reader.snapshot.created_at.isoformat()}


def _fitting(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[list[Mapping[str, Any]], bool]:
    """As many rows as a client can be sent, and whether that is less than there are."""
    kept: list[Mapping[str, Any]] = []
    left = _MOST_STRUCTURED
    for row in rows[:MOST_ROWS]:
        left -= len(json.dumps({name: plain(row.get(name)) for name in names}))
        if left < 0:
            break
        kept.append(row)
    return kept, len(kept) < len(rows)


def _filled(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    return [name for name in names if any(row.get(name) is not None for row in rows)]


def _oldest(rows: Sequence[Mapping[str, Any]]) -> str | None:
    moments = [row["as_of"] for row in rows if isinstance(row.get("as_of"), datetime)]
    return min(moments).isoformat() if moments else None


def _citations(rows: Sequence[Mapping[str, Any]]) -> list[Citation]:
    """Each source once, with its oldest data."""
    found: dict[tuple[str, str | None], Citation] = {}
    for row in rows:
        if not row.get("source"):
            continue
        key = (str(row["source"]), row.get("source_url"))
        as_of, observed_at = plain(row.get("as_of")), plain(row.get("observed_at"))
        known = found.setdefault(
            key,
            Citation(
                number=len(found) + 1,
                title=key[0],
                source=key[0],
                source_url=key[1],
                as_of=as_of,
                observed_at=observed_at,
            ),
        )
        if as_of and known.as_of and as_of < known.as_of:
            known.as_of = as_of
    return list(found.values())


def _figures(figures: Mapping[str, Any]) -> Iterator[str]:
    """Those that are one value; the others are in the structured content."""
    for name, value in figures.items():
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield f"{name}: {', '.join(value)}"
        elif not isinstance(value, Mapping | list):
            yield f"{name}: {value}"


def _documents(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        line
        for row in rows
        for line in (f"# {visible(str(row['title']))} ({row['document_id']})", visible(str(row["text"])), "")
    ]
