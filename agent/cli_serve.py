"""`cloud-pricing serve`: the HTTP server over the store's snapshot in force."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli_choice import live_feeds
from agent.terminal import line
from warehouse.errors import InvalidInput
from warehouse.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from agno.db.base import BaseDb

    from agent.serving.parts import Parts
    from agent.serving.settings import ServingSettings
    from warehouse.reader import Reader


# Seconds for which a thread that computes keeps the interpreter from the event loop, which every reply needs
# several times; with Python's own 5 ms a kept answer waits for the new ones beside it.
_SWITCH = 0.0005


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to bind to.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = None,
) -> None:
    """Answer over HTTP until it is stopped: the API under /v1, its description at /docs."""
    import uvicorn

    from agent.serving.app import create_app
    from agent.serving.connections import address_of, bound, listening
    from agent.serving.keys import Keys
    from agent.serving.settings import serving_settings

    given = serving_settings()
    changed = {"host": host, "port": port}
    given = given.model_copy(update={name: value for name, value in changed.items() if value is not None})
    if given.keys_required and not Keys(settings().store).usable():
        raise InvalidInput(
            f"The server at {given.host} is reached from elsewhere and needs API keys; there is none.",
            "`cloud-pricing keys create NAME` makes one.",
        )
    sockets = bound(given.host, given.port)
    sys.setswitchinterval(_SWITCH)
    parts = parts_for(given)
    at = address_of(given.host, sockets[0].getsockname()[1])
    line(f"Snapshot {parts.in_force.snapshot}, at {at}. Ctrl-C ends it.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # nothing is interrupted: so it is meant to end
    with suppress(KeyboardInterrupt):
        uvicorn.Server(listening(create_app(parts))).run(sockets=sockets)


def parts_for(given: ServingSettings, *, quick: bool = False) -> Parts:
    """What the server needs, of this store and these settings; `quick`: nothing warmed, no sessions.

    Raises NoSnapshot, SnapshotDamaged.
    """
    from agent.cli_snapshots import published_in
    from agent.cli_sources import sources_over
    from agent.serving.admission import Admission
    from agent.serving.answer_cache import AnswerCache
    from agent.serving.audit import Audit
    from agent.serving.in_force import InForce
    from agent.serving.keys import Keys
    from agent.serving.parts import Parts
    from agent.serving.rates import Rates
    from agent.serving.warming import warm
    from agent.sessions import Sessions
    from agent.settings import agent_settings

    asking, store = agent_settings(), settings().store
    return Parts(
        in_force=InForce(store, _as_it_is if quick else warm),
        given=given,
        asking=asking,
        live=live_feeds(asking),
        sessions=None if quick else Sessions.open(asking.sessions, store),
        admission=Admission(given.max_running, given.max_waiting, given.queue_seconds),
        answers=AnswerCache.given(given),
        keys=Keys(store),
        rates=Rates(given),
        sources=sources_over,
        published=lambda: published_in(store),
        audit=None if quick else Audit.given(given, store),
        agentos=_agentos(store) if given.agentos and not quick else None,
    )


def _agentos(store: Path) -> BaseDb:
    from agent.serving.agentos import conversations

    return conversations(store / "state")


def _as_it_is(reader: Reader) -> None:
    del reader
