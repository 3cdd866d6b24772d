"""The `documents` of a snapshot: cards that SQL writes from its warehouse, and the guides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields

import duckdb
import pyarrow as pa

from warehouse.contracts import Document
from warehouse.statements import statement, statements

_DATES = {"valid_from", "valid_to"}
_GUIDES = pa.schema(
    [
        pa.field(column.name, pa.date32() if column.name in _DATES else pa.string())
        for column in fields(Document)
    ]
)


def write_documents(connection: duckdb.DuckDBPyConnection, guides: Iterable[Document]) -> int:
    """Fill `documents` anew from `sql/documents/` and the guides; returns how many there are.

    Equal data gives equal texts, whenever it runs, and so equal content hashes. A text dates a price by
    the day since which it is in force, and states nothing that the next reading changes by itself.
    """
    for text in (*statements("phrases"), *statements("facts")):
        connection.execute(text)
    connection.execute(statement("cards/clear"))
    cards = [connection.execute(text).to_arrow_table() for text in statements("documents")]
    texts = pa.Table.from_pylist([asdict(guide) for guide in guides], _GUIDES)
    rows = pa.concat_tables([*cards, texts], promote_options="permissive")
    connection.register("incoming", rows)
    try:
        connection.execute(statement("cards/insert"))
    finally:
        connection.unregister("incoming")
    return rows.num_rows
