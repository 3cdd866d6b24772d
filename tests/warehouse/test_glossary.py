"""A Portuguese question in English words."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import InvalidInput
from warehouse.glossary import Glossary
from warehouse.lexicon_build import read_glossary
from warehouse.words import tokens_of

FOLDER = Path(__file__).resolve().parents[2] / "data" / "knowledge"


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary(read_glossary(FOLDER).items())


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("banco de dados na nuvem", "database in the cloud"),
        ("quanto custa a saída de dados?", "how much costs the data egress"),
        ("preço do p5.48xlarge em Dublin", "price of the p5.48xlarge in dublin"),
    ],
)
def test_the_longest_phrase_wins_and_names_stay(glossary: Glossary, question: str, meant: str) -> None:
    assert glossary.gloss(tokens_of(question)) == meant


@pytest.mark.parametrize(
    "question", ["what do I do as a start", "p5.48xlarge", "", "no time to train models"]
)
def test_english_is_left_alone(glossary: Glossary, question: str) -> None:
    assert glossary.gloss(tokens_of(question)) is None


def test_the_table_is_whole_and_says_each_word_once() -> None:
    pairs = read_glossary(FOLDER)
    assert len({" ".join(tokens_of(portuguese)) for portuguese in pairs}) > 0.99 * len(pairs)
    assert all(portuguese.strip() == portuguese != english for portuguese, english in pairs.items())


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    assert read_glossary(tmp_path) == {}
    (tmp_path / "glossary.csv").write_text("portuguese,inglês\npreço,price\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"glossary\.csv, line 2"):
        read_glossary(tmp_path)
