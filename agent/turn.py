"""One turn of a conversation, as answers and sessions pass it to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

REMEMBERED = 6  # turns back that anything said may lean on


@dataclass(frozen=True)
class Turn:
    """`at` is when it was answered, in UTC; `text` is what was answered, in `language`."""

    question: str
    text: str
    language: str
    at: datetime
