"""`cloud-pricing offers`: machines that meet conditions, the cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent import periods
from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.terminal import note, show
from warehouse.contracts import OPERATING_SYSTEMS, PURCHASE_OPTIONS, TENANCIES, QueryResult
from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from warehouse.reader import Reader

Many = list[str] | None


def offers(
    machine: Annotated[
        Many, typer.Option("--machine", help="Machine, such as m5.xlarge; may be repeated.")
    ] = None,
    gpu: Annotated[Many, typer.Option("--gpu", help="Accelerator, such as H100 or A100-80GB.")] = None,
    provider: Annotated[Many, typer.Option("--provider", help="aws, azure, gcp, ...")] = None,
    place: Annotated[Many, typer.Option("--place", help="Region, city, country or continent.")] = None,
    min_vcpus: Annotated[
        float | None, typer.Option("--min-vcpus", min=0, help="vCPUs of the machine.")
    ] = None,
    min_memory: Annotated[
        float | None, typer.Option("--min-memory", min=0, help="GiB of the machine.")
    ] = None,
    min_gpus: Annotated[float | None, typer.Option("--min-gpus", min=0, help="GPUs of the machine.")] = None,
    min_gpu_memory: Annotated[
        float | None, typer.Option("--min-gpu-memory", min=0, help="GiB of each GPU.")
    ] = None,
    operating_system: Annotated[str, typer.Option("--os", help="linux, windows, rhel, ...")] = "linux",
    purchase_option: Annotated[Many, typer.Option("--purchase-option", help="on_demand, spot, ...")] = None,
    tenancy: Annotated[str, typer.Option("--tenancy", help="shared, dedicated or host.")] = "shared",
    contracted: Annotated[
        bool, typer.Option("--own", help="Prices of your own lists instead of list prices.")
    ] = False,
    currency: Annotated[
        str | None,
        typer.Option("--currency", help="Prices in this currency too, at the latest rate: BRL, EUR, ..."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows to show.")] = 20,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Prices of a past day's end, out of the history: 2023-06-30, 2023, 1y."),
    ] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """List machines that can be rented by the hour, the cheapest first."""
    from agent.context import Context
    from agent.tools import find_offers

    one_of("--tenancy", [tenancy], TENANCIES)
    one_of("--os", [operating_system.lower()], OPERATING_SYSTEMS)
    one_of("--purchase-option", purchase_option or [], PURCHASE_OPTIONS)
    chosen: dict[str, Any] = {
        "machines": machine,
        "accelerators": gpu,
        "providers": provider,
        "places": place,
        "min_vcpus": min_vcpus,
        "min_memory_gib": min_memory,
        "min_gpus": min_gpus,
        "min_gpu_memory_gib": min_gpu_memory,
        "operating_system": operating_system.lower(),
        "tenancy": tenancy,
        "purchase_options": purchase_option,
        "price_type": "contracted" if contracted else "list",
        "rows": limit,
        "at": periods.past_day(at, "--at", datetime.now(UTC)) if at is not None else None,
    }
    if at is not None and contracted:
        raise InvalidInput("--own and --at do not go together.", "Discounts are those of now; leave one out.")
    with reader_of(snapshot, as_of) as reader:
        context = Context.of(reader)
        one_of("--provider", [name.lower() for name in provider or ()], sorted(context.words.providers))
        found = find_offers(context, **chosen)
        rows = found.rows if currency is None else in_currency(reader, found.rows, currency.upper())
        say_which(reader, as_of)
    if as_json:
        emit(list(rows))
        return
    if not rows:
        past = " then: `cloud-pricing backfill` brings what a source said before" if at is not None else ""
        note(f"No offer meets these conditions{past}.")
        return
    if "data_of" in show(_table(rows), _spare(rows)):
        note(data_of(rows))
    for rate in _rates(rows):
        note(rate)
    if found.truncated:
        note(f"{len(rows)} of {found.figures['found']:,} offers; --limit shows more.")


def _table(rows: Sequence[Mapping[str, Any]]) -> QueryResult:
    """What most people look for; --json has every column."""
    wanted = rows[0].get("in_currency")
    priced = f"{wanted.lower()}_hour" if wanted else "usd_hour"
    return QueryResult(
        ("provider", "machine", "region", priced, "vcpus", "gib", "gpus", "option", "data_of"),
        tuple(
            (
                row["provider"],
                row["instance_type"],
                row["region"],
                row["price_hour_in"] if wanted else row["price_usd_hour"],
                row["vcpus"],
                row["memory_gib"],
                f"{row['accelerator_count']:g}×{row['accelerator']}" if row["accelerator"] else None,
                _option(row),
                row["as_of"].date(),
            )
            for row in rows
        ),
    )


def in_currency(reader: Reader, rows: Sequence[Mapping[str, Any]], currency: str) -> list[Mapping[str, Any]]:
    """Rows with what they cost in a currency; where the seller publishes it, its own row stands alone.

    Raises InvalidInput where there is no rate.
    """
    ids = [row["price_id"] for row in rows]
    priced = reader.named("offers_in", currency=currency, day=None, price_ids=ids).records()
    if any(one["price_hour_in"] is None for one in priced):
        raise InvalidInput(f"There is no rate for {currency} in this snapshot.", "Try BRL, EUR or GBP.")
    told = {one["price_id"]: one for one in priced}
    return [{**row, **told[row["price_id"]]} for row in rows if row["price_id"] in told]


def _rates(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each rate that was used, with its date; and how many prices are the sellers' own."""
    used = {
        (row["currency"], row["in_currency"], row["fx_rate"], row["fx_date"], row["fx_source"])
        for row in rows
        if row.get("converted")
    }
    said = [
        f"1 {before} = {rate.normalize():f} {after}, the rate of {day} ({source})."
        for before, after, rate, day, source in sorted(used)
    ]
    published = sum(row.get("converted") is False for row in rows)
    return [
        *said,
        *(
            [f"{published} published in {rows[0]['in_currency']} by the seller, not converted."]
            if published
            else []
        ),
    ]


def _option(row: Mapping[str, Any]) -> str:
    """`reserved, 36 months, all_upfront, standard`: what tells two prices of one machine and region apart."""
    term = row["term_months"]
    parts = (row["zone"], f"{term} months" if term else None, row["payment"], row["offering_class"])
    return ", ".join((row["purchase_option"], *(part for part in parts if part)))


def _spare(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns a terminal of 80 characters can do without."""
    spare = [] if any(row["accelerator"] for row in rows) else ["gpus"]
    if len({_option(row) for row in rows}) == 1:
        spare.append("option")
    return [*spare, "data_of"]


def data_of(rows: Sequence[Mapping[str, Any]]) -> str:
    days: dict[str, set[str]] = {}
    for row in rows:
        days.setdefault(row["provider"], set()).add(f"{row['as_of']:%Y-%m-%d}")
    return "Data of " + "; ".join(f"{name} {', '.join(sorted(some))}" for name, some in days.items()) + "."


def one_of(option: str, values: Sequence[str], known: Sequence[str]) -> None:
    """Raises InvalidInput for a value that is not known."""
    for value in values:
        if value not in known:
            raise InvalidInput(f"{option} cannot be {value}.", f"Use one of {', '.join(known)}.")
