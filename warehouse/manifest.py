"""What a snapshot says of itself: the contents of `manifest.json`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from warehouse.contracts import Verdict


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds. `files` maps relative paths to {sha256, size}; `inputs` is the digest
    of everything it was built from: equal inputs need no new snapshot. `seal` is the manifest's own."""

    id: str
    created_at: datetime
    previous: str | None
    inputs: str
    batches: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    rows: Mapping[str, int]
    knowledge: Mapping[str, Any]
    libraries: Mapping[str, str]
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seal: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, sort_keys=True, default=_plain) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        record = json.loads(text)
        record["created_at"] = datetime.fromisoformat(record["created_at"])
        record["batches"] = tuple(record["batches"])
        record["verdicts"] = tuple(
            Verdict(**{**verdict, "failures": tuple(verdict["failures"])}) for verdict in record["verdicts"]
        )
        return cls(**record)

    def digest(self) -> str:
        """Over all but the seal."""
        return hashlib.sha256(replace(self, seal="").to_json().encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
