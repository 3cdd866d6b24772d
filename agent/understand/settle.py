"""What names mean together: a place inside a place, a region of the machine's provider, who sells what."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from agent.understand.entities import Mention
from agent.understand.fold import fold, key
from agent.understand.lexicon import lexicon
from agent.understand.makers import is_a_name
from agent.understand.vocabulary import Pair, Place, Vocabulary

_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?\s?(?:k|m|mil|million|milhao|milhoes)?\b")
_OR = re.compile(r"\s*(?:,|/|\+|&|or|and|vs\.?|versus|x|ou|e|contra|against)\s*(?:an? |the |a |uma? )?")
_TIMES = re.compile(r"x\d{1,3}")
_INSIDE = re.compile(r"[\s,(]*(?:(?:in|of|em|no|na|do|da|de|the)\s)?[\s(]*")
# What stands before a machine's name where another service has a class called like it.
_SERVICE_CLASSES = {"db.": "RDS", "cache.": "ElastiCache", "ml.": "SageMaker", "search.": "OpenSearch"}


def settled(found: list[Mention], folded: str, words: Vocabulary) -> list[Mention]:
    found = _with_shared_sizes(_without_counts(found, folded), folded, words)
    found = _places(found, folded, words)
    return _providers(_models(found, folded), words)


def _without_counts(found: list[Mention], folded: str) -> list[Mention]:
    """`A10G x4` is four of them, whatever family is called x4."""
    ends = {m.end for m in found if m.kind in ("accelerator", "machine")}

    def counts(mention: Mention) -> bool:
        beside = len(folded[: mention.start].rstrip()) in ends
        return mention.kind == "family" and beside and _TIMES.fullmatch(mention.text.lower()) is not None

    return [m for m in found if not counts(m)]


def _with_shared_sizes(found: list[Mention], folded: str, words: Vocabulary) -> list[Mention]:
    """`c7g vs c7i large`: the size said last is of each family."""
    shared: list[Mention] = []
    for mention in reversed(found):
        following = shared[0] if shared else None
        if (
            mention.kind == "family"
            and following
            and following.kind == "machine"
            and _OR.fullmatch(folded[mention.end : following.start])
        ):
            size = str(following.value[0].name).rpartition(".")[2]
            sized = words.machines.get(key(f"{mention.value[0].family}.{size}"))
            if sized and "." in following.value[0].name:
                mention = replace(mention, kind="machine", value=sized)
        shared.insert(0, mention)
    return shared


def class_of_service(found: list[Mention], folded: str) -> str | None:
    """`db.m5.large` is a database's size, not the machine."""
    before = [folded[: m.start] for m in found if m.kind == "machine"]
    return next(
        (name for start, name in _SERVICE_CLASSES.items() if any(b.endswith(start) for b in before)), None
    )


def not_sellers(found: list[Mention]) -> tuple[str, ...]:
    """Providers named, where none of them sells any machine named."""
    named = [m.value for m in found if m.kind == "provider" and not m.excluded]
    sellers = {machine.provider for m in found if m.kind == "machine" for machine in m.value}
    return tuple(dict.fromkeys(named)) if sellers and named and not sellers & set(named) else ()


def _models(found: list[Mention], folded: str) -> list[Mention]:
    """Model names that are plain words count only where tokens are asked about."""
    about_tokens = lexicon().has("intents", "tokens", folded) or lexicon().has("roles", "output", folded)

    def real(mention: Mention) -> bool:
        letters = sum(character.isalpha() for character in mention.text)
        digits = any(character.isdigit() for character in mention.text)
        if letters == 0 or _AMOUNT.match(fold(mention.text)):
            return False
        known = mention.candidates > 0 or (digits and letters >= 2) or is_a_name(fold(mention.text))
        return known or (about_tokens and letters >= 5) or letters >= 10

    names = [m for m in found if m.kind == "model" and real(m)]
    plain = [m for m in names if not m.candidates and m.text.islower() and m.text.isalpha()]
    plain = [m for m in plain if not is_a_name(m.text)] if len(plain) < len(names) else []
    return [m for m in found if m.kind != "model" or (m in names and m not in plain)]


def _providers(found: list[Mention], words: Vocabulary) -> list[Mention]:
    """Where a model is named, `google` sells models, not machines."""
    if not any(m.kind in ("model", "unknown_model") for m in found):
        return found
    sellers = {"gcp": "google"}
    return [
        replace(m, value=sellers.get(m.value, m.value))
        if m.kind == "provider" and m.text not in words.providers
        else m
        for m in found
    ]


def _places(found: list[Mention], folded: str, words: Vocabulary) -> list[Mention]:
    sellers = {machine.provider for m in found if m.kind == "machine" for machine in m.value}
    sellers = sellers or {m.value for m in found if m.kind == "provider" and not m.excluded}
    named = [_of_sellers(m, sellers, words) if m.kind == "place" else m for m in found]
    dropped: set[int] = set()
    places = [m for m in named if m.kind == "place" and not m.excluded]
    for first, second in pairwise(places):
        if not _INSIDE.fullmatch(folded[first.end : second.start]):
            continue
        wider, narrower = sorted((first, second), key=lambda m: -len(m.value.regions))
        # `São Paulo, Brazil` is São Paulo.
        if narrower.value.regions & wider.value.regions:
            dropped.add(wider.start)
    return [m for m in named if m.kind != "place" or m.excluded or m.start not in dropped]


def _of_sellers(mention: Mention, sellers: set[str], words: Vocabulary) -> Mention:
    """`us-east1` said of a machine of AWS is its us-east-1, and of one of GCP its us-east1."""
    place: Place = mention.value
    if place.kind == "geography" and len(sellers) == 1:
        # `Europa Ocidental` is what Azure calls one of its regions.
        same_name = (p for p in words.places.get(key(mention.text), []) if p.kind in ("region", "city"))
        own = [p.regions for p in same_name if len(p.regions) == 1 and next(iter(p.regions))[0] in sellers]
        if not own:
            return mention
        code = next(iter(own[0]))[1]
        return replace(mention, value=Place("region", code, code, own[0]))
    if place.kind != "region" or not sellers or mention.corrected:
        return mention
    spelled = (p.regions for p in words.places.get(key(place.label_en), []) if p.kind == "region")
    same = sorted(pair for pair in frozenset[Pair]().union(*spelled) if pair[0] in sellers)
    if not same:
        return mention
    code = same[0][1]
    return replace(mention, value=Place("region", code, code, frozenset(same)))
