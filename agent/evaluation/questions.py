"""Question sets: YAML files of questions in both languages, each with what a right answer says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.errors import InvalidInput
from warehouse.settings import settings

Language = Literal["en", "pt"]
LANGUAGES: tuple[Language, ...] = ("en", "pt")
Words = list[str] | dict[Language, list[str]]


class Entry(BaseModel):
    """One question as written, in one or both languages; see docs/agent.md for each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    en: str | None = None
    pt: str | None = None
    thread: str | None = None
    sql: str | None = None
    match: Literal["first", "any", "all"] = "first"
    where: Literal["lead", "text"] = "lead"
    tolerance: float = Field(default=0.005, ge=0)
    answered: bool = True
    says: Words = Field(default_factory=list)
    never: Words = Field(default_factory=list)
    caveat: Words = Field(default_factory=list)
    cites: str | None = None
    intent: str | None = None
    earlier: tuple[Mapping[Language, str], ...] = ()


class Set(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: list[Entry]


@dataclass(frozen=True)
class Question:
    """An entry in one language; `kind` is the name of its file."""

    kind: str
    language: str
    text: str
    entry: Entry
    earlier: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        return f"{self.entry.id}/{self.language}"

    def patterns(self, name: Literal["says", "never", "caveat"]) -> list[str]:
        words: Words = getattr(self.entry, name)
        if isinstance(words, list):
            return words
        return {str(language): found for language, found in words.items()}.get(self.language, [])


def own_sets() -> list[Path]:
    """The sets that come with the product."""
    return sorted((settings().data / "questions").glob("*.yaml"))


def read(paths: Iterable[Path]) -> list[Question]:
    """Every question of the files, and of the *.yaml files of folders.

    Raises InvalidInput where a file cannot be read, is no question set, or says an id twice.
    """
    found = [question for path in _files(paths) for question in _questions(path)]
    seen: set[str] = set()
    for question in found:
        if question.id in seen:
            raise InvalidInput(f"The question {question.id} is there twice.", "Give one of them another id.")
        seen.add(question.id)
    return found


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.yaml"))
        else:
            yield path


def _questions(path: Path) -> Iterator[Question]:
    try:
        written = Set.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InvalidInput(f"There is no {path}.", "Give a YAML file of questions, or a folder.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        first = str(error).splitlines()[0]
        raise InvalidInput(f"{path} cannot be read: {first}", "It must be a YAML file.") from None
    except ValidationError as error:
        first_error = error.errors()[0]
        at = ".".join(str(part) for part in first_error["loc"])
        raise InvalidInput(
            f"{path}: {at}: {first_error['msg']}.", "docs/agent.md lists the fields of a question."
        ) from None
    for entry in written.questions:
        for language in LANGUAGES:
            text: str | None = getattr(entry, language)
            if text:
                earlier = tuple(turn[language] for turn in entry.earlier if language in turn)
                yield Question(path.stem, language, text, entry, earlier)
