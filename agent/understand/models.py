"""Language models named in part: `claude sonnet` is the most recent Claude Sonnet there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from agent.understand.fold import Token, phrase
from agent.understand.makers import TIERS, maker_of_stem, makers_first, stems_of
from agent.understand.spelling import model_key
from agent.understand.typos import nearest_stem
from agent.understand.vocabulary import LlmModel, Vocabulary

_GLUED = re.compile(r"([a-z]{3,})(\d[a-z0-9]*)")
_VERSION = re.compile(r"\d{1,2}")
_COUNTED = re.compile(r"[\s\-]*(?:k|m|mi|mil|million|milh\w+|tokens?|[x×%])(?![a-z])")
_MOST_WORDS = 5
_NEUTRAL = ("latest",)
_GAPS = (" ", "-", ".", "_", "")
_MIXED = re.compile(r"[a-z]+\d\w*|\d+[a-z]\w*")


@dataclass(frozen=True)
class Partial:
    """Words that name some model of a maker; `models` is empty where none fits them all."""

    start: int
    end: int
    text: str
    models: tuple[LlmModel, ...]
    candidates: int


def partial_names(folded: str, cut: list[Token], words: Vocabulary) -> Iterator[Partial]:
    """Every run of words that starts with a family of models, such as `gemini flash`.

    Where the maker is named apart, what is left of a name too: `V4 Pro` of DeepSeek's.
    """
    makers = {maker for token in cut if (maker := maker_of_stem(token.text) or _maker(token.text, words))}
    short = _short_names(makers, words)
    index = 0
    while index < len(cut):
        family = _family(cut[index].text)
        if family is None:
            last, named = _short_name(folded, cut, index, short)
            if named:
                start, end = cut[index].start, cut[last].end
                yield Partial(start, end, folded[start:end], tuple(named), 1)
            index = last + 1
            continue
        last, parts = _run(folded, cut, index, family, _words_of(family, words))
        start, end = cut[index].start, cut[last].end
        models, candidates = _latest(family, parts, words)
        yield Partial(start, end, folded[start:end], models, candidates)
        index = last + 1


def _maker(word: str, words: Vocabulary) -> str | None:
    return word if word in words.llm_providers and stems_of(word) else None


def _short_names(makers: set[str], words: Vocabulary) -> dict[str, list[LlmModel]]:
    """The models of makers by their names without the family: those with letters and digits in a word."""
    found: dict[str, list[LlmModel]] = {}
    for maker in sorted(makers):
        if ("short", maker) not in words.kept:
            words.kept["short", maker] = _short_names_of(maker, words)
        found |= words.kept["short", maker]
    return found


def _short_names_of(maker: str, words: Vocabulary) -> dict[str, list[LlmModel]]:
    found: dict[str, list[LlmModel]] = {}
    for spelled, models in words.models.items():
        parts = spelled.split()
        left = [part for part in parts if part != maker and part not in stems_of(maker)]
        sold = any(model.provider == maker for model in models)
        if sold and len(left) < len(parts) and any(_MIXED.fullmatch(part) for part in left):
            found.setdefault(" ".join(left), models)
    return found


def _short_name(
    folded: str, cut: list[Token], first: int, short: dict[str, list[LlmModel]]
) -> tuple[int, list[LlmModel]]:
    """The longest run of words from `first` on that is such a name, and its last token."""
    for last in reversed(range(first, min(first + _MOST_WORDS, len(cut)) if short else first)):
        gaps = (folded[a.end : b.start] for a, b in pairwise(cut[first : last + 1]))
        named = short.get(model_key(token.text for token in cut[first : last + 1]))
        if named and all(gap in _GAPS for gap in gaps):
            return last, named
    return first, []


def _family(word: str) -> str | None:
    glued = _GLUED.fullmatch(word)
    stem = glued.group(1) if glued else word
    return stem if maker_of_stem(stem) else nearest_stem(stem)


def _run(folded: str, cut: list[Token], first: int, family: str, known: set[str]) -> tuple[int, list[str]]:
    """The last token of the name and its words; numbers that count tokens are none of it."""
    parts, last = [family, *split_glued(cut[first].text)[1:]], first
    if parts[0] in TIERS:
        parts.insert(0, TIERS[parts[0]])
    for at in range(first + 1, min(first + _MOST_WORDS, len(cut))):
        gap, word = folded[cut[last].end : cut[at].start], cut[at].text
        if gap not in _GAPS and not (gap == "," and word.isdigit() and cut[at - 1].text.isdigit()):
            break
        is_version = _VERSION.fullmatch(word) and not _COUNTED.match(folded[cut[at].end :])
        if not (is_version or (word in known and not word.isdigit())):
            break
        parts.append(word)
        last = at
    return last, parts


def _candidates(family: str, words: Vocabulary) -> list[tuple[list[str], list[LlmModel]]]:
    """Every name of the family's models, as its maker sells them where it does."""
    if ("family", family) not in words.kept:
        maker = maker_of_stem(family)
        spelled = ((_parts(spelling, family), models) for spelling, models in words.models.items())
        found = [(parts, models) for parts, models in spelled if family in parts]
        own = [(parts, models) for parts, models in found if any(m.provider == maker for m in models)]
        words.kept["family", family] = own or found
    kept: list[tuple[list[str], list[LlmModel]]] = words.kept["family", family]
    return kept


