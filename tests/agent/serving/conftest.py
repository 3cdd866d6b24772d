"""A real server on loopback over a store that the real publisher made."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from agent.cli_snapshots import published_in
from agent.cli_sources import sources_over
from agent.serving.admission import Admission
from agent.serving.answer_cache import AnswerCache
from agent.serving.app import create_app
from agent.serving.audit import Audit
from agent.serving.connections import bound, listening
from agent.serving.in_force import InForce
from agent.serving.keys import Keys
from agent.serving.parts import Parts
from agent.serving.rates import Rates
from agent.serving.settings import ServingSettings
from agent.sessions import Sessions
from agent.settings import AgentSettings


def parts_over(store: Path, state: Path, **given: Any) -> Parts:
    """The server's parts with these settings; what it keeps is under `state`."""
    serving = ServingSettings(**{"swap_seconds": 0.05, **given})
    return Parts(
        in_force=InForce(store, lambda reader: None),
        given=serving,
        asking=AgentSettings(),
        live=None,
        sessions=Sessions.open("", state),
        admission=Admission(serving.max_running, serving.max_waiting, serving.queue_seconds),
        answers=AnswerCache.given(serving),
        keys=Keys(state),
        rates=Rates(serving),
        sources=sources_over,
        published=lambda: published_in(store),
        audit=Audit.given(serving, state),
    )


@contextmanager
def served(parts: Parts) -> Iterator[httpx.Client]:
    """A client of the running server, which ends with the block."""
    server, sockets = uvicorn.Server(listening(create_app(parts))), bound("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def parts(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Over a copy of the store: others open theirs with other limits, which a file that is open forbids."""
    state = tmp_path_factory.mktemp("served")
    return parts_over(Path(shutil.copytree(small_store, state / "store")), state)


@pytest.fixture(scope="session")
def client(parts: Parts) -> Iterator[httpx.Client]:
    with served(parts) as client:
        yield client
