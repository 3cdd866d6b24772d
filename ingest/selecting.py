"""What the names in a caller's selection mean to a source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, TypeVar

import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from ingest.normalize import reference
from ingest.source import Selection
from warehouse.errors import InvalidInput

_NEAR = 70
_MISSPELT = 80


class Catalog(Protocol):
    """One of many lists of a source: the folder it is kept in, whose it is, whether it is read by default."""

    @property
    def folder(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def default(self) -> bool: ...


Listed = TypeVar("Listed", bound=Catalog)


def chosen_regions(selection: Selection, provider: str) -> tuple[str, ...] | None:
    """The selected regions that are the provider's; None where none were named: all of them.

    A region of another provider is left to its sources. A name no provider has is InvalidInput with
    the near ones.
    """
    if selection.regions is None:
        return None
    placed = reference("regions").filter(pc.field("provider") == provider)["region"].to_pylist()
    of_provider = [str(name) for name in placed]
    check_regions(selection.regions, of_provider)
    return tuple(name for name in of_provider if name in selection.regions)


def check_regions(names: Iterable[str], among: Collection[str] = ()) -> None:
    """Raises InvalidInput for a name no provider has, with the near ones `among` some, or all."""
    known = {str(name) for name in reference("regions")["region"].to_pylist()}
    for name in names:
        if name not in known:
            found = process.extract(name, sorted(among or known), limit=3, score_cutoff=_NEAR)
            near = " or ".join(match for match, _, _ in found)
            hint = f"Did you mean {near}?" if near else "The table `regions` lists them."
            raise InvalidInput(f"There is no region {name!r}.", hint)


def chosen_catalogs(
    selection: Selection, catalogs: Sequence[Listed]
) -> list[tuple[Listed, tuple[str, ...] | None]]:
    """The catalogs a selection names, each with its regions (None: all).

    `services` name them by provider, folder or service; without it those are read that are by default.
    A name that is nobody's here is left to other sources, unless it is nearly one of ours: InvalidInput.
    """
    named = [one for one in catalogs if one.default]
    if selection.services is not None:
        wanted = set(selection.services)
        _check_spelling(wanted, catalogs)
        named = [
            one
            for one in catalogs
            if wanted & {one.folder, one.provider} or (one.default and one.service in wanted)
        ]
    placed = [(one, chosen_regions(selection, one.provider)) for one in named]
    return [(one, regions) for one, regions in placed if regions != ()]


def _check_spelling(wanted: set[str], catalogs: Sequence[Listed]) -> None:
    names = {name for one in catalogs for name in (one.folder, one.provider)}
    for name in wanted - names - {one.service for one in catalogs}:
        near = process.extractOne(name, sorted(names), scorer=fuzz.ratio, score_cutoff=_MISSPELT)
        if near:
            raise InvalidInput(f"There is no catalog of {name!r}.", f"Did you mean {near[0]}?")
