"""The MCP server: the tools, resources and prompts of the snapshot in force, on stdio and over HTTP."""

from __future__ import annotations

import logging
from functools import partial
from importlib import metadata
from typing import Any

from anyio import create_task_group
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from agent.serving import mcp_calls, mcp_prompts, mcp_resources
from agent.serving.in_force import follow
from agent.serving.mcp_tools import instructions, offered
from agent.serving.parts import Parts

_ABOUT = "What every cloud costs, from one dated snapshot, with sources."


def mcp_over(parts: Parts) -> Server[Any]:
    """The server of these parts, whatever the transport."""
    return Server(
        "cloud-pricing",
        title="Cloud prices",
        description=_ABOUT,
        version=metadata.version("cloud-pricing-agent"),
        instructions=instructions(),
        get_tool_input_schema=lambda name: one.listed.input_schema if (one := offered().get(name)) else None,
        on_list_tools=partial(mcp_calls.listed, parts),
        on_call_tool=partial(mcp_calls.called, parts),
        on_list_resources=partial(mcp_resources.listed, parts),
        on_list_resource_templates=partial(mcp_resources.templates, parts),
        on_read_resource=partial(mcp_resources.shown, parts),
        on_list_prompts=partial(mcp_prompts.listed, parts),
        on_get_prompt=partial(mcp_prompts.got, parts),
        on_completion=partial(mcp_prompts.completed, parts),
    )


def over_http(parts: Parts) -> StreamableHTTPSessionManager:
    """No session is kept: any process may answer any request, in JSON, or as events where it takes long."""
    logging.getLogger("mcp").setLevel(logging.WARNING)  # it says more than what goes wrong
    return StreamableHTTPSessionManager(mcp_over(parts), stateless=True)  # `origins` checks who asks


async def over_stdio(parts: Parts) -> None:
    """Until the client closes its end; then `parts` are closed too."""
    server = mcp_over(parts)
    try:
        async with stdio_server() as (reading, writing), create_task_group() as beside:
            beside.start_soon(follow, parts.in_force, parts.given.swap_seconds)
            await server.run(reading, writing, server.create_initialization_options())
            beside.cancel_scope.cancel()
    finally:
        await parts.close()
