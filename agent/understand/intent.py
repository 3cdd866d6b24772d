"""What is asked: one intent, decided by cues and by what the question names."""

from __future__ import annotations

import re

from agent.understand import beyond, buying
from agent.understand.cues import Cues, Named
from agent.understand.holdings import Holding, holding, machines_counted, of_services
from agent.understand.lexicon import lexicon
from agent.understand.ranking import extreme
from agent.understand.reading import Intent, Needs, Usage, Workload

_SQL = re.compile(
    r"^\s*(?:```(?:sql)?\s*|sql:?\s+)?(?P<sql>(?:select|with|from)\s.+?)\s*;?\s*(?:```)?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SQL_SHAPE = re.compile(
    r"\bselect\b.*\b(?:from|\d)|^\s*from\s+\w+\s*(?:$|where|select|limit)", re.IGNORECASE | re.DOTALL
)

_OF_NO_HOLDING = (
    "reasons", "concepts", "freshness", "quarantine", "changes", "history", "dearest", "cheapest",
)  # fmt: skip
_PRICED = 4  # the price of something unknown is in no guide, what two of its words are about may be
_TOPICAL = 2  # one word that guides are about, or two that prove nothing alone


_THAN = re.compile(
    r"(?<![a-z])(?:cheaper|dearer|expensive|less|more|barat[ao]|car[ao]|menos|mais) .*(?:than|que)(?![a-z])"
)


def sql_of(question: str) -> str | None:
    """The SQL, where the question is one."""
    match = _SQL.match(question)
    return match.group("sql").strip() if match and _SQL_SHAPE.search(match.group("sql")) else None


def decide(
    question: str,
    folded: str,
    named: Named,
    needs: Needs,
    usage: Usage,
    workload: Workload,
    *,
    past: bool = False,
    then: bool = False,
    exchange: bool = False,
    ranked: bool = False,
    regions: bool = False,
) -> Intent:
    """`past` is whether the question speaks of a time before now, `then` of no course from or to it.

    `exchange` is whether it names currencies to convert, `regions` whether it wants places by price.
    """
    if sql_of(question):
        return Intent.SQL
    cues = Cues(folded)
    if beyond.courtesy(folded):
        return Intent.GREETING
    if not usage.hours and not workload.total() and what_is_held(folded, named, needs):
        return Intent.COVERAGE
    if refused(folded, named) or (_of_another_service(cues, named, needs) and not usage.hours):
        return Intent.UNKNOWN
    if then and named.accelerators and cues("cheapest") and not (cues("history") or extreme(folded)):
        return Intent.CHEAPEST  # offers of that day, not how the accelerator's price went
    if regions and (cues("cheapest") or cues("dearest")) and named.accelerators + named.families and not past:
        return Intent.CHEAPEST
    if exchange and _of_money_alone(cues, named, needs):
        return Intent.CONVERT
    for intent, applies in _rules(cues, named, needs, usage, workload, past=past, ranked=ranked):
        if applies:
            return intent
    asked = cues("explain") or cues("reasons")
    perhaps = beyond.topics(folded) + named.hardware() * asked >= (
        1 if asked else _PRICED if cues.generic("price") else _TOPICAL
    )
    return Intent.EXPLAIN if perhaps else Intent.UNKNOWN


def what_is_held(folded: str, named: Named, needs: Needs) -> Holding | None:
    """What the question asks about what is held; None where it asks for something else."""
    cues = Cues(folded)
    if refused(folded, named):
        return None
    rest = Cues(lexicon().words("asking")["whereabouts"].sub(" ", folded))
    other = any(map(rest, _OF_NO_HOLDING)) or buying.sized_by_a_model(cues, named)
    machine = named.machines + named.unknown_machines
    if other or machine or needs.max_price is not None:
        return None
    if needs.any_machine_needs() and not named.families:
        return None
    if cues.generic("gpu") and machines_counted(folded):
        return None
    services = None if named.hardware() or named.models else of_services(folded)
    return services or holding(
        folded,
        accelerators=bool(named.accelerators),
        families=bool(named.families),
        providers=bool(named.providers),
        ways=bool(named.options),
        systems=bool(named.systems),
        somewhere=bool(named.providers or named.places or named.sellers),
        priced=cues.generic("price"),
    )


