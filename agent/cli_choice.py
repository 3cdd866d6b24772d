"""Which snapshot a command reads: the one in force, the one named, or the newest of a day."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.terminal import note
from warehouse import snapshots
from warehouse.errors import InvalidInput
from warehouse.settings import settings

if TYPE_CHECKING:
    from agent.context import LivePrices
    from agent.settings import AgentSettings
    from warehouse.reader import Reader

SnapshotId = Annotated[str | None, typer.Option("--snapshot", help="Another snapshot than the one in force.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="The newest snapshot of then: 2026-11-01 (its end) or 2026-11-01T12:00, UTC."
    ),
]


def chosen(snapshot: str | None, as_of: str | None) -> snapshots.Snapshot:
    """Raises InvalidInput where both are given or the time cannot be read, and what `load` raises."""
    store = settings().store
    if snapshot is not None and as_of is not None:
        raise InvalidInput("--snapshot and --as-of both choose a snapshot.", "Give one of them.")
    if snapshot == "":
        raise InvalidInput("--snapshot is empty.", "See `cloud-pricing snapshots list`.")
    return snapshots.load(store, snapshot) if as_of is None else snapshots.as_of(store, moment_of(as_of))


def moment_of(text: str, option: str = "--as-of") -> datetime:
    """A day means its end; a time without an offset is UTC. Raises InvalidInput."""
    written = text.strip()
    try:
        moment = datetime.fromisoformat(written)
        if len(written) <= len("2026-11-01"):
            moment = datetime.combine(moment, time.max)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{option}: {text} is no date.", "Write it as 2026-11-01 or 2026-11-01T12:00."
        ) from None


def reader_of(snapshot: str | None, as_of: str | None, spill: Path | None = None) -> Reader:
    """The chosen snapshot, open; `spill` as of `Reader`."""
    from warehouse.reader import Reader

    return Reader(chosen(snapshot, as_of), spill)


def say_which(reader: Reader, as_of: str | None) -> None:
    """Beside rows that do not name their snapshot: the one that a time chose, if it is not in force."""
    if as_of is not None and not reader.in_force:
        made = reader.snapshot
        note(
            f"Snapshot {made.id}, published {made.created_at:%Y-%m-%d %H:%M} UTC; it is not the one in force."
        )


def live_feeds(given: AgentSettings) -> LivePrices | None:
    """Nothing of the network is imported unless it may be used."""
    if given.live_prices == "never":
        return None
    from ingest.live_feeds import LiveFeeds

    return LiveFeeds(given.live_seconds)
