"""Of how many an answer is wanted."""

from __future__ import annotations

import pytest

from agent.understand.fold import fold
from agent.understand.ranking import how_many


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("top 10 cheapest machines in London", 10),
        ("the 3 cheapest H100 offers", 3),
        ("as 3 máquinas mais baratas com GPU no Brasil", 3),
        ("as 10 primeiras", 10),
        ("cheapest 8 vCPU machine", None),
        ("3 m5.large in Ohio for a month", None),
        ("máquina com 16 GB mais barata", None),
        ("máquinas com 2 GPUs mais baratas", None),
        ("VM with 2 GPUs, cheapest", None),
    ],
)
def test_how_many_rows_are_wanted(question: str, wanted: int | None) -> None:
    assert how_many(fold(question))[0] == wanted