def refused(folded: str, named: Named) -> str | None:
    """Why nothing here can tell what is asked, where the words alone say so."""
    cues = Cues(folded)
    priced = cues.generic("price") or cues("cheapest") or cues("dearest")
    things = bool(named.hardware() + named.models) or cues.generic("machine") or cues.generic("gpu")
    return beyond.refusal(folded, hardware=things, priced=priced)


def _of_another_service(cues: Cues, named: Named, needs: Needs) -> bool:
    """The price of what no table here holds, not a question about it."""
    said = lexicon().words("elsewhere")["service"].search(cues.folded)
    plain = Cues(lexicon().words("asking")["how_much"].sub("price", cues.folded))
    if said is None or named.hardware() or named.models or cues.generic("machine") or plain("reasons"):
        return False
    sized = needs.any_machine_needs()
    if sized and lexicon().has("elsewhere", "hosted", cues.folded[: said.start()]):
        return False
    return sized or cues.generic("price") or cues("cheapest") or cues("list")


def _of_money_alone(cues: Cues, named: Named, needs: Needs) -> bool:
    things = named.hardware() + named.models + named.unknown_models + named.providers
    limited = needs.max_price is not None and not lexicon().found("paid_for", cues.folded)
    bounded = needs.any_machine_needs() or limited
    return not (things or bounded or cues.generic("machine") or cues.generic("gpu") or cues("tokens"))


