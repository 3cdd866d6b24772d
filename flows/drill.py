"""A restore drill: the newest backup in a scratch folder answers as the store does.

The questions are asked by the command line in processes of its own, as a user would on an empty machine.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flows import environment
from flows.progress import tell
from warehouse import backups, snapshots
from warehouse.backup_state import Drill, Question
from warehouse.backups import SavedFile
from warehouse.errors import CloudPricingError
from warehouse.settings import Settings

QUESTIONS = (
    "What is the price of m5.large in us-east-1?",
    "What is the cheapest machine with 8 H100?",
    "When is spot worth it?",
    "How much does gpt-4o cost per million tokens?",
    "Compare p5.48xlarge in us-east-1 and us-east-2",
    "Quanto custa por mês uma m5.xlarge em us-east-1?",
    "Qual é a GPU H100 mais barata?",
    "Quando vale a pena usar spot?",
    "Quanto custa o gpt-4o por milhão de tokens?",
    "Em que região a m5.large é mais barata?",
)
_SECONDS = 300
_COMPARED = ("text", "citations")


def rehearse(limits: Settings, questions: Sequence[str] = QUESTIONS) -> Drill:
    """Restore the newest backup into a scratch folder, check every file, and ask it and the store.

    What fails is told in `wrong`; the scratch folder is gone afterwards. Raises UnknownName where there
    is no backup, and what opening the repository raises.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    record, _ = backups.found(backups.opened(limits))
    files = [file for file in record.files if file.path != backups.VECTORS]
    cache = limits.store / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for left in cache.glob("drill-*"):
        shutil.rmtree(left, ignore_errors=True)
    wrong: list[str] = []
    asked: tuple[Question, ...] = ()
    identical, restoring = 0, 0.0
    with tempfile.TemporaryDirectory(prefix="drill-", dir=cache) as folder:
        scratch = Path(folder) / "store"
        try:
            tell("restore")
            backups.restore(limits, record.id, store=scratch)
            restoring = time.perf_counter() - clock
            tell("compare")
            identical = sum(_is_as_saved(scratch, file) for file in files)
            wrong += snapshots.verify(snapshots.load(scratch, record.snapshot))
            asked, failed = _asked(limits.store, scratch, record.snapshot, questions)
            wrong += failed
        except CloudPricingError as error:
            wrong.append(str(error))
    if identical != len(files):
        wrong.append(f"{len(files) - identical} of {len(files)} files are not as they were saved.")
    return Drill(
        record.id,
        record.snapshot,
        started,
        len(files),
        sum(file.size for file in files),
        identical,
        restoring,
        time.perf_counter() - clock,
        asked,
        tuple(wrong),
    )


def _asked(
    live: Path, scratch: Path, snapshot: str, questions: Sequence[str]
) -> tuple[tuple[Question, ...], list[str]]:
    stores = (scratch, live) if _is_whole(live, snapshot) else (scratch,)
    places = [(store, question) for question in questions for store in stores]
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(places, pool.map(partial(_answer, snapshot), places), strict=True))
    asked, wrong = [], []
    for number, question in enumerate(questions, 1):
        tell("ask", number, len(questions))
        ours, theirs = answers[scratch, question], answers.get((live, question))
        equal = None if theirs is None else all(ours.get(name) == theirs.get(name) for name in _COMPARED)
        asked.append(Question(question, bool(ours.get("answered")), equal, ours["seconds"]))
        if "error" in ours:
            wrong.append(f"{question} {ours['error']}")
        elif equal is False:
            wrong.append(f"{question} The answers differ.")
    if not any(one.answered for one in asked):
        wrong.append("No question was answered.")
    return tuple(asked), wrong


def _command() -> tuple[str, ...]:
    """The command line installed beside this Python; without an installation, that of the checkout."""
    installed = shutil.which("cloud-pricing", path=str(Path(sys.executable).parent))
    return (installed,) if installed else (sys.executable, "-c", "from agent.cli import main; main()")


def _answer(snapshot: str, place: tuple[Path, str]) -> dict[str, Any]:
    """What the store of `place` says to its question."""
    store, question = place
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own program
        [*_command(), "ask", question, "--snapshot", snapshot, "--json"],
        env=environment.with_store(store),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    if not answer:
        answer = {"error": " ".join(done.stderr.split())[-300:] or f"exit code {done.returncode}"}
    return {**answer, "seconds": time.perf_counter() - started}


def _is_as_saved(store: Path, file: SavedFile) -> bool:
    with (store / file.path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return (digest, stream.tell()) == (file.sha256, file.size)


def _is_whole(store: Path, snapshot: str) -> bool:
    try:
        return not snapshots.verify(snapshots.load(store, snapshot))
    except (CloudPricingError, OSError):
        return False
