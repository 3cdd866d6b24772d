"""The flags of `cloud-pricing estimate` as lines of a basket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agent.understand.quantities import NUMBER
from warehouse.errors import InvalidInput

_AT = r"(?:\s*@\s*(?P<region>.+?))?"
_SIZE = rf"(?P<gb>{NUMBER}\s*(?:gi?b|ti?b|pi?b))"
_COUNT = rf"(?P<count>{NUMBER}(?:\s*(?:k|mm?|bn?))?)"
_MACHINE = re.compile(rf"(?:(?P<count>\d+)\s*[x×]\s+)?(?P<machine>[^@]+?){_AT}")
_DISK = re.compile(rf"(?:{_SIZE}|{_COUNT}\s*[x×])\s+(?:of\s+)?(?P<name>[^@]+?){_AT}", re.IGNORECASE)
_EGRESS = re.compile(rf"{_SIZE}{_AT}", re.IGNORECASE)
_REQUESTS = re.compile(rf"{_COUNT}\s+(?P<name>[^@]+?){_AT}", re.IGNORECASE)
_TOKENS = re.compile(r"(?P<model>.+?):\s+(?P<amounts>.+)")
_PART = re.compile(
    rf"(?P<amount>{NUMBER}\s*(?:k|mm?|bn?)?)\s+(?:tokens?\s+)?(?P<role>in|input|out|output|cached)",
    re.IGNORECASE,
)
_ROLES = {"in": "input", "input": "input", "out": "output", "output": "output", "cached": "cached_input"}

EXAMPLES = {
    "machine": "3 x m5.xlarge@us-east-1",
    "disk": "500 GB gp3@us-east-1",
    "storage": "2 TB s3-standard@us-east-1",
    "egress": "2000 GB@us-east-1",
    "requests": "10M put requests@us-east-1",
    "tokens": "claude-sonnet-4-5: 3M in, 1M out",
}


def lines_of(flags: Mapping[str, Iterable[str] | None], bought: Mapping[str, Any]) -> dict[str, Any]:
    """A basket's sections from the texts of each flag. Raises InvalidInput with an example."""
    read: dict[str, tuple[str, Callable[[str], dict[str, Any] | None]]] = {
        "machine": ("machines", lambda text: _with(_matched(_MACHINE, text), bought)),
        "disk": ("disks", lambda text: _matched(_DISK, text)),
        "storage": ("storage", lambda text: _matched(_DISK, text)),
        "egress": ("egress", lambda text: _matched(_EGRESS, text)),
        "requests": ("requests", lambda text: _matched(_REQUESTS, text)),
        "tokens": ("tokens", _tokens),
    }
    given: dict[str, Any] = {}
    for flag, (section, reader) in read.items():
        for text in flags.get(flag) or ():
            line = reader(text.strip())
            if line is None:
                raise InvalidInput(f'--{flag} "{text}" cannot be read.', f'Write it as "{EXAMPLES[flag]}".')
            given.setdefault(section, []).append(line)
    return given


def _matched(pattern: re.Pattern[str], text: str) -> dict[str, Any] | None:
    match = pattern.fullmatch(text)
    return {name: value for name, value in match.groupdict().items() if value} if match else None


def _with(line: dict[str, Any] | None, bought: Mapping[str, Any]) -> dict[str, Any] | None:
    return None if line is None else {**line, **{name: v for name, v in bought.items() if v is not None}}


def _tokens(text: str) -> dict[str, Any] | None:
    match = _TOKENS.fullmatch(text)
    if not match:
        return None
    line: dict[str, Any] = {"model": match["model"]}
    for part in match["amounts"].split(", "):
        amount = _PART.fullmatch(part.strip())
        if not amount:
            return None
        line[_ROLES[amount["role"].lower()]] = amount["amount"]
    return line
