"""Prompts that people choose in their client, and the values it offers for arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from agent.context import Context
from agent.serving.mcp_calls import read
from agent.serving.mcp_resources import guides
from agent.serving.parts import Parts
from agent.understand.vocabulary import vocabulary
from warehouse.reader import Reader

_Context = ServerRequestContext[Any, Any]
_MOST_VALUES = 100  # the protocol's own limit


@cache
def prompts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("mcp_prompts.toml").read_text(encoding="utf-8"))


async def listed(
    parts: Parts, context: _Context, params: types.PaginatedRequestParams | None
) -> types.ListPromptsResult:
    del parts, context, params
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name,
                title=told["title"],
                description=told["description"],
                arguments=[
                    types.PromptArgument(name=one, description=said, required=one in told["required"])
                    for one, said in told["arguments"].items()
                ],
            )
            for name, told in prompts().items()
        ]
    )


async def got(parts: Parts, context: _Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    """A line whose argument was left out is left out too. Raises MCPError."""
    del parts, context
    told = prompts().get(params.name)
    if told is None:
        raise MCPError(
            types.INVALID_PARAMS, f"There is no prompt {params.name}. There are: {', '.join(prompts())}."
        )
    given = {name: value.strip() for name, value in (params.arguments or {}).items() if value.strip()}
    missing = [name for name in told["required"] if name not in given]
    unknown = [name for name in given if name not in told["arguments"]]
    if missing or unknown:
        what = f"needs {', '.join(missing)}" if missing else f"has no argument {', '.join(unknown)}"
        raise MCPError(types.INVALID_PARAMS, f"The prompt {params.name} {what}.")
    left_out = [f"{{{name}}}" for name in told["arguments"] if name not in given]
    lines = [line for line in told["text"].strip().splitlines() if not any(name in line for name in left_out)]
    text = types.TextContent(type="text", text="\n".join(lines).format(**given))
    return types.GetPromptResult(
        description=told["description"], messages=[types.PromptMessage(role="user", content=text)]
    )


async def completed(
    parts: Parts, context: _Context, params: types.CompleteRequestParams
) -> types.CompleteResult:
    """Values that begin with what is typed, then those that have it in them. Of a list the last item."""
    before, comma, typed = params.argument.value.rpartition(",")
    found = await read(parts, context, partial(_values, name=params.argument.name))
    folded = typed.strip().casefold()
    fitting = sorted(
        (value for value in found if folded in value.casefold()),
        key=lambda value: (not value.casefold().startswith(folded), value.casefold()),
    )
    lead = f"{before}{comma} " if comma else ""
    values = [f"{lead}{value}" for value in fitting[:_MOST_VALUES]]
    more = len(fitting) > _MOST_VALUES
    return types.CompleteResult(completion=types.Completion(values=values, total=len(fitting), has_more=more))


def _values(reader: Reader, name: str) -> Iterable[str]:
    words = vocabulary(reader)
    match name:
        case "providers":
            return words.providers
        case "places":
            return {region for _, region in words.sold}
        case "machines":
            return {machine.name for machines in words.machines.values() for machine in machines}
        case "accelerator":
            return words.sold_accelerators
        case "currency":
            return ("USD", "BRL", "EUR", "GBP")
        case "language":
            return ("en", "pt")
        case "table":
            return {table for (table,) in Context.of(reader).named("relations").rows}
        case "name":
            return {guide for guide, _, _ in guides(reader)}
        case _:
            return ()
