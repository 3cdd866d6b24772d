"""A model that says what a script has it say."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agno.models.message import Message, MessageMetrics
from agno.models.response import ModelResponse

from agent.plain_model import PlainModel, calls, words

Call = tuple[str, Mapping[str, Any]]
# Words, calls of tools, an error to raise, or the words that it makes of all it was told.
Step = str | list[Call] | Exception | Callable[[str], str]


@dataclass
class FakeModel(PlainModel):
    """Takes one step a request and stays at the last; `anew`: one after each round of calls, in every run."""

    id: str = "fake"
    script: Sequence[Step] = ()
    anew: bool = False
    tokens: int = 0
    pause: float = 0
    heard: list[list[str]] = field(default_factory=list)  # the messages of each request

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        self.heard.append([message.get_content_string() for message in messages])
        rounds = sum(bool(message.tool_calls) for message in messages)
        at = rounds if self.anew else len(self.heard) - 1
        step = self.script[min(at, len(self.script) - 1)]
        time.sleep(self.pause)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, list):
            response = calls(*step, first=len(self.heard) * 100)
        else:
            response = words(step if isinstance(step, str) else step("\n".join(self.heard[-1])))
        response.response_usage = MessageMetrics(input_tokens=self.tokens, total_tokens=self.tokens)
        return response
