"""A question that leans on the one before it: `and in Europe?`, `e com spot?`, `how much is it in Ohio?`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.understand.entities import Mention
from agent.understand.exchange import Exchange
from agent.understand.fold import key, phrase
from agent.understand.lexicon import lexicon
from agent.understand.quantities import Quantity
from agent.understand.reading import Intent, Needs, Purchase, Reading, TokenTerms, Usage
from agent.understand.spelling import model_key
from agent.understand.vocabulary import LlmModel, Machine, Vocabulary

_HARDWARE = ("machine", "unknown_machine", "family", "accelerator")
_MODELS = ("model", "unknown_model")
_THINGS = (*_HARDWARE, *_MODELS)
_FEW_WORDS = 7
_SIZE = re.compile(r"(?<=[.\-])[^.\-]+$")
_SIZED = re.compile(r"^(?:\d*x?large|medium|small|micro|nano|metal|\d+)$")
_WORD = re.compile(r"[^\W_][\w.\-]*")
# Words of an intent that speak for themselves, whatever was asked before.
_TELLING = (
    "cheapest", "dearest", "compare", "history", "past", "changes", "commitment", "specs", "availability",
    "recommend", "list", "estimate", "since",
)  # fmt: skip
_ALONE = (Intent.SQL, Intent.GREETING, Intent.HELP, Intent.FRESHNESS)
_NOT_GONE_ON_WITH = (Intent.UNKNOWN, Intent.SQL, Intent.GREETING, Intent.HELP)
_OF_NO_PRICE = (Intent.EXPLAIN, Intent.FRESHNESS, Intent.COVERAGE)
_CHOSEN = (Intent.CHEAPEST, Intent.RECOMMEND, Intent.LIST, Intent.COMPARE)


def leans(
    folded: str, found: Sequence[Mention], needs: Needs, earlier: Reading | None, alone: Intent
) -> bool:
    """Whether the question needs `earlier` to be understood; `alone` is its intent without."""
    if earlier is None or alone in _ALONE:
        return False
    words = lexicon()
    if alone is Intent.CONVERT:
        return False
    if words.has("following", "opening", folded):
        return True
    if any(m.kind in _THINGS and not m.excluded for m in found):
        return False
    if words.has("following", "pointing", folded):
        return True
    about = any(words.has("generic", name, folded) for name in ("machine", "gpu"))
    whole = (needs.any_machine_needs() and about) or alone in (Intent.CONVERT, Intent.CHANGES)
    if words.has("following", "condition", folded) and not _asks(folded) and not whole:
        return True
    return alone is Intent.UNKNOWN or (not whole and len(_WORD.findall(folded)) <= _FEW_WORDS)


def _asks(folded: str) -> bool:
    """Words that make a question of its own of what begins like a condition."""
    words = lexicon()
    return words.has("generic", "price", folded) or any(words.has("intents", n, folded) for n in _TELLING)


def further(
    text: str, folded: str, found: Sequence[Mention], earlier: Reading, words: Vocabulary
) -> list[Mention]:
    """What a word makes of the thing before it: `the xlarge?` after m5.large, `the mini?` after GPT-4.1."""
    before = [m for m in earlier.heard if m.kind in ("machine", "model")]
    if not before or any(m.kind in _THINGS for m in found):
        return []
    kind, name = before[-1].kind, before[-1].value[0].name
    for match in _WORD.finditer(folded):
        value = (
            _size_of(name, match.group(), words)
            if kind == "machine"
            else _sibling(name, match.group(), words)
        )
        if value:
            return [Mention(kind, value, *match.span(), text[match.start() : match.end()])]
    return []


def _size_of(machine: str, word: str, words: Vocabulary) -> list[Machine] | None:
    return words.machines.get(key(_SIZE.sub(word, machine))) if _SIZED.search(word) else None


def _sibling(model: str, word: str, words: Vocabulary) -> list[LlmModel] | None:
    return words.models.get(model_key([*phrase(model).split(), word]))


def with_earlier(
    found: Sequence[Mention], earlier: Reading, answered: Sequence[Mention], folded: str
) -> list[Mention]:
    """The mentions of both questions, what is new in place of what it replaces.

    `answered` are the mentions of the earlier answer's first line: what `it` points at, where the earlier
    question named no machine itself.
    """
    kept = [m for m in earlier.heard if not _replaced(m, found, folded)]
    points = lexicon().has("following", "pointing", folded)
    if points and earlier.intent in _CHOSEN and not any(m.kind in ("machine", *_MODELS) for m in kept):
        pointed = [m for m in answered if m.kind in ("machine", "model")][:1]
        kept = [m for m in kept if m.kind == "place" or not pointed] + pointed
    return [*_both(kept, earlier, found, folded), *found]


def _both(kept: list[Mention], earlier: Reading, found: Sequence[Mention], folded: str) -> list[Mention]:
    """`which is cheaper?` after two things in turn is about both."""
    words = lexicon()
    compares = any(words.has("intents", name, folded) for name in ("cheapest", "dearest", "compare"))
    if not compares or any(m.kind in _THINGS for m in found):
        return kept
    kinds = {m.kind for m in kept if m.kind in _THINGS}
    aside = [m for m in earlier.set_aside if m.kind in kinds]
    if not aside and words.has("following", "both", folded) and not any(m.kind == "place" for m in found):
        aside = [m for m in earlier.set_aside if m.kind == "place"]
    return [*aside, *kept]


def _replaced(old: Mention, found: Sequence[Mention], folded: str) -> bool:
    if old.kind in _THINGS:
        adds = lexicon().has("intents", "compare", folded)
        return any(m.kind in _THINGS and not m.excluded for m in found) and not adds
    same = [m for m in found if m.kind == old.kind]
    if old.excluded:
        return any(m.value == old.value and not m.excluded for m in same)
    if old.kind == "provider" and any(m.kind in ("machine", *_MODELS) and not m.excluded for m in found):
        return True  # who sells the new thing is not who sold the old one
    return any(not m.excluded or m.value == old.value for m in same)


def intent_of(decided: Intent, reading: Reading, earlier: Reading, folded: str) -> Intent:
    """What a leaning question asks: what its own words say, else what was asked before."""
    words = lexicon()
    if earlier.intent is Intent.SPECS and reading.heard == earlier.heard and not _of_money(folded):
        return Intent.SPECS
    if earlier.intent is Intent.COMMITMENT and decided in (Intent.ESTIMATE, Intent.PRICE):
        return Intent.COMMITMENT
    if any(words.has("intents", name, folded) for name in _TELLING):
        return decided if decided is not Intent.UNKNOWN else earlier.intent
    if earlier.intent in _NOT_GONE_ON_WITH:
        return decided
    of_itself = decided not in (Intent.UNKNOWN, Intent.EXPLAIN) or words.has("intents", "explain", folded)
    things = reading.accelerators or reading.families
    if earlier.intent is Intent.COVERAGE and things and not (reading.machines or _of_money(folded)):
        return Intent.COVERAGE  # `and in Europe?` after where an H100 is sold
    if earlier.intent in _OF_NO_PRICE and of_itself:
        return decided
    models, hardware = (any(m.kind in kinds for m in reading.heard) for kinds in (_MODELS, _HARDWARE))
    if models and not hardware and earlier.intent in _OF_MACHINES:
        return decided
    if hardware and not models and earlier.intent is Intent.TOKENS:
        return decided
    used = reading.usage.machines > 1 or reading.usage.hours is not None
    if earlier.intent is Intent.PRICE and used:
        return Intent.ESTIMATE
    if reading.period and earlier.period is None and earlier.intent in (Intent.PRICE, Intent.ESTIMATE):
        return decided
    if earlier.intent is Intent.SPECS and decided in (Intent.PRICE, Intent.CHEAPEST, Intent.ESTIMATE):
        return decided if words.has("generic", "price", folded) else Intent.SPECS
    return earlier.intent


def _of_money(folded: str) -> bool:
    words = lexicon()
    return words.has("generic", "price", folded) or words.has("intents", "cheapest", folded)


_OF_MACHINES = (
    Intent.PRICE, Intent.CHEAPEST, Intent.COMPARE, Intent.LIST, Intent.ESTIMATE, Intent.RECOMMEND,
    Intent.COMMITMENT, Intent.SPECS,
)  # fmt: skip


def completed(reading: Reading, earlier: Reading, amounts: Sequence[Quantity]) -> Reading:
    """The reading with what only the earlier question said: sizes, ways of buying, use, currency."""
    named = any(m.kind in ("machine", *_MODELS) for m in reading.heard if m not in earlier.heard)
    asks_dearest = reading.dearest or (
        earlier.dearest and not lexicon().has("intents", "cheapest", reading.question.lower())
    )
    placed = any(m.kind == "place" and m not in earlier.heard for m in reading.heard)
    return replace(
        reading,
        places=() if reading.unknown_places and not placed else reading.places,
        by_region=reading.by_region or earlier.by_region,
        extreme=reading.extreme or earlier.extreme,
        since=reading.since or earlier.since,
        needs=reading.needs if named else _needs(_counted(reading), earlier.needs),
        purchase=_purchase(reading.purchase, earlier.purchase),
        usage=_usage(reading, earlier),
        workload=reading.workload if reading.workload.total() else earlier.workload,
        currency=reading.currency or earlier.currency,
        exchange=reading.exchange or _exchange(reading, earlier, amounts),
        wants_gpu=reading.wants_gpu or (earlier.wants_gpu and not named),
        token_terms=reading.token_terms if reading.token_terms != TokenTerms() else earlier.token_terms,
        per_gpu=reading.per_gpu or earlier.per_gpu,
        monthly=reading.monthly or earlier.monthly,
        dearest=asks_dearest,
        rank=reading.rank or earlier.rank,
        period=reading.period or earlier.period,
        course=reading.course or earlier.course,
        equivalent=reading.equivalent or (None if named else earlier.equivalent),
        model_size=reading.model_size or (None if named else earlier.model_size),
        interruptible=reading.interruptible or earlier.interruptible,
        things=reading.things or earlier.things,
        holding=reading.holding or earlier.holding,
        asks_whether=False,
        set_aside=tuple(m for m in earlier.heard if m.kind in (*_THINGS, "place") and m not in reading.heard),
        follows=earlier.question,
    )


def _of_gpus(reading: Reading) -> bool:
    """`8 of them` are GPUs, where GPUs were asked for and no machine was named."""
    return reading.usage.machines > 1 and bool(reading.accelerators) and not reading.machines


def _counted(reading: Reading) -> Needs:
    gpus = float(reading.usage.machines)
    return replace(reading.needs, min_gpus=gpus, max_gpus=gpus) if _of_gpus(reading) else reading.needs


def _usage(reading: Reading, earlier: Reading) -> Usage:
    said = reading.usage
    assumed = "purchase_option" in reading.purchase.assumed
    term = earlier.purchase.committing and assumed and reading.purchase.span_months is not None
    hours = None if term else said.hours
    counts = said.counts or (() if said.machines > 1 else earlier.usage.counts)
    return Usage(_machines(reading, earlier), hours or earlier.usage.hours, counts)


def _machines(reading: Reading, earlier: Reading) -> int:
    said = 1 if _of_gpus(reading) else reading.usage.machines
    return said if said > 1 else earlier.usage.machines


def _needs(new: Needs, old: Needs) -> Needs:
    said = {name: value for name, value in vars(new).items() if value is not None}
    if new.max_price is None:
        said = {name: value for name, value in said.items() if not name.startswith("max_price")}
    # `at least 32 GB` takes the place of `exactly 16 GB`, not only of its lower end.
    for name in ("vcpus", "memory_gib", "gpus"):
        if f"min_{name}" in said or f"max_{name}" in said:
            said.setdefault(f"min_{name}", None)
            said.setdefault(f"max_{name}", None)
    return replace(old, **{**said, "loose": new.loose or old.loose})


def _purchase(new: Purchase, old: Purchase) -> Purchase:
    fields = {
        "purchase_option": "options", "operating_system": "operating_system", "tenancy": "tenancy",
        "price_type": "price_type",
    }  # fmt: skip
    kept = {field: getattr(old, field) for name, field in fields.items() if name in new.assumed}
    if "operating_system" in new.assumed:
        kept["systems"] = old.systems
    if "purchase_option" in new.assumed:
        term = new.span_months if old.committing else None  # `and for three years?`
        kept |= {
            "term_months": new.term_months or term or old.term_months,
            "payment": new.payment or old.payment,
        }
        kept["committing"] = new.committing or old.committing
    return replace(
        new,
        **kept,
        offering_classes=new.offering_classes or old.offering_classes,
        assumed=new.assumed & old.assumed,
    )


def _exchange(reading: Reading, earlier: Reading, amounts: Sequence[Quantity]) -> Exchange | None:
    if earlier.exchange is None:
        return None
    into = (reading.currency,) if reading.currency else earlier.exchange.to_currencies
    amount = next((one.value for one in amounts), earlier.exchange.amount)
    return replace(earlier.exchange, amount=amount, to_currencies=into)
