from __future__ import annotations

import pytest

from agent.understand.fold import fold
from agent.understand.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("price of m5.large in São Paulo", "en"),
        ("preco da m5.large em sao paulo", "pt"),
        ("m5.large vs m5.xlarge", "en"),
        ("compare m5.xlarge com Standard_D4s_v3 em São Paulo", "pt"),
        ("quanto custa?", "pt"),
        ("H100", "en"),
        ("is spot worth it?", "en"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language


def test_folding_keeps_every_position() -> None:
    text = "São Paulo, não é? ½ ß İ"
    assert len(fold(text)) == len(text)
    assert fold("Região Norte") == "regiao norte"
