"""An agno model that plans by rules: no key, no network, the same answer every time.

It asks for the tools that the plan of a reading names, and writes the answer from what they found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agno.models.message import Message
from agno.models.response import ModelResponse

from agent.context import Context
from agent.plain_model import PlainModel, calls, words
from agent.plan import next_calls
from agent.plan_call import Call
from agent.render.page import Page
from agent.render.write import write
from agent.understand.reading import Reading


@dataclass(kw_only=True)
class RulesModel(PlainModel):
    """`page` is the answer once it is written; calls of tools not `offered` are left to another run."""

    id: str = "rules"
    name: str | None = "Rules"
    provider: str | None = "cloud-pricing"
    reading: Reading
    context: Context
    most_rows: int
    most_calls: int
    offered: frozenset[str] = frozenset()
    page: Page | None = None

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        asked = self.context.calls
        wanted = next_calls(self.reading, self.context)[: max(0, self.most_calls - asked)]
        if not self.offered.issuperset(call.tool for call in wanted):
            return words("")
        if wanted:
            return calls(*((call.tool, _arguments(call)) for call in wanted), first=asked)
        self.page = write(self.reading, self.context, self.most_rows)
        return words("\n".join(self.page.lines))


def _arguments(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.arguments.items() if value is not None}
