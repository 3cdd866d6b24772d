"""How the names of language models are written, and what in that does not count."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.understand.fold import phrase

# Amazon's ids: global.anthropic.claude-sonnet-4-5-20250929-v1:0
_BEDROCK = re.compile(
    r"(?:(?:global|regional|us|eu|apac)\.)?([a-z]+)\.([a-z].*?)(?:-20\d{6})?(?:-v\d+(?::\d+)?)?"
)
_A_NAME = 4  # letters from which what is left names a model without its maker


def model_keys(provider: str, model: str, name: str) -> set[str]:
    """Every way to name a model: its id, what of it follows the maker, its name; each with the seller's."""
    short = model.rsplit("/", 1)[-1]
    bedrock = _BEDROCK.fullmatch(short)
    if bedrock:
        short = " ".join(bedrock.groups()) if len(bedrock[2]) < _A_NAME else bedrock[2]
    # `OpenAI GPT-5 mini` is OpenAI's, not only what a reseller calls so in full.
    said = (model, short, name, f"{provider} {short}", f"{provider} {name}")
    return {model_key(phrase(one).split()) for one in said}


def model_key(parts: Iterable[str]) -> str:
    """The order of words does not count in a model's name, that of numbers does: GPT-4.5 is not 5.4."""
    said = list(parts)
    numbers = [part for part in said if part.isdigit()]
    return " ".join([*sorted(part for part in said if not part.isdigit()), *numbers])
