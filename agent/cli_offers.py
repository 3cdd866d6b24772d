"""`cloud-pricing offers`: machines that meet conditions, the cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_records import emit
from agent.terminal import note, show
from warehouse.contracts import OPERATING_SYSTEMS, PURCHASE_OPTIONS, TENANCIES, QueryResult
from warehouse.errors import InvalidInput

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
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows to show.")] = 20,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """List machines that can be rented by the hour, the cheapest first."""
    from agent.answer import opener
    from agent.context import Context
    from agent.tools import find_offers
    from agent.understand.vocabulary import vocabulary

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
    }
    with reader_of(snapshot, as_of) as reader:
        words = vocabulary(reader)
        one_of("--provider", [name.lower() for name in provider or ()], sorted(words.providers))
        found = find_offers(Context(reader, words, opener(None, reader)), **chosen)
        say_which(reader, as_of)
    if as_json:
        emit(list(found.rows))
        return
    if not found.rows:
        note("No offer meets these conditions.")
        return
    if "data_of" in show(_table(found.rows), _spare(found.rows)):
        note(data_of(found.rows))
    if found.truncated:
        note(f"{len(found.rows)} of {found.figures['found']:,} offers; --limit shows more.")


def _table(rows: Sequence[Mapping[str, Any]]) -> QueryResult:
    """What most people look for; --json has every column."""
    columns = ("provider", "machine", "region", "usd_hour", "vcpus", "gib", "gpus", "option", "data_of")
    return QueryResult(
        columns,
        tuple(
            (
                row["provider"],
                row["instance_type"],
                row["region"],
                row["price_usd_hour"],
                row["vcpus"],
                row["memory_gib"],
                f"{row['accelerator_count']:g}×{row['accelerator']}" if row["accelerator"] else None,
                _option(row),
                row["as_of"].date(),
            )
            for row in rows
        ),
    )


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
