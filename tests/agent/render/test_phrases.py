from __future__ import annotations

import re

from agent.render.phrases import phrases

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def test_both_languages_hold_the_same_phrases() -> None:
    english, portuguese = phrases("en"), phrases("pt")
    assert {section: set(english[section]) for section in english} == {
        section: set(portuguese[section]) for section in portuguese
    }


def test_portuguese_needs_no_value_that_english_does_not_get() -> None:
    english, portuguese = phrases("en"), phrases("pt")
    for section in english:
        for key, text in english[section].items():
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(portuguese[section][key])), (
                section,
                key,
            )
