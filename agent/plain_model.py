"""An agno model that is asked in one way only, whichever of agno's six is used."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from agno.models.base import Model
from agno.models.message import Message
from agno.models.response import ModelResponse


class PlainModel(Model):
    """A subclass says all in `invoke`: nothing of it is sent over a network, or comes in parts."""

    async def ainvoke(self, messages: list[Message], **given: Any) -> ModelResponse:
        return self.invoke(messages, **given)

    def invoke_stream(self, messages: list[Message], **given: Any) -> Iterator[ModelResponse]:
        yield self.invoke(messages, **given)

    async def ainvoke_stream(self, messages: list[Message], **given: Any) -> AsyncIterator[ModelResponse]:
        yield self.invoke(messages, **given)

    def _parse_provider_response(self, response: ModelResponse, **_: Any) -> ModelResponse:
        return response

    def _parse_provider_response_delta(self, response: ModelResponse) -> ModelResponse:
        return response


def words(text: str) -> ModelResponse:
    return ModelResponse(role="assistant", content=text)


def calls(*wanted: tuple[str, Mapping[str, Any]], first: int = 0) -> ModelResponse:
    """A reply that asks for tools, each with its arguments; its calls are numbered from `first`."""
    asked = [
        {
            "id": f"call-{number}",
            "type": "function",
            "function": {"name": tool, "arguments": json.dumps(arguments, ensure_ascii=False)},
        }
        for number, (tool, arguments) in enumerate(wanted, first)
    ]
    return ModelResponse(role="assistant", tool_calls=asked)
