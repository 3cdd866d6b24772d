"""A backup of a full store, brought back on an empty machine: `python -m benchmarks.restore [folder]`.

The store is grown by the real refresh: every bundled source, and a price list of one's own with enough
machines for 5,000 documents and 100,000 prices. The yardstick is the same files in one tar, packed with
zstd. `folder` holds the store and may hold it already.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows import environment
from flows.drill import rehearse
from warehouse import backups, snapshots
from warehouse.settings import Settings

_MACHINES, _REGIONS = 1_000, ("us-east-1", "eu-west-1", "sa-east-1", "ap-southeast-1")
_SYSTEMS, _OPTIONS = ("linux", "windows"), ("on_demand", "spot")
_COLUMNS = "instance_type,family,vcpus,memory_gib,region,operating_system,purchase_option,price"
_CLI = (sys.executable, "-c", "from agent.cli import main; main()")


@dataclass(frozen=True)
class Step:
    what: str
    seconds: float
    stored: int | None = None
    told: str = ""


def main(folder: Path) -> None:
    store = folder / "store"
    folder.mkdir(parents=True, exist_ok=True)
    if snapshots.current_id(store) is None:
        _say("The store is made: a few minutes.")
        _refresh(folder, changed=False)
    counts = snapshots.load(store).manifest.rows
    _say(f"{counts['prices_in_force']:,} prices in force, {counts['documents']:,} documents")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name, key in (("plain", None), ("encrypted", "a passphrase")):
            given = {"store": store, "backup_url": str(Path(scratch) / name), "backup_key": key}
            _show(name, _measured(Settings.model_validate(given), folder, Path(scratch) / f"{name}-new"))
        _show("tar and zstd", _tarred(store, Path(scratch)))


def _measured(limits: Settings, folder: Path, target: Path) -> Iterator[Step]:
    made, seconds = _timed(lambda: backups.create(limits))
    record = made.record
    told = f"{len(record.files):,} files, {record.size / 1e6:,.1f} MB"
    yield Step("create, the first", seconds, record.stored_bytes, told)
    made, seconds = _timed(lambda: backups.create(limits))
    yield Step("create, nothing changed", seconds, made.record.stored_bytes)
    _refresh(folder, changed=True)
    made, seconds = _timed(lambda: backups.create(limits))
    record, told = made.record, f"{made.reused / made.record.size:.1%} was stored before"
    yield Step("create, one price changed", seconds, record.stored_bytes, told)
    checked, seconds = _timed(lambda: backups.verify(limits))
    yield Step("verify", seconds, None, f"{checked.objects:,} objects, {len(checked.wrong)} wrong")
    checked, seconds = _timed(lambda: backups.verify(limits, quick=True))
    yield Step("verify --quick", seconds, None, f"{len(checked.wrong)} wrong")
    restored, seconds = _timed(lambda: backups.restore(limits, store=target))
    same = sum(_sha256(target / file.path) == file.sha256 for file in record.files if _restored(file))
    whole = "as published" if not snapshots.verify(snapshots.load(target)) else "DAMAGED"
    told = f"{same:,} of {restored.written:,} files identical, snapshot {whole}"
    yield Step("restore, empty machine", seconds, None, told)
    drill, seconds = _timed(lambda: rehearse(limits))
    equal = sum(bool(one.equal) for one in drill.questions)
    told = f"answers equal {equal}/{len(drill.questions)}, {'; '.join(drill.wrong) or 'nothing wrong'}"
    yield Step("drill", seconds, None, told)


def _tarred(store: Path, scratch: Path) -> Iterator[Step]:
    """The files of a backup in one archive: nothing is checked, and each is as large as the first."""
    packed, target = scratch / "store.tar.zst", scratch / "untarred"
    folders = [f"snapshots/{snapshots.current_id(store)}", "staging", "fetches", "payloads"]

    def pack() -> None:
        with (
            pa.CompressedOutputStream(str(packed), "zstd") as stream,
            tarfile.open(fileobj=stream, mode="w|") as archive,
        ):
            for name in folders:
                archive.add(store / name, name)

    def unpack() -> None:
        with (
            pa.input_stream(str(packed), compression="zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            archive.extractall(target, filter="data")

    _, seconds = _timed(pack)
    yield Step("create, every time", seconds, packed.stat().st_size)
    _, seconds = _timed(unpack)
    yield Step("restore", seconds)


def _refresh(folder: Path, *, changed: bool) -> None:
    """Refresh the store from the bundled sources and our own list, with another price where `changed`."""
    own = folder / "acme.csv"
    lines = list(_lines())
    if changed:
        *rest, price = lines[0].split(",")
        lines[0] = ",".join((*rest, f"{float(price) + time.time() % 1:.4f}"))
    own.write_text("\n".join([_COLUMNS, *lines]) + "\n", encoding="utf-8")
    mapping = "constants: {provider: aws, currency: USD, unit: hour}\n"
    own.with_name(f"{own.name}.mapping.yaml").write_text(mapping, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own program
        [*_CLI, "refresh", "--sources", "bundled,price_file", "--price-file", str(own), "--json"],
        env={**environment.with_store(folder / "store"), "PREFECT_HOME": str(folder / "prefect")},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    published: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    if not published["changed"]:
        raise SystemExit("The refresh published nothing.")


def _lines() -> Iterator[str]:
    chance = random.Random(7)  # noqa: S311 - prices, not secrets
    for number in range(_MACHINES):
        cores = 2 ** (number % 7 + 1)
        name = f"ax{number // 10}.{cores}c{number % 10}"
        for region in _REGIONS:
            for system in _SYSTEMS:
                for option in _OPTIONS:
                    price = cores * 0.04 * chance.uniform(0.8, 1.2) * (0.4 if option == "spot" else 1)
                    machine = f"{name},ax{number // 10},{cores},{cores * 4}"
                    yield f"{machine},{region},{system},{option},{price:.4f}"


def _restored(file: Any) -> bool:
    return bool(file.path != backups.VECTORS)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    os.sync()  # what others wrote is not waited for here
    started = time.perf_counter()
    found = call()
    return found, time.perf_counter() - started


def _show(title: str, steps: Iterator[Step]) -> None:
    _say(f"\n{title:26} {'seconds':>8} {'stored MB':>10}")
    for step in steps:
        stored = "" if step.stored is None else f"{step.stored / 1e6:,.1f}"
        _say(f"{step.what:26} {step.seconds:8.2f} {stored:>10}  {step.told}".rstrip())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
