from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.understand.quantities import quantities
from agent.understand.workloads import terms, workload


@pytest.mark.parametrize(
    ("question", "language", "amounts"),
    [
        ("3 million tokens sent, and 1 million back", "en", {"input": 3_000_000, "output": 1_000_000}),
        ("mandei 3 milhoes e recebi 1 milhao de volta", "pt", {"input": 3_000_000, "output": 1_000_000}),
        ("entrada: 2000 / saida: 500", "pt", {"input": 2000, "output": 500}),
        ("20 milhoes de tokens de entrada vindos do cache", "pt", {"cached_input": 20_000_000}),
        ("write 2 million tokens to the cache", "en", {"cache_write": 2_000_000}),
        ("10,000 calls a day, each with 1,500 tokens in and 300 out, for 30 days", "en",
         {"input": 450_000_000, "output": 90_000_000}),
        ("500 requisicoes por dia com 2 mil tokens de entrada cada, por mes", "pt", {"input": 30_000_000}),
        ("2 million input tokens in total over 100 requests", "en", {"input": 2_000_000}),
        ("300 pages", "en", {"unassigned": 200_000}),
        ("5m input tokens, of which 4m cached, and 1m output", "en",
         {"input": 1_000_000, "cached_input": 4_000_000, "output": 1_000_000}),
        ("5m de entrada (4m em cache)", "pt", {"input": 1_000_000, "cached_input": 4_000_000}),
        ("5m de entrada e 4m em cache", "pt", {"input": 5_000_000, "cached_input": 4_000_000}),
        ("summarize 8000 tokens into 400 tokens", "en", {"unassigned": 8000, "output": 400}),
        ("resumir 8000 tokens em 400", "pt", {"unassigned": 8000, "output": 400}),
        ("price per 1,000 tokens", "en", {}),
    ],
)  # fmt: skip
def test_tokens_have_roles_and_are_multiplied(question: str, language: str, amounts: dict[str, int]) -> None:
    load = workload(question, quantities(question, language))
    found: dict[str, Any] = {
        name: getattr(load, name) for name in (*amounts, "input", "output", "unassigned")
    }
    assert found == {"input": 0, "output": 0, "unassigned": 0, **amounts}


def test_a_rate_without_a_length_of_use_is_of_its_period() -> None:
    said = "1,000 calls a day with 500 input tokens each"
    assert workload(said, quantities(said, "en")).every == "day"


@pytest.mark.parametrize(
    ("said", "language", "prompt"),
    [("past 200k tokens of prompt", "en", 200_001), ("um prompt de 300 mil tokens", "pt", 300_000), ("a 300k token prompt", "en", 300_000)],
)  # fmt: skip
def test_the_length_of_one_prompt(said: str, language: str, prompt: int) -> None:
    load = workload(said, quantities(said, language))
    assert load.prompt == Decimal(prompt)


def test_terms_are_the_kinds_in_their_order_the_service_and_what_a_price_is_per() -> None:
    said = "output and cache writes through the batch api, per 1k tokens"
    found = terms(said, quantities(said, "en"))
    assert (found.kinds, found.service, found.per) == (("output", "cache_write"), "batch", Decimal(1000))


@pytest.mark.parametrize(
    ("question", "tokens"),
    [
        ("cheapest model with 200k context", 200_000),
        ("modelo com janela de contexto de pelo menos 128 mil tokens", 128_000),
        ("what is the context window of gpt-4.1", None),
        ("send 128k tokens", None),
    ],
)
def test_a_context_that_models_must_take(question: str, tokens: int | None) -> None:
    assert terms(question, quantities(question, "pt" if "janela" in question else "en")).min_window == tokens
