"""A service on loopback that takes the webhooks of alerts, or does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhooks:
    """`got` are the bodies it took; `troubles` are what it does first: a status to answer with, or `hang`."""

    def __init__(self, *troubles: int | str) -> None:
        self.got: list[dict[str, Any]] = []
        self.asked = 0
        self._troubles = list(troubles)
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.address = f"json://ops:hunter2@127.0.0.1:{self.port}/token-5f3c"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hooks.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                trouble = hooks._troubles.pop(0) if hooks._troubles else 200
                if trouble == "hang":
                    hooks._over.wait(20)
                    return
                if trouble == 200:
                    hooks.got.append(json.loads(body))
                self.send_response(int(trouble))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def webhooks(*troubles: int | str) -> Iterator[Webhooks]:
    hooks = Webhooks(*troubles)
    try:
        yield hooks
    finally:
        hooks.close()
