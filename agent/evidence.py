"""What tools found and what an answer is made of."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from agent.disguises import visible

_ROWS_FOR_A_MODEL = 30


@dataclass(frozen=True)
class Finding:
    """Typed rows of one tool call; `figures` are numbers the tool derived from them."""

    tool: str
    arguments: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
    truncated: bool = False

    def to_json(self) -> str:
        """The finding as a model reads it: data, between marks that no text in it can write."""
        shown = [{k: v for k, v in row.items() if v is not None} for row in self.rows[:_ROWS_FOR_A_MODEL]]
        record: dict[str, Any] = {"rows": shown, "figures": self.figures}
        if self.truncated or len(self.rows) > len(shown):
            record["truncated"] = True
        written = visible(json.dumps(plain(record), ensure_ascii=False)).replace("<", "\\u003c")
        return f"<data>{written}</data>"


@dataclass(frozen=True)
class Citation:
    """Where a figure is from: enough to find the row again in the named snapshot."""

    number: int
    price_id: str
    source: str
    source_url: str | None
    observed_at: datetime | None
    as_of: datetime | None
    title: str
    components: tuple[Mapping[str, Any], ...] = ()  # the parts of a price that is a sum


@dataclass(frozen=True)
class Step:
    """One tool call: its arguments, and how many rows it found."""

    tool: str
    arguments: Mapping[str, Any]
    rows: int


@dataclass(frozen=True)
class Trace:
    """How a question was read and what was looked up for it.

    `read` holds what it says beside what is assumed, `ungrounded` what was kept back.
    """

    question: str
    intent: str
    read: Mapping[str, Any]
    follows: str | None
    steps: tuple[Step, ...]
    failures: tuple[str, ...]
    ungrounded: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`text` is the direct answer, a few rows and their basis, in `language`; [n] marks citation n."""

    question: str
    text: str
    rows: tuple[Mapping[str, Any], ...]
    columns: tuple[str, ...]
    citations: tuple[Citation, ...]
    snapshot: str
    as_of: datetime | None
    caveats: tuple[str, ...]
    suggestions: tuple[str, ...]
    tools_used: tuple[str, ...]
    duration_ms: float
    tokens_used: int
    language: str
    intent: str
    answered: bool = True
    model: str = "rules"
    sql: str | None = None
    chart: Mapping[str, Any] | None = None
    trace: Trace | None = field(default=None, repr=False)
    parts: tuple[Answer, ...] = ()  # the answers of a message of several questions, in order

    def traces(self) -> tuple[Trace, ...]:
        """One for each question of the message."""
        return tuple(one.trace for one in self.parts or (self,) if one.trace)

    def to_dict(self, *, explained: bool = False) -> dict[str, Any]:
        """JSON-ready: money as strings of digits, times as ISO 8601. `explained` adds the `trace`."""
        record: dict[str, Any] = plain(asdict(replace(self, trace=None, parts=())))
        del record["trace"], record["parts"]
        if explained:
            record["trace"] = [plain(asdict(trace)) for trace in self.traces()]
        return record


def plain(value: Any) -> Any:
    """The same value in JSON's types; money stays exact, as a string, and what is no number is null."""
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return digits(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def digits(value: Decimal) -> str:
    """`98.3200000000` → `98.32`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
