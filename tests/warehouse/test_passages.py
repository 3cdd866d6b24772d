"""The passage of a guide that a question asks for, not its first paragraph."""

from __future__ import annotations

import pytest

from warehouse.asked import Word
from warehouse.passages import asked_for, cut
from warehouse.words import words_of

GUIDE = """Spot is spare capacity; the provider takes it back after a short notice.

## Weights

| Parameters | FP16 | 8 bits |
|---|---|---|
| 7B | 14 GB | 7 GB |
| 70B | 140 GB | 70 GB |

## Rules

* Allow many zones.
* Save a checkpoint every hour,
  and keep it outside the machine.

Databases do not belong on it.
"""


def words(question: str, *topics: str) -> list[Word]:
    return [Word(frozenset({stem}), 1.0, True, stem in topics) for stem in words_of(question)]


def test_a_guide_is_cut_into_what_stands_on_its_own() -> None:
    assert [(one.kind, one.text) for one in cut(GUIDE)] == [
        ("summary", "Spot is spare capacity; the provider takes it back after a short notice."),
        ("row", "Weights — Parameters 7B — FP16: 14 GB; 8 bits: 7 GB."),
        ("row", "Weights — Parameters 70B — FP16: 140 GB; 8 bits: 70 GB."),
        ("item", "Allow many zones."),
        ("item", "Save a checkpoint every hour, and keep it outside the machine."),
        ("text", "Databases do not belong on it."),
    ]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("how much memory for 70B in FP16", "Weights — Parameters 70B"),
        ("when to save a checkpoint", "Save a checkpoint"),
        ("is spot capacity taken back", "Spot is spare capacity"),
    ],
)
def test_the_passage_that_has_the_words_comes_first(question: str, first: str) -> None:
    assert asked_for(GUIDE, words(question))[0].startswith(first)


def test_a_word_guides_are_about_outweighs_a_word_of_speech() -> None:
    text = "Spot is spare.\n\nThe zones differ.\n\nIt matters a lot."
    assert asked_for(text, words("zones matters", "zon"))[0] == "The zones differ."


def test_nothing_is_told_where_no_word_is_shared() -> None:
    assert asked_for(GUIDE, words("volcano")) == ()
