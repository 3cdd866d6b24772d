"""What can still be brought of a source's past: from its own index, or from a folder of dated payloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import cast

from ingest import dated_folders, registry
from ingest.client import Client
from ingest.source import Edition, Fetched, PastSource, RecordedSource, Selection
from warehouse.errors import InvalidInput, PayloadInvalid

# What `every` thins by: of the editions with the same text the last is kept.
PERIODS = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m", "year": "%Y"}


def listed(
    name: str,
    client: Client,
    selection: Selection,
    since: datetime,
    until: datetime,
    folder: Path | None = None,
    every: str | None = None,
) -> list[Edition]:
    """The editions of a source from `since` to `until`, by scope, the oldest first.

    Raises InvalidInput where the source has no past, where two editions speak for one moment, and what
    reading its index or the folder raises.
    """
    check(name, folder)
    if folder is None:
        found = cast(PastSource, registry.load(name)).editions(client, selection, since, until)
    else:
        found = _of_folder(name, client, selection, folder)
    within = sorted(
        (one for one in found if since <= one.dated <= until), key=lambda one: (str(one.scope), one.dated)
    )
    for one, other in pairwise(within):
        if (one.scope, one.dated) == (other.scope, other.dated):
            hint = f"Take one out, or give it a time: {one.dated:%Y-%m-%d}T12."
            raise InvalidInput(f"{one.label} and {other.label} speak for the same moment.", hint)
    if every is None:
        return within
    return list({(one.scope, f"{one.dated:{PERIODS[every]}}"): one for one in within}.values())


def fetch(name: str, client: Client, edition: Edition) -> Iterator[Fetched]:
    """The payloads of an edition."""
    source = registry.load(name)
    if not edition.files:
        yield from cast(PastSource, source).fetch_edition(client, edition)
        return
    found = list(cast(RecordedSource, source).recorded(client, edition.scope, edition.files))
    yield from found
    if not found:
        raise PayloadInvalid(f"It holds nothing of {edition.scope} that {name} reads.")


def check(name: str, folder: Path | None = None) -> None:
    """Raises InvalidInput, naming those that can, where a source has no past or reads no folder."""
    hook = "editions" if folder is None else "recorded"
    if hasattr(registry.load(name), hook):
        return
    able, readable = (", ".join(names_with(one)) for one in ("editions", "recorded"))
    message = "has no past that can be fetched" if folder is None else "reads no folder of dated payloads"
    raise InvalidInput(f"{name} {message}.", f"Of their own: {able}. From a --folder: {readable}.")


def names_with(hook: str) -> list[str]:
    """The sources whose module has this hook."""
    return [info.name for info in registry.SOURCES if hasattr(registry.load(info.name), hook)]


def _of_folder(name: str, client: Client, selection: Selection, folder: Path) -> Iterable[Edition]:
    source = cast(RecordedSource, registry.load(name))
    scopes = list(source.scopes(client, selection))
    for entry in dated_folders.entries(folder):
        told = [scope for scope in scopes if any(True for _ in source.recorded(client, scope, entry.files))]
        for scope in told or scopes[:1]:  # of an entry that holds nothing the fetch says so
            yield Edition(scope, entry.label, entry.moment, entry.files)
