"""The command in processes of its own: pipes, terminals, Ctrl-C, and refreshes end to end."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from rich.cells import cell_len

from agent.serving.connections import bound
from warehouse import snapshots
from warehouse.reader import Reader

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (
    sys.executable,
    "-c",
    "import sys; sys.argv[0] = 'cloud-pricing'; from agent.cli import main; main()",
)
API_KEY = "sk-test-0123456789"
FOREVER = "select count(*) from range(100000000) a, range(100000) b"


def environment(store: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUD_", "PREFECT_"))}
    return {
        **kept,
        "CLOUD_PRICING_STORE": str(store),
        "CLOUD_PRICING_DATA": str(store.parent / "data"),
        "CLOUD_PRICING_LOCK_TIMEOUT": "0.3",
        "OPENAI_API_KEY": API_KEY,
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        **more,
    }


def run(store: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(store, **more), capture_output=True, text=True,
        encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


def on_a_terminal(store: Path, width: int, *arguments: str) -> list[str]:
    """What a terminal of this width shows of a command, line by line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment(store, NO_COLOR="1"), stdin=theirs, stdout=theirs, stderr=theirs
    )  # fmt: skip
    os.close(theirs)
    seen = bytearray()

    def read() -> None:
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                return
            seen.extend(part)

    reading = threading.Thread(target=read)
    reading.start()
    assert process.wait(60) == 0
    reading.join(10)
    os.close(ours)
    text = seen.decode().replace("\r\n", "\n")
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        text = text.replace(code, "")
    return text.splitlines()


