"""What must hold under load: snapshots exchanged, Redis gone and back, memory flat."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from benchmarks.serving import load, server
from benchmarks.serving.load import Reply
from warehouse import snapshots

if TYPE_CHECKING:
    from benchmarks.serving.command import Bench

_SWAPS = 6
_RATE = 20.0  # new questions a second, which any machine keeps up
_SAMPLES = 10
_OF_NOW = ("duration_ms", "chart", "caveats")


def swapped(bench: Bench, _: int) -> None:
    """Every reply is what one of the two snapshots says, whole, and names it."""
    asked = list(itertools.islice(bench.new, 60))
    told: dict[tuple[str, str], dict[str, object]] = {}

    def learn(reply: Reply) -> None:
        told[reply.question, reply.header("X-Snapshot")] = _lasting(reply)

    mixed: list[str] = []

    def check(reply: Reply) -> None:
        if reply.status == 200 and _lasting(reply) != told.get((reply.question, reply.header("X-Snapshot"))):
            mixed.append(reply.question)

    with server.ours(bench.store, bench.log, cache_entries="0", swap_seconds="0.2") as one:
        for name in bench.snapshots:
            snapshots.point(bench.store, name)
            while one.snapshot() != name:
                time.sleep(0.1)
            load.run(one.port, asked, _RATE, 60 / _RATE + 1, seen=learn)
        still = bench.measured("while nothing is exchanged", one, itertools.cycle(asked), _RATE)
        points = [(2.0 * n + 1, _pointing(bench, n)) for n in range(_SWAPS)]
        before = one.processor_seconds()
        result = load.run(
            one.port, itertools.cycle(asked), _RATE, 2.0 * _SWAPS + 3, seen=check, beside=points
        )
        spent, resident = one.processor_seconds() - before, one.resident_mb()
        bench.add(f"{_SWAPS} snapshots exchanged", _RATE, result, spent, resident)
    snapshots.point(bench.store, bench.snapshots[0])
    first, second = bench.snapshots
    differing = sum(
        told[question, first].get("rows") != told[question, second].get("rows") for question in asked
    )
    bench.note(
        f"{len(mixed)} of {result.sent} replies were of no single snapshot; {differing} of {len(asked)} "
        f"questions are answered differently by the two. p95 {still.cut(95):.0f} → {result.cut(95):.0f} ms."
    )


def _pointing(bench: Bench, number: int) -> Callable[[], None]:
    return lambda: snapshots.point(bench.store, bench.snapshots[number % 2])


def _lasting(reply: Reply) -> dict[str, object]:
    """All of a reply but what tells of the moment: a chart ends now, caveats say what is in force."""
    said = json.loads(reply.body) if reply.status == 200 else {}
    return {name: value for name, value in said.items() if name not in _OF_NOW}


def without_redis(bench: Bench, _: int) -> None:
    """Killed after a third of the time, started again after two thirds."""
    program = shutil.which("redis-server")
    if not program:
        bench.note("Redis is not installed.")
        return
    port = server.free_port()
    command = [program, "--port", str(port), "--bind", load.HOST, "--save", ""]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL)]  # noqa: S603

    def kill() -> None:
        running[-1].kill()
        running[-1].wait()

    def again() -> None:
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))  # noqa: S603

    third, log = bench.seconds, bench.store / "logs" / "cloud-pricing.jsonl"
    log.unlink(missing_ok=True)
    try:
        # With no memory of its own every repeated question goes to Redis.
        given = {"cache_url": f"redis://{load.HOST}:{port}/0", "cache_entries": "0"}
        with server.ours(bench.store, bench.log, **given) as one:
            hot = list(itertools.islice(bench.new, 20))
            load.run(one.port, hot, _RATE, 20 / _RATE + 1)
            spent = one.processor_seconds()
            acts = [(third, kill), (2 * third, again)]
            result = load.run(one.port, itertools.cycle(hot), _RATE, 3 * third, beside=acts)
            spent = one.processor_seconds() - spent
            bench.add("Redis gone for a third", _RATE, result, spent, one.resident_mb())
    finally:
        kill()
    said = log.read_text(encoding="utf-8")
    bench.note(
        f"The log says cache_away {said.count('cache_away')}×, cache_back {said.count('cache_back')}×."
    )


def remembered(bench: Bench, requests: int) -> None:
    """One request in twenty is new; the others were asked before, some of them long ago."""
    chance, known = random.Random(2), list(itertools.islice(bench.new, 50))  # noqa: S311 - the same each time

    def asked() -> Iterator[str]:
        while True:
            if chance.random() < 0.05:
                known.append(next(bench.new))
                yield known[-1]
            else:
                yield known[-1 - min(len(known) - 1, int(chance.paretovariate(0.7)))]

    questions, samples = asked(), list[float]()
    with server.ours(bench.store, bench.log, cache_entries="500") as one:
        load.run(one.port, known, _RATE, 50 / _RATE + 1)
        for _ in range(_SAMPLES):
            some = itertools.islice(questions, requests // _SAMPLES)
            bench.measured("one in twenty is new", one, some)
            samples.append(one.resident_mb())
    bench.note("Resident MB after each tenth: " + ", ".join(f"{sample:,.0f}" for sample in samples) + ".")
