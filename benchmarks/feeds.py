"""Feeds of real size: an EC2 offer file from payload to staged batch, and a gigabyte of JSON.

Every measurement is a process of its own, so that its memory is its own too; the ways of doing a thing
take turns. Our side and pandas begin with the payload as it is kept (zstd); the first parses it, describes
the machines, and stages the batch (order, digest, Parquet). `pyarrow.csv` reads the plain file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import offers
from benchmarks.jobs import FOLDER, Outcome
from benchmarks.timing import Row

_JSON_BYTES = 1_000_000_000
_SHARES = (4, 2, 1)
_LARGEST_PEAK_MB = 1000
_RUNS = 3


def run() -> list[Row]:
    return [*_offer(), *_items()]


def _offer() -> list[Row]:
    path = offers.ec2_offer(FOLDER / "ec2-offer.csv")
    yardsticks = {
        "arrow": "pyarrow.csv reads it",
        "plain": "pandas, plain: the same outcome",
        "tuned": "pandas, tuned: the same outcome",
    }
    taken = {job: list[Outcome]() for job in ("staged", *yardsticks)}
    for _ in range(_RUNS):
        for job, outcomes in taken.items():
            outcomes.append(_measured(job, path))
    ours, rows = taken["staged"], taken["arrow"][0].found
    _agree(ours[0].found, taken["plain"][0].found)
    _agree(ours[0].found, taken["tuned"][0].found)
    _bounded(ours)
    what = f"EC2 offer, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: to staged batch"
    return [_row(what, ours, name, taken[job]) for job, name in yardsticks.items()]


def _items() -> list[Row]:
    """Few items kept, of documents twice as large each time; then every item of the largest."""
    pages = {
        share: offers.azure_page(FOLDER / f"azure-page-{share}.json", _JSON_BYTES // share)
        for share in _SHARES
    }
    first = _SHARES[0]
    theirs = _measured("json", pages[first])
    rows = []
    for job, share in [*(("chosen", share) for share in _SHARES), ("items", 1)]:
        ours, times = _measured(job, pages[share]), first // share
        scaled = Outcome(theirs.seconds * times, theirs.peak_mb * times)
        what = f"JSON feed, {pages[share].stat().st_size / 1e6:.0f} MB, {ours.found:,} items kept"
        rows.append(_row(what, [ours], f"json.load, {first}th of it, x {times}", [scaled]))
        if job == "chosen":
            _bounded([ours])
    return rows


def _bounded(outcomes: list[Outcome]) -> None:
    peak = max(one.peak_mb for one in outcomes)
    if peak > _LARGEST_PEAK_MB:
        raise RuntimeError(f"{peak:,.0f} MB of memory were needed, more than {_LARGEST_PEAK_MB:,}.")


def _row(what: str, ours: list[Outcome], yardstick: str, theirs: list[Outcome]) -> Row:
    return Row(
        what,
        [one.seconds for one in ours],
        yardstick,
        [one.seconds for one in theirs],
        max(one.peak_mb for one in ours),
        max(one.peak_mb for one in theirs),
    )


def _agree(ours: Any, theirs: Any) -> None:
    if ours != theirs:
        raise RuntimeError(f"The two loaders differ: {ours} and {theirs}.")


def _measured(job: str, path: Path) -> Outcome:
    command = [sys.executable, "-m", "benchmarks.jobs", job, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return Outcome(**json.loads(answer.stdout.splitlines()[-1]))
