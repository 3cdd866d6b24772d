"""What to rent: worked by hand over months of use, what is saved and given up, and the questions for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.answer import answer
from agent.context import Context
from agent.recommend_tools import recommend
from agent.understand.read import read
from agent.understand.reading import Intent
from warehouse.errors import InvalidInput, UnknownName
from warehouse.reader import Reader

M5 = {"min_vcpus": 2, "min_memory_gib": 8, "providers": ["aws"]}
# On demand 0.096 an hour; 0.06 reserved for 12 months; 876 at the start for 36 months.
TERMS = [
    (12, 730, 12, "525.60", [12, 0, "37.5"]),  # 0.06 × 8,760, against 840.96
    (36, 730, 36, "876", [36, 0, "65.3"]),  # against 2,522.88; three terms of 12 months are 1,576.80
    (20, 730, 36, "876", [36, 16, "37.5"]),  # two terms of 12 months are 1,051.20
    (2, 730, None, "140.16", [None, None, "0"]),  # a year's reservation would cost 525.60
    (12, 100, None, "115.20", [None, None, "0"]),  # and is paid for every hour
]


@pytest.mark.parametrize(("months", "hours", "term", "total", "rest"), TERMS)
def test_a_commitment_counts_with_its_whole_terms(
    found: Context, months: int, hours: int, term: int | None, total: str, rest: list[Any]
) -> None:
    finding = recommend(found, **M5, months=Decimal(months), hours_per_month=Decimal(hours))
    (row,) = finding.rows  # one machine, however many ways to buy it
    assert (row["instance_type"], row["term_months"], row["total_usd"]) == ("m5.large", term, Decimal(total))
    paid, unused, saving = rest
    assert (row["paid_months"], row["unused_months"] or (paid and 0)) == (paid, unused)
    assert row["saving_percent"] == Decimal(saving)
    assert ("commitment" in row["gives_up"]) is (term is not None)
    assert ("unused" in row["gives_up"]) is bool(unused)
    assert ("upfront" in row["gives_up"]) is (term == 36)


def test_several_machines_multiply(found: Context) -> None:
    (row,) = recommend(found, **M5, months=Decimal(36), count=3).rows
    assert (row["total_usd"], row["upfront_usd"], row["machines"]) == (Decimal(2628), Decimal(2628), 3)
    assert row["same_on_demand_usd"] == Decimal("7568.64")  # 3 × 0.096 × 26,280


def test_spot_counts_only_where_interruptions_are_borne(found: Context) -> None:
    gpu = {"accelerators": ["A10G"]}
    steady = recommend(found, **gpu)
    assert steady.rows == ()  # it is sold on spot alone
    assert steady.figures["on_spot"]["region"] == "us-east-1"
    assert steady.figures["on_spot"]["total_usd"] == Decimal("3591.6")  # 0.41 × 8,760
    (row,) = recommend(found, **gpu, interruptible=True).rows
    assert (row["region"], row["interruption_to"], row["gives_up"]) == ("us-east-1", 5, ["interruption"])
    (row,) = recommend(found, **gpu, interruptible=True, max_interruption=10, places=["Europe"]).rows
    assert row["region"] == "eu-west-1"
    assert recommend(found, **gpu, interruptible=True, max_interruption=4).rows == ()


@pytest.mark.parametrize(
    ("by", "name", "measure"),
    [
        ("price", "1x H100 SXM 80GB", "2.1"),
        ("gpu", "1x H100 SXM 80GB", "2.1"),
        ("gpu-memory", "1x H100 SXM 80GB", "0.02625"),  # 2.1 / 80
    ],
)
def test_offers_are_ranked_by_what_is_asked(found: Context, by: Any, name: str, measure: str) -> None:
    rows = recommend(found, accelerators=["H100"], by=by, months=Decimal(1)).rows
    assert (rows[0]["instance_type"], rows[0]["measure_usd"]) == (name, Decimal(measure))
    assert "market" in rows[0]["gives_up"]
    eight = next(row for row in rows if row["provider"] == "nebius")
    assert eight["usd_gpu_hour"] == Decimal("2.95")  # 23.6 / 8
    assert eight["usd_gpu_gib_hour"] == Decimal("0.036875")
    assert eight["usd_tflops_hour"] == (Decimal("23.6") / Decimal(str(eight["bf16_tflops"]))).quantize(
        Decimal("1e-10")
    )


def test_each_family_of_a_provider_comes_once(found: Context) -> None:
    rows = recommend(found, min_vcpus=1, rows=20).rows
    families = [(row["provider"], row["family"]) for row in rows]
    assert len(families) == len(set(families))
    assert [row["measure_usd"] for row in rows] == sorted(row["measure_usd"] for row in rows)


def test_what_cannot_be_asked_is_told(found: Context) -> None:
    with pytest.raises(UnknownName, match="No benchmark is called points"):
        recommend(found, by="benchmark", benchmark="points")
    with pytest.raises(InvalidInput, match="positive numbers"):
        recommend(found, months=Decimal(0))


QUESTIONS = [
    (
        "what should I rent for training with 8 GPUs of 80 GB for 3 months in Europe?",
        "o que devo alugar para treinar com 8 GPUs de 80 GB por 3 meses na Europa?",
    ),
    (
        "what is the best machine for 2 vCPUs and 8 GB for 12 months, without spot?",
        "qual a melhor máquina para 2 vCPUs e 8 GB por 12 meses, sem spot?",
    ),
    (
        "recommend 2 machines with 4 vCPUs for 200 hours that can be interrupted",
        "recomende 2 máquinas com 4 vCPUs por 200 horas que podem ser interrompidas",
    ),
]


@pytest.mark.parametrize(("english", "portuguese"), QUESTIONS)
def test_both_languages_ask_the_same(live: Reader, english: str, portuguese: str) -> None:
    said = [answer(question, reader=live) for question in (english, portuguese)]
    assert [one.language for one in said] == ["en", "pt"]
    assert {one.intent for one in said} == {"recommend"}
    assert said[0].rows == said[1].rows
    assert said[0].answered
    assert said[0].citations
    # Every line of the rules' own text is grounded: none was struck out.
    assert len(said[0].text.splitlines()) == len(said[1].text.splitlines()) >= 5


def test_an_answer_says_what_the_use_is_and_what_to_mind(live: Reader) -> None:
    said = answer("recommend a machine with 2 vCPUs and 8 GB from AWS for 36 months", reader=live)
    assert said.text.startswith(
        "The best is m5.large (AWS, us-east-1 (N. Virginia)), reserved, 36 months, all upfront, convertible class: "
        "876.00 USD for the whole use, "
    )
    assert "65.3% less than the cheapest on demand" in said.text
    assert "Mind: a commitment of 36 months and 876.00 USD paid at the start." in said.text
    assert "Months of use: 36, hours a month: 730, machines: 1." in said.text


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("recommend a GPU for inference", Intent.EXPLAIN),  # a topic, and nothing to choose by
        ("cheapest machine with 8 vCPUs", Intent.CHEAPEST),
        ("price of m5.large", Intent.PRICE),
        ("qual a melhor GPU com pelo menos 40 GB por 6 meses?", Intent.RECOMMEND),
    ],
)
def test_other_questions_are_not_taken_for_it(found: Context, question: str, intent: Intent) -> None:
    assert read(question, found.words).intent is intent


@pytest.mark.parametrize(
    ("question", "options", "interruptible"),
    [
        ("best machine with 8 vCPUs, no spot", ("on_demand",), False),
        ("qual a melhor máquina com 8 vCPUs que não pode ser interrompida?", ("on_demand",), False),
        ("best machine with 8 vCPUs, with spot", ("spot",), True),
        ("melhor máquina com 8 vCPUs; tolera interrupções", ("on_demand",), True),
    ],
)
def test_whether_interruptions_are_borne_is_read(
    found: Context, question: str, options: tuple[str, ...], interruptible: bool
) -> None:
    reading = read(question, found.words)
    assert (reading.purchase.options, reading.interruptible) == (options, interruptible)
