"""The whole server where keys are required: what it asks for, and what it writes down."""

from __future__ import annotations

import json
import logging
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.serving.audit import Audit
from agent.serving.keys import Keys
from agent.serving.settings import ServingSettings
from tests.agent.serving.conftest import parts_over, served
from warehouse import log

QUESTION = "price of p5.48xlarge in us-east-1"
OTHER = "cpk_" + "0a" * 32  # a key of another server


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guarded")


@pytest.fixture(scope="module")
def secret(state: Path) -> str:
    return Keys(state).create("ana", ("ask",))


@pytest.fixture(scope="module")
def server(small_store: Path, state: Path) -> Iterator[httpx.Client]:
    with served(parts_over(small_store, state, require_keys=True)) as client:
        yield client


@pytest.fixture
def as_ana(server: httpx.Client, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def logged(state: Path) -> Iterator[Path]:
    """The file of the log, while there is one."""
    log.configure(state / "logs")
    yield state / "logs" / "cloud-pricing.jsonl"
    root = logging.getLogger("cloud_pricing")
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(logging.NullHandler())


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "logs" / "audit.jsonl").read_text("utf-8").splitlines()]


def line_of(state: Path, reply: httpx.Response) -> dict[str, Any]:
    """What is written of a request, which is after its response."""
    for _ in range(500):
        for line in lines_of(state):
            if line["request_id"] == reply.headers["X-Request-Id"]:
                return line
        time.sleep(0.01)
    raise AssertionError("nothing was written down")


def test_every_route_is_closed_or_meant_to_be_open(server: httpx.Client) -> None:
    described = server.get("/openapi.json").json()["paths"]
    answers = {
        path: server.request(method, path.replace("{", "").replace("}", "")).status_code
        for path, operations in described.items()
        for method in operations
        if method == "get"
    }
    assert {path for path, status in answers.items() if status != 401} == {"/healthz", "/readyz"}
    assert server.get("/readyz").json() == {"status": "ok"}
    assert server.post("/v1/ask", json={"question": QUESTION}).status_code == 401
    assert server.post("/mcp", json={}).status_code == 401


def test_sql_needs_its_own_scope_wherever_it_is_written(
    server: httpx.Client, state: Path, as_ana: dict[str, str]
) -> None:
    both = {"X-API-Key": Keys(state).create("sql", ("ask", "sql"))}
    written = {"question": "select 41 + 1 as n"}
    assert server.post("/v1/ask", json=written, headers=both).json()["rows"] == [{"n": 42}]
    assert server.post("/v1/ask", json=written, headers=as_ana).status_code == 403
    hidden = {"question": f"{QUESTION}? And what is select 41 + 1 as n?"}
    assert "query_sql" not in server.post("/v1/ask", json=hidden, headers=as_ana).json()["tools_used"]
    assert server.post("/v1/sql", json={"sql": "select 1"}, headers=as_ana).status_code == 403


def test_it_is_written_down_who_asked_what_and_saw_which_rows(
    server: httpx.Client, state: Path, as_ana: dict[str, str]
) -> None:
    asked = {"question": f"{QUESTION}, my mail is ana@example.com"}
    reply = server.post("/v1/ask", json=asked, headers=as_ana)
    line = line_of(state, reply)
    answered = reply.json()
    assert line["question"] == f"{QUESTION}, my mail is [email]"
    assert line["rows"] == list(dict.fromkeys(one["price_id"] for one in answered["citations"]))
    assert line["row_count"] == len(line["rows"]) > 0
    assert line["tools"] == answered["tools_used"]
    assert (line["caller"], line["status"], line["operation"]) == ("key:ana", 200, "POST /v1/ask")
    assert line["snapshot"] == answered["snapshot"]
    line = line_of(state, server.get("/metrics", headers=as_ana))
    assert (line["caller"], line["status"], line["operation"]) == ("key:ana", 403, "GET /metrics")
    assert stat.S_IMODE((state / "logs" / "audit.jsonl").stat().st_mode) == 0o600


def test_no_secret_is_written_down(
    server: httpx.Client, state: Path, secret: str, as_ana: dict[str, str], logged: Path
) -> None:
    replies = [
        server.get("/v1/offers", params={"key": secret}, headers=as_ana),
        server.get(f"/v1/{secret}", headers=as_ana),
        server.post("/v1/ask", json={"question": f"{QUESTION} {secret}"}, headers=as_ana),
        server.post("/v1/ask", json={"question": QUESTION, secret: 1}, headers=as_ana),
        server.get("/v1/offers", headers={"X-API-Key": OTHER}),
        server.get("/v1/offers", headers={**as_ana, "X-Request-Id": secret[:64]}),
    ]
    assert {reply.status_code for reply in replies} >= {200, 401, 404, 422}
    line_of(state, replies[-2])  # the last one's id is not written down
    assert len(logged.read_text("utf-8").splitlines()) >= len(replies)
    kept = [path for path in state.rglob("*") if path.is_file()]
    assert {"audit.jsonl", "cloud-pricing.jsonl", "keys.json", "sessions.db"} <= {path.name for path in kept}
    for path in kept:
        assert secret[4:36].encode() not in path.read_bytes(), path
        assert OTHER[4:36].encode() not in path.read_bytes(), path


def test_the_audit_leaves_questions_out_or_is_off(tmp_path: Path) -> None:
    assert Audit.given(ServingSettings(audit="off"), tmp_path) is None
    audit = Audit.given(ServingSettings(audit="without_questions"), tmp_path)
    assert audit
    audit.write({"question": QUESTION}, caller="key:ana")
    audit.close()
    assert [set(line) for line in lines_of(tmp_path)] == [{"timestamp", "caller"}]


def test_the_audit_goes_on_in_another_file(tmp_path: Path) -> None:
    audit = Audit(tmp_path, limit_bytes=300)
    for number in range(4):
        audit.write({"question": f"{'x ' * 400}{OTHER}"[-number - 900 :]}, caller=f"key:{number}")
    audit.close()
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["audit.jsonl", *(f"audit.jsonl.{n}" for n in (1, 2, 3))]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert all("[secret]" in path.read_text("utf-8") for path in files)
