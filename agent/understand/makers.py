"""Who makes a language model, among those who sell it."""

from __future__ import annotations

from collections.abc import Iterable

from agent.understand.vocabulary import LlmModel

_MODELS = {
    "openai": ("gpt", "o1", "o3", "o4", "chatgpt", "text-embedding", "codex"),
    "anthropic": ("claude", "sonnet", "opus", "haiku"),
    "google": ("gemini", "gemma"),
    "x-ai": ("grok",),
    "deepseek": ("deepseek",),
    "mistral": ("mistral", "codestral", "ministral"),
    "cohere": ("command",),
    "moonshotai": ("kimi",),
    "zai": ("glm",),
    "meta": ("llama",),
    "alibaba": ("qwen",),
}
_MAKERS = {stem: maker for maker, stems in _MODELS.items() for stem in stems}
_TOO_SHORT = 2  # `o1` is a name of its own, `command` a word of any sentence
_WORDS = ("command",)


# Tiers that are said without their family.
TIERS = {"sonnet": "claude", "opus": "claude", "haiku": "claude"}


def maker_of_stem(word: str) -> str | None:
    """The maker whose family of models goes by this word."""
    return _MAKERS.get(word) if len(word) > _TOO_SHORT and word not in _WORDS else None


def stems() -> Iterable[str]:
    return _MAKERS.keys() - set(_WORDS)


def is_a_name(word: str) -> bool:
    """Whether a word alone names a model or a family: `o3`."""
    return word in _MAKERS and word not in _WORDS


def stems_of(maker: str) -> tuple[str, ...]:
    """What the families of a maker's models are called."""
    return _MODELS.get(maker, ())


def makers_first(group: Iterable[LlmModel]) -> list[LlmModel]:
    """A model sold by many is meant as its maker sells it, unless the question names a seller."""

    def order(model: LlmModel) -> tuple[bool, str, int]:
        name = model.model.rsplit("/", 1)[-1].lower()
        maker = next((maker for stem, maker in _MAKERS.items() if name.startswith(stem)), None)
        return model.provider != maker, model.provider, len(model.model)

    return sorted(group, key=order)
