"""What the SQL shell offers while one types: names of the snapshot, and the words of SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

if TYPE_CHECKING:
    from warehouse.reader import Reader

_WORDS = """
SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET QUALIFY JOIN LEFT USING ON WITH AS AND OR NOT IN LIKE
ILIKE BETWEEN IS NULL CASE WHEN THEN ELSE END DISTINCT UNION ALL EXCEPT INTERSECT VALUES DESCRIBE SUMMARIZE
EXPLAIN OVER PARTITION FILTER EXCLUDE REPLACE ANTI SEMI ASC DESC NULLS FIRST LAST CAST INTERVAL TRUE FALSE
count sum avg min max median quantile round coalesce arg_min arg_max any_value date_trunc
"""
KEYWORDS = tuple(_WORDS.split())
COMMANDS = (".tables", ".schema", ".snapshot", ".format", ".timer", ".help", ".quit")
_AFTER_RELATION = re.compile(r"(?i)\b(from|join|describe|summarize)\s+[\w\"]*$|^\.schema\s+\w*$")


class Names:
    """Relations, their columns and the macros of one snapshot."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """Type of each column, by relation."""
        found = self._reader.named("own_columns").rows
        return {table: dict(zip(names, types, strict=True)) for table, names, types in found}

    @cached_property
    def macros(self) -> dict[str, tuple[bool, str]]:
        """Whether each stands in a FROM, and its parameters."""
        return {name: (table, given or "") for name, table, given in self._reader.named("own_macros").rows}


class SnapshotCompleter(Completer):
    """Relations where one stands, else the columns of those that the statement names, macros and SQL."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        word = re.search(r"[.\w]*$", before)
        typed = word[0] if word else ""
        if not typed and not _AFTER_RELATION.search(before):
            return
        seen: set[str] = set()
        for name, meta in self._offered(before, document.text):
            prefix = typed if name.startswith(".") else typed.rpartition(".")[2]
            if name.lower().startswith(prefix.lower()) and name not in seen:
                seen.add(name)
                yield Completion(name, start_position=-len(prefix), display_meta=meta)

    def _offered(self, before: str, text: str) -> Iterator[tuple[str, str]]:
        if before.startswith(".") and " " not in before:
            yield from ((command, "") for command in COMMANDS)
            return
        relation = bool(_AFTER_RELATION.search(before))
        if relation:
            yield from ((name, f"{len(columns)} columns") for name, columns in self.names.columns.items())
        yield from (
            (f"{name}(", given) for name, (table, given) in self.names.macros.items() if table == relation
        )
        if relation:
            return
        mentioned = {word.lower() for word in re.findall(r"\w+", text)} & set(self.names.columns)
        for name in sorted(mentioned) or sorted(self.names.columns):
            yield from self.names.columns[name].items()
        yield from ((keyword, "") for keyword in KEYWORDS)
