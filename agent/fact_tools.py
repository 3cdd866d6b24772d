"""Tools about what is known beside the prices in force: refused prices, specs, ages, rates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from agent import filters
from agent.context import Context
from agent.evidence import Finding
from agent.filters import Names
from agent.flags import need
from agent.terms import PurchaseOption, Tenancy
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput, Permanent, QueryRefused

_MOST = 10**15
_SQL_REPAIRS = 2  # how often a statement that failed may be corrected


def refused_prices(
    context: Context,
    machines: list[str],
    places: Names = None,
    operating_system: str | None = "linux",
    purchase_option: PurchaseOption | None = "on_demand",
) -> Finding:
    """Prices the quality gate refused, why, and what the price likely is."""
    result = context.named(
        "refused_prices",
        machines=filters.machine_names(context, machines),
        regions=filters.regions(context, places),
        operating_system=operating_system,
        purchase_option=purchase_option,
        rows=50,
    )
    return _finding("refused_prices", result)


def nearest_prices(
    context: Context,
    machine: str,
    region: str,
    provider: str = "aws",
    operating_system: str = "linux",
    tenancy: Tenancy = "shared",
    purchase_option: PurchaseOption = "on_demand",
) -> Finding:
    """The same machine's prices in other regions, the nearest region first, with the distance in km."""
    names = filters.machine_names(context, [machine]) or [machine]
    result = context.named(
        "nearest_offers",
        machine=names[0],
        region=region,
        provider=provider,
        operating_system=operating_system,
        tenancy=tenancy,
        purchase_option=purchase_option,
        rows=5,
    )
    return _finding("nearest_prices", result)


def machine_specs(context: Context, machines: list[str], providers: Names = None) -> Finding:
    """vCPUs, memory, accelerators and other facts about machines."""
    result = context.named(
        "machine_specs",
        machines=filters.machine_names(context, machines),
        providers=filters.provider_names(providers),
    )
    return _finding("machine_specs", result)


def accelerator_specs(context: Context, accelerators: list[str]) -> Finding:
    """Memory (GiB), bandwidth (GB/s), dense teraflops, power (W) and year of GPUs and other accelerators."""
    names = filters.accelerator_names(context, accelerators)
    return _finding("accelerator_specs", context.named("accelerator_specs", accelerators=names))


def query_sql(context: Context, sql: str) -> Finding:
    """The rows of one SELECT over the snapshot's tables; anything else is refused."""
    need("sql", context.off)
    if context.sql_failed > _SQL_REPAIRS:
        raise QueryRefused(
            f"{context.sql_failed} statements have failed: no more SQL for this question.",
            "Call another tool, or say what cannot be answered.",
        )
    try:
        result = context.reader.query(sql)
    except Permanent:
        context.sql_failed += 1
        raise
    return Finding(
        "query_sql", {}, tuple(result.records()), {"row_count": len(result.rows)}, result.truncated
    )


def convert(
    context: Context, amount: Decimal, currency: str, from_currency: str = "USD", day: date | None = None
) -> Finding:
    """An amount in another currency at the dated rate of a day, by default the latest; the rate is told."""
    if abs(amount) >= _MOST:
        raise InvalidInput(f"{amount} is too great an amount.", f"Give less than {_MOST:,}.")
    if day and day > datetime.now(UTC).date():
        raise InvalidInput(f"There is no rate of {day} yet.", "Leave the day out for the latest one.")
    result = context.named(
        "converted", amount=amount, from_currency=from_currency, to_currency=currency, day=day
    )
    if not result.rows:
        when = f" on {day} or before" if day else ""
        raise InvalidInput(
            f"There is no rate for {currency} against {from_currency}{when} in this snapshot.",
            "Try a later day." if day else "Try BRL, EUR or GBP.",
        )
    return Finding("convert", {}, tuple(result.records()))


def _finding(tool: str, result: QueryResult) -> Finding:
    return Finding(tool, {}, tuple(result.records()), {}, result.truncated)
