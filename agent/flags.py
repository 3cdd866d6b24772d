"""Parts turned off in trouble: by a setting, or at once and for every process by a file of the store."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import get_args
from uuid import uuid4

from agent.settings import AgentSettings, Part, agent_settings
from warehouse.errors import InvalidInput, TurnedOff
from warehouse.log import get_logger

PARTS: tuple[Part, ...] = get_args(Part)
_log = get_logger("flags")
_NAMES = {"llm": "The language model", "live": "Asking for live prices", "sql": "SQL"} | {
    "knowledge": "Search in the knowledge base"
}


def turned_off(store: Path, given: AgentSettings | None = None) -> frozenset[Part]:
    """By the setting `off`, and by `turn`; noticed by the next question, without a restart."""
    return frozenset((given or agent_settings()).off) | turned_off_by_file(store)


def turned_off_by_file(store: Path) -> frozenset[Part]:
    """Where the file cannot be read somebody wanted something off: all of them are."""
    path = _file(store)
    try:
        found = path.stat()
    except FileNotFoundError:
        return frozenset()
    return _read(path, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=4)
def _read(path: Path, written: int, inode: int) -> frozenset[Part]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
        if set(names) <= set(PARTS):
            return frozenset(names)
    except (OSError, ValueError, TypeError):
        pass
    _log.error("all_off", error=f"{path} cannot be read", hint="`cloud-pricing flags --on …` writes it anew")
    return frozenset(PARTS)


def turn(store: Path, *, off: Collection[Part] = (), on: Collection[Part] = ()) -> frozenset[Part]:
    """Turn parts off or on for every process of this store; what its file turns off then."""
    now = (turned_off_by_file(store) | set(off)) - set(on)
    path = _file(store)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    fresh.write_text(json.dumps(sorted(now)) + "\n", encoding="utf-8")
    fresh.replace(path)
    _log.warning("turned", off=sorted(now))
    return now


def part_of(name: str) -> Part:
    """Raises InvalidInput."""
    for part in PARTS:
        if part == name:
            return part
    raise InvalidInput(f"{name} is no part that can be turned off.", f"There are: {', '.join(PARTS)}.")


def need(part: Part, off: Collection[Part]) -> None:
    """Raises TurnedOff."""
    if part in off:
        raise TurnedOff(
            f"{_NAMES[part]} is turned off for now.",
            f"Try again later; who runs this turns it on with `cloud-pricing flags --on {part}`.",
        )


def _file(store: Path) -> Path:
    return store / "state" / "off.json"
