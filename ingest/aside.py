"""Write aside, then rename: a file or folder is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".aside-"
_LONGEST_RUN_SECONDS = 24 * 3600


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """A path in `folder` that nothing else uses; whatever is still there afterwards is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_PREFIX}{os.getpid()}-{uuid.uuid4().hex}"
    try:
        yield path
    finally:
        remove(path)


def write_file(path: Path, content: bytes) -> None:
    """`content` at `path`, durable and at once."""
    with aside(path.parent) as temporary:
        temporary.write_bytes(content)
        settle(temporary, path)


def settle(temporary: Path, target: Path) -> None:
    """Rename `temporary` (a file, or a folder of files) to `target` once it is on the disk."""
    for path in (temporary, *(temporary.iterdir() if temporary.is_dir() else ())):
        _sync(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.rename(target)
    _sync(target.parent)


def sweep(folder: Path) -> int:
    """Remove what killed runs left in `folder`; what a living process writes stays. Returns how many."""
    leftovers = [path for path in folder.glob(f"{_PREFIX}*") if _old(path) or not _alive(path)]
    for path in leftovers:
        remove(path)
    return len(leftovers)


def sweep_old(folder: Path) -> None:
    """Remove what nobody has written to for a day."""
    for path in folder.iterdir():
        if _old(path):
            remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _old(path: Path) -> bool:
    """Whether nobody can still be writing it: in containers a killed run's process id comes back."""
    try:
        return time.time() - path.stat().st_mtime > _LONGEST_RUN_SECONDS
    except FileNotFoundError:
        return False


def _alive(path: Path) -> bool:
    process = path.name.removeprefix(_PREFIX).split("-")[0]
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
