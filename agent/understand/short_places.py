"""Places of two letters in small letters, as people type them into a search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agent.understand.lexicon import alternatives, lexicon
from agent.understand.vocabulary import Place, Vocabulary

_SHORT = re.compile(r"(?<![\w.\-$/])(?:us|uk|eu|ue|br)(?![\w\-$])")
_SPOKEN = {"us": "en", "eu": "en", "ue": "pt"}  # elsewhere it is a word of its own
_LED = ("the", "in", "within", "across", "inside")
_FOLLOWED = re.compile(
    r"\W*(?:$|(?:only|prices?|pricing|costs?|regions?|on[- ]?demand|spot|vs|or|and|/|per)(?![a-z]))"
)


def short_places(folded: str, words: Vocabulary, language: str) -> Iterator[tuple[Place, int, int, str]]:
    """Each place, where it starts and ends, and its name; `us` only where it is no pronoun."""
    for match in _SHORT.finditer(folded):
        name = match.group()
        if _SPOKEN.get(name, language) != language or (name == "us" and _is_pronoun(folded, match)):
            continue
        place = words.place("EU" if name == "ue" else name.upper())
        if place:
            yield place, *match.span(), name


@cache
def _led() -> re.Pattern[str]:
    words = alternatives([*_LED, *lexicon().entries["exclusion"]["before"]])
    return re.compile(rf"(?<![a-z]){words}$")


def _is_pronoun(folded: str, match: re.Match[str]) -> bool:
    """Unlike in `the us`, `in us`, and `a100 us price`."""
    before = folded[: match.start()].rstrip()
    if _led().search(before):
        return False
    last = before.rpartition(" ")[2]
    things = (lexicon().words("generic")[name] for name in ("machine", "gpu", "price"))
    searched = any(c.isdigit() for c in last) or any(said.fullmatch(last) for said in things)
    return not (searched and _FOLLOWED.match(folded, match.end()))
