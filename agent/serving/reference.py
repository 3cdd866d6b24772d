"""The reference of the API as one page, made from its OpenAPI document: it loads nothing, from nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

_Part = Mapping[str, Any]
_Row = tuple[str, str, bool, _Part]  # name, place, whether it is required, schema
_STYLE = """
:root { color-scheme: light dark; --line: #8885; --quiet: light-dark(#666, #aaa); --code: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
nav ul { columns: 22rem; list-style: none; padding: 0; } section { border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .3rem; } h4 { margin: .8rem 0 .2rem; }
code { background: var(--code); border-radius: .2rem; padding: 0 .2rem; }
h3, li, dt { overflow-wrap: anywhere; } dl { margin: 0; } dd { margin: 0 0 .4rem 1.5rem; }
.quiet { color: var(--quiet); }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def written(document: _Part) -> str:
    """The whole page."""
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    tags = dict.fromkeys((operation.get("tags") or ["server"])[0] for _, _, operation in operations)
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    links = "".join(
        f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a></li>'
        for path, method, operation in operations
    )
    sections = "".join(
        f"<section><h2>{escape(tag)}</h2>"
        + "".join(
            _operation(document, *one) for one in operations if (one[2].get("tags") or ["server"])[0] == tag
        )
        + "</section>"
        for tag in tags
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(document['info'].get('description', ''))}</p>"
        '<p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>'
        f'<nav aria-label="Operations"><ul>{links}</ul></nav>{sections}</main></body></html>\n'
    )


def _operation(document: _Part, path: str, method: str, operation: _Part) -> str:
    head = f'<h3 id="{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></h3>'
    told = "".join(
        f"<p>{_text(text)}</p>"
        for text in (f"{operation['summary']}.", *operation.get("description", "").split("\n\n"))
        if text
    )
    asked: list[_Row] = [
        (one["name"], one["in"], one.get("required", False), {**one["schema"], **_described(one)})
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    fields = _fields(document, body) if body else []
    return head + told + _list("Parameters", asked) + _list("Body", fields) + _responses(document, operation)


def _fields(document: _Part, schema: _Part) -> list[_Row]:
    whole = _whole(document, schema)
    needed = whole.get("required", ())
    return [(name, "body", name in needed, one) for name, one in whole.get("properties", {}).items()]


def _list(title: str, rows: Sequence[_Row]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<dt><code>{escape(name)}</code> "
        f"<span class=quiet>{escape(', '.join((_kind(schema), *_notes(where, needed, schema))))}</span></dt>"
        f"<dd>{_text(schema.get('description', '')) or '–'}</dd>"
        for name, where, needed, schema in rows
    )
    return f"<h4>{title}</h4><dl>{lines}</dl>"


def _text(text: str) -> str:
    """`What stands so` is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _responses(document: _Part, operation: _Part) -> str:
    lines = []
    for status, response in operation["responses"].items():
        kinds = ", ".join(response.get("content", {})) or "no body"
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        names = ", ".join(_whole(document, schema).get("properties", {}))
        shown = f" <span class=quiet>{escape(names)}</span>" if names and status == "200" else ""
        lines.append(
            f"<li><code>{status}</code> {_text(response['description'])} ({escape(kinds)}){shown}</li>"
        )
    return f"<ul>{''.join(lines)}</ul>"


def _whole(document: _Part, schema: _Part) -> _Part:
    """Without the reference to a named schema."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: _Part = document["components"]["schemas"][name] if name else schema
    return found


def _described(parameter: _Part) -> dict[str, str]:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _kind(schema: _Part) -> str:
    """`number`, `list of string`, `one of a, b`."""
    if "enum" in schema:
        return f"one of {', '.join(str(one) for one in schema['enum'])}"
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type") or schema.get("$ref", "any").rpartition("/")[2])


def _notes(where: str, needed: bool, schema: _Part) -> Iterator[str]:
    if needed:
        yield "required"
    if where == "header":
        yield "header"
    default = schema.get("default")
    if default not in (None, [], {}, ""):
        yield f"default {json.dumps(default)}"
    limits = ("minimum", "from"), ("maximum", "to")
    for bound, word in limits:
        value = next((one[bound] for one in (schema, *schema.get("anyOf", ())) if bound in one), None)
        if value is not None:
            yield f"{word} {value:g}"
