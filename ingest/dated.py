"""The day a dated list speaks for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def speaks_for(latest: date | None, fetched_at: datetime) -> datetime | None:
    """The start of the list's latest day, None (the time of fetching) where there is none yet.

    A day still to come would put the whole list off until then; its row is for the gate to refuse.
    """
    moment = None if latest is None else datetime.combine(latest, time(), UTC)
    return moment if moment is not None and moment <= fetched_at else None
