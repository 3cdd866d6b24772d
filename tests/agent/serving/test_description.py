"""The server does what its OpenAPI document says: Schemathesis asks it, rightly and wrongly."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from agent.serving.route_scopes import needed
from tests.agent.serving.conftest import parts_over, served

_GUIDE = Path(__file__).resolve().parents[3] / "docs" / "http.md"
_CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
_CONFORMS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_OF_MODE = {
    GenerationMode.POSITIVE: _CONFORMS,
    GenerationMode.NEGATIVE: [*_CONFORMS, checks.negative_data_rejection],
}
_BOUNDED = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What is found has to be as described too, and nobody guesses the names of a store.
_GOOD: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/healthz", {}),
    ("GET", "/readyz", {}),
    ("POST", "/v1/ask", {"body": {"question": "price of p5.48xlarge in us-east-1"}}),
    ("GET", "/v1/offers", {"query": {"sort": "-price_per_gpu", "limit": 2}}),
    ("GET", "/v1/offers", {"query": {"own": True}}),
    ("GET", "/v1/offers", {"query": {"currency": "BRL", "machine": ["m5.large"]}}),
    ("GET", "/v1/offers", {"query": {"at": "2026-11-20", "provider": ["aws"]}}),
    ("GET", "/v1/offers", {"query": {"format": "csv"}}),
    ("GET", "/v1/offers", {"query": {"format": "parquet"}}),
    ("GET", "/v1/prices/{price_id}", {}),
    ("GET", "/v1/prices/{price_id}/history", {"query": {"since": "1y"}}),
    ("GET", "/v1/changes", {"query": {"since": "2020"}}),
    (
        "GET",
        "/v1/compare",
        {"query": {"by": "place", "machine": ["m5.large"], "place": ["us-east-1", "Brazil"]}},
    ),
    ("GET", "/v1/estimate", {"query": {"machine": ["2 x m5.large@us-east-1"], "currency": "BRL"}}),
    ("POST", "/v1/estimate", {"body": {"tokens": [{"model": "gpt-4o", "input": "3M"}]}}),
    ("GET", "/v1/recommend", {"query": {"min_vcpus": 2}}),
    ("POST", "/v1/recommend", {"body": {"gpu": ["H100"], "months": 36}}),
    ("POST", "/v1/sql", {"body": {"sql": "SELECT * FROM offers"}}),
    ("POST", "/v1/sql", {"query": {"format": "csv"}, "body": {"sql": "SELECT 1 AS one"}}),
    ("GET", "/v1/knowledge/search", {"query": {"q": "instâncias spot", "limit": 1}}),
    ("GET", "/v1/sources", {}),
    ("GET", "/v1/quarantine", {}),
    ("GET", "/v1/quarantine", {"query": {"reason": "zero_price"}}),
    ("GET", "/v1/options", {}),
    ("GET", "/v1/snapshots", {}),
    ("GET", "/v1/snapshots/{snapshot}", {}),
    ("GET", "/v1/snapshots/{snapshot}/validation/{page}", {}),
]


def described_by(client: httpx.Client) -> Any:
    return schemathesis.openapi.from_url(
        f"{client.base_url}/openapi.json", config=SchemathesisConfig.from_dict(_CONFIG)
    )


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Any:
    return described_by(client)


@pytest.fixture(scope="module")
def names(client: httpx.Client) -> dict[str, str]:
    """Of the paths."""
    page = client.get("/v1/offers", params={"limit": 1}).json()
    return {"price_id": page["rows"][0]["price_id"], "snapshot": page["snapshot"], "page": "index.html"}


@pytest.mark.parametrize("mode", list(_OF_MODE))
def test_it_does_what_is_described(described: Any, mode: GenerationMode, subtests: pytest.Subtests) -> None:
    for operation in operations(described):

        @_BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            case.call_and_validate(checks=_OF_MODE[mode])

        with subtests.test(operation.label):
            try:
                asked()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE  # any path and any further parameter is a right one


@pytest.mark.parametrize(("method", "path", "asked"), _GOOD)
def test_what_is_found_is_described(
    described: Any, names: dict[str, str], method: str, path: str, asked: dict[str, Any]
) -> None:
    reply = case_of(described, names, method, path, asked).call_and_validate(checks=_CONFORMS)
    assert reply.status_code == 200


def test_keys_open_what_is_described(small_store: Path, tmp_path: Path, names: dict[str, str]) -> None:
    parts = parts_over(small_store, tmp_path, require_keys=True)
    key = {"Authorization": f"Bearer {parts.keys.create('all', ['ask', 'sql'])}"}
    with served(parts) as client:
        described = described_by(client)
        for method, path, asked in _GOOD:
            case = case_of(described, names, method, path, asked)
            closed = needed(path) is not None
            assert case.call_and_validate(checks=_CONFORMS).status_code == (401 if closed else 200)
            assert case.call_and_validate(checks=_CONFORMS, headers=key).status_code == 200
        for operation in operations(described):

            @settings(_BOUNDED, max_examples=1)
            @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
            def guessed(case: Any) -> None:
                case.call_and_validate(checks=_CONFORMS)
                case.call_and_validate(checks=_CONFORMS, headers=key)

            guessed()
        assert key["Authorization"].split()[1] not in client.get("/openapi.json").text
    lines = (tmp_path / "logs" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    told = [line for line in map(json.loads, lines) if line["status"] == 200 and line["tools"]]
    assert {line["tools"][0] for line in told} >= {
        "find_offers",
        "price",
        "compare",
        "recommend",
        "query_sql",
    }
    assert {line["row_count"] for line in told if line["operation"] == "GET /v1/offers"} >= {2}
    assert all(line["rows"] for line in told if line["tools"][0] in ("find_offers", "price", "compare"))


def test_every_operation_is_asked(described: Any) -> None:
    every = {operation.label for operation in operations(described)}
    assert every - {f"{method} {path}" for method, path, _ in _GOOD} == {"GET /metrics"}


def test_the_reference_tells_all_and_loads_nothing(client: httpx.Client) -> None:
    page = client.get("/docs").text
    for path, operations_of in client.get("/openapi.json").json()["paths"].items():
        assert path in page
        for operation in operations_of.values():
            assert operation["summary"] in page
            assert all(one["name"] in page for one in operation.get("parameters", ()))
    assert not re.search(r"<script|<link|src=|url\(|@import|https?://", page)


def operations(described: Any) -> Iterator[Any]:
    return (found.ok() for found in described.get_all_operations())


def case_of(described: Any, names: dict[str, str], method: str, path: str, asked: dict[str, Any]) -> Any:
    wanted = {name: names[name] for name in re.findall(r"{(\w+)}", path)}
    kind = {"media_type": "application/json"} if "body" in asked else {}
    return described[path][method].Case(path_parameters=wanted, **asked, **kind)


def test_the_guide_names_every_operation(client: httpx.Client) -> None:
    told = set(
        re.findall(r"^\| `(\w+ /v1\S*)` \| (.*) \|$", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    paths = client.get("/openapi.json").json()["paths"]
    assert told == {
        (f"{method.upper()} {path}", operation["summary"])
        for path, of_path in paths.items()
        for method, operation in of_path.items()
        if path.startswith("/v1")
    }


@pytest.mark.parametrize(
    "command", re.findall(r"^\$ curl (.*)$", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
)
def test_an_example_of_the_guide_is_understood(client: httpx.Client, command: str) -> None:
    """Names that only the whole store has may be unknown here."""
    reply = asked_by(client, shlex.split(command))
    assert reply.status_code in ((422,) if "plase" in command else (200, 404)), reply.text
    if reply.status_code == 404:
        assert reply.json()["type"] == "urn:cloud-pricing:unknown-name"


def asked_by(client: httpx.Client, words: list[str]) -> httpx.Response:
    """What curl with these options would ask."""
    flags, data = "", []
    headers: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in ("-d", "--data-urlencode"):
            data.append(next(rest))
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-o":
            next(rest)
        elif word.startswith("-"):
            flags += word
        else:
            path = word.removeprefix("localhost:8321")
    if "G" in flags:
        return client.get(path, params=[tuple(one.split("=", 1)) for one in data], headers=headers)
    method = "HEAD" if "I" in flags else "POST" if data else "GET"
    return client.request(method, path, content="".join(data) or None, headers=headers)


def test_every_parameter_says_what_it_is(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    asked = [
        (path, one["name"], one.get("description", one["schema"].get("description")))
        for path, of_path in paths.items()
        for operation in of_path.values()
        for one in operation.get("parameters", ())
    ]
    assert [one for one in asked if not one[2]] == []
