"""`cloud-pricing changes`: list prices that changed, the largest change first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from agent import periods
from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_history import Since, Until
from agent.cli_offers import Many, one_of
from agent.cli_records import emit, emit_csv
from agent.terminal import note, show
from warehouse.contracts import PURCHASE_OPTIONS, QueryResult

_DEFAULT = "7d"


def changes(
    since: Since = _DEFAULT,
    until: Until = None,
    min_percent: Annotated[
        float, typer.Option("--min-percent", min=0, help="Leave out smaller changes.")
    ] = 0,
    direction: Annotated[str | None, typer.Option("--direction", help="up or down.")] = None,
    provider: Annotated[Many, typer.Option("--provider", help="aws, azure, gcp, ...")] = None,
    machine: Annotated[Many, typer.Option("--machine", help="Machine, such as m5.xlarge.")] = None,
    gpu: Annotated[Many, typer.Option("--gpu", help="Accelerator, such as H100 or A100-80GB.")] = None,
    place: Annotated[Many, typer.Option("--place", help="Region, city, country or continent.")] = None,
    purchase_option: Annotated[
        Many, typer.Option("--purchase-option", help="on_demand, spot, ...; all but spot if left out.")
    ] = None,
    sort: Annotated[
        str, typer.Option("--sort", help="percent (largest first) or date (latest first).")
    ] = "percent",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows to show.")] = 20,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """List prices that changed: old, new, by how much, since when, when read, and by which source."""
    from agent.context import Context
    from agent.history_tools import price_changes

    one_of("--direction", [direction] if direction else [], ("up", "down"))
    one_of("--sort", [sort], ("percent", "date"))
    one_of("--purchase-option", purchase_option or [], PURCHASE_OPTIONS)
    now = datetime.now(UTC)
    chosen: dict[str, Any] = {
        "since": periods.moment(since or _DEFAULT, "--since", now),
        "until": periods.moment(until, "--until", now, end=True) if until is not None else None,
        "min_percent": min_percent,
        "direction": direction,
        "providers": provider,
        "machines": machine,
        "accelerators": gpu,
        "places": place,
        "purchase_options": purchase_option or [name for name in PURCHASE_OPTIONS if name != "spot"],
        "sort": sort,
        "grouped": not (as_csv or as_json),
        "rows": limit,
    }
    with reader_of(snapshot, as_of) as reader:
        found = price_changes(Context.of(reader), **chosen)
        say_which(reader, as_of)
    if as_json:
        emit(list(found.rows))
    elif as_csv:
        columns = tuple(found.rows[0]) if found.rows else ("price_id",)
        emit_csv(QueryResult(columns, tuple(tuple(row.values()) for row in found.rows)))
    elif not found.rows:
        note("No list price changed in that time that meets these conditions.")
    else:
        show(_table(found.rows), ("read", "source", "provider"))
        counts = found.figures
        note(f"{counts['found']:,} prices changed: {counts['fell']:,} fell, {counts['rose']:,} rose.")
    if found.truncated:
        note(f"{len(found.rows)} of {found.figures['lines']:,} rows; --limit shows more.")


def _table(rows: Sequence[Mapping[str, Any]]) -> QueryResult:
    """Equal changes of several regions are one row; --json has one for each price."""
    columns = ("provider", "price", "region", "old", "new", "change_%", "effective", "read", "source")
    return QueryResult(
        columns,
        tuple(
            (
                row["provider"],
                _what(row),
                row["region"] if row["regions"] == 1 else f"{row['region']} +{row['regions'] - 1}",
                row["old_price"],
                row["new_price"],
                None if row["change_percent"] is None else round(row["change_percent"], 1),
                row["changed_at"].date(),
                row["observed_at"].date(),
                row["source"],
            )
            for row in rows
        ),
    )


def _what(row: Mapping[str, Any]) -> str:
    """`m5.xlarge windows dedicated reserved`, and the unit where it is not USD an hour."""
    unit = f"{row['currency']}/{row['unit']}"
    usual = ("linux", "shared", "on_demand", None)
    names = ("kind", "operating_system", "tenancy", "purchase_option", "payment", "offering_class")
    how = [row[name] for name in names if row[name] not in usual]
    if row["term_months"]:
        how.append(f"{row['term_months']} months")
    if row["tier_from"]:
        how.append(f"from {row['tier_from']:g}")
    return " ".join((row["instance_type"] or row["name"], *how, *([] if unit == "USD/hour" else [unit])))
