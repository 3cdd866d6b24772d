"""What a request leaves behind: its line in the log, and what it counts for."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from prometheus_client.parser import text_string_to_metric_families

from agent.serving.parts import Parts
from warehouse import log, tracing
from warehouse.errors import InvalidInput
from warehouse.reader import Reader

QUESTION = "price of p5.48xlarge in us-east-1"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    """Reads what has been logged since."""
    root = logging.getLogger("cloud_pricing")
    before = list(root.handlers), root.level, root.propagate
    root.handlers = []
    log.configure(tmp_path)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in (tmp_path / "cloud-pricing.jsonl").read_text().splitlines()]

    yield read
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level, root.propagate = before


def sample(client: httpx.Client, name: str, **labels: str) -> float:
    """The sum of a metric's samples with these labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return sum(
        one.value
        for family in families
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    )


def test_a_request_has_one_line_that_says_all_of_it(client: httpx.Client, lines: Any) -> None:
    asked = f"{QUESTION}, for ana@example.com, key sk-abcdef0123456789abcdef"
    reply = client.post("/v1/ask", json={"question": asked}, headers={"traceparent": PARENT})
    client.get("/healthz")
    (line,) = [one for one in lines() if one["event"] == "request"]
    said = {name: line[name] for name in ("level", "component", "operation", "status", "tools_used")}
    assert said == {
        "level": "info",
        "component": "http",
        "operation": "POST /v1/ask",
        "status": 200,
        "tools_used": ["price_of"],
    }
    assert (line["request_id"], line["trace_id"]) == (reply.headers["X-Request-Id"], TRACE)
    assert line["snapshot"] == reply.headers["X-Snapshot"]
    assert line["duration_ms"] > 0
    assert line["tokens_used"] == 0
    assert QUESTION in line["query"]
    assert line["timestamp"].endswith("Z")
    assert "ana@" not in json.dumps(lines())
    assert "abcdef0123456789" not in json.dumps(lines())


def test_what_is_asked_is_counted(client: httpx.Client) -> None:
    counted = {
        "cloud_pricing_http_request_seconds_count": {"method": "POST", "route": "/v1/ask", "status": "2xx"},
        "cloud_pricing_answers_total": {"intent": "compare", "language": "pt", "answered": "true"},
        "cloud_pricing_tool_seconds_count": {"tool": "compare"},
        "cloud_pricing_sql_seconds_count": {"query": "find_offers"},
    }
    before = {name: sample(client, name, **labels) for name, labels in counted.items()}
    client.post("/v1/ask", json={"question": "Compare m5.large e m5.xlarge em us-east-1, por favor"})
    after = {name: sample(client, name, **labels) for name, labels in counted.items()}
    assert {name: after[name] - before[name] >= 1 for name in counted} == dict.fromkeys(counted, True)
    assert sample(client, "cloud_pricing_http_requests_in_flight") == 1


def test_no_client_makes_up_a_label(client: httpx.Client) -> None:
    for path in ("/v1/x/../nobody-knows", "/nobody/knows", "/v1/nobody-knows"):
        client.get(path)
    assert sample(client, "cloud_pricing_http_request_seconds_count", route="unknown", status="4xx") >= 3
    client.post("/mcp", json={})
    assert sample(client, "cloud_pricing_http_request_seconds_count", method="POST", route="/mcp") >= 1
    assert "nobody" not in client.get("/metrics").text


def test_the_snapshot_is_measured(client: httpx.Client, small_store: Path) -> None:
    with Reader.open(small_store) as reader:
        created = reader.snapshot.created_at
        sources = reader.query("SELECT source, max(confirmed_at), bool_or(stale) FROM freshness GROUP BY ALL")
    assert sample(client, "cloud_pricing_rows", table="prices_in_force") == 8
    assert sample(client, "cloud_pricing_snapshot_info") == 1
    assert sample(client, "cloud_pricing_snapshot_age_seconds") == pytest.approx(since(created), abs=60)
    assert {source for source, _, _ in sources.rows} == {"genai_prices", "libcloud", "price_file"}
    for source, confirmed, stale in sources.rows:
        age = sample(client, "cloud_pricing_source_age_seconds", source=source)
        assert age == pytest.approx(since(confirmed), abs=60)
        assert sample(client, "cloud_pricing_source_stale", source=source) == stale


