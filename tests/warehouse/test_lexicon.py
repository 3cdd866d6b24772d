"""The index of names and words: what it holds, and that equal documents give equal bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.asked import Synonym
from warehouse.contracts import Document
from warehouse.lexicon import Lexicon, Wanted
from warehouse.lexicon_build import build
from warehouse.words import stems_of, tokens_of, words_of

SAME = [
    ("regiões", "região"),
    ("máquinas", "maquina"),
    ("regions", "region"),
    ("families", "family"),
    ("reservada", "reservado"),
    ("reserved", "reserva"),
    ("hosting", "hosted"),
    ("regionais", "regional"),
    ("mensalmente", "mensal"),
]
DIFFERENT = [
    ("spot", "sport"),
    ("h100", "h200"),
    ("gpu", "cpu"),
    ("region", "regional"),
    ("m5.large", "m6.large"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert list(words_of(one)) == list(words_of(other)) != []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert list(words_of(one)) != list(words_of(other))


def test_a_code_is_one_word_and_its_parts() -> None:
    assert stems_of("p5.48xlarge") == ("p5.48xlarge", "p5", "48xlarge")
    assert tokens_of("Standard_D4s-v3, São Paulo!") == ["standard_d4s-v3", "sao", "paulo"]
    assert stems_of("the") == ()


@pytest.fixture
def lexicon(documents: list[Document], tmp_path: Path) -> Iterator[Lexicon]:
    build(
        tmp_path / "lexicon.sqlite3",
        documents,
        [Synonym("en", "leftovers", "spot"), Synonym("pt", "saída", "egress")],
        {"model": "a/float32/3"},
    )
    opened = Lexicon(tmp_path / "lexicon.sqlite3")
    yield opened
    opened.close()


def test_equal_documents_give_equal_bytes(documents: list[Document], tmp_path: Path) -> None:
    mixed = random.Random(7).sample(documents, len(documents))
    for name, held in (("one", documents), ("two", mixed)):
        build(tmp_path / name, held)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_it_says_what_it_is_of_and_what_each_shard_holds(lexicon: Lexicon) -> None:
    assert lexicon.about == {"model": "a/float32/3"}
    assert dict(lexicon.kinds["docs_overview"]) == {"accelerator": 2, "provider": 6, "region": 6}
    assert dict(lexicon.kinds["docs_aws"]) == {"machine": 8}


def test_every_document_can_be_read_back(lexicon: Lexicon, documents: list[Document]) -> None:
    assert [lexicon.document(one.document_id) for one in documents] == documents


def test_a_question_is_read_with_its_slips_and_synonyms(lexicon: Lexicon) -> None:
    asked = lexicon.read("Are leftovers cheaper in Virgnia?")
    assert asked.tokens == ("are", "leftovers", "cheaper", "in", "virginia")
    assert "spot" in asked.stems
    assert asked.text == "are leftovers cheaper in virginia"
    assert "egress" in lexicon.read("Saída de dados?").stems
    assert lexicon.read("H100 in Virginia?").text == "H100 in Virginia?"


def test_it_knows_what_no_text_has_and_what_guides_are_about(lexicon: Lexicon) -> None:
    asked = lexicon.read("egress for tomatoes")
    assert (asked.topics, asked.unknown) == (1, pytest.approx(0.5, abs=0.2))
    assert (lexicon.read("egress").unknown, lexicon.read("tomatoes").unknown) == (0, 1)
    assert (lexicon.read("?").topics, lexicon.read("?").unknown) == (0, 0)


def test_a_thing_of_its_own_name_comes_before_what_mentions_it(lexicon: Lexicon) -> None:
    named = lexicon.named(lexicon.read("h100"), Wanted())
    assert named["accelerator/H100/en"] > named["machine/aws/p5.48xlarge/en"] > 0


def test_names_and_words_keep_to_what_is_wanted(lexicon: Lexicon) -> None:
    asked = lexicon.read("4 vCPUs of Standard_D4s_v3 in São Paulo")
    for found in (lexicon.worded, lexicon.named):
        azure = found(asked, Wanted(provider="azure"))
        assert azure
        assert {key.split("/")[1] for key in azure} <= {"azure", "H100"}
        assert {key.split("/")[0] for key in found(asked, Wanted(kinds=frozenset({"region"})))} == {"region"}
