"""One language model under the names it has at different sellers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.understand.models import split_glued
from agent.understand.spelling import model_keys
from agent.understand.vocabulary import LlmModel, Vocabulary

_HUB = "huggingface_"  # sellers whose machines are rented through Hugging Face
_SIZE_OR_DATE = re.compile(r"\d+[a-z]+|\d{4,}")  # 17b, 16e, 32768, 0905
_SIZE = re.compile(r"\d+b")
_SERVED = frozenset(
    (
        "instruct", "versatile", "turbo", "it", "chat", "hf", "latest", "meta", "fast", "fp8", "fp4", "bf16",
        "awq", "specdec", "free", "128k", "lite", "instant",
    )
)  # fmt: skip
_VERSION = re.compile(r"\d{1,3}")
_LEAST = 2  # words from which a name tells a model from others


@dataclass(frozen=True)
class _Said:
    """The words of a name that tell a model from others, and its version among them."""

    words: Counter[str]
    versions: tuple[str, ...]


def same_models(model: LlmModel, words: Vocabulary) -> list[LlmModel]:
    """An open model under every name it is sold by: `llama-3.3-70b-versatile` is Llama 3.3 70B too."""
    wanted = [said for said in _names(model) if any(map(_SIZE.fullmatch, said.words))]
    every = (one for sold in words.sold_by.values() for one in sold)
    return [one for one in every if _beyond(one, wanted) == 0]


def sold_by(seller: str, group: Sequence[LlmModel], words: Vocabulary) -> LlmModel | None:
    """A model at one seller, there or through Hugging Face, by whatever name it has with it."""
    own = next((one for one in group if one.provider == seller), None)
    wanted = [said for one in group for said in _names(one) if said.words.total() >= _LEAST]
    for name in (seller, f"{_HUB}{seller}") if own is None else ():
        fits = {one: _beyond(one, wanted) for one in words.sold_by.get(name, ())}
        known = [one for one, beyond in fits.items() if beyond is not None]
        if known:
            return min(known, key=lambda one: (fits[one], one.name == one.model, len(one.model), one.model))
    return own


@lru_cache(maxsize=16384)
def _names(model: LlmModel) -> list[_Said]:
    """What its names say, without how it is served."""
    keys = model_keys(model.provider, model.model, model.name)
    parts = ([part for word in said.split() for part in split_glued(word)] for said in keys)
    left = ([part for part in said if part not in _SERVED and part != model.provider] for said in parts)
    return [_Said(Counter(said), tuple(filter(_VERSION.fullmatch, said))) for said in left]


def _beyond(model: LlmModel, wanted: Sequence[_Said]) -> int | None:
    """How many words of size or date a name has beyond one wanted; None where it is another model."""
    counts = [
        said.words.total() - want.words.total()
        for said in _names(model)
        for want in wanted
        if said.versions == want.versions
        and want.words <= said.words
        and all(map(_SIZE_OR_DATE.fullmatch, said.words - want.words))
    ]
    return min(counts, default=None)
