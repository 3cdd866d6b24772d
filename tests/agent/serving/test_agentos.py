"""AgentOS has the routes that were meant, each caller sees their own conversations, and it says what /v1/ask says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ag_ui.core import Event
from agno.agent import Agent
from agno.os import AgentOS
from pydantic import TypeAdapter

from agent.serving.agentos import ID, ROUTES, application, conversations
from agent.serving.parts import Parts
from tests.agent.serving.conftest import parts_over, served

QUESTION = "Where is p5.48xlarge cheapest?"
RUNS = f"/agno/agents/{ID}/runs"


@pytest.fixture(scope="module")
def agno_parts(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    state = tmp_path_factory.mktemp("agentos")
    parts = parts_over(small_store, state, require_keys=True)
    parts.agentos = conversations(state)
    return parts


@pytest.fixture(scope="module")
def ana(agno_parts: Parts) -> Iterator[httpx.Client]:
    with served(agno_parts) as client:
        client.headers["X-API-Key"] = agno_parts.keys.create("ana", ["ask"])
        yield client


@pytest.fixture(scope="module")
def bob(agno_parts: Parts, ana: httpx.Client) -> Iterator[httpx.Client]:
    key = agno_parts.keys.create("bob", ["ask"])
    with httpx.Client(base_url=ana.base_url, headers={"X-API-Key": key}, timeout=30) as client:
        yield client


def routes_of(document: dict[str, dict[str, dict[str, object]]]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, found in document["paths"].items() for method in found}


def run(client: httpx.Client, message: str, session: str, **more: str) -> httpx.Response:
    return client.post(RUNS, data={"message": message, "session_id": session, "stream": "false", **more})


def test_what_is_served_is_the_list_and_nothing_else(agno_parts: Parts, ana: httpx.Client) -> None:
    assert agno_parts.agentos
    assert routes_of(application(agno_parts, agno_parts.agentos).openapi()) == ROUTES
    system = AgentOS(agents=[Agent(id=ID, db=agno_parts.agentos)], telemetry=False)
    everything = routes_of(system.get_app().openapi())
    assert len(everything) > 80
    for method, path in everything - ROUTES:
        asked = ana.request(method, f"/agno{path.replace('{agent_id}', ID)}", json={})
        assert asked.status_code in (404, 405), (method, path)
    assert ana.get("/agno/docs").status_code == ana.get("/agno/openapi.json").status_code == 404
    assert httpx.get(ana.base_url.join("/agno/agents")).status_code == 401


def test_a_run_says_what_ask_says_and_the_next_leans_on_it(ana: httpx.Client) -> None:
    said = ana.post("/v1/ask", json={"question": QUESTION}).json()["text"]
    assert run(ana, QUESTION, "one").json()["content"] == said
    assert "us-east-2" in run(ana, "and in us-east-2?", "one").json()["content"]
    streamed = ana.post(RUNS, data={"message": QUESTION, "session_id": "two"}).text
    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: ")]
    assert "".join(one["content"] for one in events if one["event"] == "RunContent") == said


def test_nobody_reads_or_changes_anothers_conversation(ana: httpx.Client, bob: httpx.Client) -> None:
    run(ana, QUESTION, "anas")
    mine = ana.get("/agno/sessions").json()["data"]
    assert "anas" in [one["session_id"] for one in mine]
    theirs = {"user_id": mine[0]["user_id"]}
    for params in ({}, theirs):
        assert bob.get("/agno/sessions", params=params).json()["data"] == []
        assert bob.get("/agno/sessions/anas", params=params).status_code == 404
        assert bob.get("/agno/sessions/anas/runs", params=params).status_code == 404
        bob.delete("/agno/sessions/anas", params=params)
        bob.post("/agno/sessions/anas/rename", params=params, json={"session_name": "mine"})
    assert run(bob, QUESTION, "anas", **theirs).status_code == 404
    chat = {"threadId": "anas", "runId": "r", "messages": [{"id": "1", "role": "user", "content": "hello"}]}
    empty = {"state": {}, "tools": [], "context": [], "forwardedProps": theirs}
    assert bob.post("/agno/agui", json=chat | empty).status_code == 404
    assert len(ana.get("/agno/sessions/anas/runs").json()) == 1
    assert ana.get("/agno/sessions/anas").json()["session_name"] != "mine"
    assert ana.delete("/agno/sessions/anas").status_code == 204
    assert ana.get("/agno/sessions/anas").status_code == 404


def test_a_run_is_a_message_and_no_more(ana: httpx.Client) -> None:
    for more in ({"background": "true"}, {"output_schema": "{}"}, {"dependencies": '{"a": 1}'}):
        assert run(ana, QUESTION, "more", **more).status_code == 422
    files = {"files": ("a.txt", b"text", "text/plain")}
    assert ana.post(RUNS, data={"message": QUESTION}, files=files).status_code == 422


@pytest.mark.parametrize("pages", [{"page": 0}, {"limit": -1}, {"page": 0, "limit": 1}])
def test_pages_begin_at_one(ana: httpx.Client, pages: dict[str, int]) -> None:
    reply = ana.get("/agno/sessions", params=pages)
    assert (reply.status_code, reply.headers["Content-Type"]) == (422, "application/problem+json")


def test_what_is_kept_holds_no_secret(ana: httpx.Client) -> None:
    secret = "sk-" + "a1B2c3D4" * 5
    run(ana, f"{QUESTION} My key is {secret}", "secret")
    kept = ana.get("/agno/sessions/secret/runs").text
    assert "p5.48xlarge" in kept
    assert secret not in kept


def test_ag_ui_streams_valid_events(ana: httpx.Client) -> None:
    said = ana.post("/v1/ask", json={"question": QUESTION}).json()["text"]
    chat = {"threadId": "t", "runId": "r", "messages": [{"id": "1", "role": "user", "content": QUESTION}]}
    given = {
        "state": {},
        "tools": [],
        "context": [{"description": "page", "value": "x"}],
        "forwardedProps": {},
    }
    answered = ana.post("/agno/agui", json=chat | given)
    assert answered.headers["content-type"].startswith("text/event-stream")
    assert "access-control-allow-origin" not in answered.headers
    read = TypeAdapter(Event)
    events = [
        read.validate_json(line[6:]) for line in answered.text.splitlines() if line.startswith("data: ")
    ]
    kinds = [str(one.type.value) for one in events]
    assert (kinds[0], kinds[-1]) == ("RUN_STARTED", "RUN_FINISHED")
    assert "".join(one.delta for one in events if one.type.value == "TEXT_MESSAGE_CONTENT") == said


def test_it_is_off_unless_wanted(client: httpx.Client) -> None:
    assert client.get("/agno/health").status_code == 404
