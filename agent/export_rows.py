"""The rows of an export as SQL: of a view, as of a moment, under a condition, in the words of a format."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import duckdb

from warehouse.errors import InvalidInput

if TYPE_CHECKING:
    from warehouse.reader import Reader

# Rows are sorted by those of these that the view has: files are smaller, and readers skip most of them.
_ORDER = (
    "region", "PricingRegionId", "instance_type", "model", "sku_id", "SkuId", "SkuPriceId", "purchase_option",
    "operating_system", "tenancy", "valid_from", "SkuPriceEffectiveStart", "price_id",
)  # fmt: skip
_PERIODS = (("valid_from", "valid_to"), ("SkuPriceEffectiveStart", "SkuPriceEffectiveEnd"))
_LICENCES = (
    "SELECT source, title, licence, homepage FROM sources WHERE source IN (SELECT {column} {rows}) ORDER BY 1"
)


@dataclass(frozen=True)
class Rows:
    """Rows of `relation`, which is `view` or what it was, that meet `condition`."""

    reader: Reader
    view: str
    relation: str
    condition: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        reader: Reader,
        view: str,
        where: str = "",
        as_of: datetime | None = None,
        columns: Sequence[str] = (),
    ) -> Self:
        """Raises InvalidInput naming the view, the column, or what is wrong with the condition."""
        known = [row[0] for row in reader.named("relations").rows]
        if view not in known:
            reader.expect(view)
            raise InvalidInput(f"There is no view {view}.", _nearest(view, known))
        types = _types(reader, view)
        relation = _quoted(view) if as_of is None else _relation_then(reader, view, types)
        rows = cls(reader, view, relation, where.strip(), {"as_of": as_of} if as_of else {}, tuple(columns))
        for column in columns:
            rows.must_have(column)
        rows._try_condition()
        return rows

    @cached_property
    def types(self) -> Mapping[str, str]:
        """DuckDB's type of every column of the view."""
        return _types(self.reader, self.view)

    def must_have(self, column: str) -> None:
        if column not in self.types:
            raise InvalidInput(f"{self.view} has no column {column}.", _nearest(column, self.types))

    def select(self, kind: str, partition_by: Sequence[str]) -> str:
        """The SELECT for a file of `kind`, sorted; after its columns those of `partition_by`."""
        names = [name for name in self.columns or self.types if kind != "parquet" or name not in partition_by]
        if not names:
            raise InvalidInput("Every column is a partition.", "Partition by fewer columns.")
        if kind == "json":
            pairs = ", ".join(f"{_quoted(name)} := {self._value(name)}" for name in names)
            columns = [f"to_json(struct_pack({pairs}))::VARCHAR AS line"]
        else:
            value = self._text if kind == "csv" else _quoted
            columns = [f"{value(name)} AS {_quoted(name)}" for name in names]
        columns += [f"{_quoted(name)} AS {_quoted(f'partition {name}')}" for name in partition_by]
        order = dict.fromkeys((*partition_by, *(name for name in _ORDER if name in self.types)))
        by = ", ".join(f"here.{_quoted(name)}" for name in order) or "ALL"
        return f"SELECT {', '.join(columns)} {self._rows} ORDER BY {by}"

    def focus(self) -> dict[str, Rows]:
        """The FOCUS records of these rows, and the properties of what they price, by the dataset's names."""
        if self.columns:
            raise InvalidInput("The columns of FOCUS are given.", "Leave --columns out.")
        prices = self
        if self.view != "focus_sku_prices":
            for column in ("price_id", "valid_from"):
                self.must_have(column)
            these = f"(SELECT (price_id, valid_from) {self._rows})"
            prices = self._other("focus_sku_prices", f'("x_PriceId", "SkuPriceEffectiveStart") IN {these}')
        priced = f'"SkuPriceId" IN (SELECT "SkuPriceId" {prices._rows})'
        return {"SkuPrice": prices, "SkuProperties": self._other("focus_sku_properties", priced)}

    def described(self) -> list[dict[str, str | None]]:
        """Name, type and meaning of each column."""
        comments = {
            name: comment for name, _, comment in self.reader.named("columns_of", table=self.view).rows
        }
        names = self.columns or tuple(self.types)
        return [{"name": one, "type": self.types[one], "comment": comments.get(one)} for one in names]

    def sources(self) -> list[dict[str, Any]]:
        """The feeds that the rows are from, with licence and homepage; empty where the view does not say."""
        column = next((name for name in ("source", "x_Source") if name in self.types), None)
        if column is None:
            return []
        query = _LICENCES.format(column=_quoted(column), rows=self._rows)
        return [one for batch in self.reader.stream(query, self.parameters) for one in batch.to_pylist()]

    @property
    def _rows(self) -> str:
        # A line of its own: the condition may end with a comment.
        return f"FROM {self.relation} AS here" + (f" WHERE (\n{self.condition}\n)" if self.condition else "")

    def _other(self, view: str, condition: str) -> Rows:
        return Rows(self.reader, view, _quoted(view), condition, self.parameters)

    def _try_condition(self) -> None:
        try:
            if self.condition:
                # Alone too: in brackets only, it could close them and go on.
                duckdb.extract_statements(f"SELECT\n{self.condition}\nAS condition")
            self.reader.query(f"SELECT 1 {self._rows} LIMIT 0", self.parameters)
        except duckdb.Error as error:
            line = str(error).splitlines()[0]
            raise InvalidInput(f"--where cannot be read: {line}", "Write it as after WHERE in SQL.") from None
        except InvalidInput as error:
            hint = f'See `cloud-pricing sql "describe {self.view}"` for the columns.'
            raise InvalidInput(error.message, hint) from None

    def _text(self, name: str) -> str:
        """A value as text: decimals without idle zeros, times as in ISO 8601, what is nested as JSON."""
        kind, column = self.types[name], _quoted(name)
        if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
            return f"rtrim(rtrim({column}::VARCHAR, '0'), '.')"
        if kind.startswith("TIMESTAMP"):
            return f"replace(strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z')"
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
            return f"to_json({column})::VARCHAR"
        return f"{column}::VARCHAR"

    def _value(self, name: str) -> str:
        """What `to_json` writes as that, decimals with all their digits."""
        return self._text(name) if self.types[name].startswith("TIMESTAMP") else _quoted(name)


def _relation_then(reader: Reader, view: str, types: Mapping[str, str]) -> str:
    """What a view was at $as_of: its macro for that, or its rows whose period holds the moment."""
    macros = {row[0] for row in reader.named("own_table_functions").rows}
    if f"{view}_as_of" in macros:
        return f"{_quoted(f'{view}_as_of')}($as_of)"
    for start, end in _PERIODS:
        if start in types and end in types:
            holds = f"{_quoted(start)} <= $as_of AND ({_quoted(end)} IS NULL OR {_quoted(end)} > $as_of)"
            return f"(FROM {_quoted(view)} WHERE {holds})"
    hint = "--snapshot-as-of takes it from a snapshot of then; of prices, price_history has the past."
    raise InvalidInput(f"{view} does not know its past.", hint)


def _types(reader: Reader, view: str) -> dict[str, str]:
    return {row[0]: row[1] for row in reader.query(f"DESCRIBE {_quoted(view)}").rows}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(found)}?" if found else f"There are: {', '.join(sorted(known))}."
