"""`cloud-pricing history`: every price a machine or language model had, and how they went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from agent import periods
from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_offers import Many, one_of
from agent.cli_records import emit, emit_csv
from agent.terminal import note, out, show
from warehouse.contracts import OPERATING_SYSTEMS, PURCHASE_OPTIONS, TENANCIES, QueryResult
from warehouse.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from agent.context import Context
    from agent.courses import Row
    from agent.evidence import Finding

Since = Annotated[
    str | None,
    typer.Option("--since", help="From then on: 2026-11-01, 2026-11, 2026, or back from now: 7d, 2w, 1y."),
]
Until = Annotated[str | None, typer.Option("--until", help="Up to the end of then, written the same way.")]
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40  # characters of a timeline
_TIMELINES = 30
_EXPORTED = (
    "price_id", "provider", "instance_type", "model", "name", "kind", "operating_system", "tenancy", "region",
    "zone", "purchase_option", "term_months", "payment", "offering_class", "valid_from", "valid_to", "price",
    "currency", "unit",
    "change_percent", "follows", "source", "source_url", "as_of", "observed_at",
)  # fmt: skip


def history(
    name: Annotated[
        str, typer.Argument(help="A machine, such as m5.xlarge, or a language model, such as gpt-4o.")
    ],
    region: Annotated[Many, typer.Option("--region", help="Region code; may be repeated.")] = None,
    place: Annotated[Many, typer.Option("--place", help="Region, city, country or continent.")] = None,
    operating_system: Annotated[str, typer.Option("--os", help="linux, windows, rhel, ...")] = "linux",
    tenancy: Annotated[str, typer.Option("--tenancy", help="shared, dedicated or host.")] = "shared",
    purchase_option: Annotated[Many, typer.Option("--purchase-option", help="on_demand, spot, ...")] = None,
    since: Since = None,
    until: Until = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Draw it: a .png, .svg or .html file.")
    ] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Show every price a machine or language model had, from when to when, and how each step changed it."""
    from agent import charts
    from agent.context import Context

    one_of("--tenancy", [tenancy], TENANCIES)
    one_of("--os", [operating_system.lower()], OPERATING_SYSTEMS)
    one_of("--purchase-option", purchase_option or [], PURCHASE_OPTIONS)
    if chart is not None:
        charts.require_format(chart)
    options = purchase_option or ["on_demand"]
    how = {"operating_system": operating_system.lower(), "tenancy": tenancy, "purchase_options": options}
    places = [*(region or ()), *(place or ())] or None
    with reader_of(snapshot, as_of) as reader:
        found = _found(Context.of(reader), name, places, how, days(since, until))
        say_which(reader, as_of)
    rows = [row for row in found.rows if row["within"]]
    if as_json:
        emit([{name: row.get(name) for name in _EXPORTED} for row in rows])
    elif as_csv:
        emit_csv(QueryResult(_EXPORTED, tuple(tuple(row.get(name) for name in _EXPORTED) for row in rows)))
    else:
        _show(rows, found.rows)
    if found.truncated:
        note("More prices match than are shown; narrow the places or the time.")
    if chart is not None and rows:
        sources = ", ".join(sorted({row["source"] for row in rows}))
        places_shown = {row["region"] for row in rows}
        where = f" in {rows[0]['region']}" if len(places_shown) == 1 and places_shown != {"global"} else ""
        bought = f", {_bought(options)}" if rows[0].get("instance_type") else ""
        title = f"{rows[0].get('instance_type') or rows[0]['name']}{where}{bought}"
        caption = f"Snapshot {reader.snapshot.id} · sources: {sources}"
        spec = charts.history_chart(rows, language="en", title=title, caption=caption)
        charts.save(spec or {}, chart)
        note(f"Drawn in {chart}.")


def days(since: str | None, until: str | None) -> dict[str, Any]:
    """The first and last day of the options, as tools take them."""
    now = datetime.now(UTC)
    asked: dict[str, Any] = {}
    if since is not None:
        asked["since"] = periods.moment(since, "--since", now).date()
    if until is not None:
        end = periods.moment(until, "--until", now, end=True)
        asked["last_day"] = (end - timedelta(microseconds=1)).date()
    if len(asked) == 2 and asked["since"] > asked["last_day"]:
        raise InvalidInput("--until is before --since.", "Give an earlier --since.")
    return asked


