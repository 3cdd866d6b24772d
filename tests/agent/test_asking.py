"""Models that are honest, that invent, and that fail: what of theirs gets through."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from agno.models.base import Model
from agno.models.message import Message
from agno.models.response import ModelResponse

from agent.answer import answer
from warehouse.reader import Reader

CALL = ("price_of", {"machine": "m5.large", "places": ["us-east-1"]})


@dataclass
class Scripted(Model):
    """Says what its script says: a tool call, words, or an error."""

    id: str = "scripted"
    script: list[Any] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        self.heard.append(messages[-1].get_content_string())
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, str):
            return ModelResponse(role="assistant", content=step)
        function = {"name": step[0], "arguments": json.dumps(step[1])}
        return ModelResponse(
            role="assistant", tool_calls=[{"id": "1", "type": "function", "function": function}]
        )

    async def ainvoke(self, messages: list[Message], **kwargs: Any) -> ModelResponse:
        return self.invoke(messages, **kwargs)

    def invoke_stream(self, messages: list[Message], **kwargs: Any) -> Iterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    async def ainvoke_stream(self, messages: list[Message], **kwargs: Any) -> AsyncIterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    def _parse_provider_response(self, response: Any, **_: Any) -> ModelResponse:
        return response

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        return response


@pytest.fixture
def asked_with(reader: Reader) -> Any:
    def ask(*script: Any) -> Any:
        model = Scripted(script=list(script))
        return answer("price of m5.large in us-east-1", reader=reader, model=model), model

    return ask


def test_an_honest_models_words_are_kept_with_the_evidence(asked_with: Any) -> None:
    said, _ = asked_with(CALL, "An m5.large is $0.096 an hour in us-east-1, about 70.08 USD a month.")
    assert said.text.startswith("An m5.large is $0.096")
    assert said.model == "scripted"
    assert said.citations
    assert not any("figures" in caveat for caveat in said.caveats)


def test_an_invented_figure_costs_one_retry(asked_with: Any) -> None:
    said, model = asked_with(CALL, "An m5.large is $0.20 an hour.", "An m5.large is $0.096 an hour.")
    assert "$0.096" in said.text
    assert any("$0.20" in heard for heard in model.heard)


def test_twice_invented_means_the_rules_answer(asked_with: Any) -> None:
    said, _ = asked_with(CALL, "It is $0.20 an hour.", "It is $0.21 an hour.")
    assert "0.096 USD/hour" in said.text
    assert said.model == "rules"
    assert any("no tool returned" in caveat for caveat in said.caveats)


def test_a_failing_model_means_the_rules_answer(asked_with: Any) -> None:
    said, _ = asked_with(RuntimeError("no such host"))
    assert "0.096 USD/hour" in said.text
    assert any("no such host" in caveat for caveat in said.caveats)
