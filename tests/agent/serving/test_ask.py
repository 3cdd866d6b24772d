"""Questions over HTTP."""

from __future__ import annotations

import json
import os
from typing import Any

import httpx
import pytest

from agent.serving.parts import Parts

QUESTION = "price of p5.48xlarge in us-east-1"


def events_of(told: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n") for block in told.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [(QUESTION, "en", "98.32"), ("Quanto custa por hora uma m5.xlarge na Virgínia?", "pt", "0,192")],
)
def test_a_question_is_answered(
    client: httpx.Client, parts: Parts, question: str, language: str, said: str
) -> None:
    reply = client.post("/v1/ask", json={"question": question})
    answered = reply.json()
    assert (reply.status_code, answered["language"]) == (200, language)
    assert said in answered["text"]
    assert answered["citations"][0]["price_id"]
    assert reply.headers["X-Snapshot"] == answered["snapshot"] == parts.in_force.snapshot


def test_events_tell_it_while_it_is_made(client: httpx.Client) -> None:
    asked = {"question": f"{QUESTION} in a year"}
    reply = client.post("/v1/ask", json=asked, headers={"Accept": "text/event-stream"})
    assert (reply.headers["X-Accel-Buffering"], reply.headers["Cache-Control"]) == ("no", "no-store")
    told, whole = events_of(reply.text), client.post("/v1/ask", json=asked).json()
    assert [name for name, _ in told][:3] == ["understood", "tool_started", "tool_finished"]
    assert "".join(said["text"] for name, said in told if name == "text") == whole["text"]
    assert told[-1] == ("done", whole)
    assert reply.headers["X-Snapshot"] == whole["snapshot"]
    again = client.post("/v1/ask", json=asked, headers={"Accept": "text/event-stream"})
    assert again.headers["X-Cache"] == "hit"
    assert events_of(again.text) == [one for one in told if one[0] in ("text", "done")]


def test_a_conversation_goes_on(client: httpx.Client) -> None:
    for question, said in ((QUESTION, "98.32"), ("and m5.large?", "0.096")):
        answered = client.post("/v1/ask", json={"question": question, "session": "mine"}).json()
        assert said in answered["text"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "question"),
        ({"question": 1}, 422, "question"),
        ({"question": "hi", "langauge": "en"}, 422, "langauge"),
        ({"question": "hi", "snapshot": "20200101T000000Z-00000000"}, 404, "20200101T000000Z-00000000"),
    ],
)
def test_what_cannot_be_used_is_a_problem(
    client: httpx.Client, body: dict[str, object], status: int, said: str
) -> None:
    reply = client.post("/v1/ask", json=body)
    problem = reply.json()
    assert reply.status_code == problem["status"] == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert said in problem["detail"]
    assert problem["hint"]
    assert problem["instance"] == reply.headers["X-Request-Id"]


def test_bytes_are_told_as_hexadecimal_digits(client: httpx.Client) -> None:
    question = "select '\\xAB'::BLOB as b, MAP {'\\xCD'::BLOB: 1.5} as m"
    answered = client.post("/v1/ask", json={"question": question}).json()
    assert answered["rows"] == [{"b": "ab", "m": {"cd": "1.5"}}]
    assert "b: ab; m: {'cd': '1.5'}" in answered["text"]


def test_a_request_keeps_the_id_its_client_gave(client: httpx.Client) -> None:
    given = os.urandom(8).hex()
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given
    assert (
        client.get("/healthz", headers={"X-Request-Id": "a b c d e"}).headers["X-Request-Id"] != "a b c d e"
    )


@pytest.mark.parametrize(
    ("question", "language", "spoken"),
    [
        ("p5.48xlarge", "auto", "en"),
        ("p5.48xlarge", "auto-pt", "pt"),
        ("price of p5.48xlarge", "auto-pt", "en"),
        ("", "auto-pt", "pt"),
    ],
)
def test_a_question_without_words_is_answered_in_the_language_of_the_page(
    client: httpx.Client, question: str, language: str, spoken: str
) -> None:
    reply = client.post("/v1/ask", json={"question": question, "language": language})
    assert reply.json()["language"] == spoken
