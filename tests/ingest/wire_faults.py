"""What a feed can do to its own data, whatever its format: rows lost, doubled, repriced, renamed.

The `wire` of a source's `replay.json` says where its rows are: `file`, `format` (json, csv, zip, js,
yaml, xml), `rows` (dotted path to the list; the element's name in XML), `price` (fields that hold
money; the last part of a dotted name counts, however deep), `column` (one that must be there), `row`
(which row is an ordinary one, 0 if not given), `member` of a zip, `skip` lines before a CSV header,
and `next_day` (pairs of texts that make it a later publication).
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

Rows = list[Any]
Change = Callable[[Rows, dict[str, Any]], Rows]


def empty(rows: Rows, wire: dict[str, Any]) -> Rows:
    return []


def doubled(rows: Rows, wire: dict[str, Any]) -> Rows:
    return [*rows, rows[wire.get("row", 0)]]


def half(rows: Rows, wire: dict[str, Any]) -> Rows:
    return rows[: len(rows) // 2]


def times(factor: str, *, every: bool = True) -> Change:
    def change(rows: Rows, wire: dict[str, Any]) -> Rows:
        keys = {name.rpartition(".")[2] for name in wire["price"]}
        chosen = range(len(rows)) if every else [wire.get("row", 0)]
        return [
            each_field(row, lambda key, value: (key, scaled(value, factor) if key in keys else value))
            if number in chosen
            else row
            for number, row in enumerate(rows)
        ]

    return change


def renamed(to: str | None) -> Change:
    """The column under another name, or gone."""

    def change(rows: Rows, wire: dict[str, Any]) -> Rows:
        name = wire["column"].rpartition(".")[2]
        return [
            each_field(row, lambda key, value: (to, value) if key == name else (key, value)) for row in rows
        ]

    return change


def each_field(value: Any, change: Callable[[str, Any], tuple[str | None, Any]]) -> Any:
    """A copy of a row, however nested, with every field changed; a name of None leaves it out."""
    if isinstance(value, dict):
        pairs = (change(key, inner) for key, inner in value.items())
        return {key: each_field(inner, change) for key, inner in pairs if key is not None}
    if isinstance(value, list):
        return [each_field(inner, change) for inner in value]
    return value


def scaled(value: Any, factor: str) -> Any:
    """A figure times `factor`, written as it was; anything else as it is."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return value
    text = str(value)
    figure = re.search(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text)
    if figure is None:
        return value
    try:
        product = f"{Decimal(figure[0]) * Decimal(factor):f}"
    except InvalidOperation:
        return value
    written = text[: figure.start()] + product + text[figure.end() :]
    return written if isinstance(value, str) else json.loads(written)


def changed(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    """The payload with its rows changed, in its own format."""
    return _FORMATS[wire["format"]](body, wire, change)


def later(body: bytes, wire: dict[str, Any]) -> bytes:
    """The same data as a later publication, where it says when it was published."""
    if wire["format"] == "zip" and "member" in wire and wire.get("next_day"):
        return _zip(body, wire, lambda rows, _: rows, lambda content: _replaced(content, wire))
    return _replaced(body, wire)


def _replaced(content: bytes, wire: dict[str, Any]) -> bytes:
    for old, new in wire.get("next_day", []):
        content = content.replace(old.encode(), new.encode())
    return content


def _lists(document: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """Each container of rows with the container's own holder and key: (holder, key)."""
    if not path:
        return
    holder, (first, *rest) = document, path
    keys = range(len(holder)) if first == "*" and isinstance(holder, list) else [first]
    keys = list(holder) if first == "*" and isinstance(holder, dict) else keys
    for key in keys:
        if rest:
            yield from _lists(holder[key], rest)
        else:
            yield holder, key


def _in_document(document: Any, wire: dict[str, Any], change: Change) -> Any:
    whole = {"top": document}
    path = ["top", *[part for part in wire["rows"].split(".") if part]]
    for holder, key in list(_lists(whole, path)):
        rows = holder[key]
        if isinstance(rows, dict):  # an object of objects: its members are the rows
            members = [{"key": name, "value": value} for name, value in rows.items()]
            holder[key] = {one["key"]: one["value"] for one in change(members, wire)}
        else:
            holder[key] = change(rows, wire)
    return whole["top"]


def _json(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    document = json.loads(body)
    return json.dumps(_in_document(document, wire, change), ensure_ascii=False).encode()


def _js(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    start, end = body.index(b"{"), body.rindex(b"}") + 1
    return body[:start] + _json(body[start:end], wire, change) + body[end:]


def _yaml(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    document = _in_document(yaml.safe_load(body), wire, change)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()


def _csv(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    lines = body.decode().splitlines(keepends=True)
    head, table = lines[: wire.get("skip", 0)], lines[wire.get("skip", 0) :]
    reader = csv.DictReader(io.StringIO("".join(table)))
    before = list(reader.fieldnames or [])
    rows = change(list(reader), wire)
    after = list(rows[0]) if rows else before
    out = io.StringIO()
    writer = csv.DictWriter(out, after, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return ("".join(head) + out.getvalue()).encode()


def _zip(
    body: bytes,
    wire: dict[str, Any],
    change: Change,
    also: Callable[[bytes], bytes] = lambda content: content,
) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            if name == wire.get("member", name):
                content = also(_csv(content, wire, change))
            written.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _xml(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    """Elements of one name, each a flat list of fields."""
    element, text = wire["rows"], body.decode()
    pattern = re.compile(rf"<{element}>.*?</{element}>\s*", re.DOTALL)
    rows = [dict(re.findall(r"<(\w+)>([^<]*)</\1>", found)) for found in pattern.findall(text)]
    fields = ("".join(f"<{key}>{value}</{key}>" for key, value in row.items()) for row in change(rows, wire))
    made = iter(["".join(f"<{element}>{one}</{element}>" for one in fields)])
    return pattern.sub(lambda _: next(made, ""), text).encode()


_FORMATS: dict[str, Callable[[bytes, dict[str, Any], Change], bytes]] = {
    "json": _json, "js": _js, "yaml": _yaml, "csv": _csv, "zip": _zip, "xml": _xml,
}  # fmt: skip
