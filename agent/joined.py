"""The answers to several questions of one message, as one answer."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from agent.evidence import Answer, Citation

_SAID_ONCE = 40  # characters of a line, such as the basis, that is not repeated
_MARK = re.compile(r"\[(\d+)\]")


def joined(question: str, made: Sequence[Answer], started: float) -> Answer:
    """One answer is itself; of several the texts follow each other, their citations numbered through.

    Rows, columns and the chart are those of the first that has any; `parts` holds each answer whole.
    """
    duration = (time.perf_counter() - started) * 1000
    first = made[0]
    if len(made) == 1:
        return replace(first, question=question, duration_ms=duration)
    citations: list[Citation] = []
    texts: list[str] = []
    for one in made:
        numbers = {citation.number: _numbered(citation, citations) for citation in one.citations}
        said = {line for text in texts for line in text.splitlines() if len(line) >= _SAID_ONCE}
        lines = [line for line in one.text.splitlines() if line not in said]
        texts.append(_MARK.sub(partial(_renumbered, numbers), "\n".join(lines)))
    shown = next((one for one in made if one.rows), first)
    return replace(
        first,
        question=question,
        text="\n\n".join(texts),
        rows=shown.rows,
        columns=shown.columns,
        chart=next((one.chart for one in made if one.chart), None),
        citations=tuple(citations),
        as_of=min((one.as_of for one in made if one.as_of), default=None),
        caveats=tuple(dict.fromkeys(caveat for one in made for caveat in one.caveats)),
        suggestions=tuple(dict.fromkeys(said for one in made for said in one.suggestions)),
        tools_used=tuple(dict.fromkeys(tool for one in made for tool in one.tools_used)),
        duration_ms=duration,
        tokens_used=sum(one.tokens_used for one in made),
        answered=all(one.answered for one in made),
        sql=next((one.sql for one in made if one.sql), None),
        parts=tuple(made),
    )


def _renumbered(numbers: Mapping[int, int], mark: re.Match[str]) -> str:
    return f"[{numbers.get(int(mark[1]), int(mark[1]))}]"


def _numbered(citation: Citation, citations: list[Citation]) -> int:
    """The number under which it is cited in the whole; the same row keeps one number."""
    for known in citations:
        if known.price_id == citation.price_id:
            return known.number
    citations.append(replace(citation, number=len(citations) + 1))
    return len(citations)
