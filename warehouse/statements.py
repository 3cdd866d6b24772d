"""The texts of `warehouse/sql/`, by folder and name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent / "sql"


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`, where name is `folder/file`."""
    return (_ROOT / f"{name}.sql").read_text(encoding="utf-8")


def statements(folder: str) -> list[str]:
    """The texts of all statements of `sql/<folder>`, in the order of their names."""
    return [statement(f"{folder}/{path.stem}") for path in sorted((_ROOT / folder).glob("*.sql"))]
