"""The shared vocabulary of parsing: a private DuckDB with the reference tables, and SQL by name.

A source's statements are the files of `ingest/sql/<source>/`. Look-ups (regions, machine sizes,
accelerators) are joins with the CSV files of `data/reference`, loaded as they are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from ingest import wire
from ingest.source import Payload
from warehouse.contracts import TABLES, conform
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

    def load(self, name: str, rows: pa.RecordBatchReader | pa.Table) -> None:
        """A table `name` with these rows, kept in the workspace; a reader is read to its end."""
        batches = rows.to_batches() if isinstance(rows, pa.Table) else rows
        self._connection.from_arrow(rows.schema.empty_table()).create(name)
        # Batch by batch: what a reader raises comes through here as it is, not through DuckDB. In one
        # transaction: small batches committed one by one are written twice. Not gathered into larger ones:
        # Arrow gives memory that was held that long back late, and the peak doubles.
        self._connection.begin()
        try:
            for batch in batches:
                self._connection.from_arrow(pa.Table.from_batches([batch])).insert_into(name)
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def load_items(
        self,
        name: str,
        payloads: Sequence[Payload],
        path: Sequence[str],
        columns: Mapping[str, str],
        required: Sequence[str] = (),
    ) -> None:
        """A table `name`: one row an object of the JSON array at `path` in each payload, in bounded memory.

        `columns` are the objects' fields with their DuckDB types, `()` is the document itself; with "*"
        as the last step the members of an object are read, their keys as `item_key`. `payload_url` is
        added. Raises PayloadInvalid where the array is missing, a value is not of its type, or a
        `required` field is in no object.
        """
        statement = _statement("normalize", "items")
        # On a connection of its own: what it is done with must not stay until these rows are committed.
        with self._connection.cursor() as reading:
            reading.execute(_statement("normalize", "use_utc"))
            self.load(name, wire.json_rows(reading, statement, payloads, path, columns, required))

    def add_accelerator_names(self) -> None:
        """The macro `canonical_accelerator(name, memory_gib_of_each)`."""
        self.add_reference("accelerators")
        for statement in ("accelerator_names", "canonical_accelerator"):
            self._connection.execute(_statement("normalize", statement))

    def add_reference(self, *names: str) -> None:
        for name in names:
            self.add(name, reference(name))

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The rows of `ingest/sql/<source>/<statement>.sql`.

        Raises PayloadInvalid where the payload does not have the shape the statement expects.
        """
        with translated(f"{self._source}: {statement}"):
            relation = self._connection.execute(_statement(self._source, statement), parameters or {})
            return relation.to_arrow_table()


@contextmanager
def translated(what: str) -> Iterator[None]:
    """DuckDB's complaint about values of a payload as PayloadInvalid."""
    try:
        yield
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        _, _, first = str(error).splitlines()[0].partition(": ")  # the kind of error, what is wrong
        raise PayloadInvalid(
            f"{what} cannot be read from the payload: {first.rstrip('.')}.", _REPORT
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
    """`rows` with `constants` as further columns, in the schema of the contract table `name`.

    Raises PayloadInvalid where they do not fit it, or lack what each row must have.
    """
    schema = TABLES[name]
    for column, value in constants.items():
        scalar = pa.scalar(value, schema.field(column).type)
        rows = rows.append_column(column, pa.repeat(scalar, rows.num_rows))
    try:
        table = conform(rows, schema)
    except (pa.ArrowInvalid, KeyError) as error:
        raise PayloadInvalid(f"The parsed {name} do not fit their contract: {error}", _REPORT) from None
    for field in map(schema.field, schema.names):
        if not field.nullable and (without := table[field.name].null_count):
            message = f"{without:,} of {table.num_rows:,} parsed {name} have no {field.name}."
            raise PayloadInvalid(message, _REPORT)
    return table


def machines(rows: pa.Table, **constants: Any) -> pa.Table:
    """The distinct machines of price rows that carry the columns of `instance_types` too."""
    columns = [name for name in TABLES["instance_types"].names if name in rows.column_names]
    return conformed("instance_types", rows.select(columns).group_by(columns).aggregate([]), **constants)
