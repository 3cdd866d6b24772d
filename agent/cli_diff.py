"""`cloud-pricing snapshots diff`: prices and documents that came, went or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer

from agent.cli_records import emit
from agent.terminal import line, note, show
from warehouse import snapshots
from warehouse.contracts import QueryResult
from warehouse.settings import settings

_USUAL = {"tenancy": "shared"}  # goes without saying
_HOW = ("kind", "operating_system", "tenancy", "purchase_option", "term_months", "payment", "offering_class")
_LISTS = {
    "price_changes": "Prices changed",
    "prices_added": "Prices added",
    "prices_gone": "Prices gone",
    "documents_added": "Documents added",
    "documents_dropped": "Documents dropped",
    "documents_changed": "Documents changed",
}


def diff(
    older: Annotated[str, typer.Argument(help="A snapshot, or the beginning of its id.")],
    newer: Annotated[
        str | None, typer.Argument(help="Another, or the beginning of its id; the one in force if left out.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows of each list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """What changed from one snapshot to another: prices and documents added, gone and changed."""
    from warehouse import comparison

    store = settings().store
    later = snapshots.load(store, newer)
    found = comparison.compare(snapshots.load(store, older), later, limit)
    if as_json:
        emit({name: result.records() for name, result in vars(found).items()})
        return
    show(found.counts)
    if found.kinds.rows:
        line("\nDocuments by kind")
        show(found.kinds)
    lists: dict[str, QueryResult] = {name: getattr(found, name) for name in _LISTS}
    for name, result in lists.items():
        if result.rows:
            line(f"\n{_LISTS[name]}" + (f", the first {limit}" if result.truncated else ""))
            show(_documents(result) if name.startswith("documents") else _prices(result))
    if any(result.truncated for result in lists.values()):
        note(f"At most {limit} rows of each list are shown; --limit shows more, --json all columns.")


def _documents(found: QueryResult) -> QueryResult:
    shown = ("kind", "title", "document_id")
    return QueryResult(shown, tuple(tuple(one[name] for name in shown) for one in found.records()))


def _prices(found: QueryResult) -> QueryResult:
    """Narrow enough for a terminal of 80 columns; --json has every column."""
    rows = tuple(row for one in found.records() for row in _amounts(one))
    kept = [column for column in range(5) if any(row[column] not in (None, "") for row in rows)]
    names = ("price", "region", "old", "new", "change")
    return QueryResult(
        tuple(names[column] for column in kept), tuple(tuple(row[column] for column in kept) for row in rows)
    )


def _amounts(one: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A row for the amount by the hour, one for the amount at the start: those that are not as they were."""
    where = one["zone"] or one["region"]
    if one["old_price"] != one["new_price"]:
        yield _what(one, ""), where, one["old_price"], one["new_price"], _percent(one["change_percent"])
    if one["old_upfront"] != one["new_upfront"]:
        percent = _percent(one["upfront_change_percent"])
        yield _what(one, "at the start"), where, one["old_upfront"], one["new_upfront"], percent


def _what(one: Mapping[str, Any], part: str) -> str:
    """`m5.xlarge linux reserved 12 months`, and the unit where it is not USD an hour."""
    how = [_term(name, one[name]) for name in _HOW if one[name] not in (None, _USUAL.get(name))]
    unit = f"{one['currency']} {part}" if part else f"{one['currency']}/{one['unit']}"
    return " ".join((one["provider"], one["item"], *how, *([] if unit == "USD/hour" else [unit])))


def _term(name: str, value: object) -> str:
    return f"{value} months" if name == "term_months" else str(value)


def _percent(value: float | Decimal | None) -> str:
    return "" if value is None else f"{value:+g}%"
