"""`cloud-pricing mcp`: the tools, resources and prompts for MCP clients, on input and output."""

from __future__ import annotations


def mcp() -> None:
    """Serve MCP clients on stdio until they close it; `serve` has the same at /mcp over HTTP."""
    import anyio

    from agent.cli_serve import parts_for
    from agent.serving.mcp_server import over_stdio
    from agent.serving.settings import serving_settings

    parts = parts_for(serving_settings(), quick=True)  # clients wait for it to start
    anyio.run(over_stdio, parts)
