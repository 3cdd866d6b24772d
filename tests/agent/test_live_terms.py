"""What a reader sees of an offer's terms: components, commitments, spot, classes, marketplaces, GPUs."""

from __future__ import annotations

import pytest

from agent import tools
from agent.answer import answer
from agent.context import Context
from agent.evidence import Answer
from warehouse.reader import Reader


def ask(live: Reader, question: str) -> Answer:
    return answer(question, reader=live)


# --- components


def test_an_answer_says_and_cites_the_components_of_a_sum(live: Reader) -> None:
    said = ask(live, "price of a2-highgpu-1g in us-central1")
    assert "3.6883 USD/hour" in said.text
    assert (
        "That is the sum of 12 × 0.0318 USD/hour (A2 Instance Core, 0015-F1C7-899B); 1 × 2.9412 USD/hour "
        "(Nvidia Tesla A100, 0019-F1C7-0557); 85 × 0.0043 USD/GiB-hour (A2 Instance Ram, 0016-F1C7-A88A)."
    ) in said.text
    (citation,) = said.to_dict()["citations"]
    assert citation["components"][2] == {
        "sku": "0016-F1C7-A88A",
        "description": "A2 Instance Ram",
        "rate": "0.0043",
        "quantity": "85",
        "unit": "gib_hour",
    }
    assert said.rows[0]["components"] == list(said.citations[0].components)


def test_components_add_up_to_the_price_exactly(found: Context) -> None:
    (row,) = tools.price_of(found, "a2-highgpu-1g").rows
    assert sum(part["rate"] * part["quantity"] for part in row["components"]) == row["price_hour"]


def test_the_same_in_portuguese_with_oracles_units(live: Reader) -> None:
    said = ask(live, "preço da VM.Standard.A1.Flex$_4_24 em sa-saopaulo-1")
    assert "É a soma de 4 × 0,0104 USD/OCPU-hora (B93297)" in said.text
    assert "24 × 0,0017 USD/Gigabyte-hora (B93298)." in said.text


# --- terms of a commitment


def test_a_reserved_price_says_its_terms_and_what_is_paid_at_the_start(live: Reader) -> None:
    said = ask(live, "price of m5.large reserved in us-east-1")
    rate = "0.033333 USD/hour"
    assert f"{rate} in us-east-1" in said.text
    assert "(36 months, all upfront: 876.00 USD at the start, convertible class)" in said.text
    assert "- 0.06 USD/hour [2]: 12 months, no upfront, standard class" in said.text
    assert any("spread over the term" in caveat for caveat in said.caveats)
    assert said.rows[0]["upfront"] == 876


@pytest.mark.parametrize(
    ("question", "rate"),
    [
        ("m5.large reserved 1 year no upfront in us-east-1", "0.06 USD"),
        ("m5.large reservada 1 ano sem adiantamento em us-east-1", "0,06 USD"),
        ("m5.large convertible reserved in us-east-1", "0.033333 USD"),
    ],
)
def test_the_term_payment_and_class_of_a_question_choose_the_price(
    live: Reader, question: str, rate: str
) -> None:
    said = ask(live, question)
    assert rate in said.text.split("\n")[0]
    assert "other terms" not in said.text


def test_comparing_ways_of_buying_names_the_terms_of_each(live: Reader) -> None:
    said = ask(live, "compare on demand and reserved for m5.large in us-east-1")
    assert "reserved): 0.033333 USD/hour" in said.text
    assert "36 months, all upfront: 876.00 USD at the start" in said.text


# --- spot


@pytest.mark.parametrize(
    ("question", "band"),
    [
        ("spot price of g5.xlarge in us-east-1", "interrupted less than 5% of the time per month"),
        ("spot price of g5.xlarge in Ireland", "interrupted 5 to 10% of the time per month"),
        ("preço spot da g5.xlarge no Brasil", "interrompida mais de 20% das vezes por mês"),
        ("preço spot da g5.xlarge em us-east-1", "interrompida menos de 5% das vezes por mês"),
    ],
)
def test_a_spot_price_says_how_often_it_is_interrupted(live: Reader, question: str, band: str) -> None:
    assert band in ask(live, question).text.split("\n")[0]


# --- clouds of GPUs


def test_the_two_clouds_of_runpod_are_told_apart(live: Reader) -> None:
    said = ask(live, "price of 1x NVIDIA H100 80GB HBM3 on runpod")
    assert "2.68 USD/hour in any of its regions [1] (Community Cloud)" in said.text
    assert "- 3.28 USD/hour [2]: Secure Cloud" in said.text
    assert [row["offering_class"] for row in said.rows] == ["community", "secure"]


@pytest.mark.parametrize(
    ("question", "rate", "cloud"),
    [
        ("runpod secure cloud H100 price", "3.28", "Secure Cloud"),
        ("cheapest H100 on runpod", "2.68", "Community Cloud"),
    ],
)
def test_a_question_for_one_cloud_gets_that_one(live: Reader, question: str, rate: str, cloud: str) -> None:
    first = ask(live, question).text.split("\n")[0]
    assert f"{rate} USD/hour" in first
    assert cloud in first


def test_secure_and_community_cloud_are_compared(live: Reader) -> None:
    said = ask(live, "compare secure and community cloud on runpod for H100")
    assert said.intent == "compare"
    assert "22.4% dearer" in said.text


def test_a_price_of_a_marketplace_is_called_the_lowest_of_its_offers(live: Reader) -> None:
    said = ask(live, "cheapest H100")
    assert "1x H100 SXM 80GB (Vast.ai)" in said.text
    assert "the lowest of 7 offers" in said.text
    assert any("marketplace (Vast.ai)" in caveat for caveat in said.caveats)
    assert "a menor de 7 ofertas" in ask(live, "H100 mais barata na vast").text


def test_providers_are_compared_by_the_price_of_one_gpu(live: Reader) -> None:
    said = ask(live, "compare H100 on vast, runpod and nebius")
    lines = [line for line in said.text.split("\n") if line.startswith("- ")]
    assert [line.split(":")[0] for line in lines] == ["- Vast.ai", "- RunPod", "- Nebius"]
    assert "2.95 USD/hour per GPU" in lines[2]
    assert "40.5% dearer" in lines[2]  # 2.95 against 2.10, not 23.60


def test_per_gpu_prices_of_machines_with_several_are_shown(live: Reader) -> None:
    assert "— 2.95 USD/hour per GPU" in ask(live, "cheapest H100 per GPU").text
