"""Messages leave through apprise: the only place that holds an address, and only while it sends.

Whatever a service does, a message is given up after `SECONDS`: one that hangs holds up nobody. Nothing that
apprise or a service says is passed on as it is, for an address may be in it.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from pydantic import SecretStr

from warehouse.outbox import Due

if TYPE_CHECKING:
    import apprise

SECONDS = 15.0
_UNKNOWN = "its address is none that apprise knows"
_STATUS = re.compile(r"\berror=(\d{3})\b")


@dataclass(frozen=True)
class Outcome:
    """`problem` is empty where the service took the message."""

    due: Due
    problem: str = ""


def send(
    messages: Sequence[Due], addresses: Mapping[str, SecretStr | None], seconds: float = SECONDS
) -> Iterator[Outcome]:
    """The outcome of every message whose service was tried, as they come.

    Targets are served side by side, each in the order of its messages; after one that fails the target is
    left alone. An address that is None is one that is not set.
    """
    by_target: dict[str, list[Due]] = defaultdict(list)
    for one in messages:
        by_target[one.target].append(one)
    outcomes: SimpleQueue[Outcome | str] = SimpleQueue()
    under_way: dict[str, Due] = {}
    for target, some in by_target.items():
        address = addresses.get(target)
        if address is None:
            known = target in addresses
            yield Outcome(some[0], "its address is not set" if known else "alerts.toml has no such target")
            continue
        # Here, not in a thread: the first call imports all that apprise can do.
        if not is_address(address):
            yield Outcome(some[0], _UNKNOWN)
            continue
        under_way[target] = some[0]
        # A thread that hangs cannot be ended: it is left behind, and dies with the process.
        work = (target, some, address, outcomes, monotonic() + seconds / 2)
        threading.Thread(target=_serve, args=work, daemon=True).start()
    until = monotonic() + seconds
    while under_way:
        try:
            told = outcomes.get(timeout=max(until - monotonic(), 0))
        except Empty:
            yield from (Outcome(one, f"no answer within {seconds:g} seconds") for one in under_way.values())
            return
        if isinstance(told, str):
            del under_way[told]
            continue
        yield told
        waiting = by_target[told.due.target]
        following = waiting.index(told.due) + 1
        if not told.problem and following < len(waiting):
            under_way[told.due.target] = waiting[following]


def _serve(
    target: str,
    messages: list[Due],
    address: SecretStr,
    outcomes: SimpleQueue[Outcome | str],
    last_start: float,
) -> None:
    """What is not begun by `last_start` is left for another time: it would be cut off."""
    try:
        for one in messages:
            if monotonic() > last_start:
                return
            problem = deliver(one.title, one.body, address)
            outcomes.put(Outcome(one, problem))
            if problem:
                return
    finally:
        outcomes.put(target)


def deliver(title: str, body: str, address: SecretStr) -> str:
    """Send one message now; the problem, if there is one."""
    said = _Heard()
    try:
        service = _service(address)
        if service is None:
            return _UNKNOWN
        import apprise

        sender = apprise.Apprise(asset=service.asset)
        sender.add(service)
        with said:
            taken = sender.notify(body, title=title, body_format=apprise.NotifyFormat.MARKDOWN)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its text may hold the address
        return f"apprise failed with {type(error).__name__}"
    return "" if taken else said.problem


def is_address(address: SecretStr) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules of the hundred services
        return _service(address) is not None


def _service(address: SecretStr) -> apprise.NotifyBase | None:
    import apprise

    asset = apprise.AppriseAsset(
        app_id="cloud-pricing", app_desc="cloud-pricing", async_mode=False, storage_mode="memory"
    )
    with _Heard():
        return apprise.Apprise.instantiate(address.get_secret_value(), asset=asset)


class _Heard(logging.Handler):
    """What apprise logs in this thread, of which only a status may be repeated; nobody else hears it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.problem = "the service did not take it"

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and (found := _STATUS.search(record.getMessage())):
            self.problem = f"the service answered with status {found[1]}"

    def __enter__(self) -> _Heard:
        logger = logging.getLogger("apprise")
        logger.propagate = False
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
