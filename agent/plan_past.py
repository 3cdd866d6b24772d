"""Questions about the past as tool calls: what it cost then, how it went, what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent import periods
from agent.context import Context
from agent.periods import EARLIEST, THEN, Period
from agent.plan_call import Call
from agent.plan_conditions import places_of
from agent.terms import HOURS_A_MONTH
from agent.understand.fold import fold
from agent.understand.lexicon import lexicon
from agent.understand.reading import Reading
from agent.understand.vocabulary import Machine

_MODELS = 4
_MACHINES = 6
_LATELY_DAYS = 7
_TREND_YEARS = 5
_CHANGES = 12
_USUAL_SIZES = ("xlarge", "large", "standard-4", "4")


def history(reading: Reading, context: Context) -> list[Call]:
    machines = machines_meant(reading)
    if reading.models and not machines:
        kinds = reading.token_terms.kinds
        kind = {"kind": kinds[0]} if len(kinds) == 1 else {}
        how = {**kind, **_sold_by(reading), **_days(reading.period)}
        chosen = (group[0].model for group in reading.models[:_MODELS])
        return [Call("token_price_history", {"model": model, **how}) for model in chosen]
    if not machines and reading.accelerators:
        return [Call("accelerator_history", _trend(reading))]
    how = {
        "operating_system": reading.purchase.operating_system,
        "tenancy": reading.purchase.tenancy,
        "purchase_options": list(reading.purchase.options),
        "term_months": reading.purchase.term_months,
        "payment": reading.purchase.payment,
    }
    where = {name: value for name, value in places_of(reading).items() if name == "places"}
    asked = {"machines": list(machines[:_MACHINES]), **where, **how, **_days(reading.period)}
    if not machines:
        return []
    if reading.extreme and reading.purchase.options == ("spot",):
        kept = ("machines", "places", "operating_system", "since", "last_day")
        days = {name: value for name, value in asked.items() if name in kept}
        return [Call("spot_days", {**days, **({"dearest": True} if reading.extreme == "high" else {})})]
    if not of_a_time(reading):
        return [Call("price_history", asked)]
    return [Call("price_on", {**asked, **_use(reading)})]


def _use(reading: Reading) -> dict[str, Any]:
    """How many machines ran for how long, where the question says either: what that came to is asked too."""
    hours, machines = reading.usage.hours, reading.usage.machines
    if hours is None and machines == 1 and not reading.monthly:
        return {}
    return {"count": machines, "hours": str(hours or HOURS_A_MONTH)}


def of_a_time(reading: Reading) -> bool:
    """Whether a price of then is asked for, not how prices went."""
    period = reading.period
    course = reading.course or reading.extreme or reading.since
    return period is not None and not course and period.kind in THEN


def machines_meant(reading: Reading) -> tuple[str, ...]:
    """The machines named; of a family that is named alone one of a usual size."""
    names = reading.machine_names()
    if names or not reading.families:
        return names
    return (_usual(reading.families),)


def _usual(family: tuple[Machine, ...]) -> str:
    for size in _USUAL_SIZES:
        for machine in family:
            if machine.name.endswith((f".{size}", f"-{size}")):
                return machine.name
    return min((machine.name for machine in family), key=lambda name: (len(name), name))


def _days(period: Period | None) -> dict[str, Any]:
    """The period's first and last day, as far as it has them; today where it ends later."""
    if period is None:
        return {}
    first = {} if period.start == EARLIEST else {"since": period.start.isoformat()}
    return {**first, "last_day": min(period.last, max(period.start, datetime.now(UTC).date())).isoformat()}


def _sold_by(reading: Reading) -> dict[str, Any]:
    sellers = [
        seller for seller in reading.providers if any(m.provider == seller for g in reading.models for m in g)
    ]
    return {"provider": sellers[0]} if sellers else {}


def _trend(reading: Reading) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    days = {"since": periods.back(today, _TREND_YEARS, "year").isoformat(), "last_day": today.isoformat()}
    names = ("places", "providers")
    where = {name: value for name, value in places_of(reading).items() if name in names}
    asked = {"accelerators": list(reading.accelerators), "purchase_option": reading.purchase.options[0]}
    return {**asked, **where, **days, **_days(reading.period)}


def changes(reading: Reading, context: Context) -> list[Call]:
    today = datetime.now(UTC).date()
    period = reading.period or Period(periods.back(today, _LATELY_DAYS, "day"), today + periods.DAY, "range")
    if reading.period is None and lexicon().has("ever", "ever", fold(reading.question)):
        period = Period(EARLIEST, today + periods.DAY, "range")
    asked = {
        "since": None if period.start == EARLIEST else period.start.isoformat(),
        "until": period.end.isoformat(),
        "direction": reading.direction,
        "accelerators": list(reading.accelerators) or None,
        "purchase_options": _bought(reading),
        **{name: value for name, value in places_of(reading).items() if name != "not_places"},
        "rows": _CHANGES,
    }
    return [Call("price_changes", {name: value for name, value in asked.items() if value is not None})]


def _bought(reading: Reading) -> list[str]:
    """Spot prices move by the hour: they are left out unless asked for."""
    if "purchase_option" not in reading.purchase.assumed:
        return list(reading.purchase.options)
    return ["on_demand", "reserved", "savings_plan", "commitment"]


def changes_before(context: Context) -> list[Call]:
    """The latest change there was and how new the data is, where nothing changed in the time asked for."""
    found = context.found("price_changes")
    if len(found) != 1 or found[0].rows or "since" not in found[0].arguments:
        return []
    asked = {name: value for name, value in found[0].arguments.items() if name != "since"}
    providers = {name: value for name, value in asked.items() if name == "providers"}
    latest = {**asked, "until": found[0].arguments["since"], "sort": "date", "rows": 1}
    return [Call("price_changes", latest), Call("freshness", providers)]
