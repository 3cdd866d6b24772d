"""What is wanted most of, or what the price is measured by: `most memory`, `cheapest per vCPU`."""

from __future__ import annotations

import re
from functools import cache

from agent.understand.counts import SEVERAL, number
from agent.understand.lexicon import alternatives, lexicon

_THINGS = ("offers?", "options?", "models?", "regions?", "ofertas?", "opcoes", "modelos?", "regioes")
_VALUE = {
    "vcpus": "price_per_vcpu",
    "memory": "price_per_memory",
    "gpus": "price_per_gpu",
    "gpu_memory": "price_per_gpu_memory",
    "tflops": "price_per_tflops",
}
_N = rf"(?P<n>\d{{1,2}}|{SEVERAL})"
_REGIONS = r"(?:regions|regioes|places|locations|countries|lugares|locais|localidades|paises)(?![a-z])"
_PLACES = re.compile(rf"(?P<country>countries|paises)|{_REGIONS}|(?:by|per|each|every|por|cada) regi")
_WHY = re.compile(r"(?<![a-z])(?:why|por ?que)(?![a-z])")


def rank(folded: str) -> str | None:
    """The name of an order of `find_offers`; None where the price alone decides."""
    words = lexicon()
    most = next((name for name, said in _most().items() if said.search(folded)), None)
    if (
        most == "memory"
        and words.has("generic", "gpu", folded)
        and not words.has("generic", "machine", folded)
    ):
        most = "gpu_memory"  # of which GPU has the most memory the GPU's own is asked
    if most is not None:
        return _VALUE.get(most, most) if words.has("ranking", "for_the_money", folded) else most
    if words.has("ranking", "work", folded) and words.has("generic", "gpu", folded):
        return "price_per_tflops"
    if words.has("ranking", "largest", folded):
        return "gpu_memory" if words.has("generic", "gpu", folded) else "vcpus"
    if words.has("intents", "cheapest", folded) or words.has("generic", "price", folded):
        return next((name for name, said in _per().items() if said.search(folded)), None)
    return None


def how_many(folded: str) -> tuple[int | None, int]:
    """How many are wanted, and where it says so: `top 10`, `the three cheapest`, `as 3 mais baratas`."""
    found = next((m for pattern in _top() if (m := pattern.search(folded))), None)
    return (number(found.group("n")) or None, found.start("n")) if found else (None, -1)


def extreme(folded: str) -> str | None:
    """`low` or `high` where the question is when a price was lowest or highest, or what it ever was."""
    words = lexicon()
    if not words.has("ranking", "when", folded):
        return None
    return "high" if words.has("ranking", "highest", folded) else "low"


def by_region(folded: str) -> str | None:
    """`one`, `several` or `countries` where places are asked for, by price, rather than machines."""
    words = lexicon()
    asked = words.words("ranking")["regions"].search(folded)
    if asked is None or _WHY.search(folded):
        return None
    said = _PLACES.search(asked.group())
    if said and said["country"]:
        return "countries"
    return "several" if said or how_many(folded)[0] else "one"


@cache
def _top() -> tuple[re.Pattern[str], ...]:
    entries = lexicon().entries
    what = alternatives([*entries["generic"]["machine"], *entries["generic"]["gpu"], *_THINGS])
    first = alternatives([*entries["intents"]["cheapest"], *entries["intents"]["dearest"]])
    return (
        re.compile(rf"(?<![a-z])(?:top|primeir[ao]s|first)[ -]{_N}(?![\w.])"),
        re.compile(rf"(?<![\w.]){_N} {first}(?![a-z])"),
        re.compile(rf"(?<![\w.]){_N} (?:[\w\-]+ ){{0,2}}{_REGIONS}"),
        re.compile(rf"(?<![a-z]){alternatives(entries['ranking']['show'])} {_N}(?=\s*(?:$|[.?!,;]))"),
        # In Portuguese the thing stands before: `as 3 máquinas mais baratas`, not `com 2 GPUs mais barata`.
        re.compile(rf"(?<![\w.])(?<!com ){_N} {what} (?:\w+ ){{0,3}}mais (?:barat|car)[ao]s(?![a-z])"),
        re.compile(rf"(?<![\w.]){_N} primeir[ao]s(?![a-z])"),
    )


@cache
def _most() -> dict[str, re.Pattern[str]]:
    entries = lexicon().entries["ranking"]
    most, by = alternatives(entries["most"]), alternatives(entries["by"])
    many, gets = alternatives(entries["how_many"]), alternatives(entries["gets"])
    return {
        what: re.compile(
            rf"(?<![a-z])(?:(?:{most}|{by}) {alternatives(entries[what])}"
            # Of what an amount pays for, most is wanted: `how many vCPUs can I get for $1 an hour`.
            rf"|{many} {alternatives(entries[what])} (?:\w+ ){{0,2}}?{gets}\b.*\d)(?![a-z])"
        )
        for what in ("tflops", "gpu_memory", "memory", "vcpus", "gpus", "storage")
    }


@cache
def _per() -> dict[str, re.Pattern[str]]:
    entries = lexicon().entries["ranking"]
    each = r"(?<![a-z])(?:per|por|a cada|each|for each|for every|por cada|/) ?"
    per = each + r"(?:(?:1 )?(?:gi?b|giga(?:byte)?)s? (?:of |de |da )?)?"
    return {
        value: re.compile(rf"{per}{alternatives(entries[what])}(?![a-z])")
        for what, value in _VALUE.items()
        if what in ("tflops", "gpu_memory", "memory", "vcpus")
    }
