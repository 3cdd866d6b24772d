"""The word lists of lexicon.toml, compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "lexicon.toml"


@dataclass(frozen=True)
class Lexicon:
    """`words(section)` maps each name of a section to one pattern over folded text."""

    sections: Mapping[str, Mapping[str, re.Pattern[str]]]
    entries: Mapping[str, Mapping[str, tuple[str, ...]]]

    def words(self, section: str) -> Mapping[str, re.Pattern[str]]:
        return self.sections[section]

    def has(self, section: str, name: str, folded: str) -> bool:
        return self.sections[section][name].search(folded) is not None

    def first(self, section: str, folded: str) -> str | None:
        """The name whose words stand first in the text."""
        found = self.found(section, folded)
        return min(found, key=lambda name: found[name]) if found else None

    def found(self, section: str, folded: str) -> dict[str, int]:
        """Each name of the section that occurs, with the place where it does."""
        hits = {name: pattern.search(folded) for name, pattern in self.sections[section].items()}
        return {name: match.start() for name, match in hits.items() if match}


@cache
def lexicon() -> Lexicon:
    raw: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    sections = {
        section: {str(name): whole_words(entries) for name, entries in names.items()}
        for section, names in raw.items()
    }
    entries = {
        section: {str(name): tuple(items) for name, items in names.items()} for section, names in raw.items()
    }
    return Lexicon(sections, entries)


def alternatives(entries: Iterable[str]) -> str:
    """One group that prefers the longest entry."""
    return "(?:" + "|".join(sorted(entries, key=len, reverse=True)) + ")"


def whole_words(entries: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9_]){alternatives(entries)}(?![a-z0-9_])")
