"""What endpoints are asked, in the words of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, Field

from agent.context import Context
from warehouse.contracts import OPERATING_SYSTEMS
from warehouse.errors import InvalidInput, UnknownName


def _system(name: str) -> str:
    if name.lower() not in OPERATING_SYSTEMS:
        raise ValueError(f"use one of {', '.join(OPERATING_SYSTEMS)}")
    return name.lower()


System = Annotated[
    str,
    AfterValidator(_system),
    Field(description="Operating system.", json_schema_extra={"enum": list(OPERATING_SYSTEMS)}),
]


class OfSnapshot(BaseModel):
    """Read from one snapshot."""

    snapshot: str | None = Field(None, description="Another snapshot than the one in force, by its id.")


AnySnapshot = Annotated[OfSnapshot, Query()]
Currency = Annotated[
    str | None,
    Field(pattern="^[A-Za-z]{3}$", description="In this currency too, at the latest rate, such as BRL."),
]
PriceId = Annotated[UUID, Path(description="The `price_id` of a row or a citation.")]
SnapshotId = Annotated[str, Path(description="Its id, or the beginning of it where no other begins so.")]
Limit = Annotated[int, Field(ge=1, le=1000, description="Rows to send at most.")]
Many = Annotated[list[str], Field(max_length=100)]


def known_providers(context: Context, names: Sequence[str]) -> list[str] | None:
    """The names in lower case. Raises UnknownName for one that sells no machine in this snapshot."""
    written = [name.lower() for name in names]
    for name in written:
        if name not in context.words.providers:
            known = ", ".join(sorted(context.words.providers))
            raise UnknownName(f"No provider is called {name} in this snapshot.", f"There are: {known}.")
    return written or None


def not_both(first: str, second: str, why: str, *, given: bool) -> None:
    """Raises InvalidInput where both are given."""
    if given:
        raise InvalidInput(f"{first} and {second} do not go together.", why)
