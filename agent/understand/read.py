"""question → Reading: the one door of this folder."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

from agent.periods import THEN, Period
from agent.understand import beyond, buying, conditions, entities, follow, places, settle, workloads
from agent.understand.cues import Named
from agent.understand.currencies import Money, without
from agent.understand.exchange import exchange
from agent.understand.fold import fold
from agent.understand.hearing import hear
from agent.understand.intent import decide, refused, what_is_held
from agent.understand.lexicon import lexicon
from agent.understand.makers import makers_first
from agent.understand.model_size import model_size
from agent.understand.ranking import by_region, extreme, rank
from agent.understand.reading import Intent, Needs, Purchase, Reading
from agent.understand.things import elsewhere
from agent.understand.usage import usage as used
from agent.understand.vocabulary import Vocabulary


def read(
    question: str,
    words: Vocabulary,
    language: str = "auto",
    today: date | None = None,
    earlier: Reading | None = None,
    answered: str = "",
) -> Reading:
    """What `question` asks of a snapshot that knows `words`; `language` is as `hear` takes it.

    `earlier` is the reading of the question before it, which it may lean on, and `answered` the direct
    answer to that one: what `it` may point at.
    """
    today = today or datetime.now(UTC).date()
    heard = hear(question, words, language, today, earlier.language if earlier else None)
    text, folded, spoken, period = heard.text, heard.folded, heard.language, heard.period
    found, numbers = heard.found, heard.numbers
    purchase = conditions.purchase(folded)
    needs = conditions.needs(folded, numbers, found, exact=False)
    usage = used(folded, numbers, found, committed=purchase.committing)
    unnamed = entities.without_models(folded, found)
    workload = workloads.workload(unnamed, numbers)
    money = exchange(text, folded, numbers, spoken)
    order = rank(folded)
    service = settle.class_of_service(found, folded)
    if service:
        found = [m for m in found if m.kind != "machine"]

    def decided(named: list[entities.Mention]) -> Intent:
        return decide(
            text,
            folded,
            _named(named, purchase, words.llm_providers - words.providers),
            needs,
            usage,
            workload,
            past=period is not None and period.start <= today and period.kind != "this",
            then=period is not None and period.start <= today and period.kind in THEN,
            exchange=money is not None,
            ranked=order is not None,
            regions=by_region(folded) is not None,
        )

    intent, own = decided(found), found
    leaning = earlier if follow.leans(folded, found, needs, earlier, intent) else None
    if leaning is not None:
        found = [*found, *follow.further(text, folded, found, leaning, words)]
        found = follow.with_earlier(found, leaning, _answered(answered, words, spoken), folded)
        intent = decided(found)
    cheapest, dearest = (lexicon().has("intents", name, folded) for name in ("cheapest", "dearest"))
    misplaced = settle.not_sellers(found)
    if heard.things and intent in _WITH_THINGS:
        intent = Intent.ESTIMATE
    if intent is Intent.LIST:
        needs = conditions.needs(folded, numbers, own, exact=True)
    accelerators, needs = _memory_variant(_accelerators(found), needs)
    reading = Reading(
        question=heard.question,
        wording=heard.wording if heard.wording != heard.question else "",
        language=spoken,
        intent=intent,
        machines=tuple(entities.machines([m for m in found if not m.excluded])),
        unknown_machines=tuple(m.text for m in found if m.kind == "unknown_machine"),
        corrected=tuple((m.text, _corrected_name(m)) for m in found if m.corrected),
        families=tuple(
            machine for m in found if m.kind == "family" and not m.excluded for machine in m.value
        ),
        excluded_families=tuple(
            machine for m in found if m.kind == "family" and m.excluded for machine in m.value
        ),
        accelerators=accelerators,
        providers=() if misplaced else _providers(found, excluded=False),
        excluded_providers=_providers(found, excluded=True),
        places=tuple(entities.places(found, excluded=False)),
        excluded_places=tuple(entities.places(found, excluded=True)),
        models=tuple(tuple(makers_first(group)) for group in entities.models(found)),
        needs=needs,
        purchase=purchase,
        usage=usage,
        workload=workload,
        currency=_currency(heard.money),
        exchange=money,
        wants_gpu=bool(accelerators) or (lexicon().has("generic", "gpu", folded) and not needs.no_gpus),
        per_gpu=needs.min_gpu_memory_gib is None and bool(_PER_GPU.search(folded)),
        monthly=bool(_MONTHLY.search(folded)) or needs.max_price_per == "month",
        dearest=dearest and not cheapest,
        both_ends=dearest and cheapest,
        rank=order,
        how_many=heard.how_many,
        paid=conditions.paid(folded, numbers),
        percent_off=conditions.percent_off(folded, spoken),
        by_region=by_region(folded),
        token_terms=workloads.terms(unnamed, numbers),
        unknown_places=places.unknown(without(text, heard.money), own),
        nowhere=places.nowhere(without(text, heard.money), own, words),
        availability=lexicon().has("intents", "availability", folded),
        elsewhere=service or (None if heard.things else elsewhere(text, folded, words) or heard.unpriced),
        refused=refused(folded, _named(found, purchase, frozenset())),
        courtesy=beyond.courtesy(folded),
        holding=what_is_held(folded, _named(found, purchase, words.llm_providers - words.providers), needs),
        things=heard.things,
        unknown_models=tuple(m.text for m in found if m.kind == "unknown_model"),
        loosely_named=_loosely_named(found),
        not_sellers=misplaced,
        period=period,
        extreme=extreme(folded),
        since=lexicon().has("intents", "since", folded),
        course=lexicon().has("intents", "history", folded),
        direction=_direction(folded),
        asks_whether=bool(_WHETHER[spoken].match(folded)),
        future=lexicon().has("time", "future", folded) or _is_to_come(period, today),
        free=lexicon().has("free", "free", folded) and not lexicon().has("free", "refused", folded),
        live=lexicon().has("time", "live", folded),
        by_how_much=lexicon().has("difference", "asked", folded),
        instead=buying.one_or_the_other(folded) and len({m.text for m in found if m.kind == "machine"}) > 1,
        model_size=model_size(folded, spoken),
        equivalent=lexicon().first("equivalent", folded),
        statistic=lexicon().first("statistics", folded),
        light=lexicon().has("light", "use", folded),
        paid_for=lexicon().first("paid_for", folded),
        interruptible=buying.interruptible(folded, purchase),
        heard=tuple(found),
    )
    if leaning is None:
        return reading
    reading = follow.completed(reading, leaning, numbers)
    return replace(reading, intent=follow.intent_of(intent, reading, leaning, folded))


def _answered(text: str, words: Vocabulary, language: str) -> list[entities.Mention]:
    """What the direct answer before this question names."""
    first = text.partition("\n")[0]
    return entities.mentions(first, fold(first), words, language, []) if first else []


def _named(found: list[entities.Mention], purchase: Purchase, sellers: frozenset[str]) -> Named:
    def count(kind: str) -> int:
        return len({m.text.lower() for m in found if m.kind == kind and not m.excluded})

    return Named(
        count("machine"),
        count("accelerator"),
        count("model"),
        count("provider"),
        count("place"),
        count("family"),
        _options(purchase),
        count("unknown_machine"),
        count("unknown_model"),
        len(purchase.systems),
        len(purchase.offering_classes),
        len({m.value for m in found if m.kind == "provider" and m.value in sellers}),
        purchase.committing,
    )


def _options(purchase: Purchase) -> int:
    """How many ways of buying are named; `a commitment` is one, whatever its provider calls it."""
    if "purchase_option" in purchase.assumed:
        return 0
    every = {"reserved", "savings_plan", "commitment"} <= set(purchase.options)
    return len(purchase.options) - (2 if every else 0)


def _accelerators(found: list[entities.Mention]) -> tuple[str, ...]:
    names = [name for m in found if m.kind == "accelerator" and not m.excluded for name in m.value]
    return tuple(dict.fromkeys(names))


def _memory_variant(accelerators: tuple[str, ...], needs: Needs) -> tuple[tuple[str, ...], Needs]:
    """`A100 with 80 GB` is the A100-80GB: the number names the variant, not the machine's memory."""
    for size in (needs.min_gpu_memory_gib, needs.min_memory_gib):
        of_size = {name for name in accelerators if size and name.endswith(f"-{size:g}GB")}
        if of_size:
            sized = {name.partition("-")[0] for name in of_size}
            chosen = tuple(n for n in accelerators if n in of_size or n.partition("-")[0] not in sized)
            return chosen, replace(needs, min_memory_gib=None, min_gpu_memory_gib=size, loose=False)
    return accelerators, needs


