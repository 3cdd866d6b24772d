"""Which words of a question are said like a place and are none that is known."""

from __future__ import annotations

import pytest

from agent.context import Context
from agent.understand.read import read


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("price of m5.large in Atlantis", ("Atlantis",)),
        ("quanto custa a m5.large em gotham?", ("gotham",)),
        ("m5.large in mordor right now", ("mordor",)),
        ("m5.large em São Pablo", ("São Pablo",)),
        ("m5.large in us-east-9", ("us-east-9",)),
        ("compare m5.large in Virginia and Atlantis", ("Atlantis",)),
    ],
)
def test_a_place_that_is_none_is_told(question: str, unknown: tuple[str, ...], context: Context) -> None:
    assert read(question, context.words).unknown_places == unknown


@pytest.mark.parametrize(
    "question",
    [
        "how much is m5.large in total for a month?",
        "m5.large in production, how much?",
        "m5.large in US dollars",
        "price of m5.large in Terraform",
        "m5.large in bulk orders",
        "cheapest machine in General Purpose, 4 vCPUs",
        "m5.large in Virginia and Windows",
        "quanto custa a m5.large em média?",
        "quanto custa m5.large no cartão?",
        "m5.large em produção, com Linux",
        "m5.large em tabela, por favor",
        "m5.large in us-east-1",
    ],
)
def test_what_follows_in_need_be_no_place(question: str, context: Context) -> None:
    reading = read(question, context.words)
    assert reading.unknown_places == ()
    assert reading.corrected == ()
