"""What goes beyond prices: courtesies, what nobody here can tell, and what only a guide can."""

from __future__ import annotations

import re
from functools import cache

from agent.understand.lexicon import lexicon, whole_words

# Refused whatever machine is named beside it; the others only where none is.
_ALWAYS = ("account", "command", "action", "writing")
# What something comes to, not what was paid for it.
_WOULD_PAY = re.compile(
    r"(?<![a-z])(?:(?:do|will|would|should|must) (?:i|we) (?:\w+ )?(?:pay|spend)"
    r"(?! (?:last|this|so far|for last))"
    r"|pago|pagamos|pagaria|gasta(?:mos)? (?:\w+ ){0,3}(?:por|ao) (?:ano|mes|dia|semana|hora))(?![a-z])"
)
_COURTESIES = ("who", "thanks", "goodbye", "well", "hello")  # the first that is said is answered


def refusal(folded: str, *, hardware: bool, priced: bool) -> str | None:
    """Why nothing here can tell it, by the names of the lexicon; None where it may."""
    found = lexicon().found("refused", folded)
    for name in _ALWAYS:
        if name in found and not (name == "account" and hardware and _WOULD_PAY.search(folded)):
            return name
    if hardware:
        return None
    if "opinion" in found and priced:
        del found["opinion"]  # `which do you think is cheapest` is no matter of taste
    return min(found, key=lambda name: found[name]) if found else None


def courtesy(folded: str) -> str | None:
    """Which courtesy the whole of a question is, if it is no more than that."""
    found = lexicon().found("courtesy", folded)
    rest = _courtesies().sub(" ", folded)
    if not found or re.search(r"[a-z0-9]", rest):
        return None
    return next(name for name in _COURTESIES if name in found)


@cache
def _courtesies() -> re.Pattern[str]:
    entries = lexicon().entries
    return whole_words(
        {one for section in ("courtesy", "filling") for said in entries[section].values() for one in said}
    )


def topics(folded: str) -> int:
    """How many words of the question guides may be about; a weak word counts once, another twice."""
    words = lexicon().words("topics")
    strong = set(words["topic"].findall(folded))
    return 2 * len(strong) + len(set(words["weak"].findall(folded)) - strong)
