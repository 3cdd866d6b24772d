"""Slips are put right in words that say what is asked, and in no others."""

import pytest

from agent.understand.slips import spelled
from agent.understand.vocabulary import vocabulary
from warehouse.reader import Reader


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("chepest vm in ohio", "cheapest vm in ohio"),
        ("máqina mais brata", "máquina mais barata"),
        ("oq é spot", "o que é spot"),
        ("who serves llama for less", "who serves llama for less"),  # no slip of `server`
        ("hosts in Prince Rupert", "hosts in Prince Rupert"),
        ("m5.larg and pricee-list.csv", "m5.larg and pricee-list.csv"),
    ],
)
def test_slips(asked: str, meant: str, reader: Reader) -> None:
    assert spelled(asked, vocabulary(reader)) == meant
