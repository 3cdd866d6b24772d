"""What an answer says of a knowledge base that could not be searched as it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.answer import answer
from agent.context import Degraded
from agent.evidence import Answer
from agent.render.caveats import add_caveats
from agent.render.page import Page
from agent.understand.read import read
from warehouse.contracts import Found
from warehouse.errors import KnowledgeUnavailable
from warehouse.reader import Reader
from warehouse.snapshots import Manifest

SPOT, SPOT_PT = "when is spot worth it?", "quando vale a pena usar spot?"
MEND = {
    "en": "`cloud-pricing doctor` says how to mend it.",
    "pt": "`cloud-pricing doctor` diz como consertar.",
}


def caveats(context: Any, degraded: Degraded, language: str) -> list[str]:
    context.degraded, context.language = degraded, language
    page = Page(language, context.reader.snapshot.id)
    question = SPOT if language == "en" else SPOT_PT
    add_caveats(page, read(question, context.words, language), context)
    return page.caveats


@pytest.mark.parametrize(
    ("how", "english", "portuguese"),
    [
        (
            "names",
            "found by names and words, not by meaning.",
            "achados por nomes e palavras, não por significado.",
        ),
        ("words", "found by their words alone.", "achados só pelas palavras."),
        (
            "partly",
            "part of the vectors could not be searched.",
            "parte dos vetores não pôde ser pesquisada.",
        ),
        ("index", "and may miss guides.", "pode deixar guias de fora."),
    ],
)
def test_what_was_left_to_search_with_is_said_in_both_languages(
    context: Any, how: str, english: str, portuguese: str
) -> None:
    degraded = Degraded(how, {"chroma/a": "missing", "chroma/b": "changed", "c": "missing", "d": "missing"})
    (said,) = caveats(context, degraded, "en")
    assert said.startswith(
        "Knowledge search is degraded (chroma/a is missing, chroma/b is damaged and 2 more files): "
    )
    assert f"{english} {MEND['en']}" in said
    (said,) = caveats(context, degraded, "pt")
    assert said.startswith(
        "A busca na base de conhecimento está degradada "
        "(chroma/a não existe mais, chroma/b está danificado e mais 2 arquivos): "
    )
    assert f"{portuguese} {MEND['pt']}" in said


def test_without_damaged_files_the_librarys_words_say_why(context: Any) -> None:
    (said,) = caveats(context, Degraded("names", {}, "The server does not answer."), "en")
    assert said.startswith("Knowledge search is degraded (The server does not answer): guides")


class Lacking:
    """A knowledge base without vectors, or without anything."""

    def __init__(self, guide: Any, degraded: str | None) -> None:
        self._guide, self._degraded, self.given = guide, degraded, dict[str, Any]()

    def find(self, text: str, **given: Any) -> Found:
        self.given = given
        if self._degraded == "nothing":
            raise KnowledgeUnavailable("There is nothing.", "Refresh.")
        found = self._guide.find(text, language=given["language"], signals=("words",))
        return replace(found, degraded=self._degraded)


def ask(reader: Reader, question: str, knowledge: Any) -> Answer:
    return answer(question, reader=reader, knowledge=knowledge)


def test_a_search_without_vectors_says_so(reader: Reader, guide: Any) -> None:
    said = ask(reader, SPOT_PT, Lacking(guide, "O servidor não responde."))
    assert said.answered
    assert any("(O servidor não responde): os guias foram achados por nomes" in one for one in said.caveats)


def test_a_search_that_fails_falls_back_on_words(reader: Reader, guide: Any) -> None:
    said = ask(reader, SPOT, Lacking(guide, "nothing"))
    assert any("(There is nothing): guides were found by their words alone" in one for one in said.caveats)
    assert said.trace
    assert said.trace.failures == ("There is nothing.",)  # so nobody keeps this answer


def test_a_whole_knowledge_base_needs_no_word(reader: Reader, guide: Any) -> None:
    knowledge = Lacking(guide, None)
    assert not [one for one in ask(reader, SPOT, knowledge).caveats if "degraded" in one]
    assert "signals" not in knowledge.given


def test_vectors_that_are_not_as_published_are_not_trusted(reader: Reader, guide: Any) -> None:
    """Even where they can be read."""
    expected = {"chroma/chroma.sqlite3": {"sha256": "0", "size": 1}}
    manifest, reader.snapshot = reader.snapshot, replace(reader.snapshot, files=expected)
    knowledge = Lacking(guide, None)
    try:
        said = ask(reader, SPOT, knowledge)
    finally:
        reader.snapshot = manifest
    assert isinstance(manifest, Manifest)
    assert knowledge.given["signals"] == ("words", "name")
    assert any("chroma is missing" in one for one in said.caveats)


def test_a_question_of_prices_needs_no_knowledge_and_no_word(reader: Reader, guide: Any) -> None:
    said = ask(reader, "price of m5.large in us-east-1", Lacking(guide, "nothing"))
    assert said.answered
    assert not [one for one in said.caveats if "nowledge" in one]
