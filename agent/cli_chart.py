"""`cloud-pricing chart`: a question's answer, or the rows of a SELECT, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from agent.cli_choice import AsOf, SnapshotId, live_feeds, reader_of, say_which
from agent.terminal import note
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from agent.chart_rows import Axes, Kind
    from warehouse.reader import Reader


def chart(
    asked: Annotated[str, typer.Argument(help="A question in English or Portuguese, or one SELECT.")],
    to: Annotated[Path, typer.Argument(help="The picture: a .png, .svg or .html file.")],
    kind: Annotated[str | None, typer.Option("--kind", help="bars, lines or points.")] = None,
    x: Annotated[str | None, typer.Option("--x", help="Column along the axis, or that names bars.")] = None,
    y: Annotated[str | None, typer.Option("--y", help="Column of the numbers.")] = None,
    series: Annotated[
        str | None, typer.Option("--series", help="Column that has a colour for each value.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="What stands above it.")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Its language: en or pt.")] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
) -> None:
    """Draw what a question or a SELECT finds."""
    from agent import charts
    from agent.chart_rows import KINDS, Axes
    from agent.understand.intent import sql_of

    charts.require_format(to)
    if kind not in (None, *KINDS):
        raise InvalidInput(f"There is no kind {kind}.", f"Use {', '.join(KINDS)}.")
    if lang not in (None, "auto", "en", "pt"):
        raise InvalidInput(f"There is no language {lang}.", "Use en or pt.")
    axes = Axes(x, y, series, cast("Kind | None", kind))
    sql = sql_of(asked)
    with reader_of(snapshot, as_of) as reader:
        spec = (
            _of_rows(reader, sql, axes, title, lang) if sql else _of_answer(reader, asked, axes, title, lang)
        )
        say_which(reader, as_of)
    charts.save(spec, to)
    note(f"Drawn in {to}.")


def _of_rows(reader: Reader, sql: str, axes: Axes, title: str | None, lang: str | None) -> dict[str, Any]:
    from agent.chart_rows import rows_chart

    found = reader.query(sql)
    if found.truncated:
        note(f"Cut at {len(found.rows):,} rows; aggregate more, or raise CLOUD_PRICING_QUERY_ROWS.")
    language = "pt" if lang == "pt" else "en"
    caption = f"Snapshot {reader.snapshot.id}"
    return rows_chart(
        found.columns, found.records(), axes, language=language, title=title or "", caption=caption
    )


def _of_answer(
    reader: Reader, question: str, axes: Axes, title: str | None, lang: str | None
) -> dict[str, Any]:
    """The answer's own chart, unless it has none or another one is asked for."""
    from agent.answer import answer
    from agent.chart_rows import Axes, rows_chart
    from agent.settings import agent_settings

    given = agent_settings()
    said = answer(question, reader=reader, language=lang, settings=given, live=live_feeds(given))
    if not said.answered:
        raise InvalidInput(said.text.splitlines()[0], "Ask it with `cloud-pricing ask` to see what is near.")
    if said.chart and axes == Axes():
        return {**said.chart, **_titled(said.chart, title)}
    sources = ", ".join(sorted({citation.source for citation in said.citations}))
    caption = " · ".join(filter(None, (f"Snapshot {said.snapshot}", sources)))
    return rows_chart(
        said.columns, said.rows, axes, language=said.language, title=title or question, caption=caption
    )


def _titled(spec: Any, title: str | None) -> dict[str, Any]:
    return {"title": {**spec["title"], "text": title}} if title else {}
