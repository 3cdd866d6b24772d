"""What `stream` tells of an answer while it is made, in this order; `Done` is the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.evidence import Answer


@dataclass(frozen=True)
class Understood:
    """How one question of the message was read."""

    question: str
    intent: str
    language: str


@dataclass(frozen=True)
class Asked:
    """A model of the chain has its turn; `rules` is the last."""

    model: str


@dataclass(frozen=True)
class ToolStarted:
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class ToolFinished:
    """`error` says why there are no rows, where the call failed."""

    tool: str
    rows: int
    truncated: bool = False
    error: str | None = None


@dataclass(frozen=True)
class HandedOver:
    """A model's turn ended without a usable answer."""

    model: str
    reason: str


@dataclass(frozen=True)
class Text:
    """The next part of the answer's text, whose every figure has been checked."""

    text: str


@dataclass(frozen=True)
class Done:
    answer: Answer


Event = Understood | Asked | ToolStarted | ToolFinished | HandedOver | Text | Done
