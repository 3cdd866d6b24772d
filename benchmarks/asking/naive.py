"""What a stock agent needs for the same questions: agno's Agent with its own DuckDB tools.

Its model is scripted, takes no time, and makes no mistake: it looks at the tables, at the columns of the
view that has the answer, and runs the very SQL that the question's oracle is. A real model needs seconds
for each of the four turns, and may need more of them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agno.agent import Agent
from agno.models.base import Model
from agno.models.message import Message
from agno.models.response import ModelResponse
from agno.tools.duckdb import DuckDbTools

_SEEN = "offers"


@dataclass
class Scripted(Model):
    """Knows the SQL of each question; `sql` is that of the one asked next."""

    id: str = "scripted"
    name: str | None = "Scripted"
    provider: str | None = "benchmark"
    sql: str = ""

    def invoke(self, messages: list[Message], **_: Any) -> ModelResponse:
        done = sum(len(message.tool_calls or ()) for message in messages)
        steps = (
            ("show_tables", {"show_tables": True}),
            ("describe_table", {"table": _SEEN}),
            ("run_query", {"query": self.sql}),
        )
        if done == len(steps):
            return ModelResponse(role="assistant", content=messages[-1].get_content_string())
        name, arguments = steps[done]
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": f"call-{done}", "type": "function", "function": function}
        return ModelResponse(role="assistant", tool_calls=[call])

    async def ainvoke(self, messages: list[Message], **kwargs: Any) -> ModelResponse:
        return self.invoke(messages, **kwargs)

    def invoke_stream(self, messages: list[Message], **kwargs: Any) -> Iterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    async def ainvoke_stream(self, messages: list[Message], **kwargs: Any) -> AsyncIterator[ModelResponse]:
        yield self.invoke(messages, **kwargs)

    def _parse_provider_response(self, response: Any, **_: Any) -> ModelResponse:
        return ModelResponse(content=str(response))

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        return ModelResponse(content=str(response))


class Naive:
    """One agent for all questions, on a warehouse opened once: as fast as it gets."""

    def __init__(self, warehouse: Path) -> None:
        logging.getLogger("agno").disabled = True
        self._model = Scripted()
        tools = DuckDbTools(db_path=str(warehouse), read_only=True)
        self._agent = Agent(model=self._model, tools=[tools], telemetry=False)

    def ask(self, question: str, sql: str) -> str:
        """What the query returned, as the stock tool writes it."""
        self._model.sql = sql
        return str(self._agent.run(question).content)
