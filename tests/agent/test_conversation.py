"""Questions that lean on those before them, and messages of several questions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.answer import answer
from agent.evidence import Answer
from agent.turn import Turn
from agent.understand.several import parts
from warehouse.reader import Reader


def asked(reader: Reader, *questions: str) -> Answer:
    """The answer to the last, after the others in turn."""
    turns: list[Turn] = []
    for question in questions[:-1]:
        before = answer(question, reader=reader, earlier=turns)
        turns.append(Turn(question, before.text, before.language, datetime.now(UTC)))
    return answer(questions[-1], reader=reader, earlier=turns)


@pytest.mark.parametrize(
    ("questions", "whole"),
    [
        (("price of m5.large in us-east-1", "what about Windows?"), "price of m5.large with Windows in us-east-1"),
        (("price of m5.xlarge in us-east-1", "and in São Paulo?"), "price of m5.xlarge in São Paulo"),
        (("quanto custa a r5.4xlarge na Virgínia?", "e em São Paulo?"), "quanto custa a r5.4xlarge em São Paulo?"),
        (("quanto custa a r5.4xlarge na Virgínia?", "e 3 delas por 10 horas?"), "quanto custam 3 r5.4xlarge por 10 horas na Virgínia?"),
        (("cheapest AWS machine with 4 vCPUs in Virginia", "only arm"), "cheapest AWS ARM machine with 4 vCPUs in Virginia"),
        (("preço da Standard_D4s_v3 em eastus", "e se for spot?"), "preço da Standard_D4s_v3 spot em eastus"),
        (("price of n2-standard-8 in us-east4", "with spot?"), "price of n2-standard-8 spot in us-east4"),
        (("how fresh is the data of AWS?", "and Azure?"), "how fresh is the data of Azure?"),
        (("price of m5.large in us-east-1", "and the xlarge?"), "price of m5.xlarge in us-east-1"),
        (("price of gpt-4o", "and the mini?"), "price of gpt-4o mini"),
        (("1M input tokens of gpt-4o", "and gpt-4o-mini?"), "1M input tokens of gpt-4o-mini"),
        (("price of m5.large", "and the r5.4xlarge in us-east-1?", "and in São Paulo?"), "price of r5.4xlarge in São Paulo"),
    ],
)  # fmt: skip
def test_a_question_that_leans_is_the_whole_question(
    reader: Reader, questions: tuple[str, ...], whole: str
) -> None:
    leaning, alone = asked(reader, *questions), asked(reader, whole)
    assert leaning.rows
    assert leaning.rows == alone.rows
    assert leaning.language == alone.language


def test_it_points_at_the_machine_of_the_answer(reader: Reader) -> None:
    found = asked(
        reader, "cheapest AWS machine with at least 8 H100 GPUs", "how much is it in us-west-2 dedicated?"
    )
    assert found.rows[0]["instance_type"] == "p5.48xlarge"
    assert found.rows[0]["region"] == "us-west-2"


def test_which_is_cheaper_is_about_both(reader: Reader) -> None:
    found = asked(reader, "price of m5.large in us-east-1", "and m5.xlarge?", "which is cheaper?")
    assert {row["instance_type"] for row in found.rows} >= {"m5.large", "m5.xlarge"}


def test_a_leaning_answer_says_so(reader: Reader) -> None:
    assert (
        "“price of m5.large in us-east-1”"
        in asked(reader, "price of m5.large in us-east-1", "and m5.xlarge?").text
    )


@pytest.mark.parametrize(
    "alone", ["price of r5.4xlarge in us-east-1", "where is p5.48xlarge cheapest?", "hello"]
)
def test_a_whole_question_leans_on_nothing(reader: Reader, alone: str) -> None:
    after = asked(reader, "price of m5.large with Windows in us-east-1", alone)
    assert after.text == asked(reader, alone).text


def test_a_message_of_several_questions_has_all_their_answers(reader: Reader) -> None:
    found = answer(
        "How much is m5.large in us-east-1 and how much is r5.4xlarge in São Paulo?", reader=reader
    )
    assert "0.096 USD" in found.text
    assert "1.608 USD" in found.text
    assert [part.rows[0]["instance_type"] for part in found.parts] == ["m5.large", "r5.4xlarge"]
    assert {citation.number for citation in found.citations} == {1, 2}
    assert "[2]" in found.text
    assert len(found.traces()) == 2


def test_the_second_question_may_point_at_the_first_answer(reader: Reader) -> None:
    found = answer("Where is p4d.24xlarge cheapest in Europe? And what are its specs?", reader=reader)
    assert [part.intent for part in found.parts] == ["cheapest", "specs"]
    assert found.answered


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("I need 8 vCPUs and 32 GB. Which one is cheapest in Brazil?", 1),
        ("price of m5.large and c5.large", 1),
        ("hi! how much is an H100?", 1),
        ("Quanto custa uma m5.large na Virgínia? E em São Paulo?", 2),
        ("quanto custa a m5.large em reais e quais regiões têm essa máquina?", 2),
        ("How much is gpt-4o? thanks", 1),
        ("select 1; select 2", 1),
        ("compare o preço do gpt-4o e do claude sonnet 4.5", 1),
    ],
)
def test_messages_are_cut_where_a_question_begins(message: str, count: int) -> None:
    assert len(parts(message)) == count
