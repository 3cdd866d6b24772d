"""Names one slip away from a known one. Conservative: a wrong correction is worse than a question."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from agent.understand.fold import key
from agent.understand.lexicon import lexicon
from agent.understand.makers import stems
from agent.understand.vocabulary import Machine, Place, Vocabulary

_DIGITS = re.compile(r"\d+")
_LEAST_LETTERS = 5
_PREPOSITION = re.compile(r"(?:^|\s)(?:in|at|from|near|em|no|na|nos|nas|de|do|da|para)\s+(?:the\s)?$")


def nearest_machine(wrong: str, words: Vocabulary) -> list[Machine] | None:
    """The one machine whose name differs by a slip, its digits being the same: sizes are never guessed."""
    digits = _DIGITS.findall(wrong)
    likely = [name for name in words.machines if _DIGITS.findall(name) == digits and name[0] == wrong[0]]
    best = process.extract(wrong, likely, scorer=fuzz.ratio, limit=2, score_cutoff=85)
    if not best or (len(best) > 1 and best[0][1] - best[1][1] < 3):
        return None
    return words.machines[best[0][0]]


def similar_machines(wrong: str, words: Vocabulary, limit: int = 3) -> list[str]:
    """Names to suggest when none is near enough to be meant."""
    best = process.extract(wrong, list(words.machines), scorer=fuzz.ratio, limit=limit, score_cutoff=60)
    return [words.machines[name][0].name for name, _, _ in best]


def nearest_place(word: str, before: str, words: Vocabulary) -> Place | None:
    """A place one edit away, said after a preposition of place, that is no ordinary word."""
    if len(word) < _LEAST_LETTERS or not word.isalpha() or word in words.places or _ordinary(word):
        return None
    if not _PREPOSITION.search(before):
        return None
    near = [
        name
        for name in _places_from(word[0], words)
        if abs(len(name) - len(word)) <= 1 and DamerauLevenshtein.distance(name, word, score_cutoff=1) <= 1
    ]
    meant = sorted((place for name in near if (place := words.place(name))), key=lambda p: len(p.regions))
    # `europ` is Europe and Europa, which are one.
    return meant[-1] if meant and all(place.regions <= meant[-1].regions for place in meant) else None


def similar_places(wrong: str, words: Vocabulary, limit: int = 3) -> list[Place]:
    """Places to suggest for a name that is none."""
    if len(key(wrong)) < _LEAST_LETTERS:
        return []  # of so few letters half are right by chance
    code = wrong[-1].isdigit()
    known = [name for name, (first, *_) in words.places.items() if _is_code(first.label_en) is code]
    best = process.extract(key(wrong), known, scorer=fuzz.ratio, limit=limit, score_cutoff=75)
    found = (words.place(name) for name, _, _ in best)
    return list({place.label_en: place for place in found if place}.values())


def _is_code(label: str) -> bool:
    return label.islower() or label[-1].isdigit()


def _places_from(letter: str, words: Vocabulary) -> list[str]:
    """Names of places that start with the letter and have no other signs."""
    if ("places", letter) not in words.kept:
        words.kept["places", letter] = [
            name for name in words.places if name[:1] == letter and name.isalpha()
        ]
    found: list[str] = words.kept["places", letter]
    return found


def nearest_stem(word: str) -> str | None:
    """The family of language models whose name is one edit away: `sonet`."""
    if len(word) < _LEAST_LETTERS or not word.isalpha() or _ordinary(word):
        return None
    near = (stem for stem in stems() if len(stem) > _LEAST_LETTERS and stem[0] == word[0])
    return next((s for s in near if DamerauLevenshtein.distance(s, word, score_cutoff=1) <= 1), None)


def _ordinary(word: str) -> bool:
    entries = lexicon().entries["language"]
    elsewhere = any(lexicon().first(section, word) for section in ("currencies", "no_place"))
    return word in entries["en"] or word in entries["pt"] or elsewhere
