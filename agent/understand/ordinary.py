"""Words that are known for something else than a place."""

from __future__ import annotations

import re
from functools import cache

from agent.understand.lexicon import lexicon

# Endings of what is done or had, not of where.
_ABSTRACT = re.compile(
    r"\w+(?:[ts]ion|ment|ness|ity|ing|ship|ism|cao|coes|dade|mento|mente|ismo|ncia|agem)s?"
)
_WRITTEN_OUT = re.compile(r"(?<![a-z(?|\[])[a-z]{3,}(?![a-z(?|\[])")


def ordinary(word: str) -> bool:
    """Whether the lexicon has the folded word, or its ending is that of no name."""
    sections = lexicon().sections.values()
    known = any(pattern.search(word) for names in sections for pattern in names.values())
    return known or word in _written_out() or _ABSTRACT.fullmatch(word) is not None


@cache
def _written_out() -> frozenset[str]:
    """Every word that is a part of some entry."""
    sections = lexicon().entries.values()
    entries = (entry for names in sections for several in names.values() for entry in several)
    return frozenset(word for entry in entries for word in _WRITTEN_OUT.findall(entry))
