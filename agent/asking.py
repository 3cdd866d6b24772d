"""One agno run: by the rules, or by a model whose every figure is checked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agno.agent import Agent
from agno.models.base import Model
from agno.run.base import RunStatus

from agent.context import Context
from agent.grounding import evidence_of, ungrounded
from agent.render.page import Page
from agent.render.write import write
from agent.rules_model import RulesModel
from agent.settings import AgentSettings
from agent.toolbox import bound
from agent.understand.reading import Reading
from warehouse.errors import InvalidInput, MissingRequirement

_PROMPTS = Path(__file__).resolve().parent / "prompts"
_LANGUAGES = {"en": "English", "pt": "Brazilian Portuguese"}
Problem = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Said:
    text: str
    tokens: int


def by_rules(question: str, reading: Reading, context: Context, given: AgentSettings) -> Page:
    model = RulesModel(
        context=context,
        language=reading.language,
        most_rows=given.answer_rows,
        most_calls=given.max_tool_calls,
        readings={question: reading},
    )
    _run(model, question, context, given, instructions=None)
    return model.page or write(reading, context, given.answer_rows)


def by_model(
    question: str, reading: Reading, context: Context, given: AgentSettings, model: Model
) -> tuple[Said, Problem | None]:
    """What the chosen model says, and why it cannot be used, if it can't: (caveat, its values)."""
    asked, tokens = question, 0
    for attempt in range(2):
        output = _run(model, asked, context, given, instructions=_instructions(reading.language))
        tokens += output.tokens
        if output.failure:
            return Said("", tokens), ("model_failed", {"message": output.failure})
        missing = ungrounded(output.text, evidence_of(context.findings, question, _always(context)))
        if output.text and not missing:
            return Said(output.text, tokens), None
        retry = prompt("retry").format(missing=", ".join(dict.fromkeys(missing)) or "nothing was said")
        asked = f"{question}\n\n{retry}" if attempt == 0 else asked
    return Said("", tokens), ("ungrounded", {})


def chosen_model(name: str) -> Model:
    """`openai:gpt-5-mini` → agno's model. Raises InvalidInput, MissingRequirement."""
    from agno.models.utils import get_model

    try:
        model = get_model(name)
    except ValueError as error:
        hint = "Set CLOUD_PRICING_MODEL to `rules` or to provider:model, such as ollama:qwen3."
        raise InvalidInput(f"CLOUD_PRICING_MODEL: {error}", hint) from None
    except ImportError as error:
        package = name.partition(":")[0]
        raise MissingRequirement(
            f"The model {name} needs a package: {error}", f"pip install {package}"
        ) from None
    if model is None:
        raise InvalidInput("CLOUD_PRICING_MODEL is empty.", "Set it to `rules` or to provider:model.")
    return model


@cache
def prompt(name: str) -> str:
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _instructions(language: str) -> str:
    comma = " with a decimal comma" if language == "pt" else ""
    return prompt("instructions").format(language=_LANGUAGES[language], comma=comma)


def _always(context: Context) -> list[object]:
    return [context.reader.snapshot.id, context.reader.snapshot.created_at]


@dataclass(frozen=True)
class _Output:
    text: str
    tokens: int
    failure: str | None


def _run(
    model: Model, question: str, context: Context, given: AgentSettings, *, instructions: str | None
) -> _Output:
    # agno logs every failed tool call to the terminal; failures are in the context, and in our log.
    logging.getLogger("agno").disabled = True
    agent = Agent(
        model=model,
        tools=list(bound(context)),
        instructions=instructions,
        tool_call_limit=given.max_tool_calls,
        telemetry=False,
    )
    output = agent.run(question)
    tokens = output.metrics.total_tokens if output.metrics else 0
    failed = output.status == RunStatus.error
    text = str(output.content or "").strip()
    return _Output("" if failed else text, tokens, text[:200] if failed else None)
