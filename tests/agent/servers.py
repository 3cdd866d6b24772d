"""Real servers on this machine for as long as a test needs them; skipped where they are not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PASSWORD = "velvet-otter"  # noqa: S105 - of a server that ends with its test
_DEBIAN = Path("/usr/lib/postgresql")  # its programs are in no PATH
_WAIT = 0.02


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("redis-server is not installed")
    port = port or _free_port()
    kept_nowhere = ["--save", "", "--bind", "127.0.0.1", "--port", str(port), "--requirepass", PASSWORD]
    with subprocess.Popen([program, *kept_nowhere], stdout=subprocess.DEVNULL) as server:
        try:
            _until_it_listens(port)
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
        finally:
            server.terminate()


@contextmanager
def postgres() -> Iterator[str]:
    found = max(_DEBIAN.glob("*/bin/pg_ctl"), default=None) or shutil.which("pg_ctl")
    if not found:
        pytest.skip("PostgreSQL is not installed")
    # It does not run as root, and its user cannot enter pytest's own folders.
    user = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory(dir="/tmp") as folder:
        secret = Path(folder, "password")
        secret.write_text(PASSWORD, encoding="utf-8")
        if user:
            for path in (folder, secret):
                shutil.chown(path, user)

        def control(*asked: str) -> None:
            command = [str(found), *asked, "-D", f"{folder}/data", "-s"]
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        control("init", "-o", f"--no-sync --auth=scram-sha-256 --username=me --pwfile={secret}")
        port = _free_port()
        control("start", "-w", "-l", f"{folder}/log", "-o", f"-F -h 127.0.0.1 -k {folder} -p {port}")
        try:
            yield f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            control("stop", "-m", "immediate")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_it_listens(port: int) -> None:
    for _ in range(500):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_WAIT)
    raise TimeoutError(f"Nothing listens on {port}.")
