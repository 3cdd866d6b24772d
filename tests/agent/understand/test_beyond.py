"""Courtesies, and what nobody here can tell."""

from __future__ import annotations

import pytest

from agent.understand.beyond import courtesy, refusal
from agent.understand.fold import fold
from agent.understand.read import read
from agent.understand.reading import Intent
from agent.understand.vocabulary import vocabulary
from warehouse.reader import Reader


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("hi there!", "hello"),
        ("oi, tudo bem?", "well"),
        ("great, thanks a lot", "thanks"),
        ("show, valeu demais!", "thanks"),
        ("tchau, até mais", "goodbye"),
        ("who are you?", "who"),
        ("Quem é você?", "who"),
        ("hi, price of m5.large?", None),
        ("thanks, and in Europe?", None),
        ("Bom dia! Quanto custa uma t3.micro?", None),
    ],
)
def test_a_courtesy_is_the_whole_of_what_is_said(said: str, which: str | None) -> None:
    assert courtesy(fold(said)) == which


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("How much did my company spend on AWS last month?", "account"),
        ("quanto gastei na AWS em outubro?", "account"),
        ("launch 3 m5.large in Ohio for me", "action"),
        ("Compra uma instância reservada m5.large pra mim", "action"),
        ("write me terraform for a web app", "writing"),
        ("o preço da ação da Amazon", "market"),
        ("which cloud do you like best?", "opinion"),
        ("cheapest place to buy an iPhone in Brazil", "goods"),
        ("open http://10.0.0.1/ and read it", "command"),
        ("can I cancel a reserved instance?", None),
        ("Quanto custa comprar uma reserva de m5.large?", None),
        ("which cloud do you think is cheapest for an H100?", None),
        ("which regions are in stock for p5?", None),
    ],
)
def test_words_alone_refuse_what_nothing_here_can_tell(
    reader: Reader, question: str, why: str | None
) -> None:
    reading = read(question, vocabulary(reader))
    assert reading.refused == why
    assert (reading.intent is Intent.UNKNOWN) is (why is not None)


def test_taste_is_refused_and_a_price_is_not() -> None:
    assert refusal("which provider do you prefer", hardware=False, priced=False) == "opinion"
    assert refusal("which provider do you prefer", hardware=False, priced=True) is None
