"""What a refresh or a back-fill would do, and when each source is due: nothing here fetches a price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest import editions, registry
from ingest.client import Client
from ingest.landing import Landing
from ingest.source import Edition, Selection
from warehouse.contracts import Scope, SourceInfo
from warehouse.errors import CloudPricingError, InvalidInput, MissingRequirement
from warehouse.settings import Settings

_EVERY = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "release": timedelta(days=1),
}


@dataclass(frozen=True)
class Planned:
    """One scope a refresh would fetch, or why a source cannot say which."""

    source: str
    scope: str
    fetched_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Due:
    """A source's needs and its clock. `missing` names what it needs and has not."""

    source: str
    missing: str
    fetched_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Past:
    """An edition, and whether it was brought already."""

    edition: Edition
    known: bool


def chosen(
    names: Sequence[str] | None, schedule: str | None, limits: Settings, files: Sequence[Path] = ()
) -> list[SourceInfo]:
    """The named sources, all of a schedule class, or those of the setting `sources`.

    A name may be a group: `bundled`, `live` or `all`; of a group, what needs something that is not
    there is left out. Raises UnknownName.
    """
    wanted: dict[str, SourceInfo] = {}
    for name in names or (("all",) if schedule else limits.sources):
        if name in registry.GROUPS:
            members = [info for info in registry.group(name) if not registry.missing(info, limits, files)]
        else:
            members = [registry.get(name)]
        wanted.update({info.name: info for info in members if schedule in (None, info.schedule)})
    return list(wanted.values())


def selected(regions: Sequence[str] | None, services: Sequence[str] | None) -> Selection:
    """Raises InvalidInput for a region that is nobody's."""
    registry.check_regions(regions or ())
    return Selection(tuple(regions) if regions else None, tuple(services) if services else None)


def nobody_has(selection: Selection) -> InvalidInput:
    named = ", ".join((*(selection.regions or ()), *(selection.services or ())))
    return InvalidInput(f"No chosen source has any of {named}.", "Try --dry-run with fewer options.")


def planned(
    limits: Settings,
    names: Sequence[str] | None = None,
    schedule: str | None = None,
    regions: Sequence[str] | None = None,
    services: Sequence[str] | None = None,
    files: Sequence[Path] | None = None,
) -> list[Planned]:
    """The scopes a refresh with these options would fetch; indexes that list them are read from the feeds."""
    paths = (*limits.price_files, *(files or ()))
    infos = chosen(names, schedule, limits, paths)
    selection = selected(regions, services)
    fetches = Landing(limits.store).last_fetches()

    def of_source(info: SourceInfo) -> Iterable[Planned]:
        try:
            with Client(paths, limits.store) as client:
                scopes: list[Scope] = list(registry.load(info.name).scopes(client, selection))
        except CloudPricingError as error:
            return [Planned(info.name, "all", error=str(error))]
        return [Planned(info.name, str(one), fetches.get((info.name, one))) for one in scopes]

    with ThreadPoolExecutor(max(1, len(infos))) as pool:
        found = [one for planned in pool.map(of_source, infos) for one in planned]
    if not found and selection != Selection():
        raise nobody_has(selection)
    return found


def due(limits: Settings, files: Sequence[Path] = ()) -> list[Due]:
    """Every source, in the registry's order. One never fetched, or late, is due now (`due_at` past)."""
    fetches = Landing(limits.store).last_fetches()
    found = []
    for info in registry.SOURCES:
        lacking = registry.missing(info, limits, files)
        last = max((at for (source, _), at in fetches.items() if source == info.name), default=None)
        next_at = None if lacking else last + _EVERY[info.schedule] if last else datetime.now(UTC)
        found.append(Due(info.name, lacking, last, next_at))
    return found


def past(
    limits: Settings,
    source: str,
    since: datetime,
    until: datetime,
    folder: Path | None = None,
    regions: Sequence[str] | None = None,
    services: Sequence[str] | None = None,
    every: str | None = None,
) -> list[Past]:
    """The editions a back-fill with these options is about, by scope, the oldest first.

    Raises UnknownName, MissingRequirement, InvalidInput (among others where there is none), and what
    reading the source's index raises.
    """
    info = registry.get(source)
    editions.check(source, folder)
    if since > until:
        raise InvalidInput(f"--from {since:%Y-%m-%d} is later than --to {until:%Y-%m-%d}.", "Swap them.")
    if every not in (None, *editions.PERIODS):
        raise InvalidInput(f"There is no period {every}.", f"Use one of {', '.join(editions.PERIODS)}.")
    if folder is None and (lacking := registry.missing(info, limits)):
        raise MissingRequirement(f"{source} needs {lacking}.", f"Set it; see docs/data-sources.md#{source}.")
    with Client((), limits.store) as client:
        selection = selected(regions, services)
        found = editions.listed(source, client, selection, since, until, folder, every)
    if not found:
        within = f"from {since:%Y-%m-%d} to {until:%Y-%m-%d}"
        hint = f"docs/data-sources.md#{source} says from when there are any; or choose otherwise."
        raise InvalidInput(f"{source} has no edition {within} of what was chosen.", hint)
    landing = Landing(limits.store)
    brought = {scope: landing.editions(source, scope) for scope in {one.scope for one in found}}
    return [Past(one, one.label in brought[one.scope]) for one in found]