def _providers(found: list[entities.Mention], *, excluded: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.value for m in found if m.kind == "provider" and m.excluded is excluded))


def _corrected_name(mention: entities.Mention) -> str:
    return str(mention.value[0].name if mention.kind == "machine" else mention.value.label_en)


_PER_GPU = re.compile(
    r"(?:per|por|(?:a |de |d)?cada|each|/) ?(?:uma |1 |single )?(?:gpu|placa|accelerator|acelerador)(?![a-z])"
)
_MONTHLY = re.compile(
    r"(?<![a-z])(?:(?:per|an?|each|por|ao) (?:month|mes)|monthly|mensal(?:mente)?)(?![a-z])"
)
_WHETHER = {
    "en": re.compile(r"\W*(?:has|have|had|did|does|do|is|are|was|were)\s"),
    "pt": re.compile(r"(?![^?]*(?<![a-z])(?:como|quanto|quando|quais|qual|que|por ?que)(?![a-z])).*\?"),
}
_WITH_THINGS = (Intent.ESTIMATE, Intent.PRICE, Intent.CHEAPEST, Intent.EXPLAIN, Intent.UNKNOWN)


def _currency(money: list[Money]) -> str | None:
    """The currency an answer is wanted in, where it is not US dollars."""
    return next((one.code for one in money if one.code != "USD"), None)


def _is_to_come(period: Period | None, today: date) -> bool:
    """A stretch that begins, or is said to end, after today; `in 2026` is what there is of this year."""
    if period is None:
        return False
    return period.start > today or (period.kind in ("until", "range") and period.last > today)


def _direction(folded: str) -> str | None:
    found = lexicon().found("directions", folded)
    return next(iter(found)) if len(found) == 1 else None


def _loosely_named(found: list[entities.Mention]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (m.text, makers_first(m.value)[0].name, m.candidates)
        for m in found
        if m.kind == "model" and m.candidates > 1
    )
