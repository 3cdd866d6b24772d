from __future__ import annotations

import pytest

from agent.context import Context
from agent.understand.models import similar_models
from agent.understand.read import read
from agent.understand.spelling import model_keys


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("claude sonnet", "claude-sonnet-4-5"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("sonnet", "claude-sonnet-4-5"),
        ("claude sonnet 3.7", "claude-3-7-sonnet"),
        ("claude haiku", "claude-haiku-4-5"),
        ("gpt4o", "gpt-4o"),
        ("gpt-4o mini", "gpt-4o-mini"),
    ],
)
def test_a_name_in_part_is_the_most_recent_model_so_called(
    written: str, model: str, context: Context
) -> None:
    (group,) = read(f"price of {written}", context.words).models
    assert group[0].model == model


def test_a_choice_among_versions_is_said_and_an_exact_name_is_not(context: Context) -> None:
    assert read("price of claude sonnet", context.words).loosely_named == (
        ("claude sonnet", "Claude Sonnet 4.5", 2),
    )
    assert read("price of claude sonnet 4.5", context.words).loosely_named == ()


@pytest.mark.parametrize("question", ["price of gpt-7", "price of claude", "preço do claude sonnet 9"])
def test_what_names_no_model_or_several_is_not_guessed(question: str, context: Context) -> None:
    reading = read(question, context.words)
    assert reading.models == ()
    assert len(reading.unknown_models) == 1


def test_numbers_of_tokens_are_no_versions(context: Context) -> None:
    reading = read("claude sonnet 2 million input tokens", context.words)
    assert reading.models[0][0].model == "claude-sonnet-4-5"
    assert reading.workload.input == 2_000_000


def test_similar_models_are_one_of_each_kind_newest_first(context: Context) -> None:
    assert similar_models("claude", context.words) == ["Claude Sonnet 4.5", "Claude Haiku 4.5"]
    assert similar_models("nothing", context.words) == []


@pytest.mark.parametrize(("written", "model"), [("claude sonet 4.5", "claude-sonnet-4-5"), ("OpenAI's 4o mini", "gpt-4o-mini")])  # fmt: skip
def test_a_name_with_a_slip_or_without_its_family_is_found(
    written: str, model: str, context: Context
) -> None:
    (group,) = read(f"price of {written}", context.words).models
    assert group[0].model == model


def test_the_order_of_numbers_tells_models_apart(context: Context) -> None:
    assert read("price of claude sonnet 5.4", context.words).models == ()


def test_amazons_ids_are_found_by_the_models_names() -> None:
    model = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert "claude sonnet 4 5" in model_keys("aws", model, model)
