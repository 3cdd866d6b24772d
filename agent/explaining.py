"""How a question was read and what was looked up for it, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from enum import Enum
from typing import Any

from agent.context import Context
from agent.evidence import Step, Trace, plain
from agent.understand.reading import Reading
from agent.understand.vocabulary import LlmModel, Machine, Place
from warehouse.masking import masked, masked_all

_NAMED = 12  # names of one kind shown
_UNSAID = ("question", "language", "intent", "heard", "set_aside", "follows")


def trace_of(reading: Reading, context: Context, ungrounded: Iterable[str]) -> Trace:
    """Without keys and personal data: traces are kept, and sent with reports of defects."""
    steps = tuple(Step(f.tool, masked_all(plain(f.arguments)), len(f.rows)) for f in context.findings)
    failed = [failure.message for failure in context.failures]
    if context.degraded and context.degraded.message:
        failed.append(context.degraded.message)
    failures = tuple(map(masked, failed))
    return Trace(
        masked(reading.question),
        str(reading.intent),
        masked_all(_said(reading)),
        reading.follows,
        steps,
        failures,
        tuple(map(masked, ungrounded)),
    )


def _said(record: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from what is assumed without being said."""
    bare = type(record)("", "", record.intent) if isinstance(record, Reading) else type(record)()
    return {
        one.name: _shown(value)
        for one in fields(record)
        if one.name not in _UNSAID and (value := getattr(record, one.name)) != getattr(bare, one.name)
    }


def _shown(value: Any) -> Any:
    if isinstance(value, Machine | LlmModel):
        return f"{value.provider} {value.name}"
    if isinstance(value, Place):
        return f"{value.label_en} ({value.kind}, {len(value.regions)} regions)"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(_shown(item) for item in value)
    if isinstance(value, tuple):
        shown = [_shown(item) for item in value[:_NAMED]]
        return [*shown, f"+{len(value) - _NAMED}"] if len(value) > _NAMED else shown
    if hasattr(value, "__dataclass_fields__"):
        return _said(value) if _has_defaults(value) else plain(vars(value))
    return plain(value)


def _has_defaults(value: Any) -> bool:
    try:
        type(value)()
    except TypeError:
        return False
    return True
