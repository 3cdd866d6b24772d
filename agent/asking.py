"""Who answers: the rules, or models in their order whose every figure is checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agno.models.base import Model
from agno.models.message import Message

from agent.agreement import disagreements, says_something
from agent.context import Context
from agent.events import Asked, Event, HandedOver
from agent.facts import facts_of
from agent.guard import leaked
from agent.model_choice import RULES
from agent.plan import next_calls
from agent.render.page import Page
from agent.rules_model import RulesModel
from agent.running import Budget, Output, agent_of, run
from agent.schema_text import schema_text
from agent.settings import AgentSettings
from agent.toolbox import bare
from agent.turn import REMEMBERED, Turn
from agent.understand.reading import Reading
from warehouse.masking import masked

_PROMPTS = Path(__file__).resolve().parent / "prompts"
# What the instructions say of a language: its name, and how it writes a price and a date.
_SPOKEN = {
    "en": {"language": "English", "price": "`1,234.56 USD per hour`", "date": "`2025-03-02`"},
    "pt": {"language": "Brazilian Portuguese", "price": "`1.234,56 USD por hora`", "date": "`02/03/2025`"},
}
_ATTEMPTS = 2
_IN_WORDS = ("search_knowledge",)  # tools whose results may be answered from without a figure or a name


@dataclass(frozen=True)
class Failed:
    """Whose turn ended without a usable answer, and why: `slow`, `tokens`, `calls`, `silent`, `idle`,
    `vague`, `ungrounded`, `prompt`, `address`, or the provider's own words."""

    model: str
    reason: str


@dataclass(frozen=True)
class Said:
    """The words of the first model whose answer holds, if there is one; `failed` are those before it."""

    text: str
    model: str
    context: Context
    failed: tuple[Failed, ...]
    tokens: int


def by_rules(reading: Reading, context: Context, given: AgentSettings) -> Page:
    model = RulesModel(
        reading=reading, context=context, most_rows=given.answer_rows, most_calls=given.max_tool_calls
    )
    while model.page is None:
        model.offered = frozenset(call.tool for call in next_calls(reading, context))
        agent_of(model, bare(context, model.offered)).run(reading.question)
    return model.page


def by_models(
    question: str,
    reading: Reading,
    fresh: Callable[[], Context],
    given: AgentSettings,
    models: Sequence[Model],
    earlier: Sequence[Turn],
) -> Generator[Event, None, Said]:
    """Ask one after the other until one says only what tools returned; `text` is empty if none does."""
    budget = Budget(given.max_tokens, time.monotonic() + given.max_seconds)
    failed: list[Failed] = []
    context = fresh()
    for index, model in enumerate(models):
        context, share = fresh(), budget.share(len(models) - index)
        yield Asked(model.id)
        output = yield from _by_model(question, reading, context, given, model, share, earlier)
        budget.tokens -= output.tokens
        if output.failure is None:
            spent = given.max_tokens - budget.tokens
            return Said(output.text, model.id, context, tuple(failed), spent)
        failed.append(Failed(model.id, output.failure))
        yield HandedOver(model.id, output.failure)
    yield Asked(RULES)
    return Said("", RULES, context, tuple(failed), given.max_tokens - budget.tokens)


def _by_model(
    question: str,
    reading: Reading,
    context: Context,
    given: AgentSettings,
    model: Model,
    budget: Budget,
    earlier: Sequence[Turn],
) -> Generator[Event, None, Output]:
    """Two attempts: what no tool returned is told to the model, once."""
    messages = [*_history(earlier), Message(role="user", content=masked(question))]
    asked = " ".join([question, *(turn.question for turn in earlier)])
    tokens, instructions = 0, _instructions(reading.language)
    for _ in range(_ATTEMPTS):
        output = yield from run(
            model,
            messages,
            context,
            instructions=f"{instructions}\n\n{schema_text(context.reader)}",
            calls=max(1, given.max_tool_calls - context.calls),
            budget=Budget(budget.tokens - tokens, budget.until),
        )
        tokens += output.tokens
        if leak := leaked(output.text, instructions, context.findings):
            return Output("", tokens, leak)
        if output.failure:
            return Output("", tokens, output.failure)
        problem, told = _problem(output.text, asked, context, reading.language)
        if not problem:
            return Output(output.text, tokens)
        messages = [
            *messages,
            Message(role="assistant", content=output.text or "…"),
            Message(role="user", content=told),
        ]
    return Output("", tokens, problem)


def _problem(text: str, asked: str, context: Context, language: str) -> tuple[str, str]:
    """Why a text is no answer, and what the model is told of it; both empty if it is one."""
    if not text:
        return "silent", prompt("silent")
    rows = [finding for finding in context.findings if finding.rows]
    if not rows:
        return "idle", prompt("idle")
    facts = facts_of(context.findings, asked, _always(context))
    missing = disagreements(text, facts, context.words, language)
    if missing:
        return "ungrounded", prompt("retry").format(missing=", ".join(missing))
    if any(finding.tool not in _IN_WORDS for finding in rows):
        vague = not says_something(text, facts, context.words, language)
        return ("vague", prompt("vague")) if vague else ("", "")
    return "", ""


def _history(earlier: Sequence[Turn]) -> list[Message]:
    return [
        Message(role=role, content=content)
        for turn in earlier[-REMEMBERED:]
        for role, content in (("user", masked(turn.question)), ("assistant", turn.text))
    ]


@cache
def prompt(name: str) -> str:
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _instructions(language: str) -> str:
    return prompt("instructions").format(**_SPOKEN[language])


def _always(context: Context) -> list[object]:
    return [context.reader.snapshot.id, context.reader.snapshot.created_at]
