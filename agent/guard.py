"""What is refused before it is read: orders to the agent itself, in whatever disguise, in both languages.

The reader's locks hold whatever a message says; such a message only gets a plain refusal here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from agno.exceptions import InputCheckError
from agno.guardrails import PromptInjectionGuardrail
from agno.run.agent import RunInput

from agent.disguises import MOST_CHARACTERS, letters_apart, undisguised, visible
from agent.evidence import Finding
from agent.turn import REMEMBERED, Turn
from agent.understand.fold import fold, key, phrase
from agent.understand.intent import sql_of

_FILE = Path(__file__).resolve().parent / "guard_patterns.toml"
_COPIED = 5  # words of an instruction, less one, that nobody says by chance
_SENTENCE = re.compile(r"[.!?](?=\s)|\n")
_ADDRESS = re.compile(r"\b(?:https?|ftp|s3|gs|file)://[^\s<>()\[\]\"']+", re.IGNORECASE)
_OF_SQL = ("rules", "prompt")  # what the reader's own guard does not speak of


@dataclass(frozen=True)
class Refused:
    """`about` names what was tried, as in guard_patterns.toml; `seen` is the text that says so, decoded."""

    about: str
    seen: str


@dataclass(frozen=True)
class _Patterns:
    """Of each kind of order: over words alone, over the text with its signs, and over words run together."""

    words: Mapping[str, re.Pattern[str]]
    signs: Mapping[str, re.Pattern[str]]
    together: Mapping[str, re.Pattern[str]]
    lookalikes: Mapping[int, str]
    disguised: re.Pattern[str]
    agno: PromptInjectionGuardrail


def screen(message: str, earlier: Sequence[str] = ()) -> Refused | None:
    """Why a message is not read, if it isn't; `earlier` messages are those that it may go on from."""
    found = _screened(message)
    if found or not earlier:
        return found
    said = ""
    for before in earlier[-REMEMBERED:]:
        said = "" if _screened(f"{said}\n{before}") else f"{said}\n{before}"
    for between in ("\n", ""):
        found = _screened(f"{said}{between}{message}".strip()) if said else None
        if found:
            return found
    return None


def readable(earlier: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that were not refused: nothing leans on the others, and no model hears of them."""
    return tuple(turn for turn in earlier if not screen(turn.question))


def leaked(text: str, instructions: str, findings: Sequence[Finding]) -> str | None:
    """`prompt` where a model repeats its instructions, `address` where it names one no tool returned."""
    own = [
        sentence for part in _SENTENCE.split(instructions) if (sentence := phrase(part)).count(" ") >= _COPIED
    ]
    for said in (text, *undisguised(text)):
        words = phrase(visible(said))
        if any(sentence in words for sentence in own):
            return "prompt"
    addresses = {match.rstrip(".,;:!?") for match in _ADDRESS.findall(text)}
    known = "\n".join(finding.to_json() for finding in findings) if addresses else ""
    return "address" if any(address not in known for address in addresses) else None


@lru_cache(maxsize=256)
def _screened(message: str) -> Refused | None:
    message = message[:MOST_CHARACTERS]
    kinds = _OF_SQL if sql_of(message) else tuple(_patterns().words)
    worth = _patterns().disguised
    for text in chain((message,), (found for found in undisguised(message) if worth.search(fold(found)))):
        about = _about(visible(text), kinds)
        if about:
            return Refused(about, text)
    return None


def _about(text: str, kinds: Sequence[str]) -> str | None:
    patterns = _patterns()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    folded = fold(plain.translate(patterns.lookalikes))
    signs, words = " ".join(folded.split()), phrase(folded)
    for kind in kinds:
        if patterns.words[kind].search(words) or patterns.signs[kind].search(signs):
            return kind
    apart = letters_apart(folded)
    if apart:
        words, together = phrase(apart), key(apart)
        for kind in kinds:
            if patterns.words[kind].search(words) or patterns.together[kind].search(together):
                return kind
    try:
        patterns.agno.check(RunInput(input_content=words))
    except InputCheckError:
        return "rules"
    return None


@cache
def _patterns() -> _Patterns:
    raw: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    groups = {name: f"(?:{'|'.join(words)})" for name, words in raw["groups"].items()}
    kinds: dict[str, dict[str, list[str]]] = raw["kinds"]
    agno = PromptInjectionGuardrail()
    agno.injection_patterns = [p for p in agno.injection_patterns if p not in raw["agno"]["left_out"]]
    return _Patterns(
        words={kind: _whole_words(_filled(said.get("words", ()), groups)) for kind, said in kinds.items()},
        signs={kind: _any(_filled(said.get("signs", ()), groups)) for kind, said in kinds.items()},
        together={kind: _any(_filled(said.get("together", ()), groups)) for kind, said in kinds.items()},
        lookalikes={ord(of): to for to, all_of in raw["lookalikes"].items() for of in all_of},
        disguised=re.compile("|".join(map(re.escape, raw["disguised"]["stems"]))),
        agno=agno,
    )


def _filled(patterns: Sequence[str], groups: Mapping[str, str]) -> Iterator[str]:
    """`{name}` of a pattern is one of the words of that group; groups may name groups before them."""
    for pattern in patterns:
        while "{" in pattern and (name := re.search(r"\{([a-z_]+)\}", pattern)):
            pattern = pattern.replace(name.group(), groups[name[1]])
        yield pattern


def _whole_words(patterns: Iterator[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(patterns) or '(?!)'})(?!\S)")


def _any(patterns: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or "(?!)")
