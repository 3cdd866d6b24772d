"""What is asked for to explain something, and to tell what is held and how old it is."""

from __future__ import annotations

import re
from itertools import islice

from agent.context import Context
from agent.plan_call import Call
from agent.plan_conditions import conditions, places_of
from agent.understand.fold import fold, phrase
from agent.understand.lexicon import lexicon
from agent.understand.makers import makers_first
from agent.understand.reading import Reading

# Said for emphasis: a word that is in no guide makes every guide less likely.
_NOISE = re.compile(r"\b(?:the (?:heck|hell)|on earth|(?:que )?diabos|raios)\s", re.IGNORECASE)
# Which machines have a sustained use discount, in the words of the guides.
_SERIES = {"en": "series that have SUD", "pt": "séries que têm SUD"}


def explain(reading: Reading, context: Context) -> list[Call]:
    sure = lexicon().has("intents", "concepts", fold(reading.worded()))
    text = _NOISE.sub("", reading.worded())
    folded = fold(reading.worded())
    asked = reading.families or lexicon().has("asking", "which", folded)
    if asked and lexicon().has("discounts", "sustained", folded):
        text = " ".join((_SERIES[reading.language], *reading.family_names()))
    given = {"text": text, "language": reading.language, "kinds": ["guide"], "surely": not sure}
    return [Call("search_knowledge", given)]


def freshness(reading: Reading, context: Context) -> list[Call]:
    sellers = reading.providers or _makers(reading, context)
    asked = {"providers": list(sellers)} if sellers else {}
    refused = lexicon().has("intents", "quarantine", fold(reading.worded()))
    return [Call("refused_rows" if refused else "freshness", asked)]


def _makers(reading: Reading, context: Context) -> tuple[str, ...]:
    """Who makes the models and sells the machines named, by part of a name too: `claude` is Anthropic's."""
    named = [group[0].provider for group in reading.models]
    named += [machine.provider for machine in reading.machines]
    for text in reading.unknown_models:
        parts = set(phrase(text).split())
        fitting = (models for name, models in context.words.models.items() if parts <= set(name.split()))
        named += [makers_first(models)[0].provider for models in islice(fitting, 1)]
    return tuple(dict.fromkeys(named))


def coverage(reading: Reading, context: Context) -> list[Call]:
    given = {name: value for name, value in places_of(reading).items() if name in ("places", "providers")}
    of = reading.holding.of if reading.holding else "regions"
    sellers = {"providers": list(reading.providers)} if reading.providers else {}
    if of in ("models", "prices", "services") or not set(reading.providers) <= context.words.providers:
        return [Call("holdings", sellers)]
    if of == "providers" and not reading.places and not reading.accelerators:
        return [Call("coverage", given), Call("holdings", sellers)]
    things = {"accelerators": list(reading.accelerators), "families": list(reading.family_names())}
    named = {name: value for name, value in things.items() if value}
    calls = [Call("coverage", {**given, **named})]
    if named and of in ("regions", "countries") and not (reading.holding and reading.holding.counted):
        calls.append(Call("find_offers", {**conditions(reading, context), "best_per": "machine", "rows": 1}))
    return calls
