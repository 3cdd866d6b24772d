"""What is wanted most of, or what the price is measured by: `most memory`, `cheapest per vCPU`."""

from __future__ import annotations

import re
from functools import cache

from agent.understand.lexicon import alternatives, lexicon

_VALUE = {
    "vcpus": "price_per_vcpu",
    "memory": "price_per_memory",
    "gpus": "price_per_gpu",
    "gpu_memory": "price_per_gpu_memory",
}


def rank(folded: str) -> str | None:
    """The name of an order of `find_offers`; None where the price alone decides."""
    words = lexicon()
    most = next((name for name, said in _most().items() if said.search(folded)), None)
    if most is not None:
        return _VALUE.get(most, most) if words.has("ranking", "for_the_money", folded) else most
    if words.has("ranking", "largest", folded):
        return "gpus" if words.has("generic", "gpu", folded) else "vcpus"
    if words.has("intents", "cheapest", folded) or words.has("generic", "price", folded):
        return next((name for name, said in _per().items() if said.search(folded)), None)
    return None


@cache
def _most() -> dict[str, re.Pattern[str]]:
    entries = lexicon().entries["ranking"]
    most, by = alternatives(entries["most"]), alternatives(entries["by"])
    return {
        what: re.compile(
            rf"(?<![a-z])(?:{most} {alternatives(entries[what])}|{by} {alternatives(entries[what])})(?![a-z])"
        )
        for what in ("gpu_memory", "memory", "vcpus", "gpus", "storage")
    }


@cache
def _per() -> dict[str, re.Pattern[str]]:
    entries = lexicon().entries["ranking"]
    each = r"(?<![a-z])(?:per|por|a cada|each|for each|for every|por cada|/) ?"
    per = each + r"(?:(?:1 )?(?:gi?b|giga(?:byte)?)s? (?:of |de |da )?)?"
    return {
        value: re.compile(rf"{per}{alternatives(entries[what])}(?![a-z])")
        for what, value in _VALUE.items()
        if what in ("gpu_memory", "memory", "vcpus")
    }
