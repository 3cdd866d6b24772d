"""The shared vocabulary of parsing: a private DuckDB with the reference tables, and SQL by name.

A source's statements are the files of `ingest/sql/<source>/`. Look-ups (regions, machine sizes,
accelerators) are joins with the CSV files of `data/reference`, loaded as they are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from warehouse.contracts import PRICES, TABLES, conform
from warehouse.errors import InvalidInput, PayloadInvalid
from warehouse.settings import settings

SQL_FOLDER = Path(__file__).resolve().parent / "sql"


def reference_files() -> list[Path]:
    """The reference tables, by name."""
    return sorted((settings().data / "reference").glob("*.csv"))


def reference(name: str) -> pa.Table:
    """One reference table, all columns as text; an empty cell is null."""
    path = settings().data / "reference" / f"{name}.csv"
    if not path.is_file():
        raise InvalidInput(
            f"The reference table {path} is missing.", "Restore it, or unset CLOUD_PRICING_DATA."
        )
    with path.open(encoding="utf-8") as lines:
        header = lines.readline().rstrip("\n").split(",")
    options = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return pa.csv.read_csv(path, convert_options=options)


class Workspace:
    """A private in-memory DuckDB for the parsing of one fetch of one source."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: str) -> None:
        self._connection = connection
        self._source = source

    def add(self, name: str, table: pa.Table) -> None:
        self._connection.register(name, table)

    def add_json(self, name: str, document: bytes) -> None:
        """A table `name` of one row and one column, `document`."""
        try:
            text = document.decode("utf-8")
        except UnicodeDecodeError as error:
            raise PayloadInvalid(f"{self._source}: {name} is not JSON: {error}", _REPORT) from None
        if self._connection.execute(_statement("normalize", "is_json"), {"document": text}).fetchone() != (
            True,
        ):
            raise PayloadInvalid(f"{self._source}: {name} is not JSON.", _REPORT)
        self.add(name, pa.table({"document": [text]}))

    def add_reference(self, *names: str) -> None:
        for name in names:
            self.add(name, reference(name))

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The rows of `ingest/sql/<source>/<statement>.sql`.

        Raises PayloadInvalid where the payload does not have the shape the statement expects.
        """
        try:
            relation = self._connection.execute(_statement(self._source, statement), parameters or {})
            return relation.to_arrow_table()
        except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
            first = str(error).splitlines()[0]
            raise PayloadInvalid(
                f"{self._source}: {statement} cannot read the payload: {first}", _REPORT
            ) from None


_REPORT = "The feed may have changed its format; the last good data stays in force."


def _statement(folder: str, name: str) -> str:
    return (SQL_FOLDER / folder / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def workspace(source: str) -> Iterator[Workspace]:
    """A workspace whose statements are those of `source`; it has no access to files or network."""
    chosen = settings()
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": chosen.threads,
        "memory_limit": chosen.memory_limit,
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(config=options) as connection:
        connection.execute(_statement("normalize", "use_utc"))
        yield Workspace(connection, source)


def conformed(name: str, rows: pa.Table, **constants: Any) -> pa.Table:
    """`rows` with `constants` as further columns, in the schema of the contract table `name`."""
    schema = TABLES[name]
    for column, value in constants.items():
        scalar = pa.scalar(value, schema.field(column).type)
        rows = rows.append_column(column, pa.repeat(scalar, rows.num_rows))
    try:
        return conform(rows, schema)
    except (pa.ArrowInvalid, KeyError) as error:
        raise PayloadInvalid(f"The parsed {name} do not fit their contract: {error}", _REPORT) from None


def empty_prices() -> pa.Table:
    return PRICES.empty_table()
