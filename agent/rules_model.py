"""An agno model that plans by rules: no key, no network, the same answer every time.

It reads the question, asks for the tools the plan names, and writes the answer from what they found.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from agno.models.base import Model
from agno.models.message import Message
from agno.models.response import ModelResponse

from agent.context import Context
from agent.plan import next_calls
from agent.plan_after import Call
from agent.render.page import Page
from agent.render.write import write
from agent.understand.read import read
from agent.understand.reading import Reading


@dataclass
class RulesModel(Model):
    """`page` is the answer once it is written; calls of tools not `offered` are left to another run."""

    id: str = "rules"
    name: str | None = "Rules"
    provider: str | None = "cloud-pricing"
    context: Context | None = None
    language: str = "auto"
    most_rows: int = 5
    most_calls: int = 8
    offered: frozenset[str] | None = None
    page: Page | None = None
    readings: dict[str, Reading] = field(default_factory=dict)

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        if self.context is None:
            raise ValueError("A RulesModel needs a context.")
        reading = self._reading(self.context, messages)
        asked = self.context.calls
        calls = next_calls(reading, self.context)[: max(0, self.most_calls - asked)]
        if calls and self.offered is not None and not self.offered.issuperset(call.tool for call in calls):
            return ModelResponse(role="assistant", content="")
        if calls:
            return ModelResponse(
                role="assistant", tool_calls=[_call(call, asked + n) for n, call in enumerate(calls)]
            )
        self.page = write(reading, self.context, self.most_rows)
        return ModelResponse(role="assistant", content="\n".join(self.page.lines))

    def _reading(self, context: Context, messages: list[Message]) -> Reading:
        question = next(
            message.get_content_string() for message in reversed(messages) if message.role == "user"
        )
        if question not in self.readings:
            self.readings[question] = read(question, context.words, self.language)
        return self.readings[question]

    async def ainvoke(self, messages: list[Message], **kwargs: Any) -> ModelResponse:
        return self.invoke(messages, **kwargs)

    def invoke_stream(self, messages: list[Message], **kwargs: Any) -> Iterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    async def ainvoke_stream(self, messages: list[Message], **kwargs: Any) -> AsyncIterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    def _parse_provider_response(self, response: Any, **_: Any) -> ModelResponse:
        parsed: ModelResponse = response
        return parsed

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        parsed: ModelResponse = response
        return parsed


def _call(call: Call, number: int) -> dict[str, Any]:
    arguments = {name: value for name, value in call.arguments.items() if value is not None}
    function = {"name": call.tool, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {"id": f"call-{number}", "type": "function", "function": function}
