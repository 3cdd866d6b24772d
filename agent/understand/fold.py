"""Text without case and accents, cut into tokens that remember where they stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+|[0-9]+", re.UNICODE)


@dataclass(frozen=True)
class Token:
    """`start` and `end` index the text, which folding never lengthens."""

    text: str
    start: int
    end: int


class _Folded(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFD", character)[0].lower()
        self[code] = base if len(base) == 1 else character
        return self[code]


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Lower case without accents, character for character: `São Paulo` → `sao paulo`."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_FOLDED)


def tokens(folded: str) -> list[Token]:
    """Runs of letters and runs of digits: `m5.4xlarge` → m, 5.4, xlarge."""
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(folded)]


def key(text: str) -> str:
    """What is left of a name when case, accents and punctuation do not count: `D4s v3` → `d4sv3`."""
    return "".join(character for character in fold(text) if character.isalnum())


def phrase(text: str) -> str:
    """A name as words: punctuation becomes one space."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())
