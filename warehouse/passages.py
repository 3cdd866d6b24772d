"""Which passages of a guide a question asks for: its paragraphs, list items and rows of tables."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from warehouse.asked import Word
from warehouse.words import words_of

_HEADING = re.compile(r"^#{1,6}\s+")
_ITEM = re.compile(r"^(?:[*-]|\d+\.)\s+")
_RULE = re.compile(r"^\|[\s:|-]+\|$")
# How much a word of the question counts: one with a digit, such as 70B or fp16, is what is asked of among
# its like; one that no guide is about, such as `matters`, says little.
_CODE, _TOPIC, _SAID = 3.0, 1.0, 0.4
_UNDER, _ASKED = 0.6, 1.0  # of a word that only the heading has, and only one that is a question
_AGAIN = 0.4  # of a word that a passage chosen before has
_ANSWER = 1.4  # a passage under a question that is asked like this one
_KINDS = {"summary": 1.25, "text": 1.0, "item": 0.9, "row": 0.9}
_LENGTH = 900  # characters at which a paragraph counts about a third less
_MOST = 3
_WORTH = 0.2  # of all that the question tells, that a further passage must add


@dataclass(frozen=True)
class Passage:
    """`text` as it is shown, with what it needs of its heading; `kind` is summary, text, item or row."""

    kind: str
    text: str
    stems: frozenset[str]
    under: frozenset[str]  # stems of the heading
    answers: bool = False  # where the heading is a question


def share(text: str, words: Sequence[Word]) -> float:
    """How much of what `words` tell is in the one passage of a text that has the most of it, from 0 to 1."""
    weights = {word: _weight(word) for word in words}
    every = sum(weights.values())
    return max((_gain(one, weights) for one in cut(text)), default=0.0) / every if every else 0.0


def asked_for(text: str, words: Sequence[Word]) -> tuple[str, ...]:
    """The passages of a guide's text that tell what `words` ask for, the best first; none where none does."""
    passages = cut(text)
    held = Counter(stem for one in passages for stem in one.stems | one.under)
    rare = {word: max((held[stem] for stem in word.stems), default=0) for word in words}
    weights = {word: _weight(word) * math.log(1 + len(passages) / n) for word, n in rare.items() if n}
    chosen: list[Passage] = []
    left, every = dict(weights), sum(weights.values())
    while left and len(chosen) < _MOST:
        rest = [one for one in passages if one not in chosen]
        again = {word: weight * (1 if word in left else _AGAIN) for word, weight in weights.items()}
        best = max(rest, key=lambda one: _score(one, again), default=None)
        if best is None or _gain(best, left) < _WORTH * every:
            break
        chosen.append(best)
        left = {word: weight for word, weight in left.items() if word.stems.isdisjoint(best.stems)}
    return tuple(one.text for one in chosen)


def _weight(word: Word) -> float:
    if any(character.isdigit() for stem in word.stems for character in stem):
        return _CODE
    return _TOPIC if word.topic else _SAID


def _gain(passage: Passage, weights: Mapping[Word, float]) -> float:
    return sum(
        weight * (1 if not word.stems.isdisjoint(passage.stems) else _ASKED if passage.answers else _UNDER)
        for word, weight in weights.items()
        if not word.stems.isdisjoint(passage.stems | passage.under)
    )


def _score(passage: Passage, weights: Mapping[Word, float]) -> float:
    own = _ANSWER if passage.answers and passage.kind == "text" else _KINDS[passage.kind]
    gain = own * _gain(passage, weights)
    return gain if passage.kind == "row" else gain / math.sqrt(1 + len(passage.text) / _LENGTH)


@lru_cache(maxsize=256)
def cut(text: str) -> tuple[Passage, ...]:
    return tuple(_passages(text))


def _passages(text: str) -> Iterator[Passage]:
    heading, first = "", True
    for block in text.split("\n\n"):
        lines = block.strip().splitlines()
        if not lines:
            continue
        if _HEADING.match(lines[0]):
            heading = _HEADING.sub("", lines[0])
            continue
        under = frozenset(words_of(heading))
        if lines[0].startswith("|"):
            parts = [("row", row) for row in _rows(lines, heading)]
        elif _ITEM.match(lines[0]):
            parts = [("item", item) for item in _items(lines)]
        else:
            parts = [("summary" if first else "text", " ".join(lines))]
        first = False
        for kind, part in parts:
            yield Passage(kind, part, frozenset(words_of(part)), under, heading.endswith("?"))


def _items(lines: Sequence[str]) -> Iterator[str]:
    item = ""
    for line in lines:
        if _ITEM.match(line) and item:
            yield item
            item = ""
        item = f"{item} {_ITEM.sub('', line).strip()}".strip()
    yield item


def _rows(lines: Sequence[str], heading: str) -> Iterator[str]:
    """`| 70B | 140 GB |` as `70B: FP16/BF16 140 GB`, under its heading."""
    head, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    for line, cells in zip(lines[1:], rest, strict=True):
        if _RULE.match(line):
            continue
        pairs = zip(head[1:], cells[1:], strict=False)
        named = [f"{name}: {cell}" if name else cell for name, cell in pairs if cell]
        what = f"{head[0]} {cells[0]}".strip() if head[0] else cells[0]
        yield f"{heading} — {what} — {'; '.join(named)}." if heading else f"{what} — {'; '.join(named)}."
