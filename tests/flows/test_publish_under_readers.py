"""New vectors are published while many search: nobody fails, and nobody sees two snapshots at once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.publish import Published
from warehouse import snapshots
from warehouse.knowledge import Knowledge

ROOT = Path(__file__).resolve().parents[2]
READERS, EDITIONS = 8, 2
QUESTIONS = ("when is spot worth it", "m5.large", "AWS regions in Ireland", "machine with 8 GiB of memory")

Seen = set[tuple[str, str, str]]  # snapshot, document_id, text


def searches(store: Path, stopped: Callable[[], bool], seen: Seen, counts: list[int]) -> None:
    """Half of the rounds open what is in force, half go on with what was opened before."""
    opened: Knowledge | None = None
    rounds = 0
    try:
        while not stopped():
            if opened is None or rounds % 2:
                fresh = Knowledge.open(snapshots.load(store).folder, store / "cache" / "chroma")
                if opened is not None:
                    opened.close()
                opened = fresh
            for question in QUESTIONS:
                hits = opened.search(question, language="en")
                assert {hit.snapshot for hit in hits} <= {opened.snapshot}
                assert opened.degraded is None
                seen.update((hit.snapshot, hit.document.document_id, hit.document.text) for hit in hits)
            rounds += 1
            counts.append(1)
    finally:
        if opened is not None:
            opened.close()


OTHER_PROCESS = """
import json, sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.flows.test_publish_under_readers import searches
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
seen, counts = set(), []
searches(Path(sys.argv[1]), stop.is_set, seen, counts)
print(json.dumps([len(counts), sorted(seen)]))
"""


class Crowd:
    """Threads and one other process that search until they are told to stop."""

    def __init__(self, store: Path) -> None:
        self.seen: list[Seen] = [set() for _ in range(READERS)]
        self.counts: list[list[int]] = [[] for _ in range(READERS)]
        self.failures: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(store, number)) for number in range(READERS)
        ]
        command = [sys.executable, "-c", OTHER_PROCESS, str(store), str(ROOT)]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for thread in self._threads:
            thread.start()

    def _read(self, store: Path, number: int) -> None:
        try:
            searches(store, self._stop.is_set, self.seen[number], self.counts[number])
        except BaseException as error:  # noqa: BLE001 — the test shows it
            self.failures.append(error)

    def wait_for_rounds(self) -> None:
        """Every thread searches once more from now on."""
        before = [len(counts) for counts in self.counts]
        while not self.failures and any(
            len(counts) <= start for counts, start in zip(self.counts, before, strict=True)
        ):
            self._stop.wait(0.01)

    def stop(self) -> tuple[int, Seen]:
        """What the other process did."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        out, problem = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, problem
        rounds, seen = json.loads(out)
        return rounds, {tuple(one) for one in seen}


@pytest.fixture
def crowd(house: Any, first: Published) -> Iterator[Crowd]:
    started = Crowd(house.limits.store)
    yield started
    if not started._stop.is_set():
        started.stop()


def edit(house: Any, number: int) -> None:
    guide = house.limits.data / "knowledge" / "en" / "spot-instances.md"
    guide.write_text(guide.read_text(encoding="utf-8") + f"\nEdition {number}.\n", encoding="utf-8")


@pytest.mark.slow
def test_readers_go_on_while_snapshots_are_published(house: Any, crowd: Crowd) -> None:
    store = house.limits.store
    for number in range(EDITIONS):
        edit(house, number)
        assert house.publish().changed
        crowd.wait_for_rounds()
    crowd.wait_for_rounds()  # of two rounds one opens what is in force
    rounds, elsewhere = crowd.stop()
    assert crowd.failures == []
    assert rounds > 0
    everything = set.union(elsewhere, *crowd.seen)
    held = {name: texts_of(store, name) for name in snapshots.published(store)}
    assert len(held) == EDITIONS + 1
    assert all(seen for seen in crowd.seen)
    for snapshot, document_id, text in everything:
        assert held[snapshot][document_id] == text
    in_force = snapshots.current_id(store)
    assert all(in_force in {snapshot for snapshot, _, _ in seen} for seen in crowd.seen)


def texts_of(store: Path, snapshot: str) -> dict[str, str]:
    path = snapshots.folder_of(store, snapshot) / snapshots.WAREHOUSE
    with duckdb.connect(str(path), read_only=True) as connection:
        return dict(connection.execute("SELECT document_id, text FROM documents").fetchall())
