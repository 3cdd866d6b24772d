"""The SQL shell: statements that end with `;`, and commands that begin with a dot."""

from __future__ import annotations

import inspect
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import platformdirs

from agent.cli_choice import chosen, reader_of
from agent.sql_completion import Names, SnapshotCompleter
from agent.sql_formats import FORMATS, must_be, put
from agent.terminal import failure, line, note, show
from warehouse.contracts import QueryResult
from warehouse.errors import CloudPricingError, InvalidInput, UnknownName

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings

    from warehouse.reader import Reader

_HELP = """\
A statement ends with ; and may take several lines. Tab completes, Ctrl-C stops a query, Ctrl-D leaves.
.tables               tables, views and macros
.schema NAME          columns of a table or view, with their meaning
.snapshot [ID|DATE]   which snapshot is read, or read another
.format [NAME]        table, csv, json, jsonl or markdown
.timer [on|off]       rows and time after each statement
.quit"""


def complete(text: str) -> bool:
    """Whether what was typed can be run: a command, or a statement that ends outside of quotes."""
    text = text.strip()
    if not text or text.startswith("."):
        return True
    if not text.endswith(";"):
        return False
    try:
        duckdb.extract_statements(text)
    except duckdb.Error as error:
        return "unterminated" not in str(error)
    return True


class Shell:
    """One reader at a time; errors of statements are raised, and leave the shell as it was."""

    def __init__(
        self, reader: Reader, output: str = "table", limit: int | None = None, **parameters: Any
    ) -> None:
        must_be(output)
        self.reader, self.output, self.limit, self.parameters = reader, output, limit, parameters
        self.timer = False
        self.names = Names(reader)
        self.completer = SnapshotCompleter(self.names)

    def run(self, text: str) -> bool:
        """Run a command or the statements of a text; whether to go on."""
        text = text.strip()
        if text.startswith("."):
            return self._command(*text.rstrip(";").split())
        try:
            statements = duckdb.extract_statements(text)
        except duckdb.Error as error:
            raise InvalidInput(
                f"The SQL cannot be read: {str(error).splitlines()[0]}", "Correct it."
            ) from None
        for statement in statements:
            given = {
                name: self.parameters[name] for name in statement.named_parameters if name in self.parameters
            }
            self._statement(statement.query, given)
        return True

    def script(self, lines: Iterable[str]) -> None:
        """Run what a program sends, until it ends or something fails."""
        waiting = ""
        for text in lines:
            waiting += text
            if waiting.strip() and complete(waiting):
                if not self.run(waiting):
                    return
                waiting = ""
        if waiting.strip():
            self.run(waiting)

    def interact(self) -> None:
        """Ask for one after the other until Ctrl-D or `.quit`."""
        made = self.reader.snapshot
        line(f"Snapshot {made.id}. Statements end with ; and .help tells the rest.")
        session = _session(self)
        with _stoppable():
            while True:
                try:
                    if not self.run(session.prompt("prices> ")):
                        return
                except EOFError:
                    return
                except KeyboardInterrupt:
                    continue  # the line is dropped, or the query was stopped
                except CloudPricingError as error:
                    failure(error.message, error.hint)
                except RuntimeError as error:
                    if str(error) != "Query interrupted":  # DuckDB's Ctrl-C
                        raise
                    note("Stopped.")

    def close(self) -> None:
        self.reader.close()

    def _statement(self, query: str, given: Mapping[str, Any]) -> None:
        started = time.perf_counter()
        result = self.reader.query(query, given, limit=self.limit)
        put(result, self.output)
        if result.truncated:
            note(f"Cut at {len(result.rows):,} rows; --limit or CLOUD_PRICING_QUERY_ROWS allows more.")
        if self.timer:
            note(f"{len(result.rows):,} rows, {1000 * (time.perf_counter() - started):,.0f} ms")

    def _command(self, name: str, *arguments: str) -> bool:
        commands: Mapping[str, Callable[..., None]] = {
            ".tables": self._tables,
            ".schema": self._schema,
            ".snapshot": self._snapshot,
            ".format": self._format,
            ".timer": self._timer,
            ".help": lambda: line(_HELP),
        }
        if name in (".quit", ".exit"):
            return False
        if name not in commands:
            raise InvalidInput(f"There is no command {name}.", "See .help.")
        command = commands[name]
        try:
            inspect.signature(command).bind(*arguments)
        except TypeError as error:
            raise InvalidInput(f"{name}: {error}.", "See .help.") from None
        command(*arguments)
        return True

    def _tables(self) -> None:
        rows = [(name, f"{len(columns)} columns") for name, columns in sorted(self.names.columns.items())]
        macros = [(f"{name}({given})", "macro") for name, (_, given) in sorted(self.names.macros.items())]
        show(QueryResult(("name", "what"), tuple(rows + macros)))

    def _schema(self, name: str) -> None:
        found = self.reader.named("columns_of", table=name)
        if not found.rows:
            raise UnknownName(f"There is no table or view {name}.", "See .tables.")
        show(found)

    def _snapshot(self, wanted: str | None = None) -> None:
        if wanted is not None:
            self._read(*((None, wanted) if wanted.count("-") > 1 else (wanted, None)))
        made = self.reader.snapshot
        state = "in force" if self.reader.in_force else "not the one in force"
        line(f"Snapshot {made.id}, published {made.created_at:%Y-%m-%d %H:%M} UTC, {state}.")

    def _read(self, snapshot: str | None, as_of: str | None) -> None:
        if chosen(snapshot, as_of).id == self.reader.snapshot.id:
            return  # DuckDB opens a file once
        reader = reader_of(snapshot, as_of)
        self.reader.close()
        self.reader = reader
        self.names = self.completer.names = Names(reader)

    def _format(self, name: str | None = None) -> None:
        if name is not None:
            must_be(name)
            self.output = name
        line(f"Format {self.output}; there are {', '.join(FORMATS)}.")

    def _timer(self, wanted: str | None = None) -> None:
        self.timer = not self.timer if wanted is None else wanted == "on"
        line(f"Timer {'on' if self.timer else 'off'}.")


def _session(shell: Shell) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.filters import completion_is_selected
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.lexers import PygmentsLexer
    from pygments.lexers.sql import PostgresLexer

    keys: KeyBindings = KeyBindings()

    @keys.add("enter", filter=~completion_is_selected)
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    try:
        path = platformdirs.user_state_path("cloud-pricing", ensure_exists=True) / "sql_history"
        path.touch(mode=0o600)
        history: FileHistory | InMemoryHistory = FileHistory(path)
    except OSError:
        history = InMemoryHistory()
    return PromptSession(
        history=history,
        completer=shell.completer,
        complete_while_typing=True,
        lexer=PygmentsLexer(PostgresLexer),
        multiline=True,
        prompt_continuation=lambda width, number, soft: "." * (width - 1) + " ",
        key_bindings=keys,
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C stops a query, not the shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
