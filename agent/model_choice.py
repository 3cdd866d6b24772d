"""Which models phrase an answer: the chain that the settings name."""

from __future__ import annotations

from functools import cache

from agno.models.base import Model

from agent.settings import AgentSettings
from warehouse.errors import InvalidInput, MissingRequirement

RULES = "rules"
_HINT = "Set it to `rules`, to provider:model such as ollama:qwen3, or to several with commas between them."


def chain(given: AgentSettings) -> tuple[Model, ...]:
    """The models in their order, without the rules that end it. Raises InvalidInput, MissingRequirement."""
    names = [name.strip() for name in given.model.split(",")]
    if names[-1] == RULES:
        names.pop()
    if not all(names):
        raise InvalidInput(f"CLOUD_PRICING_MODEL: “{given.model}” leaves a name out.", _HINT)
    if RULES in names:
        raise InvalidInput("CLOUD_PRICING_MODEL: no model is asked after the rules.", "Name the rules last.")
    key = given.openai_api_key
    secret = key.get_secret_value() if key else None
    return tuple(_model(name, given.model_url, secret, given.max_seconds) for name in names)


@cache
def _model(name: str, url: str, key: str | None, seconds: float) -> Model:
    """agno's model, made once: it keeps its connections."""
    provider, _, identity = name.partition(":")
    try:
        if provider == "openai" and url:
            from agno.models.openai.like import OpenAILike

            model: Model | None = OpenAILike(id=identity, base_url=url, api_key=key or "none")
        else:
            from agno.models.utils import get_model

            model = get_model(name)
    except ValueError as error:
        raise InvalidInput(f"CLOUD_PRICING_MODEL: {error}", _HINT) from None
    except ImportError as error:
        raise MissingRequirement(
            f"The model {name} needs a package: {error}", f"pip install {provider}"
        ) from None
    if model is None or not identity:
        raise InvalidInput(f"CLOUD_PRICING_MODEL: “{name}” names no model.", _HINT)
    if hasattr(model, "timeout"):
        model.timeout = seconds  # ends the request itself when nobody waits for it any more
    return model
