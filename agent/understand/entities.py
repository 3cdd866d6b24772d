"""Names of things in a question: where they stand, what they mean, whether they are excluded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from agent.understand.fold import Token, key
from agent.understand.lexicon import alternatives, lexicon
from agent.understand.models import partial_names
from agent.understand.quantities import Quantity
from agent.understand.short_places import short_places
from agent.understand.spelling import model_key
from agent.understand.typos import nearest_machine, nearest_place
from agent.understand.vocabulary import LlmModel, Machine, Place, Vocabulary

_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)
_COUNTED = re.compile(r"(\d+)[x×]([a-z]{1,3}\d[a-z0-9]*)")
_LONGEST_NAME = 7
_BEFORE = 50  # characters in which a thing is said not to be wanted
_SHAPE = 12  # letters from which a family is no two plain words: VM.Standard.E4.Flex
_MACHINE_SHAPE = re.compile(
    r"(?<![\w.\-])(?:(?:vm|bm|dvh|ecs)\.[a-z][\w.\-$]*\w|gpu_\d+x_\w+|[a-z]{1,4}\d[a-z0-9\-]*\.[a-z0-9\-]{4,}|standard_[a-z]+\d\w*"
    r"|[a-z]\d[a-z]?-(?:standard|highmem|highcpu|ultramem|megamem|highgpu|megagpu)-\d+\w*)(?![\w])"
)
_REGION_SHAPE = re.compile(
    r"(?<![\w\-])(?:in|at|from|em|na|no|region|regiao)\s+((?:[a-z]{2,9}-){1,3}[a-z]{3,12}-?\d)(?![\w.\-])"
)
# Kinds in the order in which they win the same words.
_RANK = {
    "machine": 0,
    "accelerator": 1,
    "provider": 2,
    "place": 3,
    "model": 4,
    "family": 5,
    "unknown_machine": 6,
    "unknown_model": 7,
    "unknown_place": 8,
}


@dataclass(frozen=True)
class Mention:
    """`value` is a list of Machine, a tuple of accelerators, a provider, a Place or a list of LlmModel."""

    kind: str
    value: Any
    start: int
    end: int
    text: str
    excluded: bool = False
    corrected: bool = False
    candidates: int = 0  # of how many models a name in part is the most recent


def mentions(
    text: str, folded: str, words: Vocabulary, language: str, numbers: list[Quantity]
) -> list[Mention]:
    """What the question names, left to right; overlapping readings are settled for the longest."""
    cut = list(_tokens(folded))
    found = [*_named(text, folded, cut, words), *_providers(folded, words)]
    found += [Mention("place", *short) for short in short_places(folded, words, language)]
    wrong = list(_misspelled(folded, cut, words))
    # `GB` after a number is no place, `m5` in `m5.lrage` no family and `a 16` before `vCPU` no A16.
    weak = [m for m in found if m.kind in ("place", "family") or m.text.startswith("a ")]
    found = [m for m in found if m not in weak or not (_in_quantity(m, numbers) or _within(m, wrong))]
    found = [m for m in found if not any(_inside(m, other) for other in wrong)]
    kept = _settled(found)
    kept += [m for m in wrong if not _overlaps(m, kept)]
    kept = _with_partial_models(kept, text, folded, cut, words)
    kept.sort(key=lambda mention: mention.start)
    return _with_exclusions(kept, folded, language)


def _tokens(folded: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(folded):
        counted = _COUNTED.fullmatch(match.group())
        if counted:
            middle = match.start() + len(counted.group(1)) + 1
            yield Token(counted.group(1), match.start(), middle - 1)
            yield Token(counted.group(2), middle, match.end())
        else:
            yield Token(match.group(), match.start(), match.end())


def _named(text: str, folded: str, cut: list[Token], words: Vocabulary) -> Iterator[Mention]:
    for first in range(len(cut)):
        for last in range(first, min(first + _LONGEST_NAME, len(cut))):
            if last > first and not _adjacent(folded[cut[last - 1].end : cut[last].start]):
                break
            start, end = cut[first].start, cut[last].end
            parts = [token.text for token in cut[first : last + 1]]
            for kind, value in _meanings("".join(parts), parts, text[start:end], words):
                yield Mention(kind, value, start, end, text[start:end])


def _adjacent(gap: str) -> bool:
    return gap == ":" or (len(gap) <= 2 and not set(gap) & set(",;?!:=<>"))


def _meanings(joined: str, parts: list[str], written: str, words: Vocabulary) -> Iterator[tuple[str, Any]]:
    if joined in words.machines and any(character.isdigit() for character in joined):
        yield "machine", words.machines[joined]
    accelerator = _accelerators_called(joined, written, words)
    if accelerator and not (joined in words.families and written.islower()):
        yield "accelerator", accelerator  # `t4g` is a family of machines, `T4G` the GPU of another
    short_city = len(joined) == 2 and any(place.kind == "city" for place in words.places.get(joined, ()))
    spelled = short_city or _is_place(joined, written)
    if joined in words.places and spelled and not _led_by_in(parts, written):
        yield "place", words.place(written if written in words.codes else joined)
    model = words.models.get(model_key(parts))
    if model and _is_model(joined):
        yield "model", model
    if joined in words.families and _is_family(joined, parts):
        yield "family", words.families[joined]


def _accelerators_called(joined: str, written: str, words: Vocabulary) -> tuple[str, ...]:
    """`V100s` may be several V100 or the V100S: what is sold of both; `L40S` is one thing."""
    exact = words.accelerators.get(joined, ())
    several = words.accelerators.get(joined[:-1], ()) if joined.endswith("s") else ()
    if not exact or not several or written.endswith("S"):
        return exact or several
    both = dict.fromkeys((*exact, *several))
    return tuple(name for name in both if name in words.sold_accelerators) or exact


def _is_place(joined: str, written: str) -> bool:
    """`US` is a place, `us` is a pronoun; a number is neither, nor is `GB`, whatever Britain is called."""
    return not joined.isdigit() and (_is_no_word(joined) or (written.isupper() and written != "GB"))


def _is_no_word(joined: str) -> bool:
    """`são` is a verb, whatever region has that for its code."""
    entries = lexicon().entries["language"]
    return len(joined) > 2 and joined not in entries["en"] and joined not in entries["pt"]


def _led_by_in(parts: list[str], written: str) -> bool:
    """`in South Central US`: the preposition is not India."""
    return len(parts) > 1 and parts[0] == "in" and not written.startswith("IN")


def _is_family(joined: str, parts: list[str]) -> bool:
    short = len(parts) <= 2 or len(joined) >= _SHAPE
    return short and len(joined) > 1 and any(character.isdigit() for character in joined)


def _is_model(joined: str) -> bool:
    return len(joined) >= 2 and not joined.isdigit()


@cache
def _provider_patterns() -> dict[str, re.Pattern[str]]:
    entries = lexicon().entries["providers"]
    return {
        name: re.compile(rf"(?<![\w\-]){alternatives(items)}(?![\w\-])") for name, items in entries.items()
    }


def _providers(folded: str, words: Vocabulary) -> Iterator[Mention]:
    for name, pattern in _provider_patterns().items():
        for match in pattern.finditer(folded):
            yield Mention("provider", name, match.start(), match.end(), match.group())
    for name in words.providers | words.llm_providers:
        spelled = name.replace("_", " ")
        if spelled not in folded:
            continue
        for match in re.finditer(rf"(?<![\w\-]){re.escape(spelled)}(?![\w\-])", folded):
            yield Mention("provider", name, match.start(), match.end(), match.group())


def _in_quantity(mention: Mention, numbers: list[Quantity]) -> bool:
    return any(
        n.start < mention.end and mention.start < n.end and (n.unit or n.value >= 1000) for n in numbers
    )


def _settled(found: list[Mention]) -> list[Mention]:
    """Longest first; among equals the kind that stands first in _RANK."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, _RANK[m.kind], m.start)):
        if not _overlaps(mention, kept):
            kept.append(mention)
    return kept


