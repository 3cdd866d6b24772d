"""One publisher at a time, whatever happens to the one before."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import snapshots
from warehouse.errors import StoreBusy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def publisher_elsewhere(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the store as its publisher until its input ends."""
    code = (
        "import sys; from pathlib import Path; from warehouse import snapshots\n"
        "with snapshots.publishing(Path(sys.argv[1]), 5): print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_a_second_publisher_is_told_to_wait(store: Path, publisher_elsewhere: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    with pytest.raises(StoreBusy, match="Wait for it"), snapshots.publishing(store, 0.2):
        pass
    assert time.monotonic() - started < 5


def test_the_lock_dies_with_its_holder(store: Path, publisher_elsewhere: subprocess.Popen[str]) -> None:
    publisher_elsewhere.kill()
    publisher_elsewhere.wait()
    with snapshots.publishing(store, 5):
        assert publisher_elsewhere.poll() is not None


def test_a_publisher_waits_for_the_one_before_it(
    store: Path, publisher_elsewhere: subprocess.Popen[str]
) -> None:
    assert publisher_elsewhere.stdin is not None
    later = threading.Timer(0.3, publisher_elsewhere.stdin.close)
    later.start()
    with snapshots.publishing(store, 10):
        assert publisher_elsewhere.wait(5) == 0
    later.join()