@pytest.mark.parametrize("width", [80, 110])
@pytest.mark.parametrize(
    ("arguments", "row"),
    [
        (("offers",), "aws p5.48xlarge us-east-2 98.32 192 2048 8×H100"),
        (("snapshots", "list"), " 8 3 "),
        (("sources",), "2026-11-01"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_tables_fit_a_terminal(small_store: Path, width: int, arguments: tuple[str, ...], row: str) -> None:
    shown = on_a_terminal(small_store, width, *arguments)
    assert max(map(cell_len, shown)) <= width
    assert any(row in " ".join(line.split()) for line in shown), shown


def test_an_answer_fits_a_terminal(small_store: Path) -> None:
    shown = on_a_terminal(small_store, 80, "ask", "preço da m5.large na Virgínia")
    assert max(map(cell_len, shown)) <= 80
    assert "0,096" in shown[0]


@pytest.mark.parametrize("arguments", [("--json",), ("--format", "csv"), ("--format", "table")], ids=" ".join)
def test_a_closed_pipe_is_no_failure(small_store: Path, arguments: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [*COMMAND, "sql", "select repeat('x', 1000) from range(1000)", *arguments],
        env=environment(small_store), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0


def test_an_output_that_is_not_utf8(small_store: Path) -> None:
    done = run(small_store, "ask", "preço da m5.large na Virgínia", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0,096" in done.stdout
    spoken = run(small_store, "sql", "select 'preço' as x", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(spoken.stdout) == [{"x": "preço"}]


# --- Ctrl-C


def interrupted(
    store: Path, *arguments: str, when: Callable[[], object], **more: str
) -> subprocess.CompletedProcess[str]:
    """A command, its children too, gets SIGINT as a terminal sends it, once `when` holds."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment(store, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not when() and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def test_ctrl_c_ends_a_query(small_store: Path) -> None:
    started = time.monotonic()
    done = interrupted(small_store, "sql", FOREVER, when=lambda: time.monotonic() > started + 2)
    assert (done.returncode, done.stdout) == (130, "")
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_server_that_has_answered(small_store: Path) -> None:
    (taken, *others) = bound("localhost", 0)
    at = f"http://localhost:{taken.getsockname()[1]}"
    for one in (taken, *others):
        one.close()
    replies: list[httpx.Response] = []

    def answered() -> bool:
        with suppress(httpx.TransportError):
            replies.append(httpx.post(f"{at}/v1/ask", json={"question": "price of m5.large in us-east-1"}))
        return bool(replies)

    done = interrupted(small_store, "serve", "--port", at.rpartition(":")[2], when=answered)
    assert "0.096" in replies[0].json()["text"]
    snapshot = replies[0].headers["X-Snapshot"]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Snapshot {snapshot}, at {at}. Ctrl-C ends it.\n"


# --- refresh


class Refreshing:
    """A store with the user's price list beside it, and the refreshes it goes through."""

    def __init__(self, folder: Path) -> None:
        self.store, self._list = folder / "store", folder / "acme.csv"
        self.home = str(folder / "prefect")

    def arguments(self, price: float, day: str) -> tuple[str, ...]:
        """A refresh from a list that has this price alone."""
        self._list.write_text(f"instance_type,region,price\nm5.large,us-east-1,{price}\n", encoding="utf-8")
        mapping = self._list.with_name("acme.csv.mapping.yaml")
        text = mapping.read_text(encoding="utf-8").partition("as_of:")[0]
        mapping.write_text(f"{text}as_of: {day}\n", encoding="utf-8")
        return ("refresh", "--sources", "price_file", "--price-file", str(self._list))

    def settings(self) -> dict[str, str]:
        """A home of Prefect for both refreshes; vectors as the small store's are, so none needs the model."""
        return {"PREFECT_HOME": self.home, "CLOUD_PRICING_EMBEDDING_PRECISION": "float32"}

    def own_price(self) -> float:
        query = "SELECT min(price_usd_hour) FROM offers WHERE source = 'price_file' AND region = 'us-east-1'"
        with Reader.open(self.store) as reader:
            return float(reader.query(query).rows[0][0])


@pytest.fixture(scope="module")
def refreshing(
    tmp_path_factory: pytest.TempPathFactory, small_store: Path, prefect_database: Path
) -> Refreshing:
    folder = tmp_path_factory.mktemp("refreshing") / "house"
    shutil.copytree(small_store.parent, folder)
    (folder / "prefect").mkdir()
    shutil.copy(prefect_database, folder / "prefect" / "prefect.db")
    return Refreshing(folder)


@pytest.mark.slow
def test_a_refused_list_and_a_missing_one_leave_the_last_good_price_and_no_secret(
    refreshing: Refreshing,
) -> None:
    arguments = refreshing.arguments(0, "2026-11-03")
    done = run(refreshing.store, *arguments, "--price-file", "missing.csv", **refreshing.settings())
    assert done.returncode == 8
    assert "Collected 2 scopes: 1 batches, 1 parsed, 0 known, 1 failed." in done.stdout
    assert "refused\tprice_file acme\t1\t1\t100% of the 1 rows refused: zero_price 1" in done.stdout
    missing, refused = done.stderr.splitlines()
    assert missing.startswith("error: price_file missing: Cannot read missing.csv")
    assert refused == "error: A batch was refused. The last good data of its scope stays in force."
    assert refreshing.own_price() == 0.08
    assert snapshots.load(refreshing.store).manifest.verdicts[0].verdict == "refused"
    logged = "".join(path.read_text(encoding="utf-8") for path in (refreshing.store / "logs").iterdir())
    assert "published" in logged
    assert API_KEY not in logged


@pytest.mark.slow
def test_ctrl_c_ends_a_refresh_and_leaves_the_store_good(refreshing: Refreshing) -> None:
    arguments = refreshing.arguments(0.081, "2026-11-04")
    before, building = snapshots.current_id(refreshing.store), refreshing.store / "snapshots"
    done = interrupted(
        refreshing.store, *arguments, when=lambda: list(building.glob(".building-*")), **refreshing.settings()
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert "Interrupted." in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshots.current_id(refreshing.store) == before
    assert snapshots.verify(snapshots.load(refreshing.store)) == []
    assert refreshing.own_price() == 0.08