def _with_partial_models(
    kept: list[Mention], text: str, folded: str, cut: list[Token], words: Vocabulary
) -> list[Mention]:
    """A model named in part wins over the shorter things its words name."""
    for part in partial_names(folded, cut, words):
        kind = "model" if part.models else "unknown_model"
        span = (part.start, part.end, text[part.start : part.end])
        mention = Mention(kind, list(part.models), *span, candidates=part.candidates)
        over = [m for m in kept if _overlaps(m, [mention])]
        if not part.models and any(m.kind == "model" for m in over):
            continue
        exact = any(m.kind == "model" and (m.start, m.end) == (part.start, part.end) for m in over)
        length = part.end - part.start
        if all(m.kind != "machine" and (exact or length > m.end - m.start) for m in over):
            kept = [m for m in kept if m not in over] + [mention]
    return kept


def _inside(mention: Mention, other: Mention) -> bool:
    """`Standard.A1` of `VM.Standard.A1.Flex` is no machine of Azure."""
    return other.start <= mention.start and mention.end <= other.end and other.start < mention.start


def _within(mention: Mention, others: list[Mention]) -> bool:
    """Touched by one that is at least as long: `america` misspells nothing in `America Latina`."""
    long = [other for other in others if other.end - other.start >= mention.end - mention.start]
    return _overlaps(mention, long)


