"""How many GPUs a language model needs, and what may stand in place of a machine."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.answer import answer
from agent.context import Context
from agent.sizing_tools import alternatives, fit_model
from agent.understand.fold import fold
from agent.understand.model_size import ModelSize, model_size
from warehouse.errors import InvalidInput
from warehouse.reader import Reader


@pytest.mark.parametrize(
    ("question", "size"),
    [
        ("how many H100 for a 70B model?", ModelSize(Decimal(70))),
        ("um modelo de 7,5 bilhões de parâmetros em 4 bits", ModelSize(Decimal("7.5"), 4)),
        ("train a 13b from scratch", ModelSize(Decimal(13), 16, training=True)),
        ("llama 8B int8", ModelSize(Decimal(8), 8)),
    ],
)
def test_the_size_of_a_model_is_read(question: str, size: ModelSize) -> None:
    assert model_size(fold(question), "pt" if "modelo" in question else "en") == size


@pytest.mark.parametrize("question", ["80 GB of RAM", "$5b in revenue", "m5.large"])
def test_other_numbers_are_no_size(question: str) -> None:
    assert model_size(fold(question), "en") in (
        None,
        ModelSize(Decimal(1)),
    )  # of a billion tokens nobody asks for machines


def test_memory_is_bytes_a_parameter_and_a_fifth(found: Context) -> None:
    said = fit_model(found, Decimal(70), accelerators=["A100-80GB"]).figures
    assert (said["weights_gb"], said["needed_gb"]) == (140, 168)
    assert [(one["least"], one["split"]) for one in said["gpus"]] == [(3, 4)]
    assert fit_model(found, Decimal(7), training=True).figures["weights_gb"] == 112


def test_an_alternative_is_as_large_and_is_not_itself(found: Context) -> None:
    said = alternatives(found, "m5.large")
    own = said.figures["machine"]
    assert said.rows
    for row in said.rows:
        assert row["instance_type"] != "m5.large"
        assert row["vcpus"] >= own["vcpus"]
        assert row["memory_gib"] >= own["memory_gib"]


def test_what_has_no_parameters_is_refused(found: Context) -> None:
    with pytest.raises(InvalidInput):
        fit_model(found, Decimal(0))


@pytest.mark.parametrize(
    "questions",
    [
        ("alternative to m5.large in us-east-1", "alternativa para a m5.large em us-east-1"),
        ("how many A100 80GB for a 70B model?", "quantas A100 80GB para um modelo de 70B?"),
    ],
)
def test_both_languages_find_the_same(live: Reader, questions: tuple[str, str]) -> None:
    english, portuguese = (answer(question, reader=live) for question in questions)
    assert (english.intent, portuguese.intent) == ("recommend", "recommend")
    assert english.rows == portuguese.rows
    assert english.tools_used == portuguese.tools_used
