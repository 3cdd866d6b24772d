"""Slips in the words that say what is asked, and what people write short."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from agent.understand.fold import fold
from agent.understand.lexicon import alternatives, lexicon
from agent.understand.ordinary import ordinary
from agent.understand.vocabulary import Vocabulary

_LEAST_LETTERS = 5
_LONG = 8  # of so many letters two may be wrong
_WORD = re.compile(r"(?<![\w.\-/])[^\W\d_]+(?![\w\-/]|\.\w)")


def spelled(question: str, words: Vocabulary) -> str:
    """The question with its short forms written out, and words one slip away from a cue put right."""
    corrected = _WORD.sub(lambda match: _cue(match, words) or match.group(), question)
    folded = fold(corrected)
    for match in reversed(list(_short().finditer(folded))):
        whole = next(name for name, said in lexicon().words("short").items() if said.fullmatch(match.group()))
        corrected = corrected[: match.start()] + whole + corrected[match.end() :]
    return corrected


def _cue(match: re.Match[str], words: Vocabulary) -> str | None:
    """The cue that a word is meant for; a capital inside a sentence is a name's."""
    word = fold(match.group())
    if len(word) < _LEAST_LETTERS or (match.start() and match.group()[0].isupper()):
        return None
    near = _nearest(word)
    return near if near and not ordinary(word) and word not in words.places else None


@lru_cache(maxsize=4096)  # words are of whoever asks
def _nearest(word: str) -> str | None:
    most = 2 if len(word) >= _LONG else 1
    cues = [cue for said in lexicon().entries["spelling"].values() for cue in said if cue[0] == word[0]]
    apart = {cue: DamerauLevenshtein.distance(fold(cue), word, score_cutoff=most) for cue in cues}
    near = [cue for cue in cues if 0 < apart[cue] <= most and not _inflected(word, fold(cue))]
    return min(near, key=lambda cue: apart[cue]) if near and 0 not in apart.values() else None


def _inflected(word: str, cue: str) -> bool:
    """Apart at the end alone, as `serves` and `server` are: another word, not a slip."""
    return word[:-1] in (cue, cue[:-1]) or word == cue[:-1]


@cache
def _short() -> re.Pattern[str]:
    entries = lexicon().entries["short"].values()
    return re.compile(rf"(?<![\w.\-]){alternatives(one for said in entries for one in said)}(?![\w\-])")
