"""A Portuguese question word by word in English, which a model of meaning trained on English needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warehouse.words import tokens_of

_LONGEST = 4  # words
_SURE = 0.3  # of a question's words, that are Portuguese and not English
_BOTH = frozenset({"a", "as", "do", "me", "no", "o", "os", "real", "se", "so"})


class Glossary:
    """Words and short phrases, with what they are in English."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._english = {" ".join(tokens_of(portuguese)): english for portuguese, english in pairs}
        self.words = frozenset(
            word for pair in self._english.items() for one in pair for word in tokens_of(one)
        )

    def english(self, token: str) -> str:
        return self._english.get(token, "")

    def gloss(self, tokens: Sequence[str]) -> str | None:
        """None where the question is not in Portuguese; a word that is not in the glossary stays."""
        words = sum(token.isalpha() for token in tokens)
        sure = sum(token in self._english and token not in _BOTH for token in tokens)
        if not sure or sure < _SURE * words:
            return None
        said: list[str] = []
        place = 0
        while place < len(tokens):
            length = next(
                (n for n in range(_LONGEST, 1, -1) if " ".join(tokens[place : place + n]) in self._english), 1
            )
            run = " ".join(tokens[place : place + length])
            said.append(self._english.get(run, run))
            place += length
        return " ".join(said)
