"""The server as its users start it, in a process of its own, and the same bytes out of FastAPI alone."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.load import HOST

_READY = 120.0  # seconds
_BARE = """
import sys, uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
class Question(BaseModel):
    question: str
body, app = open(sys.argv[2], "rb").read(), FastAPI()
@app.post("/v1/ask")
async def ask(asked: Question) -> Response:
    return Response(body, media_type="application/json")
@app.get("/readyz")
async def readyz() -> str:
    return "ok"
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
"""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def snapshot(self) -> str | None:
        """The one that requests read now; None while it is not ready."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            return reply.headers.get("X-Snapshot", "") if reply.status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()

    def resident_mb(self) -> float:
        """Of the process and its children, now."""
        return sum(_resident(pid) for pid in (self.pid, *_children(self.pid))) / 1024

    def processor_seconds(self) -> float:
        """What the process and its children have used of the processors."""
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(_ticks(pid) for pid in (self.pid, *_children(self.pid))) / ticks


@contextmanager
def ours(store: Path, log: Path, *options: str, **environment: str) -> Iterator[Server]:
    """`cloud-pricing serve`, with these settings in its environment."""
    port = free_port()
    command = (sys.executable, "-c", "from agent.cli import main; main()", "serve", "--port", str(port))
    set_ = {f"CLOUD_PRICING_{name.upper()}": value for name, value in environment.items()}
    with _running(
        (*command, "--host", HOST, *options), port, log, {"CLOUD_PRICING_STORE": str(store), **set_}
    ) as one:
        yield one


@contextmanager
def bare(body: Path, log: Path) -> Iterator[Server]:
    """The yardstick: what uvicorn and FastAPI can do when there is nothing to do."""
    port = free_port()
    with _running((sys.executable, "-c", _BARE, str(port), str(body)), port, log, {}) as one:
        yield one


@contextmanager
def _running(command: tuple[str, ...], port: int, log: Path, more: dict[str, str]) -> Iterator[Server]:
    with (
        log.open("ab") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **more}) as process,  # noqa: S603
    ):
        try:
            one = Server(port, process.pid)
            _until_ready(process, one, log)
            yield one
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _until_ready(process: subprocess.Popen[bytes], one: Server, log: Path) -> None:
    ends = time.monotonic() + _READY
    while one.snapshot() is None:
        if time.monotonic() > ends or process.poll() is not None:
            raise RuntimeError(f"The server is not ready; see {log}.")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [one for child in map(int, found) for one in (child, *_children(child))]


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
