"""`cloud-pricing recommend`: what to rent for given needs and a time of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer

from agent.cli_choice import AsOf, SnapshotId, reader_of, say_which
from agent.cli_offers import data_of
from agent.cli_records import emit
from agent.terminal import line, note, show, without
from warehouse.contracts import OPERATING_SYSTEMS, QueryResult
from warehouse.errors import InvalidInput

Many = list[str] | None
_RANKS = ("price", "vcpu", "gpu", "gpu-memory", "tflops", "benchmark")


def recommend(
    min_vcpus: Annotated[
        float | None, typer.Option("--min-vcpus", min=0, help="vCPUs of the machine.")
    ] = None,
    min_memory: Annotated[
        float | None, typer.Option("--min-memory", min=0, help="GiB of the machine.")
    ] = None,
    gpu: Annotated[Many, typer.Option("--gpu", help="Accelerator, such as H100; may be repeated.")] = None,
    gpus: Annotated[float | None, typer.Option("--min-gpus", min=0, help="GPUs of the machine.")] = None,
    min_gpu_memory: Annotated[
        float | None, typer.Option("--min-gpu-memory", min=0, help="GiB of each GPU.")
    ] = None,
    architecture: Annotated[str | None, typer.Option("--architecture", help="x86_64 or arm64.")] = None,
    provider: Annotated[Many, typer.Option("--provider", help="aws, azure, gcp, ...")] = None,
    place: Annotated[Many, typer.Option("--place", help="Region, city, country or continent.")] = None,
    operating_system: Annotated[str, typer.Option("--os", help="linux, windows, rhel, ...")] = "linux",
    interruptible: Annotated[
        bool,
        typer.Option(
            "--interruptible/--no-spot", help="Whether the work may be interrupted: spot counts too."
        ),
    ] = False,
    max_interruption: Annotated[
        int | None,
        typer.Option(
            "--max-interruption", min=0, max=100, help="Spot taken back in at most this percentage a month."
        ),
    ] = None,
    burstable: Annotated[
        bool, typer.Option("--burstable", help="Machines with a share of a processor too.")
    ] = False,
    months: Annotated[float, typer.Option("--months", min=0.01, help="Months of use.")] = 12,
    hours: Annotated[
        float, typer.Option("--hours-per-month", min=1, max=744, help="Hours of use a month.")
    ] = 730,
    count: Annotated[int, typer.Option("--count", min=1, help="Machines.")] = 1,
    by: Annotated[str, typer.Option("--by", help=f"Rank by the price of: {', '.join(_RANKS)}.")] = "price",
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Rank by the price of a point of this benchmark.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Show the best total in this currency too.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Machines to show.")] = 10,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """What to rent for needs over months of use: by what it costs in all, what it saves and gives up."""
    from agent.context import Context
    from agent.recommend_tools import recommend as best

    if by not in _RANKS:
        raise InvalidInput(f"--by cannot be {by}.", f"Use one of {', '.join(_RANKS)}.")
    if operating_system.lower() not in OPERATING_SYSTEMS:
        raise InvalidInput(
            f"--os cannot be {operating_system}.", f"Use one of {', '.join(OPERATING_SYSTEMS)}."
        )
    if architecture not in (None, "x86_64", "arm64"):
        raise InvalidInput(f"--architecture cannot be {architecture}.", "Use x86_64 or arm64.")
    chosen: dict[str, Any] = {
        "min_vcpus": min_vcpus,
        "min_memory_gib": min_memory,
        "accelerators": gpu,
        "min_gpus": gpus,
        "min_gpu_memory_gib": min_gpu_memory,
        "gpus_only": bool(gpus or min_gpu_memory) and not gpu,
        "architecture": architecture,
        "providers": provider,
        "places": place,
        "operating_system": operating_system.lower(),
        "interruptible": interruptible or max_interruption is not None,
        "max_interruption": max_interruption,
        "burstable": burstable,
        "months": Decimal(str(months)),
        "hours_per_month": Decimal(str(hours)),
        "count": count,
        "by": "benchmark" if benchmark else by,
        "benchmark": benchmark,
        "currency": currency,
        "rows": limit,
    }
    with reader_of(snapshot, as_of) as reader:
        found = best(Context.of(reader), **chosen)
        say_which(reader, as_of)
    if as_json:
        emit({"offers": list(found.rows), **found.figures})
    elif not found.rows:
        note("No offer meets these needs.")
    else:
        _print(found.rows, found.figures, chosen["by"])


def _print(rows: Sequence[Mapping[str, Any]], figures: Mapping[str, Any], by: str) -> None:
    from agent.recommend_tools import MEASURES
    from agent.render import recommendation

    measure = "usd_hour" if by == "price" else MEASURES[by]
    names = ("provider", "machine", "where", "how", "total_usd", measure, "vs_on_demand", "mind", "data_of")
    table = tuple(
        (
            row["provider"],
            row["instance_type"],
            row["region"],
            recommendation.way(row, "en"),
            round(row["total_usd"], 2),
            row[MEASURES[by]].normalize() if by == "benchmark" else round(row[MEASURES[by]], 6),
            None if row["saving_percent"] is None else f"{-row['saving_percent']:+}%".replace("+0.0", "0"),
            "; ".join(recommendation.given_up({**row, "gives_up": _beside_age(row)}, "en")),
            row["as_of"].date(),
        )
        for row in rows
    )
    shown = QueryResult(names, table)
    mind = any(row[-2] for row in table)
    if "data_of" in show(shown if mind else without(shown, ["mind"]), ("data_of", "vs_on_demand")):
        note(data_of(rows))
    line("")
    first = rows[0]["on_demand_best_usd"]
    if first is not None:
        line(f"The cheapest on demand that meets the needs costs {first:,.2f} USD.")
    for text in recommendation.beside(figures, "en"):
        line(text)
    for text in recommendation.assumptions(figures, "en"):
        line(f"- {text}", "dim")


def _beside_age(row: Mapping[str, Any]) -> list[str]:
    """What it gives up, without the age of its price, which has a column."""
    return [name for name in row["gives_up"] if name != "stale"]
