"""`cloud-pricing estimate`: the monthly bill of a basket, from a YAML file or from flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.basket_flags import EXAMPLES, lines_of
from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit, emit_csv
from agent.terminal import line, show, without
from warehouse.contracts import PURCHASE_OPTIONS, QueryResult
from warehouse.errors import InvalidInput

Many = list[str] | None
_COLUMNS = (
    "item", "where", "how", "quantity", "unit", "tier", "unit_price", "amount", "currency", "data_of",
)  # fmt: skip


def _flag(name: str, help_text: str) -> Any:
    return typer.Option(f"--{name}", help=f'{help_text}: "{EXAMPLES[name]}"; may be repeated.')


def estimate(
    basket: Annotated[Path | None, typer.Argument(help="A YAML file; see docs/estimate.md.")] = None,
    machine: Annotated[Many, _flag("machine", "Machines")] = None,
    hours: Annotated[
        float | None, typer.Option("--hours", help="Hours a month of each machine; 730 is all.")
    ] = None,
    purchase_option: Annotated[
        str | None, typer.Option("--purchase-option", help="How machines are bought: on_demand, spot, ...")
    ] = None,
    term: Annotated[int | None, typer.Option("--term", min=1, help="Months of a commitment.")] = None,
    payment: Annotated[
        str | None, typer.Option("--payment", help="no_upfront, partial_upfront or all_upfront.")
    ] = None,
    operating_system: Annotated[str | None, typer.Option("--os", help="linux, windows, rhel, ...")] = None,
    disk: Annotated[Many, _flag("disk", "Disks")] = None,
    storage: Annotated[Many, _flag("storage", "Object storage")] = None,
    egress: Annotated[Many, _flag("egress", "Traffic to the internet")] = None,
    requests: Annotated[Many, _flag("requests", "Requests")] = None,
    tokens: Annotated[Many, _flag("tokens", "Tokens of a language model")] = None,
    spot: Annotated[bool, typer.Option("--spot", help="Show spot machines among the alternatives.")] = False,
    any_architecture: Annotated[
        bool, typer.Option("--any-architecture", help="Show alternatives of another architecture.")
    ] = False,
    provider: Annotated[
        Many, typer.Option("--provider", help="Show alternatives of these providers only.")
    ] = None,
    place: Annotated[Many, typer.Option("--place", help="Show alternatives in these places only.")] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Show the total in this currency too, such as BRL.")
    ] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The lines as CSV.")] = False,
) -> None:
    """What a month of machines, disks, storage, traffic, requests and tokens costs, with cheaper machines."""
    from agent.basket import basket_of, read_basket

    if purchase_option and purchase_option not in PURCHASE_OPTIONS:
        raise InvalidInput(
            f"--purchase-option cannot be {purchase_option}.", f"Use one of {', '.join(PURCHASE_OPTIONS)}."
        )
    flags = {"machine": machine, "disk": disk, "storage": storage, "egress": egress, "requests": requests}
    flags["tokens"] = tokens
    bought = {"hours": hours, "purchase_option": purchase_option, "term_months": term, "payment": payment}
    given = lines_of(flags, {**bought, "operating_system": operating_system})
    if bool(given) == bool(basket):
        raise InvalidInput(
            "Give a YAML file, or flags such as --machine; one of them.", "See docs/estimate.md."
        )
    asked = read_basket(basket) if basket else basket_of(given)
    if currency:
        asked.currency = currency
    limits = asked.constraints
    limits.spot, limits.same_architecture = (
        limits.spot or spot,
        limits.same_architecture and not any_architecture,
    )
    limits.providers, limits.places = provider or limits.providers, place or limits.places
    _run(asked, snapshot, as_of, "json" if as_json else "csv" if as_csv else "text")


def _run(asked: Any, snapshot: str | None, as_of: str | None, output: str) -> None:
    from agent.context import Context
    from agent.estimate_tools import estimate_basket

    with reader_of(snapshot, as_of) as reader:
        found = estimate_basket(Context.of(reader), asked)
        say_which(reader, as_of)
    if output == "json":
        emit({"lines": list(found.rows), **found.figures})
    elif output == "csv":
        emit_csv(QueryResult(tuple(found.rows[0]), tuple(tuple(row.values()) for row in found.rows)))
    else:
        _print(found.rows, found.figures)


def _print(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> None:
    from agent.render import bill
    from agent.render.phrases import say

    table = QueryResult(_COLUMNS, tuple(tuple(_shown(row)) for row in rows))
    show(table if any(_tier(row) for row in rows) else without(table, ["tier"]), ("data_of", "currency"))
    line("")
    for text in bill.totals(figures, "en"):
        line(text)
    for text in bill.unpriced(figures, "en"):
        line(text, "yellow")
    for title, texts in (
        (say("en", "bill.cheaper"), bill.alternatives(figures, "en")),
        (say("en", "bill.assumed"), bill.assumptions(figures, "en")),
    ):
        lines = list(texts)
        if lines:
            line("")
            _listed(title, lines)


def _listed(title: str, lines: list[str]) -> None:
    line(title)
    for text in lines:
        line(f"- {text}", "dim")


def _shown(row: Mapping[str, Any]) -> list[Any]:
    term = f"{row['term_months']} months" if row["term_months"] else None
    how = ", ".join(
        part for part in (row["purchase_option"], term, row["payment"], row["offering_class"]) if part
    )
    name = (
        row["item"]
        if row["kind"] not in ("input", "output", "cached_input")
        else f"{row['item']} {row['kind']}"
    )
    return [
        name,
        row["region"],
        how if row["kind"] == "machine" else None,
        row["quantity"],
        row["unit"],
        _tier(row),
        row["unit_price"],
        "no price" if row["amount"] is None else round(row["amount"], 2),
        row["currency"],
        row["as_of"] and row["as_of"].date(),
    ]


def _tier(row: Mapping[str, Any]) -> str | None:
    """`10240–51200` where the price has tiers."""
    if row["tier_from"] is None or (not row["tier_from"] and row["tier_to"] is None):
        return None
    end = f"{row['tier_to']:.0f}" if row["tier_to"] is not None else ""
    return f"{row['tier_from']:.0f}–{end}"
