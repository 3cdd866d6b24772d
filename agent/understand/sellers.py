"""One language model under the names it has at different sellers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
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


def same_models(model: LlmModel, words: Vocabulary) -> list[LlmModel]:
    """An open model under every name it is sold by: `llama-3.3-70b-versatile` is Llama 3.3 70B too."""
    wanted = [said for said in _names(model) if any(_SIZE.fullmatch(word) for word in said)]
    return [one for one in _every(words) if _beyond(one, wanted) == 0]


def sold_by(seller: str, group: Sequence[LlmModel], words: Vocabulary) -> LlmModel | None:
    """A model at one seller, there or through Hugging Face, by whatever name it has with it."""
    own = next((one for one in group if one.provider == seller), None)
    wanted = [said for one in group for said in _names(one) if len(said) >= _LEAST]
    for name in (seller, f"{_HUB}{seller}") if own is None else ():
        fits = {one: _beyond(one, wanted) for one in _every(words) if one.provider == name}
        known = [one for one, beyond in fits.items() if beyond is not None]
        if known:
            return min(known, key=lambda one: (fits[one], one.name == one.model, len(one.model), one.model))
    return own


def _every(words: Vocabulary) -> Iterator[LlmModel]:
    return iter({(one.provider, one.model): one for group in words.models.values() for one in group}.values())


@lru_cache(maxsize=16384)
def _names(model: LlmModel) -> list[list[str]]:
    """The words that tell a model from others, without those that tell how it is served, by each name."""
    keys = model_keys(model.provider, model.model, model.name)
    parts = ([part for word in said.split() for part in split_glued(word)] for said in keys)
    return [[part for part in said if part not in _SERVED and part != model.provider] for said in parts]


def _beyond(model: LlmModel, wanted: Sequence[list[str]]) -> int | None:
    """How many words of size or date a name has beyond one wanted; None where it is another model."""
    counts = [
        len(said) - len(want)
        for said in _names(model)
        for want in wanted
        if _versions(said) == _versions(want)
        and Counter(want) <= Counter(said)
        and all(map(_SIZE_OR_DATE.fullmatch, Counter(said) - Counter(want)))
    ]
    return min(counts, default=None)


def _versions(said: Sequence[str]) -> list[str]:
    """GPT-4.5 is no GPT-5.4."""
    return [word for word in said if _VERSION.fullmatch(word)]
