"""Questions in, outcomes out: each asked like anyone's, its oracle run on the same snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from agent.evaluation.judge import faults
from agent.evaluation.questions import Question
from agent.evidence import Answer
from agent.turn import Turn
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.reader import Reader

Asker = Callable[..., Answer]


@dataclass(frozen=True)
class Outcome:
    """`faults` says why the answer is wrong; empty where it is right."""

    question: Question
    answer: Answer
    faults: tuple[str, ...]

    @property
    def ungrounded(self) -> int:
        """Figures and names that were kept back because nothing supports them."""
        return sum(len(trace.ungrounded) for trace in self.answer.traces())


@dataclass(frozen=True)
class Score:
    """Of one kind in one language; times in milliseconds."""

    kind: str
    language: str
    asked: int
    right: int
    ungrounded: int
    p50_ms: float
    p95_ms: float


def outcomes(questions: Iterable[Question], reader: Reader, ask: Asker) -> Iterator[Outcome]:
    """`ask` is `answer` with everything but the question, its turns and the language bound.

    Raises InvalidInput where an oracle cannot be run.
    """
    for question in questions:
        turns: list[Turn] = []
        for said in question.earlier:
            before = ask(said, earlier=tuple(turns))
            turns.append(Turn(said, before.text, before.language, datetime.now(UTC)))
        answer = ask(question.text, earlier=tuple(turns))
        yield Outcome(question, answer, tuple(faults(question, answer, _oracle(question, reader))))


def _oracle(question: Question, reader: Reader) -> Sequence[Sequence[Any]]:
    if not question.entry.sql:
        return ()
    try:
        return reader.query(question.entry.sql).rows
    except CloudPricingError as error:
        raise InvalidInput(f"The oracle of {question.entry.id}: {error.message}", error.hint) from None


def scores(found: Sequence[Outcome]) -> list[Score]:
    """By kind and language, then each language in all."""
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in found:
        groups[outcome.question.kind, outcome.question.language].append(outcome)
    every: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in found:
        every["all", outcome.question.language].append(outcome)
    return [_score(*at, group) for of in (groups, every) for at, group in sorted(of.items())]


def _score(kind: str, language: str, group: Sequence[Outcome]) -> Score:
    times = [outcome.answer.duration_ms for outcome in group]
    cuts = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
    right = sum(not outcome.faults for outcome in group)
    return Score(kind, language, len(group), right, sum(o.ungrounded for o in group), cuts[9], cuts[18])
