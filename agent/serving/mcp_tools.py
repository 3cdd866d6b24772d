"""The tools that MCP clients are offered: the agent's own, chosen, and described for models."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import mcp_types as types
from pydantic import BaseModel, ConfigDict

from agent import (
    commitment_tools,
    compare_tools,
    estimate_tools,
    fact_tools,
    history_tools,
    holding_tools,
    knowledge_tools,
    recommend_tools,
    schema_text,
    token_tools,
    tools,
)
from agent.serving.mcp_results import Answered, Result
from agent.toolbox import Tool, arguments_of

ASK, SQL, KNOWLEDGE = "ask", "query_sql", "search_knowledge"
_TOOLS: Mapping[str, Tool] = {
    "find_offers": tools.find_offers,
    "compare": compare_tools.compare,
    "price_history": history_tools.price_history,
    "price_changes": history_tools.price_changes,
    "estimate": tools.estimate,
    "estimate_basket": estimate_tools.estimate_basket,
    "recommend": recommend_tools.recommend,
    "commitment_options": commitment_tools.commitment_options,
    "list_token_prices": token_tools.list_token_prices,
    KNOWLEDGE: knowledge_tools.search_knowledge,
    "list_sources": holding_tools.freshness,
    "describe_schema": schema_text.describe_schema,
    SQL: fact_tools.query_sql,
}
# What is read stays as it is, and nothing outside the snapshot is asked; `ask` may ask live feeds.
_ANNOTATIONS = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


class Asked(BaseModel):
    """The arguments of `ask`."""

    model_config = ConfigDict(extra="forbid")

    question: str
    language: Literal["auto", "en", "pt"] | None = None


@dataclass(frozen=True)
class Offered:
    """A tool as clients see it; `ask` alone has no function behind it. No columns: those of the rows."""

    tool: Tool | None
    listed: types.Tool
    columns: tuple[str, ...]
    more: tuple[str, ...]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("mcp_tools.toml").read_text(encoding="utf-8"))


def instructions() -> str:
    return str(_words()["instructions"]).strip()


@cache
def offered() -> Mapping[str, Offered]:
    """By name, in the order in which they are listed."""
    return {name: _offered(name, told) for name, told in _words()["tools"].items()}


def _offered(name: str, told: Mapping[str, Any]) -> Offered:
    tool = _TOOLS.get(name)
    arguments = arguments_of(tool) if tool else Asked
    descriptions = {**_words()["arguments"], **told.get("arguments", {})}
    listed = types.Tool(
        name=name,
        title=told["title"],
        description=str(told["description"]).strip(),
        input_schema=_described(arguments.model_json_schema(), descriptions, told.get("without", ())),
        output_schema=_returned(Result if tool else Answered),
        annotations=_ANNOTATIONS,
    )
    return Offered(tool, listed, tuple(told.get("columns", ())), tuple(told.get("more", ())))


@cache
def _returned(kind: type[BaseModel]) -> dict[str, Any]:
    schema = kind.model_json_schema(mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        part.pop("title", None)
        for field in part["properties"].values():
            field.pop("title", None)
    return schema


def _described(schema: dict[str, Any], descriptions: Mapping[str, str], without: Any) -> dict[str, Any]:
    """The schema with a sentence for each argument, and without those that are not offered."""
    schema.pop("title", None)
    for name in without:
        del schema["properties"][name]
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("title", None)
        for name, argument in part["properties"].items():
            part["properties"][name] = {**_wanted(argument), "description": descriptions[name]}
    return schema


def _wanted(argument: dict[str, Any]) -> dict[str, Any]:
    """What may be left out need not be said to be nothing: a model reads each word before every call."""
    kinds = [kind for kind in argument.pop("anyOf", ()) if kind != {"type": "null"}]
    said = {key: value for key, value in argument.items() if key != "title" and value is not None}
    return {**said, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}
