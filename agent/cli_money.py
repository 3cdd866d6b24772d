"""`cloud-pricing commitment` and `convert`: when a commitment breaks even; another currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.terminal import line, note, show
from warehouse.contracts import OPERATING_SYSTEMS, TENANCIES, QueryResult
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.context import Context

_HOUR = Decimal("0.000001")
_CENT = Decimal("0.01")


def convert(
    amount: Annotated[str, typer.Argument(help="The amount, such as 100 or 0.096.")],
    from_currency: Annotated[str, typer.Argument(help="Its currency, such as USD.")],
    to_currency: Annotated[str, typer.Argument(help="The currency wanted, such as BRL.")],
    on: Annotated[str | None, typer.Option("--on", help="At the rate of a day: 2025-03-01.")] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Convert an amount at the rate of a day, by default the latest; a later rate is never used."""
    from agent.fact_tools import convert as converted

    with _context(snapshot, as_of) as context:
        (row,) = converted(context, _amount(amount), to_currency, from_currency, day_of(on, "--on")).rows
    if as_json:
        emit(row)
        return
    line(f"{_plain(row['from_amount'])} {row['from_currency']} = {_plain(row['amount'])} {row['currency']}")
    note(f"1 {row['from_currency']} = {_plain(row['rate'])} {row['currency']}, {rate_of(row)}.")


def commitment(
    machine: Annotated[str, typer.Argument(help="Machine, such as m5.xlarge.")],
    region: Annotated[str, typer.Option("--region", help="Region, city, country or continent.")],
    operating_system: Annotated[str, typer.Option("--os", help="linux, windows, rhel, ...")] = "linux",
    tenancy: Annotated[str, typer.Option("--tenancy", help="shared, dedicated or host.")] = "shared",
    hours: Annotated[
        float | None,
        typer.Option("--hours-per-month", help="Hours it runs a month, 730 at most: the cost of each."),
    ] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Compare the ways of buying a machine, and say when each commitment breaks even."""
    from agent.commitment_tools import commitment_options

    for option, value, known in (
        ("--os", operating_system, OPERATING_SYSTEMS),
        ("--tenancy", tenancy, TENANCIES),
    ):
        if value not in known:
            raise InvalidInput(f"{option} cannot be {value}.", f"Use one of {', '.join(known)}.")
    chosen: dict[str, Any] = {"operating_system": operating_system, "tenancy": tenancy}
    used = None if hours is None else Decimal(str(hours))
    with _context(snapshot, as_of) as context:
        found = commitment_options(context, machine, [region], hours_per_month=used, **chosen)
    if as_json:
        emit(list(found.rows))
        return
    if not found.rows:
        note("No price of this machine meets these conditions.")
        return
    show(_options(found.rows), ["region", "fee_hour", "months"])
    _explain(found.rows, found.figures["commitments"], used)


def _options(rows: Sequence[Mapping[str, Any]]) -> QueryResult:
    """One line an option; the cheapest at the given use is marked, of each currency."""
    priced = "cost_month" in rows[0]
    columns = (
        "region",
        "option",
        "term",
        "payment",
        "upfront",
        "fee_hour",
        "effective_hour",
        "discount",
        "hours",
        "months",
    )
    first = {row["currency"]: row["price_id"] for row in reversed(rows)}
    shown = []
    for row in rows:
        term, never = row["term_months"], row["pays_off"] is False
        hours, months = ("never", "never") if never else (row["break_even_hours"], row["break_even_months"])
        cells = (
            row["region"],
            "/".join(filter(None, (row["purchase_option"], row["offering_class"]))),
            f"{term} months" if term else None,
            row["payment"],
            row["upfront"] and row["upfront"].quantize(_CENT),
            row["hourly_fee"] and row["hourly_fee"].quantize(_HOUR),
            row["price_hour"].quantize(_HOUR),
            None if row["discount_percent"] is None else f"{row['discount_percent']:.1f}%",
            hours,
            months,
        )
        mark = " *" if first[row["currency"]] == row["price_id"] else ""
        shown.append((*cells, f"{row['cost_month']:,.2f} {row['currency']}{mark}") if priced else cells)
    return QueryResult((*columns, "cost_month") if priced else columns, tuple(shown))


def _explain(rows: Sequence[Mapping[str, Any]], commitments: int, used: Decimal | None) -> None:
    currencies = ", ".join(sorted({row["currency"] for row in rows}))
    if not commitments:
        note("No commitment is known: aws_list, aws_savings_plans, azure_retail and gcp_catalog have them.")
    else:
        note(
            f"{currencies}. hours, months: the use at which it costs what on demand would; see docs/money.md."
        )
    if used is not None:
        note(f"* The cheapest at {used.normalize():f} hours a month; a commitment is paid for all 730.")
    days = {f"{row['as_of']:%Y-%m-%d}" for row in rows}
    note(f"Prices of {', '.join(sorted(days))}.")


@contextmanager
def _context(snapshot: str | None, as_of: str | None) -> Iterator[Context]:
    """What tools work on, of the chosen snapshot."""
    from agent.context import Context

    with reader_of(snapshot, as_of) as reader:
        yield Context.of(reader)
        say_which(reader, as_of)


def rate_of(row: Mapping[str, Any]) -> str:
    return f"the rate of {row['rate_date']} ({row['title'] or row['source']})"


def day_of(text: str | None, option: str) -> date | None:
    """Raises InvalidInput for what is no day."""
    try:
        return date.fromisoformat(text.strip()) if text is not None else None
    except ValueError:
        raise InvalidInput(f"{option}: {text} is no day.", "Write it as 2025-03-01.") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise InvalidInput(f"{text} is no amount.", "Write it as 1234.56.")
    return amount


def _plain(amount: Decimal) -> str:
    """Every digit below one, four places above."""
    shown = amount if abs(amount) < 1 else amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{shown.normalize():f}"
