"""The sentences of an answer: en.toml and pt.toml hold the same keys with the same placeholders."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


@cache
def phrases(language: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(
        (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    )
    return loaded


def say(language: str, name: str, /, **values: Any) -> str:
    """`section.key` with its placeholders filled."""
    section, _, key = name.partition(".")
    return phrases(language)[section][key].format(**values)


def word(language: str, section: str, key: str) -> str:
    """A fixed term, or the key itself where there is none."""
    return phrases(language)[section].get(key, key)
