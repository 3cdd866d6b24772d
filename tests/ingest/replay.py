"""A loopback server that plays recorded answers at the feeds' real addresses.

`fixtures/<source>/replay.json` says what it serves:

    {"selection": {"regions": ["eastus"], "services": ["Virtual Machines"]},
     "routes": [{"url": "https://prices.azure.com/api/retail/prices", "query": {"$skip": "1000"},
                 "file": "page-2.json", "headers": {"etag": "\\"1\\""}, "gzip": true, "method": "GET"}]}

`query` names the parameters a route insists on; the route that insists on most wins. `body_has`
does the same for the text of a POST. The client reaches it through the setting `mirrors`, so the
addresses it is asked for, and those inside payloads, are the feeds' own.
"""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ingest import hosts

FIXTURES = Path(__file__).parent / "fixtures"
_TYPES = {"json": "application/json", "csv": "text/csv", "xml": "text/xml", "zip": "application/zip"}


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass
class Response:
    """`drop` closes the connection after so many bytes of the body; `declared` lies about its length (-1:
    says nothing of it); `drip` are the seconds between its bytes; `file` is the fixture it comes from."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: int | None = None
    declared: int | None = None
    drip: float = 0
    file: str = ""


Answer = Callable[[Request], Response]
Fault = Callable[[Request, Response], Response | None]  # None: the connection is closed without a word


class Replay(ThreadingHTTPServer):
    """Serves `answer` on loopback; `fault`, if set, may replace any response. `requests` is what came."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.fault = None
        self.requests: list[Request] = []

    @property
    def fault(self) -> Fault | None:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        """Each fault meets hosts that no earlier one has made wary."""
        hosts.forget_all()
        self._fault = fault

    def play(self, *responses: Response) -> None:
        """These, one after the other; the last one for good."""
        left = list(responses)
        self.fault = lambda request, _: left.pop(0) if len(left) > 1 else left[0]

    @property
    def mirrors(self) -> dict[str, str]:
        return {
            f"{scheme}://": f"http://127.0.0.1:{self.server_port}/{scheme}/" for scheme in ("https", "http")
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement
    server: Replay

    def _serve(self) -> None:
        scheme, _, rest = self.path.lstrip("/").partition("/")
        length = int(self.headers.get("content-length") or 0)
        headers = {key.lower(): value for key, value in self.headers.items()}
        request = Request(self.command, f"{scheme}://{rest}", headers, self.rfile.read(length))
        self.server.requests.append(request)
        response: Response | None = self.server.answer(request)
        if self.server.fault and response is not None:
            response = self.server.fault(request, response)
        if response is None:
            self.close_connection = True
            return
        self._send(request, response)

    def _send(self, request: Request, response: Response) -> None:
        headers = {key.lower(): value for key, value in response.headers.items()}
        body, status = response.body, response.status
        tag = headers.get("etag")
        if status == 200 and tag and request.headers.get("if-none-match") == tag:
            body, status = b"", 304
        wanted = request.headers.get("range")
        if status == 200 and wanted and tag and request.headers.get("if-range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, status = body[start:], 206
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if status != 304 and response.declared != -1:
            self.send_header("content-length", str(response.declared or len(body)))
        self.end_headers()
        cut = response.drop is not None and len(body) > response.drop
        sent = body[: response.drop] if cut else body
        for piece in (sent[i : i + 1] for i in range(len(sent))) if response.drip else (sent,):
            self.wfile.write(piece)
            time.sleep(response.drip)
        if cut or (response.declared or len(body)) != len(body):
            self.close_connection = True

    do_GET = do_POST = _serve  # noqa: N815 - the names the library calls

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def serving(answer: Answer) -> Iterator[Replay]:
    server = Replay(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def recording(source: str) -> dict[str, Any]:
    """The `replay.json` of a source."""
    content: dict[str, Any] = json.loads((FIXTURES / source / "replay.json").read_text(encoding="utf-8"))
    return content


def answers(source: str) -> Answer:
    """What the fixtures of a source say to a request; 404 where they say nothing."""
    routes = recording(source)["routes"]

    def answer(request: Request) -> Response:
        fitting = [route for route in routes if _fits(route, request)]
        if not fitting:
            return Response(404, f"no fixture for {request.method} {request.url}".encode())
        route = max(fitting, key=lambda one: len(one.get("query", {})) + len(one.get("body_has", [])))
        body = (FIXTURES / source / route["file"]).read_bytes()
        headers = {
            "content-type": _TYPES.get(route["file"].rpartition(".")[2], "text/plain"),
            **route.get("headers", {}),
        }
        if route.get("gzip"):
            body, headers["content-encoding"] = gzip.compress(body, mtime=0), "gzip"
        return Response(route.get("status", 200), body, headers, file=route["file"])

    return answer


def _fits(route: dict[str, Any], request: Request) -> bool:
    asked, known = urlsplit(request.url), urlsplit(route["url"])
    return (
        (asked.scheme, asked.netloc, asked.path) == (known.scheme, known.netloc, known.path)
        and request.method == route.get("method", "GET")
        and route.get("query", {}).items() <= request.query.items()
        and all(text.encode() in request.body for text in route.get("body_has", []))
    )
