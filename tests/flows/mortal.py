"""Refreshes that can be killed: a process that has loaded everything forks one for each line it reads.

A line is JSON: `files` (name → path), `die_at` (kill yourself when this stage begins) or `die_after`
(seconds until you are killed). The answer is the exit status and how long it took.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import chromadb.api.rust
import conftest
import pandas.core.methods.to_dict
import pyarrow.dataset
import pyarrow.pandas_compat

from flows import collect, progress, publish  # noqa: F401 - loaded before forking
from ingest.sources import price_file
from warehouse import data_docs
from warehouse.examiner import examiner
from warehouse.settings import settings

PAGES = data_docs._environment()
LOADED = (
    (chromadb, pandas, pyarrow, price_file, examiner()),
    [PAGES.get_template(name) for name in PAGES.list_templates()],
)


def live(order: dict[str, Any]) -> None:
    """One refresh, which ends as it was ordered."""

    def listen(stage: str, done: int, total: int) -> None:
        if stage.split()[0] == order.get("die_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    house = conftest.House(settings())
    house.files = {name: Path(path) for name, path in order["files"].items()}
    with progress.listening(listen):
        house.collect()
        house.publish()


def serve() -> None:
    gc.freeze()  # what is never looked through for garbage is never copied for a child
    for line in sys.stdin:
        order = json.loads(line)
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 70
            try:
                live(order)
                code = 0
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                sys.stderr.flush()
                os._exit(code)
        if order.get("die_after") is not None:
            time.sleep(order["die_after"])
            os.kill(child, signal.SIGKILL)  # it is not reaped yet, so the id is still its own
        _, status = os.waitpid(child, 0)
        answer = {"status": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
