"""`cloud-pricing flags`: parts that can be turned off in trouble."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli_records import emit
from agent.settings import agent_settings
from agent.terminal import line, note
from warehouse.settings import settings

_Parts = list[str] | None


def flags(
    off: Annotated[_Parts, typer.Option("--off", help="Turn this part off; may be repeated.")] = None,
    on: Annotated[_Parts, typer.Option("--on", help="Turn this part on again; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Turn the language model, live prices, vector search or SQL off or on, for all that use this store.

    A running server needs no restart. Without options: what is off.
    """
    from agent.flags import PARTS, part_of, turn, turned_off

    store, given = settings().store, agent_settings()
    if off or on:
        turn(store, off=[part_of(name) for name in off or ()], on=[part_of(name) for name in on or ()])
    now = turned_off(store, given)
    if as_json:
        emit({part: "off" if part in now else "on" for part in PARTS})
        return
    for part in PARTS:
        line(f"{part:<10} {'off' if part in now else 'on'}")
    if kept := sorted(set(on or ()) & set(given.off)):
        note(f"CLOUD_PRICING_OFF turns {', '.join(kept)} off: change it and restart.")