def _found(context: Context, name: str, places: Many, how: dict[str, Any], asked: dict[str, Any]) -> Finding:
    """Of the machine of this name, else of the language model. Raises UnknownName."""
    from agent import filters, history_tools

    try:
        filters.machine_names(context, [name])
    except UnknownName as unknown:
        try:
            return history_tools.token_price_history(context, name, **asked)
        except UnknownName as error:
            near = unknown.hint if "none is similar" in error.hint else error.hint
            raise UnknownName(f"No machine and no language model is called {name}.", near) from None
    return history_tools.price_history(context, [name], places=places, **how, **asked)


def _bought(options: Sequence[str]) -> str:
    return ", ".join(option.replace("_", " ") for option in options)


def _show(rows: Sequence[Row], every: Sequence[Row]) -> None:
    if not rows:
        known = min((row["valid_from"] for row in every), default=None)
        more = f" The first known is of {known:%Y-%m-%d}." if known else ""
        note(f"No price of that time is held.{more}")
        return
    if out.is_terminal:
        _show_timelines(rows)
    columns = ("provider", "region", "how", "from", "to", "price", "per", "change_%", "source", "data_of")
    table = [
        (
            row["provider"],
            row["region"],
            _how(row),
            row["valid_from"].date(),
            row["valid_to"].date() if row["valid_to"] else None,
            row["price"],
            f"{row['currency']}/{row['unit'].replace('_', ' ')}",
            row["change_percent"],
            row["source"],
            row["as_of"].date(),
        )
        for row in rows
    ]
    spare = [] if any(line[2] for line in table) else ["how"]
    show(QueryResult(columns, tuple(table)), [*spare, "data_of", "per", "provider"])


def _how(row: Row) -> str:
    """What tells two things of one region apart."""
    term = row.get("term_months")
    parts = (
        row.get("kind"),
        row.get("zone"),
        f"{term} months" if term else None,
        row.get("payment"),
        row.get("offering_class"),
    )
    return ", ".join(str(part) for part in parts if part)


def _show_timelines(rows: Sequence[Row]) -> None:
    """One line of bars for each thing, the same time at the same place; heights are of its own prices."""
    from agent.courses import thing_of

    start, end = min(row["valid_from"] for row in rows), datetime.now(UTC)
    start = min(start, end - timedelta(days=1))
    series = [list(own) for _, own in groupby(rows, key=thing_of)]
    names = [" ".join(filter(None, (steps[0]["region"], _how(steps[0])))) for steps in series]
    width = max(map(len, names[:_TIMELINES]))
    line = f"{start:%Y-%m-%d}".ljust(_WIDTH - 3) + "now"
    out.print(Text(f"{'':{width}}  {line}", "dim"), soft_wrap=True)
    for steps, name in list(zip(series, names, strict=True))[:_TIMELINES]:
        out.print(Text(f"{name:{width}}  {timeline(steps, start, end)}  {_told(steps)}"), soft_wrap=True)
    if len(series) > _TIMELINES:
        out.print(Text(f"and {len(series) - _TIMELINES} more", "dim"))
    out.print()


def timeline(steps: Sequence[Row], start: datetime, end: datetime, width: int = _WIDTH) -> str:
    """A price's course in one line: blank where nothing is known, of middle height where it never moved."""
    low, high = min(row["price"] for row in steps), max(row["price"] for row in steps)
    bars = []
    for column in range(width):
        moment = start + (end - start) * (column + 1) / width - timedelta(microseconds=1)
        row = next(
            (row for row in steps if row["valid_from"] <= moment and (row["valid_to"] or end) > moment), None
        )
        if row is None:
            bars.append(" ")
        elif high == low:
            bars.append(_BARS[3])
        else:
            bars.append(_BARS[int((row["price"] - low) / (high - low) * (len(_BARS) - 1))])
    return "".join(bars)


def _told(steps: Sequence[Row]) -> str:
    from agent.courses import course, percent
    from agent.terminal import cell

    told = course(steps)
    change = percent(told[-1]["price"], told[0]["price"])
    if not change:
        return cell(told[-1]["price"])
    return f"{cell(told[0]['price'])} → {cell(told[-1]['price'])} ({change:+}%)"
