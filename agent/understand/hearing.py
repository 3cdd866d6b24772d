"""What the words of a question name, before it is decided what they ask."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agent.periods import Period
from agent.understand import dates, entities, settle
from agent.understand.currencies import Money, currencies
from agent.understand.entities import Mention
from agent.understand.fold import fold
from agent.understand.intent import sql_of
from agent.understand.language import detect
from agent.understand.quantities import Quantity, quantities
from agent.understand.ranking import how_many
from agent.understand.slips import spelled
from agent.understand.things import things as things_in
from agent.understand.vocabulary import Vocabulary


@dataclass(frozen=True)
class Heard:
    """`wording` is the question without slips.

    `text` and `folded` are without the words that say when; `numbers` without those that are a name's.

    `things` are what is no machine, with how much of it; `unpriced` is one that nothing here has a price of.
    """

    question: str
    wording: str
    text: str
    folded: str
    language: str
    period: Period | None
    found: list[Mention]
    numbers: list[Quantity]
    money: list[Money]
    how_many: int | None
    things: tuple[tuple[str, Decimal], ...]
    unpriced: str | None


def hear(question: str, words: Vocabulary, language: str, today: date, spoken_before: str | None) -> Heard:
    """`language` is en, pt or auto; where it is auto and the words tell nothing, it stays `spoken_before`.

    Without that it is English then, and with `auto-pt` Portuguese.
    """
    asked = unicodedata.normalize("NFC", question).strip()
    question = asked if sql_of(asked) else spelled(asked, words)
    if language.startswith("auto"):
        otherwise = spoken_before or language.removeprefix("auto-")
        language = detect(question, "pt" if otherwise == "pt" else "en", words.portuguese)
    folded = fold(question)
    said = _said(question, folded, words, today, language)
    text, folded = dates.without(question, said), dates.without(folded, said)
    numbers = quantities(folded, language)
    found = entities.mentions(text, folded, words, language, numbers)
    numbers = [n for n in numbers if not any(m.start <= n.start < m.end for m in found)]
    # `Argentine pesos` are money, not a place.
    money = currencies(text, folded)
    found = [m for m in found if not any(one.start <= m.start and m.end <= one.end for one in money)]
    found = settle.settled(found, folded, words)
    wanted, there = how_many(folded)
    numbers = [n for n in numbers if n.start != there]
    things = things_in(folded, numbers)
    numbers = [n for n in numbers if n.start not in {one.start for _, one in things}]
    machines = any(m.kind == "machine" for m in found)
    priced = machines or any(name in words.services for name, _ in things)
    return Heard(
        asked,
        question,
        text,
        folded,
        language,
        said.period if said else None,
        found,
        numbers,
        money,
        wanted,
        tuple((name, one.value) for name, one in things if priced),
        None if priced or not things else things[0][0],
    )


def _said(question: str, folded: str, words: Vocabulary, today: date, language: str) -> dates.Said | None:
    """When the question speaks of, unless that is part of a name, as in GPT-4o (2024-08-06)."""
    said = dates.when(folded, today, language)
    if said is None:
        return None
    named = entities.mentions(question, folded, words, language, [])
    inside = (m for m in named if m.kind == "model" and not m.candidates and m.start < said.start < m.end)
    return None if any(inside) else said
