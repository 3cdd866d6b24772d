"""A question as the index reads it: slips corrected, synonyms added, its words weighed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from warehouse.common_words import common_words
from warehouse.glossary import Glossary
from warehouse.words import stems_of, tokens_of

_LONGEST = 200  # tokens; SQLite reads no query of thousands
_LONGEST_SYNONYM = 4  # words
_SLIPS = 8  # words of a question that are looked for in all terms
_DIGITS = re.compile(r"\d+")
_NEAR = 8


@dataclass(frozen=True)
class Word:
    """A word of a question: any of `stems` stands for it; `weight` is how much it tells.

    `known` is whether any document has it, `topic` whether a guide is about it.
    """

    stems: frozenset[str]
    weight: float
    known: bool
    topic: bool


@dataclass(frozen=True)
class Asked:
    """`text` is for the model of meaning, `tokens` for names, `words` for the index."""

    text: str
    tokens: tuple[str, ...]
    words: tuple[Word, ...]

    @property
    def stems(self) -> list[str]:
        return list(dict.fromkeys(stem for word in self.words for stem in sorted(word.stems)))

    @property
    def unknown(self) -> float:
        """How much of what the question tells is in no text at all, from 0 to 1."""
        told = sum(word.weight for word in self.words)
        return sum(word.weight for word in self.words if not word.known) / told if told else 0.0

    @property
    def topics(self) -> int:
        """How many of its words guides are about."""
        return sum(word.topic for word in self.words)


class Synonym(NamedTuple):
    """`expansion` is what people who say `term` mean, in English; `language` is that of the term."""

    language: str
    term: str
    expansion: str


class Terms:
    """All terms of an index with their usual spelling and the number of documents that hold them."""

    def __init__(
        self,
        terms: Iterable[tuple[str, str, int, int]],
        synonyms: Iterable[Synonym],
        documents: int,
        glossary: Glossary,
    ) -> None:
        self.frequency: dict[str, int] = {}
        self._spelling: dict[str, str] = {}
        self._alike: dict[tuple[int, bool], dict[str, str]] = {}  # spellings and stems: their term
        self._documents, self._glossary = documents, glossary
        self._topics: set[str] = set()
        for term, spelling, number, topic in terms:
            self.frequency[term], self._spelling[term] = number, spelling
            if topic:
                self._topics.add(term)
        self._synonyms: dict[str, list[Synonym]] = {}
        for synonym in synonyms:
            self._synonyms.setdefault(" ".join(_keys(tokens_of(synonym.term))), []).append(synonym)
            for token in tokens_of(synonym.term):
                for stem in stems_of(token)[:1]:
                    self._spelling.setdefault(stem, token)
        for term, spelling in self._spelling.items():
            for like in (term, spelling):
                self._alike.setdefault((len(like), like.isalpha()), {})[like] = term
        self._corrected = lru_cache(maxsize=4096)(self._nearest)

    def read(self, text: str) -> Asked:
        typed = tokens_of(text)[:_LONGEST]
        tokens, wrong = self._spelled(typed)
        said = self._expansions(tokens)
        words = list(self._words(tokens, said))
        meant = self._glossary.gloss(tokens) or (" ".join(tokens) if wrong else text)
        return Asked(meant, tuple(tokens), tuple(words))

    def _spelled(self, typed: list[str]) -> tuple[list[str], set[int]]:
        """The tokens with slips corrected, and the places of those that were."""
        tokens, wrong, tried = [], set[int](), 0
        for place, token in enumerate(typed):
            stems = stems_of(token)
            nearest = None
            if stems and stems[0] not in self._spelling and not self._is_word(token) and tried < _SLIPS:
                tried += 1
                nearest = self._corrected(token)
            if nearest is not None:
                wrong.add(place)
            tokens.append(nearest or token)
        return tokens, wrong

    def _is_word(self, token: str) -> bool:
        return token in self._glossary.words or token in common_words()

    def _nearest(self, token: str) -> str | None:
        """The usual spelling of the known word that is a slip away from `token`."""
        slips = _slips(token)
        if not slips:
            return None
        near = self._like(token, slips)
        fitting = [
            (distance, term[0] != token[0], -self.frequency.get(term, 0), term)
            for like, distance, term in near
            if _DIGITS.findall(like) == _DIGITS.findall(token)
            and (len(token) > 4 or sorted(like) == sorted(token) or len(like) > len(token))
            and (distance == 1 or like[0] == token[0])
        ]
        return self._spelling[min(fitting)[3]] if fitting else None

    def _like(self, word: str, slips: int) -> Iterator[tuple[str, int, str]]:
        for length in range(len(word) - slips, len(word) + slips + 1):
            alike = self._alike.get((length, word.isalpha()), {})
            near = process.extract(word, alike.keys(), scorer=OSA.distance, score_cutoff=slips, limit=_NEAR)
            yield from ((like, int(distance), alike[like]) for like, distance, _ in near)

    def _expansions(self, tokens: list[str]) -> dict[tuple[int, int], list[Synonym]]:
        """What runs of tokens are also called; the longest run wins."""
        places = [place for place, token in enumerate(tokens) if stems_of(token)]
        keys = _keys(tokens)
        found: dict[tuple[int, int], list[Synonym]] = {}
        taken: set[int] = set()
        for length in range(_LONGEST_SYNONYM, 0, -1):
            for first in range(len(keys) - length + 1):
                run = range(first, first + length)
                said = self._synonyms.get(" ".join(keys[first : first + length]))
                if said and taken.isdisjoint(run):
                    taken.update(run)
                    found[places[first], places[run[-1]] + 1] = said
        return found

    def _words(self, tokens: list[str], said: Mapping[tuple[int, int], list[Synonym]]) -> Iterable[Word]:
        spans = {place: span for span in said for place in range(*span)}
        done: set[tuple[int, int] | str] = set()
        for place, token in enumerate(tokens):
            span = spans.get(place)
            if not stems_of(token) or (span or token) in done:
                continue
            done.add(span or token)
            run = [*tokens[slice(*span)], *_tokens(one.expansion for one in said[span])] if span else [token]
            if stems_of(token)[0] not in self.frequency:
                run += tokens_of(self._glossary.english(token))
            stems = frozenset(stem for one in run for stem in stems_of(one))
            known = [self._weight(stem) for stem in stems if stem in self.frequency]
            weight = max(known, default=self._weight(""))
            yield Word(stems, weight, bool(known), not stems.isdisjoint(self._topics))

    def _weight(self, stem: str) -> float:
        return math.log(1 + (self._documents + 1) / (self.frequency.get(stem, 0) + 0.5))


def _slips(token: str) -> int:
    """How many letters may be wrong: in short words one makes another word."""
    if len(token) < 4 or token.isdigit():
        return 0
    return 2 if len(token) > 8 and token.isalpha() else 1


def _keys(tokens: Iterable[str]) -> list[str]:
    return [stems[0] for stems in map(stems_of, tokens) if stems]


def _tokens(texts: Iterable[str]) -> list[str]:
    return [token for text in texts for token in tokens_of(text)]