def _parts(spelling: str, family: str) -> list[str]:
    """`qwen3` is Qwen 3."""
    words = spelling.split()
    return [part for word in words for part in (split_glued(word) if word.startswith(family) else (word,))]


def _words_of(family: str, words: Vocabulary) -> set[str]:
    return {part for parts, _ in _candidates(family, words) for part in parts}


def _latest(family: str, wanted: list[str], words: Vocabulary) -> tuple[tuple[LlmModel, ...], int]:
    """The model with fewest words beyond those asked for, the highest version first."""
    exact = tuple(words.models.get(model_key(wanted), ()))
    if exact and any(character.isdigit() for word in wanted for character in word):
        return exact, 1
    ranked = _ranked(family, wanted, words)
    if not ranked or (len(wanted) == 1 and len(ranked) > 1):
        return exact, len(ranked)  # `claude` alone: sonnet, opus or haiku?
    fewest = [item for item in ranked if item.beyond == ranked[0].beyond]
    if ranked[0].beyond and len({_beyond(item.parts, wanted) for item in fewest}) > 1:
        return exact, len(fewest)
    if exact and (ranked[0].beyond or not _version(ranked[0].models[0])):
        return exact, 1  # `mistral large` is a name of its own, always the newest
    several = {" ".join(sorted(set(item.parts) - set(_NEUTRAL))) for item in fewest}
    return tuple(ranked[0].models), len(several)


@dataclass(frozen=True)
class _Candidate:
    beyond: int
    parts: list[str]
    models: list[LlmModel]

    def order(self) -> tuple[int, tuple[int, ...], int]:
        version = (*_version(self.models[0]), *[0] * _MOST_WORDS)[:_MOST_WORDS]
        return self.beyond, tuple(-number for number in version), len(self.parts)


def _ranked(family: str, wanted: list[str], words: Vocabulary) -> list[_Candidate]:
    """Fewest words beyond those wanted first, then the highest version."""
    found = []
    for parts, models in _candidates(family, words):
        rest = list(parts)
        if all(_taken(rest, word) for word in wanted) and _same_order(parts, wanted):
            beyond = [p for p in rest if not _VERSION.fullmatch(p) and p not in _NEUTRAL]
            found.append(_Candidate(len(beyond), parts, models))
    return sorted(found, key=_Candidate.order)


def _same_order(parts: list[str], wanted: list[str]) -> bool:
    """`gpt 4.5` is no GPT-5.4."""
    asked = [word for word in wanted if word.isdigit()]
    return [part for part in parts if part.isdigit()][: len(asked)] == asked


def _taken(rest: list[str], word: str) -> bool:
    if word not in rest:
        return False
    rest.remove(word)
    return True


def _beyond(parts: list[str], wanted: list[str]) -> frozenset[str]:
    return frozenset(p for p in parts if not _VERSION.fullmatch(p) and p not in wanted and p not in _NEUTRAL)


def _version(model: LlmModel) -> tuple[int, ...]:
    """`claude-3-7-sonnet` → (3, 7); dates are no versions."""
    name = model.model.rsplit("/", 1)[-1]
    return tuple(int(part) for part in phrase(name).split() if _VERSION.fullmatch(part))


def similar_models(text: str, words: Vocabulary, limit: int = 4) -> list[str]:
    """Names to suggest for words that name no model or too many: one a kind, the highest version first."""
    return [model.name for model in _newest(text, words)][:limit]


def family_models(text: str, words: Vocabulary) -> list[LlmModel]:
    """The newest model of each kind of a family that is named alone, such as `claude`."""
    return _newest(text, words) if len(phrase(text).split()) == 1 and _family(phrase(text)) else []


def _newest(text: str, words: Vocabulary) -> list[LlmModel]:
    parts = [part for word in phrase(text).split() for part in split_glued(word)]
    family = next((part for part in parts if maker_of_stem(part)), None)
    if family is None:
        return []
    kinds: dict[frozenset[str], tuple[tuple[int, ...], LlmModel]] = {}
    for spelled, models in _candidates(family, words):
        model = makers_first(models)[0]
        kind = _beyond(spelled, [family])
        if len(kind) > 1 or any(len(part) > 3 and part.isdigit() for part in spelled):
            continue
        best = (_version(model), model)
        kinds[kind] = max(kinds.get(kind, best), best, key=lambda one: (one[0], one[1].name))
    return [one for _, one in sorted(kinds.values(), key=lambda one: (one[0], one[1].name), reverse=True)]


def split_glued(word: str) -> tuple[str, ...]:
    glued = _GLUED.fullmatch(word)
    return glued.groups() if glued else (word,)
