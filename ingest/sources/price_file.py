"""The user's own price lists and discount rules, from files named in CLOUD_PRICING_PRICE_FILES.

A list is CSV, Parquet, JSON or XLSX. `<file>.mapping.yaml` beside it says what its columns mean:

    name: acme-2026              # the list's identity; the file's name if not given
    as_of: 2026-11-01            # the day the prices hold from; the day it is read if not given
    decimal: ","                 # how the list writes decimals; a point if not given
    columns: {SKU: sku_id, Rate: price}
    constants: {provider: aws, currency: EUR, unit: hour, region: eu-west-1}

Columns already named as in the contract need no mapping. `<name>.discounts.csv` (or `.yaml`) holds
discount rules; `*` in a pattern stands for anything. Each file is a scope of its own by its name,
kept as `service`, so that one file never closes the prices of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import yaml

from ingest.client import Client
from ingest.normalize import Workspace, conformed, workspace
from ingest.source import Fetched, Payload, Selection, Tables
from ingest.tabular import ROW, cells, read_table
from warehouse.contracts import DISCOUNT_RULES, PRICES, Scope
from warehouse.errors import InvalidInput

NAME = "price_file"

_GIVEN = ("source", "source_url", "observed_at", "price_type", "unit_raw", "attributes")
_PRICE_COLUMNS = tuple(name for name in PRICES.names if name not in _GIVEN)
_RULE_COLUMNS = tuple(DISCOUNT_RULES.names)
_MAPPING_FIELDS = ("name", "as_of", "decimal", "columns", "constants")
_MAPPING = ".mapping.yaml"


def scopes(client: Client, selection: Selection) -> Iterable[Scope]:
    named: dict[str, Path] = {}
    for path in client.files:
        name = _name(client, path)
        if name in named:
            hint = "Rename one, or give it a `name` in its mapping file."
            raise InvalidInput(f"{named[name]} and {path} are both named {name!r}.", hint)
        named[name] = path
    return [Scope(service=name) for name in named if selection.services is None or name in selection.services]


def fetch(client: Client, scope: Scope) -> Iterator[Fetched]:
    for path in client.files:
        if _name(client, path) == scope.service:
            yield Fetched(path.name, f"file:{path.name}", client.read_file(path))
            if (mapping := _mapping_path(path)).is_file():
                yield Fetched(mapping.name, f"file:{mapping.name}", client.read_file(mapping))


def parse(payloads: Sequence[Payload]) -> Iterable[Tables]:
    (listed,) = (payload for payload in payloads if not payload.record.name.endswith(_MAPPING))
    mappings = [payload for payload in payloads if payload.record.name.endswith(_MAPPING)]
    mapping = _mapping(mappings[0].read(), mappings[0].record.name) if mappings else {}
    as_of = mapping.get("as_of")
    when = datetime.combine(as_of, time(), UTC) if as_of else None
    table = _records(listed)
    with workspace(NAME) as room:
        if ".discounts." in listed.record.name:
            yield Tables({"discount_rules": _rules(room, listed, table)}, when)
        else:
            yield Tables({"prices": _prices(room, listed, table, mapping)}, when)


def _prices(room: Workspace, payload: Payload, table: pa.Table, mapping: dict[str, Any]) -> pa.Table:
    room.add("cells", _named(table, _PRICE_COLUMNS, mapping, payload.record.name))
    room.add_reference("regions")
    room.add("units", room.run("units"))
    parameters = {"list": payload.scope.service, "decimal": mapping.get("decimal", ".")}
    room.add("rows", room.run("rows", parameters))
    _refuse(room.run("problems"), payload.record.name)
    constants = {
        "service": payload.scope.service,
        "price_type": "contracted",
        "source": NAME,
        "source_url": payload.record.url,
        "observed_at": payload.record.fetched_at,
    }
    return conformed("prices", room.run("prices"), **constants)


def _rules(room: Workspace, payload: Payload, table: pa.Table) -> pa.Table:
    room.add("cells", _named(table, _RULE_COLUMNS, {}, payload.record.name))
    room.add("rows", room.run("rule_rows", {"list": payload.scope.service}))
    _refuse(room.run("rule_problems"), payload.record.name)
    return conformed("discount_rules", room.run("rules"))


def _records(payload: Payload) -> pa.Table:
    name = payload.record.name
    if not name.endswith((".yaml", ".yml")):
        return read_table(payload.read(), name)
    rules = _yaml(payload.read(), name)
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise InvalidInput(f"{name} must be a list of rules.", "Write one `- rule: …` entry for each.")
    keys = dict.fromkeys(key for rule in rules for key in rule)
    columns = {key: cells(rule.get(key) for rule in rules) for key in keys}
    return pa.table({**columns, ROW: pa.array(range(1, len(rules) + 1), pa.int64())})


def _named(table: pa.Table, contract: Sequence[str], mapping: dict[str, Any], file: str) -> pa.Table:
    """The cells under the names of the contract; columns the contract does not have are left out."""
    columns, constants = mapping.get("columns", {}), mapping.get("constants", {})
    for source, target in columns.items():
        if source not in table.column_names:
            near = ", ".join(name for name in table.column_names if name != ROW)
            raise InvalidInput(
                f"{file} has no column {source!r}, which its mapping names.", f"It has: {near}."
            )
        if target not in contract:
            raise InvalidInput(
                f"{file}: the mapping of {source!r} names no column {target!r}.", _use(contract)
            )
    if unknown := [name for name in constants if name not in contract]:
        raise InvalidInput(f"{file}: the mapping has a constant {unknown[0]!r}.", _use(contract))
    named: dict[str, Any] = {target: table[source] for source, target in columns.items()}
    for name in contract:
        if name not in named and name in constants:
            named[name] = pa.repeat(pa.scalar(str(constants[name])), table.num_rows)
        elif name not in named:
            named[name] = table[name] if name in table.column_names else pa.nulls(table.num_rows, pa.string())
    return pa.table({**named, ROW: cast(Any, table[ROW])})


def _refuse(problems: pa.Table, file: str) -> None:
    if problems.num_rows:
        first = problems.slice(0, 1).to_pylist()[0]
        more = f" ({problems.num_rows - 1} more rows have problems.)" if problems.num_rows > 1 else ""
        where = f"{file}, row {first['row_number']}, column {first['column_name']}"
        raise InvalidInput(f"{where}: {first['problem']}.", f"{first['fix']}.{more}")


def _mapping(content: bytes, name: str) -> dict[str, Any]:
    mapping = _yaml(content, name)
    if not isinstance(mapping, dict):
        raise InvalidInput(f"{name} must be a mapping of fields.", _use(_MAPPING_FIELDS))
    for field, value in mapping.items():
        if field not in _MAPPING_FIELDS:
            raise InvalidInput(f"{name} has an unknown field {field!r}.", _use(_MAPPING_FIELDS))
        if field in ("columns", "constants") and not isinstance(value, dict):
            raise InvalidInput(f"{name}: {field} must be a mapping.", "Write `name: value` lines under it.")
        if field == "as_of" and (not isinstance(value, date) or isinstance(value, datetime)):
            raise InvalidInput(f"{name}: as_of must be a day.", "Write it as 2026-11-01.")
    return mapping


def _yaml(content: bytes, name: str) -> Any:
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise InvalidInput(f"{name} is not YAML: {error}", "Correct it.") from None


def _name(client: Client, path: Path) -> str:
    if (mapping := _mapping_path(path)).is_file():
        given = _mapping(b"".join(client.read_file(mapping)), mapping.name).get("name")
        if given:
            return str(given)
    return path.name.rpartition(".")[0]


def _mapping_path(path: Path) -> Path:
    return path.with_name(path.name + _MAPPING)


def _use(names: Sequence[str]) -> str:
    return f"Use: {', '.join(names)}."
