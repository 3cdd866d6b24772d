"""What a store remembers of its backups: the last one made, and the restore drills.

Small files, so that asking for them needs neither the repository nor its key.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_LAST, _DRILLS, _KEPT = "last.backup", "drills", 60


@dataclass(frozen=True)
class LastBackup:
    id: str
    created_at: datetime
    snapshot: str
    where: str

    def age_days(self, now: datetime | None = None) -> float:
        return ((now or datetime.now(UTC)) - self.created_at).total_seconds() / 86400


@dataclass(frozen=True)
class Question:
    """One question of a drill. `equal` is None where the store had nothing to compare with."""

    question: str
    answered: bool
    equal: bool | None
    seconds: float


@dataclass(frozen=True)
class Drill:
    """One restore drill. `wrong` has a line for everything that failed; sizes are in bytes."""

    backup: str
    snapshot: str
    started_at: datetime
    files: int
    size: int
    identical: int
    restore_seconds: float
    seconds: float
    questions: tuple[Question, ...]
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.wrong


def note_backup(store: Path, last: LastBackup) -> None:
    _write(store / _LAST, asdict(last))


def last_backup(store: Path) -> LastBackup | None:
    """The last backup that was made of this store; None where none was, or nobody can tell."""
    try:
        found = _read(store / _LAST)
        return LastBackup(**{**found, "created_at": datetime.fromisoformat(found["created_at"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_drill(store: Path, drill: Drill) -> Path:
    """Write it down under `drills/`; the oldest of many go."""
    path = store / _DRILLS / f"{drill.started_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.json"
    _write(path, {**asdict(drill), "passed": drill.passed})
    for old in sorted(path.parent.glob("*.json"))[:-_KEPT]:
        old.unlink()
    return path


def last_drill(store: Path) -> Drill | None:
    """The newest drill that can be read; None where there is none."""
    for path in sorted((store / _DRILLS).glob("*.json"), reverse=True):
        try:
            found = _read(path)
            known = {field.name: found[field.name] for field in fields(Drill)}
            known["started_at"] = datetime.fromisoformat(known["started_at"])
            known["questions"] = tuple(Question(**one) for one in known["questions"])
            return Drill(**{**known, "wrong": tuple(known["wrong"])})
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(json.dumps(content, indent=1, default=datetime.isoformat) + "\n", encoding="utf-8")
    temporary.replace(path)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
