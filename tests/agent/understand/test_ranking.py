"""Of how many an answer is wanted, and whether of places."""

from __future__ import annotations

import pytest

from agent.understand.fold import fold
from agent.understand.ranking import by_region, how_many


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("top 10 cheapest machines in London", 10),
        ("the 3 cheapest H100 offers", 3),
        ("as 3 máquinas mais baratas com GPU no Brasil", 3),
        ("as 10 primeiras", 10),
        ("the three cheapest regions for H100", 3),
        ("as duas mais baratas", 2),
        ("give me four non-EU regions", 4),
        ("onde sai mais barato? me mostra três", 3),
        ("quero uma mais barata", None),
        ("cheapest 8 vCPU machine", None),
        ("3 m5.large in Ohio for a month", None),
        ("máquina com 16 GB mais barata", None),
        ("máquinas com 2 GPUs mais baratas", None),
        ("VM with 2 GPUs, cheapest", None),
    ],
)
def test_how_many_rows_are_wanted(question: str, wanted: int | None) -> None:
    assert how_many(fold(question))[0] == wanted


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("which region is cheapest for an L4?", "one"),
        ("onde a H100 sai mais barata?", "one"),
        ("as três regiões europeias mais baratas pra H100", "several"),
        ("H100 price per region", "several"),
        ("the 3 cheapest countries for a T4", "countries"),
        ("cheapest H100 in all regions", None),
        ("a H100 mais barata nas regiões da Europa", None),
        ("why are some regions the cheapest?", None),
    ],
)
def test_places_by_price_are_asked_for(question: str, places: str | None) -> None:
    assert by_region(fold(question)) == places
