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
_RARELY = 15.0  # seconds
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

    def __init__(
        self,
        store: Path,
        warm: Callable[[Reader], object] = lambda reader: None,
        open_reader: Callable[[Path, str | None], Reader] = Reader.open,
    ) -> None:
        """Raises NoSnapshot, SnapshotDamaged, SnapshotOutdated."""
        self.store, self._warm, self._open = store, warm, open_reader
        self._lock, self._renewing, self._opening_another = (threading.Lock() for _ in range(3))
        self._closed = False
        self._others: OrderedDict[str, _Opened] = OrderedDict()
        self._current = self._ready()
        self.swaps = self.failed_swaps = 0
        # Why the snapshot that the pointer names is not the one that is read.
        self.trouble: CloudPricingError | None = None

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
            if self._closed:
                return False
            if self._current.reader.in_force:
                self.trouble = None
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
            self.swaps += 1
            _log.info("swapped", snapshot=fresh.reader.snapshot.id, before=before.reader.snapshot.id)
            self._leave(before)
            return True

    def close(self) -> None:
        """Waits for a snapshot that is being opened."""
        with self._renewing, self._opening_another, self._lock:
            self._closed = True
            opened = [self._current, *self._others.values()]
            self._others.clear()
        self._leave(*opened)

    def _ready(self) -> _Opened:
        reader = self._open(self.store, None)
        try:
            self._warm(reader)
        except BaseException:
            reader.close()
            raise
        return _Opened(reader)

    def _take(self, snapshot: str | None) -> _Opened:
        if opened := self._taken(snapshot):
            return opened
        with self._opening_another:  # those who read the one in force do not wait for it
            if opened := self._taken(snapshot):
                return opened
            fresh = _Opened(self._open(self.store, snapshot), users=1)
            if opened := self._taken(fresh.reader.snapshot.id):  # by the beginning of its id
                fresh.reader.close()
                return opened
            with self._lock:
                self._others[fresh.reader.snapshot.id] = fresh
                left = [self._others.popitem(last=False)[1] for _ in range(len(self._others) - _OTHERS)]
        self._leave(*left)
        return fresh

    def _taken(self, snapshot: str | None) -> _Opened | None:
        with self._lock:
            opened: _Opened | None = self._current
            if snapshot not in (None, self._current.reader.snapshot.id):
                opened = self._others.get(str(snapshot))
            if opened:
                opened.users += 1
                if opened is not self._current:
                    self._others.move_to_end(str(snapshot))
            return opened

    def _give_back(self, opened: _Opened) -> None:
        with self._lock:
            opened.users -= 1
            last = opened.left and not opened.users
        if last:
            opened.reader.close()

    def _leave(self, *several: _Opened) -> None:
        with self._lock:
            for opened in several:
                opened.left = True
            unused = [opened for opened in several if not opened.users]
        for opened in unused:
            opened.reader.close()


async def follow(in_force: InForce, seconds: float) -> None:
    """Takes up each new snapshot, in a thread of its own: no request waits for it.

    One that cannot be opened is tried again less and less often: each try takes time from the requests.
    """
    pause = seconds
    while True:
        await asyncio.sleep(pause)
        try:
            await asyncio.to_thread(in_force.renew)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next snapshot may be sound
            _log.error("not_swapped", error=type(error).__name__, exc_info=error)
        pause = min(2 * pause, _RARELY) if in_force.trouble else seconds