def _rules(
    cues: Cues, named: Named, needs: Needs, usage: Usage, workload: Workload, *, past: bool, ranked: bool
) -> list[tuple[Intent, bool]]:
    """In the order in which they are tried; the first that applies is the intent."""
    machine = named.machines + named.unknown_machines
    priced = cues.generic("price") or cues("cheapest") or needs.max_price is not None
    conditions = needs.any_machine_needs() or bool(named.accelerators or named.families)
    generic = cues.generic("machine") or cues.generic("gpu")
    choice = max(machine, named.accelerators, named.models, named.families, named.systems, named.classes) >= 2
    about = named.hardware() or generic
    models = named.models + (0 if needs.any_machine_needs() or named.hardware() else named.unknown_models)
    counted_machines = machines_counted(cues.folded) and needs.max_price is None and not machine
    used = bool(named.places or named.options or usage.hours or usage.machines > 1 or cues("estimate"))
    of_a_use = usage.hours is not None and not past  # what a use `cost` is what it comes to
    was = cues("past") and not of_a_use
    history = cues("history") or was or cues("since") or past or extreme(cues.folded) is not None
    things = machine + named.models + named.accelerators
    counted = bool(models) or workload.total() > 0
    general = cues.generic("model") and (cues.free() or cues("dearest") or cues("cheapest"))
    tokens = bool(models) or (
        (cues("tokens") or named.sellers > 0 or general)
        and not (workload.texts and not priced)
        and not (named.hardware() or needs.any_machine_needs())
        and not lexicon().has("elsewhere", "service", cues.folded)
    )
    return [
        (Intent.CHANGES, cues("changes") and not machine and not models and not named.families),
        (Intent.LIST, counted_machines and (conditions or cues.generic("gpu"))),
        (
            Intent.FRESHNESS,
            (cues("freshness") or cues("quarantine"))
            and (not machine or cues("aged"))
            and not (things and cues("since")),
        ),
        (
            Intent.EXPLAIN,
            (cues("reasons") or cues("concepts"))
            and _asks_why(cues, named, needs)
            and not (machine or counted or (things and cues("since"))),
        ),
        (Intent.RECOMMEND, machine == 1 and named.options < 2 and buying.in_place_of(cues) and not history),
        (Intent.HISTORY, history and bool(machine or named.models or named.accelerators or named.families)),
        (Intent.CHANGES, cues("history") and past and not conditions and not models),
        (Intent.RECOMMEND, buying.sized_by_a_model(cues, named) and not machine),
        (
            Intent.TOKENS,
            tokens
            and (
                priced
                or general
                or workload.total() > 0
                or cues("compare")
                or (cues("list") and bool(named.providers))
            )
            and not machine,
        ),
        (Intent.CHEAPEST, ranked and not machine and not models and not cues("commitment")),
        (Intent.COMMITMENT, buying.commits(cues, named, machine)),
        (Intent.SPECS, bool(machine) and (cues("specs") or (cues.spec() and not priced and not used))),
        (Intent.SPECS, _of_accelerators_alone(named) and cues.asks_facts()),
        (Intent.RECOMMEND, not machine and needs.any_machine_needs() and buying.bears_interruption(cues)),
        (Intent.RECOMMEND, cues("recommend") and _needs_said(needs, usage, named) and not machine),
        (Intent.EXPLAIN, _asks_why(cues, named, needs) and not machine),
        (Intent.COMPARE, named.places > 1 and conditions and not machine and bool(_THAN.search(cues.folded))),
        (
            Intent.COMPARE,
            (cues("compare") or cues("cheapest")) and (choice or (cues("compare") and _sides(named))),
        ),
        (
            Intent.PRICE,
            machine == 1 and bool(lexicon().found("statistics", cues.folded)) and usage.hours is None,
        ),
        (
            Intent.ESTIMATE,
            bool(machine)
            and (
                usage.machines > 1
                or usage.hours is not None
                or cues("estimate")
                or buying.paid_for(cues, needs)
            ),
        ),
        (
            Intent.CHEAPEST,
            (cues("cheapest") or cues("dearest")) and bool(about or conditions or named.places),
        ),
        (Intent.COVERAGE, cues("coverage") and not named.hardware() and not conditions),
        (Intent.LIST, (cues("list") or cues("availability")) and bool(about or conditions) and not machine),
        (
            Intent.LIST,
            generic and named.places > 0 and lexicon().has("asking", "exists", cues.folded) and not machine,
        ),
        (
            Intent.CHEAPEST,
            cues.generic("gpu") and lexicon().has("ranking", "each_gpu", cues.folded) and not machine,
        ),
        (Intent.PRICE, bool(machine) and (priced or used or cues("availability") or not cues("explain"))),
        (Intent.SPECS, bool(machine)),
        (Intent.CHEAPEST, conditions and (priced or not cues("explain"))),
        (Intent.LIST, needs.max_price is not None and cues("list")),
        (
            Intent.CHEAPEST,
            (needs.max_price or needs.min_price) is not None and bool(generic or named.providers),
        ),
        (
            Intent.LIST,
            needs.max_price is not None and cues.generic("hourly") and not (models or cues("tokens")),
        ),
        (Intent.EXPLAIN, cues("explain") and _topical(cues)),
        (Intent.TOKENS, bool(models)),
        (Intent.CHEAPEST, (priced or cues.free()) and cues.generic("machine")),
        (Intent.HELP, cues("help")),
        (Intent.GREETING, cues("greeting") and not named.anything()),
    ]


def _asks_why(cues: Cues, named: Named, needs: Needs) -> bool:
    """A question for knowledge, not for a figure."""
    if cues("concepts") and not cues("cheapest"):
        return True
    if cues("reasons") and not needs.any_machine_needs() and not _sides_of_hardware(named):
        return beyond.topics(cues.folded) >= _TOPICAL
    if not cues("explain") or cues("cheapest") or cues("list"):
        return False
    asks_price = cues.generic("price") and (named.hardware() or needs.any_machine_needs())
    return _topical(cues) and not asks_price


def _of_accelerators_alone(named: Named) -> bool:
    return bool(named.accelerators) and not (named.places or named.providers or named.families)


def _sides_of_hardware(named: Named) -> bool:
    return max(named.machines + named.unknown_machines, named.accelerators, named.models, named.families) >= 2


def _needs_said(needs: Needs, usage: Usage, named: Named) -> bool:
    """Enough to choose a machine by, not only a topic."""
    sized = needs.any_machine_needs()
    return sized or (named.accelerators > 0 and (usage.hours is not None or named.places > 0))


def _sides(named: Named) -> bool:
    return max(named.providers, named.places, named.options, named.systems) >= 2 and bool(
        named.hardware() or named.providers >= 2 or named.places >= 2
    )


def _topical(cues: Cues) -> bool:
    return beyond.topics(cues.folded) >= _TOPICAL
