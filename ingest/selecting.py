"""What the names in a caller's selection mean to a source."""

from __future__ import annotations

import pyarrow.compute as pc
from rapidfuzz import process

from ingest.normalize import reference
from ingest.source import Selection
from warehouse.errors import InvalidInput

_NEAR = 70


def chosen_regions(selection: Selection, provider: str) -> tuple[str, ...] | None:
    """The selected regions that are the provider's; None where none were named: all of them.

    A region of another provider is left to its sources. A name no provider has is InvalidInput with
    the near ones.
    """
    if selection.regions is None:
        return None
    regions = reference("regions")
    known = set(regions["region"].to_pylist())
    unknown = [name for name in selection.regions if name not in known]
    of_provider = regions.filter(pc.field("provider") == provider)["region"].to_pylist()
    if unknown:
        found = process.extract(unknown[0], of_provider, limit=3, score_cutoff=_NEAR)
        near = " or ".join(match for match, _, _ in found)
        hint = f"Did you mean {near}?" if near else "The table `regions` lists them."
        raise InvalidInput(f"There is no region {unknown[0]!r}.", hint)
    return tuple(name for name in of_provider if name in selection.regions)
