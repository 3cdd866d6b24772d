"""What MCP clients may read beside the tools: the schema, freshness, the snapshot, and the guides."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.uri_template import UriTemplate

from agent.context import Context
from agent.evidence import plain
from agent.holding_tools import freshness
from agent.schema_text import describe_schema, schema_text
from agent.serving.aligned import aligned
from agent.serving.mcp_calls import read
from agent.serving.parts import Parts
from warehouse.errors import CloudPricingError, UnknownName
from warehouse.reader import Reader

_ROOT = "cloud-pricing://"
_TEXT, _JSON, _MARKDOWN = "text/plain", "application/json", "text/markdown"
_SOURCES = ("source", "title", "as_of", "age_days", "stale", "prices", "licence")

_Reading = Callable[[Reader], str]
_Context = ServerRequestContext[Any, Any]


def _table(reader: Reader, table: str) -> str:
    return "\n".join(
        aligned(("column", "type", "comment"), describe_schema(Context.of(reader), [table]).rows)
    )


def _freshness(reader: Reader) -> str:
    return "\n".join(aligned(_SOURCES, freshness(Context.of(reader)).rows))


def _snapshot(reader: Reader) -> str:
    """The manifest without its list of files."""
    made = reader.snapshot
    facts: dict[str, Any] = {
        "id": made.id,
        "created_at": made.created_at,
        "previous": made.previous,
        "in_force": reader.in_force,
        "rows": made.rows,
        "knowledge": made.knowledge,
        "verdicts": Counter(str(one.verdict) for one in made.verdicts),
        "quarantined": sum(one.quarantined for one in made.verdicts),
        "libraries": made.libraries,
    }
    return json.dumps(plain(facts), ensure_ascii=False, indent=2)


def _guide(reader: Reader, name: str, language: str) -> str:
    found = reader.named("document", document_id=f"guide/{name}/{language}").records()
    if not found:
        raise UnknownName(f"There is no guide {name} in {language}.", "List the resources for their names.")
    return f"# {found[0]['title']}\n\n{found[0]['text']}\n\nSource: {found[0]['source']}\n"


FIXED = (
    types.Resource(
        uri=f"{_ROOT}schema",
        name="schema",
        title="Tables and columns",
        description="Every table and view a SELECT may be over, with its columns and what they hold.",
        mime_type=_TEXT,
    ),
    types.Resource(
        uri=f"{_ROOT}freshness",
        name="freshness",
        title="How old the data is",
        description="Each source with the date and age of its data, and whether that is too old.",
        mime_type=_TEXT,
    ),
    types.Resource(
        uri=f"{_ROOT}snapshot",
        name="snapshot",
        title="The snapshot in force",
        description="Its id and date, what it holds, and what its quality gate said.",
        mime_type=_JSON,
    ),
)
TEMPLATES = (
    types.ResourceTemplate(
        uri_template=f"{_ROOT}schema/{{table}}",
        name="table",
        title="Columns of a table",
        description="The columns of one table or view, with their types and what they hold.",
        mime_type=_TEXT,
    ),
    types.ResourceTemplate(
        uri_template=f"{_ROOT}guides/{{name}}/{{language}}",
        name="guide",
        title="A guide",
        description="A guide about buying compute, in English (en) or Portuguese (pt).",
        mime_type=_MARKDOWN,
    ),
)
_READINGS: Mapping[str, Callable[..., str]] = {
    "schema": schema_text,
    "freshness": _freshness,
    "snapshot": _snapshot,
    "table": _table,
    "guide": _guide,
}


def guides(reader: Reader) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Name, language and row of each guide."""
    return [
        (name, language, row)
        for row in reader.named("guides_held").records()
        for _, name, language in [str(row["document_id"]).split("/")]
    ]


async def listed(
    parts: Parts, context: _Context, params: types.PaginatedRequestParams | None
) -> types.ListResourcesResult:
    del params
    held = await read(parts, context, guides)
    of_guides = [
        types.Resource(
            uri=f"{_ROOT}guides/{name}/{language}",
            name=f"guide-{name}-{language}",
            title=str(row["title"]),
            description=str(row["summary"]),
            mime_type=_MARKDOWN,
        )
        for name, language, row in held
    ]
    return types.ListResourcesResult(resources=[*FIXED, *of_guides])


async def templates(
    parts: Parts, context: _Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    del parts, context, params
    return types.ListResourceTemplatesResult(resource_templates=list(TEMPLATES))


async def shown(
    parts: Parts, context: _Context, params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
    """Raises MCPError for a resource that is not there."""
    reading, mime_type = _reading(params.uri)
    try:
        text = await read(parts, context, reading)
    except CloudPricingError as error:
        raise MCPError(types.INVALID_PARAMS, str(error), {"uri": params.uri}) from None
    contents = types.TextResourceContents(uri=params.uri, mime_type=mime_type, text=text)
    return types.ReadResourceResult(contents=[contents])


def _reading(uri: str) -> tuple[_Reading, str | None]:
    for resource in FIXED:
        if resource.uri == uri:
            return _READINGS[resource.name], resource.mime_type
    for template in TEMPLATES:
        values = UriTemplate.parse(template.uri_template).match(uri)
        if values is not None:
            reading = partial(_READINGS[template.name], **{name: str(one) for name, one in values.items()})
            return reading, template.mime_type
    raise MCPError(
        types.INVALID_PARAMS, f"There is no resource {uri}. List them for their names.", {"uri": uri}
    )
