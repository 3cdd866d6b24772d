"""`cloud-pricing chat` and `cloud-pricing sessions`: conversations, and those that are kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli_choice import AsOf, SnapshotId, live_feeds, reader_of, say_which
from agent.cli_records import emit
from agent.settings import agent_settings
from agent.terminal import line, note, show
from warehouse.contracts import QueryResult
from warehouse.errors import InvalidInput
from warehouse.settings import settings

if TYPE_CHECKING:
    from agent.sessions import Sessions

app = typer.Typer(
    help="Conversations that are kept, of `ask --session` and `chat --session`.", no_args_is_help=True
)
Session = Annotated[
    str | None, typer.Option("--session", help="Go on with this conversation, and keep it under this name.")
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


@contextmanager
def kept(session: str | None) -> Iterator[Sessions | None]:
    """Where the conversation of this name is kept; None where it has no name."""
    if session is None:
        yield None
        return
    from agent.sessions import Sessions

    with Sessions.open(agent_settings().sessions, settings().store) as sessions:
        yield sessions


def chat(
    session: Session = None,
    lang: Annotated[str | None, typer.Option("--lang", help="Language of the answers: en or pt.")] = None,
    snapshot: SnapshotId = None,
    as_of: AsOf = None,
) -> None:
    """Ask one question after the other; each may lean on those before it."""
    from agent.chat import Chat

    if lang not in (None, "auto", "en", "pt"):
        raise InvalidInput(f"There is no language {lang}.", "Use en or pt.")
    given = agent_settings()
    with reader_of(snapshot, as_of) as reader, kept(session) as sessions:
        say_which(reader, as_of)
        talk = Chat(reader, lang, sessions, session or "", live_feeds(given))
        if sys.stdin.isatty():
            talk.interact()
            return
        for question in filter(None, map(str.strip, sys.stdin)):
            if not talk.say(question):
                return


@app.command("list")
def held(as_json: Json = False) -> None:
    """Every conversation that is kept, the latest first."""
    from agent.sessions import Sessions

    with Sessions.open(agent_settings().sessions, settings().store) as sessions:
        found = sessions.held()
    if as_json:
        emit([vars(one) for one in found])
    elif found:
        show(QueryResult(("session", "turns", "last"), tuple((o.name, o.turns, o.at) for o in found)))
    else:
        note("No conversation is kept. `ask --session NAME` begins one.")


@app.command()
def forget(name: Annotated[str, typer.Argument(help="The conversation's name.")]) -> None:
    """Delete a conversation with all its turns."""
    from agent.sessions import Sessions

    with Sessions.open(agent_settings().sessions, settings().store) as sessions:
        sessions.forget(name)
    line(f"Forgot {name}.")
