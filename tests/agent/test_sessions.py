"""Conversations that are kept, and that go on."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.answer import answer
from agent.chat import Chat
from agent.sessions import Sessions
from agent.turn import REMEMBERED
from tests.agent import servers
from warehouse.errors import InvalidInput, MissingRequirement, SessionsUnavailable, UnknownName
from warehouse.reader import Reader


def test_a_conversation_goes_on_where_it_was_left(reader: Reader, tmp_path: Path) -> None:
    first = answer("quanto custa a m5.large na Virgínia?", reader=reader)
    with Sessions.open("", tmp_path) as sessions:
        assert sessions.turns("costs") == ()
        sessions.add("costs", first)
    with Sessions.open("", tmp_path) as sessions:
        (turn,) = sessions.turns("costs")
        assert (turn.question, turn.text, turn.language) == (first.question, first.text, "pt")
        then = answer("e a m5.xlarge?", reader=reader, earlier=sessions.turns("costs"))
    assert [row["instance_type"] for row in then.rows] == ["m5.xlarge"]
    assert {row["region"] for row in then.rows} == {"us-east-1"}
    assert stat.S_IMODE((tmp_path / "state" / "sessions.db").stat().st_mode) == 0o600


@pytest.fixture(params=["sqlite", "redis", "postgres"], scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A file, and servers on this machine."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("sessions") / "own.db")
    else:
        with getattr(servers, request.param)() as opened:
            yield opened


def test_the_last_turns_are_read_and_conversations_are_apart(
    reader: Reader, tmp_path: Path, address: str
) -> None:
    made = [answer(f"price of m5.large for {n} hours", reader=reader) for n in range(1, REMEMBERED + 3)]
    with Sessions.open(address, tmp_path) as sessions:
        for one in made:
            sessions.add("long", one)
        sessions.add("short", made[0])
        assert [turn.question for turn in sessions.turns("long")] == [
            one.question for one in made[-REMEMBERED:]
        ]
        assert {(held.name, held.turns) for held in sessions.held()} == {("long", len(made)), ("short", 1)}
        sessions.forget("long")
        assert sessions.turns("long") == ()
        assert [held.name for held in sessions.held()] == ["short"]
        with pytest.raises(UnknownName, match="sessions list"):
            sessions.forget("long")
        with ThreadPoolExecutor(8) as threads:
            list(
                threads.map(lambda number: sessions.add(f"thread-{number % 4}", made[number % 8]), range(32))
            )
    with Sessions.open(address, tmp_path) as again:
        assert {(held.name, held.turns) for held in again.held() if held.name != "short"} == {
            (f"thread-{number}", 8) for number in range(4)
        }
        assert again.turns("short")[0].text == made[0].text


@pytest.mark.parametrize("address", ["redis", "postgres"], indirect=True)
def test_a_server_that_refuses_is_an_error_without_the_password(address: str, tmp_path: Path) -> None:
    refused = address.replace(servers.PASSWORD, "marble-heron")
    with pytest.raises(SessionsUnavailable, match=r"Check CLOUD_PRICING_SESSIONS and the server") as failed:
        Sessions.open(refused, tmp_path)
    assert "password" in str(failed.value)
    assert "marble-heron" not in str(failed.value)


def test_no_secret_is_kept(reader: Reader, tmp_path: Path) -> None:
    secret = "sk-proj-" + "a1B2" * 10
    with Sessions.open("", tmp_path) as sessions:
        sessions.add("costs", answer(f"my key is {secret}, price of m5.large", reader=reader))
        assert "m5.large" in sessions.turns("costs")[0].question
    assert secret.encode() not in (tmp_path / "state" / "sessions.db").read_bytes()


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65])
def test_a_session_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with Sessions.open("", tmp_path) as sessions, pytest.raises(InvalidInput, match="no name of a session"):
        sessions.turns(name)


def test_a_place_that_cannot_be_used_is_an_error_that_keeps_its_password(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"mysql is no place for sessions\. Give a path"):
        Sessions.open("mysql://me:secret@host/db", tmp_path)
    with pytest.raises((SessionsUnavailable, MissingRequirement)) as failed:
        Sessions.open("redis://me:secret@127.0.0.1:1/0", tmp_path).turns("costs")
    assert "127.0.0.1:1/0" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_a_chat_leans_on_what_was_said_until_it_begins_anew(
    reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sessions.open("", tmp_path) as sessions:
        chat = Chat(reader, kept=sessions, name="costs")
        assert chat.say("price of m5.large in us-east-1")
        assert chat.say("and m5.xlarge?")
        assert "0.192 USD/hour" in capsys.readouterr().out
        assert chat.say(".why")
        assert "leans on: price of m5.large in us-east-1" in capsys.readouterr().out
        assert chat.say(".new")
        assert chat.say("and with Windows?")
        assert "USD/hour" not in capsys.readouterr().out
        assert not chat.say(".quit")
        assert len(sessions.turns("costs")) == 3
        with pytest.raises(InvalidInput, match=r"See \.help"):
            chat.say(".nothing")