def _overlaps(mention: Mention, kept: list[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in kept)


def _misspelled(folded: str, cut: list[Token], words: Vocabulary) -> Iterator[Mention]:
    for match in _MACHINE_SHAPE.finditer(folded):
        if key(match.group()) in words.machines or key(match.group()) in words.families:
            continue
        near = nearest_machine(key(match.group()), words)
        span = (match.start(), match.end(), match.group())
        yield (
            Mention("machine", near, *span, corrected=True)
            if near
            else Mention("unknown_machine", None, *span)
        )
    for match in _REGION_SHAPE.finditer(folded):
        if key(match.group(1)) not in words.places:
            yield Mention("unknown_place", None, *match.span(1), match.group(1))
    for token in cut:
        place = nearest_place(token.text, folded[: token.start], words)
        if place:
            yield Mention("place", place, token.start, token.end, token.text, corrected=True)


@cache
def _exclusions() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    entries = lexicon().entries["exclusion"]
    both = alternatives(word for word in entries["before"] if word != "no")
    english = alternatives(entries["before"])
    article = r"\s+(?:the |a |o |as |os |de |do |da |dos |das |na |no |nas |nos |em |in |on |at |from |any )*"
    joins = alternatives(re.escape(join) for join in entries["joins"])
    return (
        re.compile(rf"(?:^|[^\w])(?:{both}{article}|non-)$"),
        re.compile(rf"(?:^|[^\w])(?:{english}{article}|non-)$"),
        re.compile(rf"(?:\s|{joins})*"),
    )


def _with_exclusions(kept: list[Mention], folded: str, language: str) -> list[Mention]:
    # `no` means `in the` in Portuguese.
    portuguese, english, joined = _exclusions()
    excluded = portuguese if language == "pt" else english
    marked: list[Mention] = []
    for mention in kept:
        before = folded[max(0, mention.start - _BEFORE) : mention.start]
        previous = marked[-1] if marked else None
        continues = (
            previous is not None
            and previous.excluded
            and previous.kind == mention.kind
            and joined.fullmatch(folded[previous.end : mention.start]) is not None
        )
        hit = bool(excluded.search(before)) or continues
        marked.append(Mention(**{**mention.__dict__, "excluded": hit}))
    return marked


def without_models(folded: str, found: list[Mention]) -> str:
    """The text with the names of language models blanked: `fast` of `grok-4-fast` asks for no fast mode."""
    for mention in found:
        if mention.kind in ("model", "unknown_model"):
            folded = folded[: mention.start] + "#" * (mention.end - mention.start) + folded[mention.end :]
    return folded


def machines(found: list[Mention]) -> list[Machine]:
    return [machine for mention in found if mention.kind == "machine" for machine in mention.value]


def places(found: list[Mention], *, excluded: bool) -> list[Place]:
    return [m.value for m in found if m.kind == "place" and m.excluded is excluded]


def models(found: list[Mention]) -> list[list[LlmModel]]:
    return [m.value for m in found if m.kind == "model"]