def since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()


def test_tokens_cost_what_the_snapshot_says(parts: Parts, client: httpx.Client) -> None:
    before = sample(client, "cloud_pricing_tokens_cost_usd_total")
    for provider, model in (("OpenAI", "gpt-4o"), ("Ollama", "gpt-4o")):
        parts.metrics.spent(provider, model, 2_000_000, 100_000)
    assert sample(client, "cloud_pricing_tokens_total", provider="Ollama", direction="output") == 100_000
    cost = sample(client, "cloud_pricing_tokens_cost_usd_total") - before
    assert cost == pytest.approx(2 * 2.5 + 10 / 10)


def test_a_trace_goes_from_the_request_to_the_sql(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "_tracer", None)  # as it is again afterwards
    exporter = InMemorySpanExporter()
    tracing.export_to(SimpleSpanProcessor(exporter))
    asked = {"question": QUESTION, "session": "traced"}  # so that no answer is kept for it
    reply = client.post("/v1/ask", json=asked, headers={"traceparent": PARENT})
    client.get("/healthz")  # a span ends after its response has been sent
    ids = {one.context.span_id: one for one in exporter.get_finished_spans() if one.context}
    spans = {one.name: one for one in ids.values()}
    found = spans["sql find_offers"]
    names = [found.name]
    while found.parent and found.parent.span_id in ids:
        found = ids[found.parent.span_id]
        names.append(found.name)
    assert names == ["sql find_offers", "tool price_of", "answer question", "POST /v1/ask"]
    assert found.parent is not None
    assert f"{found.parent.trace_id:032x}" == TRACE
    assert reply.headers["traceresponse"].startswith(f"00-{TRACE}-")
    assert spans["POST /v1/ask"].attributes
    assert spans["POST /v1/ask"].attributes["http.response.status_code"] == 200
    assert spans["POST /v1/ask"].kind is SpanKind.SERVER
    assert "p5" not in "".join(one.to_json() for one in ids.values())


def test_a_trace_holds_texts_only_where_it_may(small_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_tracer", None)
    monkeypatch.setattr(tracing, "_texts", False)
    exporter = InMemorySpanExporter()
    with Reader.open(small_store) as reader:
        for texts in (False, True):
            tracing.export_to(SimpleSpanProcessor(exporter), texts=texts)
            reader.query("SELECT 'ana@example.com' AS who")
            with pytest.raises(InvalidInput):
                reader.query("SELECT nothing FROM offers")
    told = [
        (one.name, dict(one.attributes or {}).get("db.query.text"), one.status.status_code.name)
        for one in exporter.get_finished_spans()
    ]
    assert told == [
        ("sql written", None, "UNSET"),
        ("sql written", None, "ERROR"),
        ("sql written", "SELECT '[email]' AS who", "UNSET"),
        ("sql written", "SELECT nothing FROM offers", "ERROR"),
    ]
    assert not any(one.events for one in exporter.get_finished_spans())


SPAN = """
import sys
from warehouse import tracing
tracing.configure(sys.argv[1])
with tracing.step("sql", "find_offers"):
    pass
"""


class Collector(BaseHTTPRequestHandler):
    """Takes what an exporter sends over OTLP/HTTP."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got = (self.path, body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_traces_reach_a_collector_before_the_process_ends() -> None:
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/v1/traces"
        done = subprocess.run([sys.executable, "-c", SPAN, url], capture_output=True, text=True, check=False)
        thread.join(10)
        assert (done.returncode, done.stderr) == (0, "")
        path, body = server.got  # type: ignore[attr-defined]
    request = ExportTraceServiceRequest.FromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    (sent,) = request.resource_spans
    about = {one.key: one.value.string_value for one in sent.resource.attributes}
    assert (path, about["service.name"]) == ("/v1/traces", "cloud-pricing")
    assert [one.name for one in sent.scope_spans[0].spans] == ["sql find_offers"]


def test_an_exporter_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_TRACES"):
        tracing.configure("jaeger")


def test_openmetrics_is_told_to_whom_asks_for_it(client: httpx.Client) -> None:
    reply = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert reply.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert reply.text.endswith("# EOF\n")
