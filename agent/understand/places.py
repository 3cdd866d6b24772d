"""Places a question names in which there is no region that we know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agent.understand.entities import Mention
from agent.understand.fold import fold, key
from agent.understand.lexicon import lexicon
from agent.understand.vocabulary import Vocabulary

_PREPOSITION = r"(?:in|at|from|near|em|na|no|nas|nos|d[aeo]s?|para|pra)\s+(?:the\s|o\s|a\s)?"
_SAID = re.compile(rf"(?<![\w\-]){_PREPOSITION}(?=\w)", re.IGNORECASE)
_CAPITALISED = re.compile(r"\b(?:in|at|em|na|no|nas|nos)\s+(?:the\s)?([A-ZÀ-Ý][a-zà-ÿ]{2,})\b")
_MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
_ORDINARY = (
    "operating_systems",
    "purchase_options",
    "tenancies",
    "units",
    "generic",
    "topics",
    "months",
    "currencies",
)


def nowhere(text: str, found: Sequence[Mention], words: Vocabulary) -> tuple[str, ...]:
    """Countries and territories of the world in which nobody has a region, as written."""
    return _free(text, _territories_said(text, words), found)


def unknown(text: str, found: Sequence[Mention]) -> tuple[str, ...]:
    """Capitalised words that are said like a place, and that nothing explains."""
    return _free(text, _capitalised(text), found)


def _free(text: str, spans: Sequence[tuple[int, int]], found: Sequence[Mention]) -> tuple[str, ...]:
    free = [span for span in spans if not any(m.start < span[1] and span[0] < m.end for m in found)]
    return tuple(dict.fromkeys(text[start:end] for start, end in free))


def _territories_said(text: str, words: Vocabulary) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _SAID.finditer(text):
        following = list(_WORD.finditer(text, match.end()))[:_MOST_WORDS]
        for last in reversed(following):
            name = key(text[match.end() : last.end()])
            if name in _territories() and name not in words.places:
                spans.append((match.end(), last.end()))
                break
    return spans


def _capitalised(text: str) -> list[tuple[int, int]]:
    entries = lexicon().entries["language"]
    return [
        match.span(1)
        for match in _CAPITALISED.finditer(text)
        if fold(match.group(1)) not in (*entries["en"], *entries["pt"])
        and not any(lexicon().first(section, fold(match.group(1))) for section in _ORDINARY)
    ]


@cache
def _territories() -> frozenset[str]:
    """The names of the world's countries and territories in both languages."""
    from babel import Locale

    return frozenset(
        key(name)
        for language in ("en", "pt")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    )
