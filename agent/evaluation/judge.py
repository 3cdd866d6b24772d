"""Is an answer right? What it says is compared with what the oracle returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.evaluation.figures import said
from agent.evaluation.questions import Question
from agent.evidence import Answer

# What follows the answer itself: on what it rests, and what was assumed.
_BASIS = re.compile(r"^(?:Basis|Base|Assumed|Como a pergunta)\b", re.MULTILINE)
_ITEM = re.compile(r"^- ", re.MULTILINE)


def faults(question: Question, answer: Answer, oracle: Sequence[Sequence[Any]]) -> list[str]:
    """Why the answer is wrong; empty where it is right. `oracle` holds the rows of the question's SQL."""
    entry = question.entry
    if not entry.answered:
        found = [] if not answer.answered else ["answered what cannot be answered"]
        return [*found, *_words(question, answer)]
    found = [] if answer.answered else ["not answered"]
    if answer.language != question.language:
        found.append(f"answered in {answer.language}")
    if entry.intent and answer.intent != entry.intent:
        found.append(f"read as {answer.intent}, not {entry.intent}")
    if entry.cites and not any(c.price_id.startswith(entry.cites) for c in answer.citations):
        found.append(f"{entry.cites} is not cited")
    if entry.sql and not oracle:
        found.append("the oracle returned nothing")
    elif entry.sql:
        found += _unsaid(question, answer, oracle)
    return [*found, *_words(question, answer)]


def lead(text: str) -> str:
    """The direct answer: what stands before the basis, of a list its first item."""
    body = _BASIS.split(text, maxsplit=1)[0]
    items = [match.start() for match in _ITEM.finditer(body)]
    return body[: items[1]] if len(items) > 1 else body


def _unsaid(question: Question, answer: Answer, oracle: Sequence[Sequence[Any]]) -> list[str]:
    entry = question.entry
    whole = entry.where == "text" or entry.match == "all"
    text = answer.text if whole else lead(answer.text)

    def missing(row: Sequence[Any]) -> list[str]:
        return [str(v) for v in row if not said(v, text, question.language, entry.tolerance)]

    unsaid = [missing(row) for row in oracle]
    if entry.match == "any":
        return [] if not all(unsaid) else [f"says none of {_rows(oracle)}"]
    wanted = unsaid if entry.match == "all" else unsaid[:1]
    lost = [value for row in wanted for value in row]
    return [f"does not say {', '.join(lost)}"] if lost else []


def _rows(oracle: Sequence[Sequence[Any]]) -> str:
    return "; ".join(" ".join(str(value) for value in row) for row in oracle[:3])


def _words(question: Question, answer: Answer) -> list[str]:
    def matches(pattern: str, text: str) -> bool:
        return re.search(pattern, text, re.IGNORECASE) is not None

    caveats = "\n".join(answer.caveats)
    found = [f"does not say /{p}/" for p in question.patterns("says") if not matches(p, answer.text)]
    found += [f"says /{p}/" for p in question.patterns("never") if matches(p, answer.text)]
    return found + [f"no caveat /{p}/" for p in question.patterns("caveat") if not matches(p, caveats)]
