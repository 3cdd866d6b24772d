"""Is a question English or Brazilian Portuguese?"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from agent.understand.fold import fold
from agent.understand.lexicon import lexicon

Language = Literal["en", "pt"]

_PORTUGUESE_LETTERS = re.compile(r"[ãõçáéíóúâêôà]", re.IGNORECASE)
# A word, not the letters of a name: `e2` holds no Portuguese `e`.
_WORD = re.compile(r"(?<![a-z0-9])[a-z]+(?:-[a-z]+)?(?![a-z0-9])")


def detect(text: str, otherwise: Language = "en", places: Collection[str] = ()) -> Language:
    """`places` are words of places that only Portuguese has.

    `pt` when Portuguese words and letters outweigh English words; `otherwise` where neither does."""
    entries = lexicon().entries["language"]
    words = _WORD.findall(fold(text))
    english = sum(word in entries["en"] for word in words)
    portuguese = sum(word in entries["pt"] or word in places for word in words)
    # One accent is a hint, not a proof: place names keep theirs in English too.
    portuguese += min(2, len(_PORTUGUESE_LETTERS.findall(text)))
    if portuguese == english:
        return otherwise
    return "pt" if portuguese > english else "en"
