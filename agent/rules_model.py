"""An agno model that plans by rules: no key, no network, the same answer every time.

It reads the question, asks for the tools the plan names, and writes the answer from what they found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agno.models.message import Message
from agno.models.response import ModelResponse

from agent.context import Context
from agent.plain_model import PlainModel, calls, words
from agent.plan import next_calls
from agent.plan_call import Call
from agent.render.page import Page
from agent.render.write import write
from agent.understand.read import read
from agent.understand.reading import Reading


@dataclass
class RulesModel(PlainModel):
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
        wanted = next_calls(reading, self.context)[: max(0, self.most_calls - asked)]
        if wanted and self.offered is not None and not self.offered.issuperset(call.tool for call in wanted):
            return words("")
        if wanted:
            return calls(*((call.tool, _arguments(call)) for call in wanted), first=asked)
        self.page = write(reading, self.context, self.most_rows)
        return words("\n".join(self.page.lines))

    def _reading(self, context: Context, messages: list[Message]) -> Reading:
        question = next(
            message.get_content_string() for message in reversed(messages) if message.role == "user"
        )
        if question not in self.readings:
            self.readings[question] = read(question, context.words, self.language)
        return self.readings[question]


def _arguments(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.arguments.items() if value is not None}
