"""What is held, how old it is, where it is from and what was refused, in both languages."""

from __future__ import annotations

import pytest

from agent.answer import answer
from agent.evidence import Answer
from agent.understand.read import read
from agent.understand.vocabulary import vocabulary
from warehouse.reader import Reader


def ask(question: str, reader: Reader) -> Answer:
    def never() -> object:
        raise AssertionError("words alone decide this")

    return answer(question, reader=reader, knowledge=never)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "of"),
    [
        ("how many regions does AWS have?", "regions"),
        ("Quantos modelos da OpenAI têm preço?", "models"),
        ("which GPUs does Azure sell?", "gpus"),
        ("quais sistemas operacionais vocês têm?", "systems"),
        ("which providers are in Brazil?", "providers"),
        ("do you have spot prices for AWS?", "options"),
        ("vocês têm preço de banco de dados?", "services"),
        ("in which regions can I get an A100?", "regions"),
        ("how many GPUs do I need to train a 7B model?", None),
        ("which GPU should I use for inference?", None),
        ("which AWS region is cheapest for m5.large?", None),
        ("how many machines can I rent with 100 dollars?", None),
        ("which region is closest to Curitiba?", None),
    ],
)
def test_what_is_held_is_told_from_what_is_chosen(reader: Reader, question: str, of: str | None) -> None:
    reading = read(question, vocabulary(reader))
    assert (reading.holding.of if reading.holding else None) == of


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("how many machines does AWS have?", "machines: 7"),
        ("quantas regiões a Azure tem?", "regiões: 3"),
        (
            "in which regions can I get an A100-40GB on AWS?",
            "us-east-1 (N. Virginia) (dedicated tenancy only)",
        ),
        ("tem H100 em São Paulo?", "Não: não há preço de H100 em São Paulo."),
        ("which GPUs does GCP sell?", "2 — A100-40GB and A100-80GB"),
        ("do you have spot prices for AWS?", "No: spot is not held."),
        ("vocês têm preço spot da GCP?", "Sim: spot."),
        ("do you have Hetzner prices?", "No: this snapshot holds no prices of Hetzner."),
        ("em quantos países há regiões?", "Brasil"),
        ("how many language models do you have?", "7 language models"),
        ("quantos preços vocês têm em vigor?", "41 preços em vigor"),
        ("how many rows are in quarantine?", "The quality gate refused 2 rows"),
        ("de onde vêm os preços da AWS?", "https://example.org, licença Apache-2.0"),
        ("did any source fail?", "No collection failed"),
    ],
)
def test_what_is_held_is_said(reader: Reader, question: str, says: str) -> None:
    said = ask(question, reader)
    assert says in said.text
    assert said.answered


def test_every_figure_of_an_inventory_is_a_tools(reader: Reader) -> None:
    for question in (
        "how many prices do you hold?",
        "how many GPU types are there?",
        "which providers are there?",
    ):
        trace = ask(question, reader).trace
        assert trace is not None
        assert trace.ungrounded == ()
