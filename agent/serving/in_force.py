"""The snapshot in force, open for many requests at once, and exchanged under them when the pointer moves."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import CloudPricingError
from warehouse.log import get_logger
from warehouse.reader import Reader

_log = get_logger("serving")
_OTHERS = 2  # snapshots that are kept open beside the one in force, for listings that began in them


@dataclass
class _Opened:
    """A reader and how many requests read from it; one that is `left` is closed by the last of them."""

    reader: Reader
    users: int = 0
    left: bool = False


class InForce:
    """Each request reads from one snapshot, from its first row to its last.

    `warm` is what is done with a new snapshot before any request sees it.
    """

    def __init__(self, store: Path, warm: Callable[[Reader], object] = lambda reader: None) -> None:
        """Raises NoSnapshot, SnapshotDamaged, SnapshotOutdated."""
        self.store, self._warm = store, warm
        self._lock, self._renewing = threading.Lock(), threading.Lock()
        self._others: OrderedDict[str, _Opened] = OrderedDict()
        self._current = self._ready()
        self.swaps = self.failed_swaps = 0
        self.trouble: CloudPricingError | None = (
            None  # why the snapshot the pointer names is not the one read
        )

    @property
    def snapshot(self) -> str:
        """The id of what requests read that begin now."""
        return self._current.reader.snapshot.id

    @contextmanager
    def reading(self, snapshot: str | None = None) -> Iterator[Reader]:
        """The reader of the snapshot in force, or of the one named, open until the block ends.

        Raises UnknownName where the named one is not published any more, SnapshotDamaged.
        """
        opened = self._take(snapshot)
        try:
            yield opened.reader
        finally:
            self._give_back(opened)

    def renew(self) -> bool:
        """Open the snapshot the pointer names, if it is another one; whether it was."""
        with self._renewing:
            if self._current.reader.in_force:
                return False
            try:
                fresh = self._ready()
            except CloudPricingError as error:
                if self.trouble is None or self.trouble.message != error.message:
                    _log.error("not_swapped", snapshot=self.snapshot, error=str(error))
                    self.failed_swaps += 1
                self.trouble = error
                return False
            with self._lock:
                before, self._current, self.trouble = self._current, fresh, None
                self._leave(before)
            self.swaps += 1
            _log.info("swapped", snapshot=fresh.reader.snapshot.id, before=before.reader.snapshot.id)
            return True

    def close(self) -> None:
        with self._lock:
            for opened in (self._current, *self._others.values()):
                self._leave(opened)
            self._others.clear()

    def _ready(self) -> _Opened:
        reader = Reader.open(self.store)
        try:
            self._warm(reader)
        except BaseException:
            reader.close()
            raise
        return _Opened(reader)

    def _take(self, snapshot: str | None) -> _Opened:
        with self._lock:
            opened = self._current
            if snapshot not in (None, opened.reader.snapshot.id):
                opened = self._other(str(snapshot))
            opened.users += 1
            return opened

    def _other(self, snapshot: str) -> _Opened:
        if snapshot not in self._others:
            self._others[snapshot] = _Opened(Reader.open(self.store, snapshot))
        self._others.move_to_end(snapshot)
        while len(self._others) > _OTHERS:
            self._leave(self._others.popitem(last=False)[1])
        return self._others[snapshot]

    def _give_back(self, opened: _Opened) -> None:
        with self._lock:
            opened.users -= 1
            if opened.left and not opened.users:
                opened.reader.close()

    def _leave(self, opened: _Opened) -> None:
        opened.left = True
        if not opened.users:
            opened.reader.close()


async def follow(in_force: InForce, seconds: float) -> None:
    """Takes up each new snapshot, in a thread of its own: no request waits for it."""
    while True:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(in_force.renew)
