"""How large a language model is that machines are sought for: `a 70B model in 8 bits`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from agent.understand.quantities import number

_PARAMETERS = re.compile(
    r"(?<![\w.,$])(?P<number>\d{1,4}(?:[.,]\d+)?)\s?-?(?:b(?![a-z0-9])|(?:billions?|bilho?es|bilhao"
    r"|bi)\s(?:of |de )?(?:param\w+|weights|pesos))"
)
_BITS = (
    (4, r"(?:int|fp|nf|q)-?4|4[- ]?bits?|qlora|awq|gptq"),
    (8, r"(?:int|fp|q)-?8|8[- ]?bits?"),
    (32, r"fp-?32|32[- ]?bits?|full precision"),
    (16, r"(?:b|bf|fp)-?16|16[- ]?bits?|half precision"),
)
_TRAINED = re.compile(
    r"(?<![a-z])(?:pre-?train\w*|train(?:ing)?(?! of thought)|full(?:y)? fine[- ]?tun\w+|trein\w+"
    r"|pre-?trein\w+)(?![a-z])"
)


@dataclass(frozen=True)
class ModelSize:
    """Billions of parameters and the bits of each."""

    billions: Decimal
    bits: int = 16
    training: bool = False


def model_size(folded: str, language: str) -> ModelSize | None:
    found = _PARAMETERS.search(folded)
    if not found:
        return None
    bits = next((n for n, said in _BITS if re.search(rf"(?<![a-z0-9])(?:{said})(?![a-z0-9])", folded)), 16)
    return ModelSize(number(found["number"], language), bits, bool(_TRAINED.search(folded)))
