"""What a message asks, read after the messages before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.turn import REMEMBERED, Turn
from agent.understand.read import read
from agent.understand.reading import Intent, Reading
from agent.understand.several import parts
from agent.understand.vocabulary import Vocabulary

_FEW = 4  # words


def readings(question: str, words: Vocabulary, language: str, earlier: Sequence[Turn] = ()) -> list[Reading]:
    """One reading for each question of the message; never empty."""
    before: Reading | None = None
    said = ""
    for turn in earlier[-REMEMBERED:]:
        before = _each(turn.question, words, language, before, said)[-1]
        said = turn.text
    return _each(question, words, language, before, said)


def after(asked: Reading, before: Reading, said: str, words: Vocabulary) -> Reading:
    """A later question of one message, read once it is known what the one before it was answered."""
    return replace(read(asked.question, words, asked.language, earlier=before, answered=said), follows=None)


def _each(message: str, words: Vocabulary, language: str, before: Reading | None, said: str) -> list[Reading]:
    whole = read(message, words, language, earlier=before, answered=said)
    pieces = parts(message)
    if len(pieces) == 1:
        return [whole]
    found: list[Reading] = []
    for piece in pieces:
        one = read(piece, words, whole.language, earlier=found[-1] if found else before, answered=said)
        found.append(replace(one, follows=None) if found else one)
        said = ""
    told = [one for one in found if one.intent is not Intent.GREETING] or found[:1]
    said_all = len(told)
    told = told[:1] + [one for one in told[1:] if not _adds_nothing(one)]
    explained = whole.intent is Intent.EXPLAIN and any(one.intent is Intent.EXPLAIN for one in told)
    if explained or any(one.intent is Intent.UNKNOWN for one in told):
        return [whole]  # half a message understood is a message misunderstood
    kept = [one for index, one in enumerate(told) if not any(_same(one, other) for other in told[:index])]
    return kept if len(kept) > 1 or len(told) < said_all else [whole]


def _adds_nothing(asked: Reading) -> bool:
    """A few words that ask for what the answer before them tells anyway: `which region is it?`."""
    unsaid = asked.intent in (Intent.UNKNOWN, Intent.EXPLAIN)
    return unsaid and len(asked.question.split()) <= _FEW and not any(m.kind != "place" for m in asked.heard)


def _same(one: Reading, other: Reading) -> bool:
    """`compare A and B. Which is cheaper?` is one question."""
    compared = (Intent.COMPARE, Intent.CHEAPEST)
    intents = one.intent is other.intent or (other.intent is Intent.COMPARE and one.intent in compared)
    return intents and _about(one) == _about(other)


def _about(reading: Reading) -> Reading:
    return replace(
        reading,
        question="",
        intent=Intent.UNKNOWN,
        heard=(),
        set_aside=(),
        follows=None,
        asks_whether=False,
        direction=None,
        course=False,
        availability=False,
        monthly=False,
    )
