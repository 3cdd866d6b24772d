"""What a feed can do to its own data, whatever its format: rows lost, doubled, repriced, renamed.

The `wire` of a source's `replay.json` (of a bundled source: its `wire.json`) says where its rows are:

* `file` and, where a listing has several, its other `pages`; `format` (json, csv, zip, js, yaml, xml,
  tar), `member` (of a zip its name, of a tar a pattern: each file is a row), `skip` lines before a CSV
  header, `rows` (dotted path to the list, `*` for each of several; the element's name in XML);
* `price` (fields that hold money; the last part of a dotted name counts, however deep; `*` for every
  figure), or `figures` where there is no money; `column` (one that must be there, at `column_rows` if not
  in a row), `row` (which row is an ordinary one, 0 if not given);
* `next_day` (pairs of texts that make it a later publication), `circle` (such a pair, which makes a page
  link to itself), `edition` (pairs that make the first one), `only` (ids of the few entries to keep),
  `selection` (where less than the fixtures have will do), `files` (the user's own);
* `evenly` (half of it is every second row: which one is the newest gives the list its date), `dated`
  (rates of a day, which no later list closes), `own` (its owner may shorten it, and is told of what is
  wrong in it).
"""

import csv
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

Rows = list[Any]
Change = Callable[[Rows, dict[str, Any]], Rows]


def empty(rows: Rows, wire: dict[str, Any]) -> Rows:
    return []


def doubled(rows: Rows, wire: dict[str, Any]) -> Rows:
    return rows if wire["place"] else [*rows, rows[wire.get("row", 0)]]


def half(rows: Rows, wire: dict[str, Any]) -> Rows:
    """The latter half, as in a list that was cut, or every second one."""
    return rows[1::2] if wire.get("evenly") else rows[: len(rows) // 2]


def times(factor: str, *, every: bool = True) -> Change:
    def change(rows: Rows, wire: dict[str, Any]) -> Rows:
        keys = {name.rpartition(".")[2] for name in wire.get("price") or wire["figures"]}
        chosen = range(len(rows)) if every else [wire.get("row", 0)] if not wire["place"] else []
        return [
            each_field(
                row, lambda key, value: (key, scaled(value, factor) if _is_one(key, value, keys) else value)
            )
            if number in chosen
            else row
            for number, row in enumerate(rows)
        ]

    return change


def _is_one(key: str, value: Any, keys: set[str]) -> bool:
    return key in keys or ("*" in keys and not isinstance(value, str))


def without_column(rows: Rows, wire: dict[str, Any]) -> Rows:
    return _renamed(rows, wire["column"], None)


def with_price_renamed(rows: Rows, wire: dict[str, Any]) -> Rows:
    """The column of the price, or the one that must be there, under another name."""
    named = [name for name in wire.get("price", ()) if name != "*"]
    return _renamed(rows, (named or [wire["column"]])[0], "renamed")


def _renamed(rows: Rows, column: str, to: str | None) -> Rows:
    name = column.rpartition(".")[2]
    return [each_field(row, lambda key, value: (to, value) if key == name else (key, value)) for row in rows]


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


def changed(file: str, body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    """The payload `file` with its rows changed, in its own format; as it is, if they are elsewhere."""
    files = [wire["file"], *wire.get("pages", ())]
    if file not in files:
        return body
    if "column_rows" in wire and change in (without_column, with_price_renamed):
        wire = {**wire, "rows": wire["column_rows"]}
    return _FORMATS[wire["format"]](body, {**wire, "place": files.index(file)}, change)


def edition(body: bytes, wire: dict[str, Any]) -> bytes:
    """The payload as it is before anything happens to it."""
    for old, new in wire.get("edition", []):
        body = body.replace(old.encode(), new.encode())
    if "only" in wire:
        body = json.dumps([entry for entry in json.loads(body) if entry["id"] in wire["only"]]).encode()
    return body


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
    for place, (holder, key) in enumerate(list(_lists(whole, path))):
        rows, here = holder[key], {**wire, "place": place + wire["place"]}
        if isinstance(rows, dict):  # an object of objects: its members are the rows
            members = [{"key": name, "value": value} for name, value in rows.items()]
            holder[key] = _Members((one["key"], one["value"]) for one in change(members, here))
        else:
            holder[key] = change(rows, here)
    return whole["top"]


class _Members(dict[str, Any]):
    """An object that is written with a key as often as it was given."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self._pairs = list(pairs)
        super().__init__(self._pairs)

    def items(self) -> Any:
        return self._pairs


def _json(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    document = json.loads(body)
    return json.dumps(_in_document(document, wire, change), ensure_ascii=False).encode()


def _js(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    start, end = body.index(b"{"), body.rindex(b"}") + 1
    return body[:start] + _json(body[start:end], wire, change) + body[end:]


def _yaml(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    document = _in_document(yaml.load(body, yaml.CSafeLoader), wire, change)
    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True).encode()


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


def _tar(body: bytes, wire: dict[str, Any], change: Change) -> bytes:
    """A file a row, in JSON; the others stay as they are."""
    out, rows = io.BytesIO(), []
    with (
        tarfile.open(fileobj=io.BytesIO(body)) as packed,
        tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as written,
    ):
        for member in packed:
            file = packed.extractfile(member)
            content = file.read() if file else b""
            if re.fullmatch(wire["member"], member.name):
                rows.append({"key": member.name, "value": json.loads(content)})
            else:
                written.addfile(member, io.BytesIO(content))
        for row in change(rows, wire):
            content = json.dumps(row["value"]).encode()
            entry = tarfile.TarInfo(row["key"])
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))
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
    "tar": _tar,
}  # fmt: skip
