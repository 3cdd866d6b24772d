"""The SQL shell, typed into as a person would, on a real small snapshot."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from agent.sql_shell import Shell, complete
from warehouse.errors import InvalidInput, NoSnapshot, QueryRefused, UnknownName
from warehouse.reader import Reader

Typed = Callable[..., str]


@pytest.fixture
def shell(
    small_store: Path, limits: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CLOUD_PRICING_STORE", str(small_store))
    from warehouse.settings import settings

    settings.cache_clear()
    opened = Shell(Reader.open(small_store), day="2026-11-01")
    yield opened
    opened.close()


@pytest.fixture
def typed(shell: Shell, capsys: pytest.CaptureFixture[str]) -> Typed:
    """What the shell prints when these keys are typed, the last of them Ctrl-D."""

    def run(*keys: str) -> str:
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            pipe.send_text("".join(keys) + "\x04")
            shell.interact()
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


def test_a_statement_ends_with_a_semicolon_and_may_take_lines(typed: Typed) -> None:
    keys = ("select count(*) as n\r", "  from offers where region = 'us-east-2'\r", ";\r")
    assert typed(*keys).endswith("\nn\n1\n")
    assert "there; is" in typed("select 'there; is' as x;\r")


def test_an_error_is_one_line_and_the_shell_goes_on(typed: Typed) -> None:
    said = typed(
        "selec 1;\r", "copy offers to 'x';\r", ".nothing\r", ".schema\r", "select 41 + 1 as sum;\r"
    ).splitlines()
    assert [line[:6] for line in said if line.startswith("error")] == ["error:"] * 4
    assert "42" in said


def test_ctrl_c_drops_a_line_and_quit_leaves(typed: Typed) -> None:
    said = typed("select 1 as dropped\x03", "select 2 as kept;\r", ".quit\r", "select 3 as late;\r")
    assert "kept" in said
    assert not {"dropped", "late"} & set(said.split())


def test_ctrl_c_stops_a_query_and_not_the_shell(typed: Typed) -> None:
    def interrupt() -> None:
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    said = typed("select count(*) from range(100000000) a, range(100000) b;\r", "select 42 as after;\r")
    assert "Stopped." in said
    assert "after\n42\n" in said


def test_commands(typed: Typed, shell: Shell) -> None:
    said = typed(
        ".tables\r", ".schema fx_latest\r", ".format jsonl\r", "select 1 as a, null as b;\r", ".timer\r",
        "select 2 as c;\r", ".snapshot\r", ".help\r",
    )  # fmt: skip
    assert "focus_sku_prices\t27 columns" in said
    assert "Units of the currency that one US dollar buys" in said
    assert '{"a": 1, "b": null}' in said
    assert "1 rows, " in said
    assert f"Snapshot {shell.reader.snapshot.id}, published " in said
    assert "Tab completes" in said


def test_what_is_not_there_leaves_the_shell_as_it_was(shell: Shell) -> None:
    for text in (".snapshot 2001-01-01", ".snapshot nothing", ".schema nothing"):
        with pytest.raises((NoSnapshot, UnknownName)):
            shell.run(text)
    shell.run(f".snapshot {shell.reader.snapshot.id}; ")
    shell.run("select count(*) from offers;")


def test_parameters_are_given_where_they_are_named(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("select count(*) from prices where valid_from <= $day; select 7;")
    assert capsys.readouterr().out == "count_star()\n7\n7\n7\n"


def test_a_script_runs_to_its_end_or_its_first_error(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [".format csv\n", "select 1 as a; select 2\n", "as b;\n", "-- the last\n", "select 3 as c"]
    shell.script(lines)
    assert capsys.readouterr().out.splitlines()[1:] == ["a", "1", "b", "2", "c", "3"]
    with pytest.raises(QueryRefused):
        shell.script(["drop table offers;\n", "select 1 as never;\n"])
    assert "never" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "whole"),
    [("", True), (".help", True), ("select 1", False), ("select 1;", True), ("select ';", False), ("select ';';", True),
     ("/* not yet;", False), ("selec;", True)],
)  # fmt: skip
def test_what_is_complete(text: str, whole: bool) -> None:
    assert complete(text) is whole


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        ("select * from off", "offers", "OFFSET"),
        ("describe gpu_", "gpu_offers", "SELECT"),
        (".schema pri", "price_history", "PARTITION"),
        (".sc", ".schema", "source"),
        ("select price_h", "price_hour", "price_history"),
        ("select region, pri", "price_hour", "prices("),
        ("select o.inst", "instance_type", "instance_types"),
        ("sel", "SELECT", "offers"),
        ("select focus_", "focus_sku_price_id(", "focus_sku_prices"),
    ],
)
def test_completion(shell: Shell, text: str, offered: str, not_offered: str) -> None:
    found = [one.text for one in shell.completer.get_completions(Document(text), CompleteEvent())]
    assert offered in found
    assert not_offered not in found


def test_completion_offers_the_columns_of_the_named_relation_first(shell: Shell) -> None:
    document = Document("select cur from fx_latest", cursor_position=len("select cur"))
    assert [one.text for one in shell.completer.get_completions(document, CompleteEvent())] == ["currency"]


def test_history_is_kept_for_the_user_alone(typed: Typed, tmp_path: Path) -> None:
    typed("select 1;\r")
    (path,) = (tmp_path / "state").rglob("sql_history")
    assert "select 1;" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_format_is_one_of_ours(shell: Shell) -> None:
    with pytest.raises(InvalidInput, match="xml"):
        shell.run(".format xml")
