"""Places a question names in which there is no region that we know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agent.understand.entities import Mention
from agent.understand.fold import fold, key
from agent.understand.ordinary import ordinary
from agent.understand.vocabulary import Vocabulary

_PREPOSITION = r"(?:in|at|from|near|em|na|no|nas|nos|d[aeo]s?|para|pra)\s+(?:the\s|o\s|a\s)?"
_SAID = re.compile(rf"(?<![\w\-]){_PREPOSITION}(?=\w)", re.IGNORECASE)
_CAPITALISED = re.compile(
    r"(?<![\w\-])(?:in|at|near|em|na|no|nas|nos)\s+(?:the\s)?"
    r"([A-ZÀ-Ý][a-zà-ÿ'’]{2,}(?:[ \-][A-ZÀ-Ý][a-zà-ÿ'’]+)*)(?![\w.\-])"
)
# In small letters only where nothing or a small word follows: `in wakanda today`, not `in bulk orders`.
_SMALL = re.compile(
    r"(?<![\w\-])(?:in|em)\s+([a-zà-ÿ'’]{3,}(?: [a-zà-ÿ'’]{3,})?)(?=\s*(?:$|[?!.,;:)]"
    r"|(?<=\s)(?:for|on|with|per|and|or|now|today|please|at|vs|para|pra|por|com|e|ou|hoje|agora)(?!\w)))",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:,|\s(?:and|or|vs\.?|versus|e|ou|x))\s+(?:in |em )?([a-zà-ÿ'’]{3,})(?=\s*(?:$|[?!.,;:)]))",
    re.IGNORECASE,
)
# Names of many places begin with a word that means something else too.
_BEGINS = frozenset(
    ("sao", "new", "nova", "novo", "east", "west", "north", "south", "porto", "los", "las", "el")
)
_MOST_WORDS = 4
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")


def nowhere(text: str, found: Sequence[Mention], words: Vocabulary) -> tuple[str, ...]:
    """Countries and territories of the world in which nobody has a region, as written."""
    return _free(text, _territories_said(text, words), found)


def unknown(text: str, found: Sequence[Mention]) -> tuple[str, ...]:
    """What is said like a place or written like a region's code, and that nothing explains."""
    codes = [m.text for m in found if m.kind == "unknown_place"]
    said = [m for pattern in (_CAPITALISED, _SMALL) for m in pattern.finditer(text)]
    said += [m for one in found if one.kind == "place" and (m := _BESIDE.match(text, one.end))]
    spans = [(m.start(1), m.start(1) + len(_strange(m.group(1)))) for m in said if _strange(m.group(1))]
    return (*codes, *_free(text, spans, found))


def _strange(name: str) -> str:
    """The words of a name up to one that is known for something else."""
    kept: list[str] = []
    for word in name.split():
        if ordinary(fold(word)) and not (fold(word) in _BEGINS and word[0].isupper() and " " in name):
            break
        kept.append(word)
    return "" if kept and fold(kept[-1]) in _BEGINS else " ".join(kept)


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
