"""What a reader sees of live feeds: places and providers, dates and sources, language models."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent import compare_tools, token_tools, tools
from agent.answer import answer
from agent.context import Context
from agent.evidence import Answer
from warehouse.reader import Reader


def ask(live: Reader, question: str) -> Answer:
    return answer(question, reader=live)


# --- where, and of whom


def test_a_shape_of_oracle_is_no_machine_of_azure(live: Reader) -> None:
    said = ask(live, "price of VM.Standard.A1.Flex in São Paulo")
    assert "VM.Standard.A1.Flex$_4_24 (OCI)" in said.text


def test_an_unknown_shape_of_oracle_is_said_to_be_unknown(live: Reader) -> None:
    said = ask(live, "price of BM.GPU9.16 on Oracle")
    assert "no machine called bm.gpu9.16" in said.text
    assert not said.answered


def test_regions_that_share_a_price_are_counted_beyond_those_shown(live: Reader) -> None:
    said = ask(live, "cheapest machine with 4 vCPUs and 24 GB on OCI")
    assert "and +11, at 0.0824 USD/hour [1][2][3][4]:" in said.text
    assert "and +11 [1][2][3][4]" in ask(live, "price of VM.Standard.A1.Flex$_4_24").text


def test_a_search_stays_with_the_provider_when_the_place_has_nothing(live: Reader) -> None:
    said = ask(live, "cheapest linode with at least 4 GB in Europe")
    assert "Nothing matches in Europe. Without that condition" in said.text
    assert "g6-standard-2 (Akamai Linode)" in said.text


def test_a_provider_without_prices_is_not_answered_with_others(live: Reader) -> None:
    said = ask(live, "cheapest droplet on DigitalOcean")
    assert not said.answered
    assert not said.rows
    assert any("no machine prices of DigitalOcean" in caveat for caveat in said.caveats)


def test_what_costs_nothing_is_found_only_when_asked_for(live: Reader) -> None:
    assert "vc2-1c-1gb" in ask(live, "cheapest machine on vultr").text.split("\n")[0]
    assert "vc2-1c-0.5gb-free" in ask(live, "free machine on vultr").text.split("\n")[0]


def test_regions_of_a_provider_are_listed_with_their_names(live: Reader) -> None:
    said = ask(live, "which regions does linode have?")
    assert "br-gru (Sao Paulo, BR) and us-east (Newark, NJ)" in said.text


def test_euros_are_no_region_misspelled(live: Reader) -> None:
    said = ask(live, "price of m5.large in us-east-1 in euros")
    assert not any("Read" in caveat for caveat in said.caveats)
    assert " EUR at the rate of " in said.text


# --- dates and sources


def test_only_data_that_is_old_is_called_old(live: Reader) -> None:
    said = ask(live, "price of m5.large")
    assert any("Some of the AWS prices used here are 600 days old" in caveat for caveat in said.caveats)
    assert not any("days old" in caveat for caveat in ask(live, "price of m5.large in us-east-1").caveats)


def test_a_conversion_names_the_date_and_the_source_of_its_rate(live: Reader) -> None:
    said = ask(live, "preço da m5.large em us-east-1 em reais")
    assert (
        "0,504 BRL pela cotação de 15/01/2030, 5,25 BRL por 1 USD (PTAX do Banco Central do Brasil) [2]."
        in said.text
    )
    assert "Dados de Banco Central do Brasil, ODbL 1.0." in said.text


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("specs of m5.large", True),  # its processor's name is of no other source
        ("cheapest machine on vultr", True),
        ("price of m5.large in us-east-1", False),
        ("specs of g5.xlarge", False),
    ],
)
def test_spare_cores_is_named_where_what_is_said_is_theirs(live: Reader, question: str, named: bool) -> None:
    assert ("Data of Spare Cores, CC BY-SA 4.0." in ask(live, question).text) is named


def test_of_two_sources_that_speak_of_one_time_the_better_is_believed(live: Reader) -> None:
    said = ask(live, "price history of m5.large in us-east-1")
    assert "0.096 USD/hour" in said.text
    assert "0.10 USD/hour" not in said.text
    assert {citation.source for citation in said.citations} == {"aws_list"}


# --- language models


def test_prices_of_a_model_are_of_one_source_whole(live: Reader) -> None:
    rows = live.query(
        "SELECT provider, source, kind, tier_from::INTEGER FROM token_prices WHERE model LIKE '%gpt-4o' ORDER BY ALL"
    ).rows
    assert rows == (
        ("openai", "genai_prices", "input", 0),
        ("openai", "genai_prices", "output", 0),
        ("openrouter", "openrouter", "input", 0),
        ("openrouter", "openrouter", "output", 0),
    )


@pytest.mark.parametrize(
    ("places", "region", "rate"),
    [(None, "global", "3"), (["Tokyo"], "ap-northeast-1", "3.5"), (["Brazil"], "global", "3")],
)
def test_a_model_is_priced_where_asked_for_else_everywhere(
    found: Context, places: list[str] | None, region: str, rate: str
) -> None:
    (row,) = token_tools.token_cost(found, "orator.gpt-9-v1:0", places=places).rows
    assert (row["region"], row["price_usd_million_tokens"]) == (region, Decimal(rate))
    (listed,) = token_tools.list_token_prices(found, providers=["aws"], places=places).rows
    assert listed["region"] == region


def test_a_model_asked_for_at_a_seller_is_priced_there(live: Reader) -> None:
    assert "(OpenRouter) costs, per million tokens: 2.50 USD input" in ask(live, "gpt-4o via openrouter").text
    said = ask(live, "price of orator.gpt-9-v1:0 on bedrock in Tokyo")
    assert "(AWS, ap-northeast-1) costs, per million tokens: 3.50 USD input" in said.text


# --- tools


def test_terms_bind_only_the_committed_sides_of_a_comparison(found: Context) -> None:
    sides = compare_tools.compare(
        found,
        "option",
        machines=["m5.large"],
        purchase_options=["on_demand", "reserved"],
        term_months=12,
        places=["us-east-1"],
    ).rows
    assert [(row["side"], row["term_months"]) for row in sides] == [("reserved", 12), ("on_demand", None)]


def test_best_per_machine_counts_machines_not_their_ties(found: Context) -> None:
    rows = tools.find_offers(found, providers=["oci", "linode"], best_per="machine", rows=2).rows
    assert [row["instance_type"] for row in rows] == ["g6-standard-2"] + ["VM.Standard.A1.Flex$_4_24"] * 4
    assert [row["tied"] for row in rows] == [1, 15, 15, 15, 15]


# --- how people say it


def test_a_region_is_of_the_provider_named_with_it(live: Reader) -> None:
    assert "in eu-north1 (" in ask(live, "nebius H100 eu-north1").text.split("\n")[0]


def test_who_asks_how_a_term_is_paid_asks_for_a_term(live: Reader) -> None:
    said = ask(live, "m5.large all upfront in us-east-1")
    assert "876.00 USD at the start" in said.text.split("\n")[0]


def test_a_month_is_said_where_asked_for(live: Reader) -> None:
    assert "São 1.956,40 USD por mês de 730 horas." in ask(live, "H100 por mês na runpod").text
    assert "for a month" not in ask(live, "cheapest H100 on runpod").text


def test_every_seller_named_is_priced(live: Reader) -> None:
    text = ask(live, "compare gpt-4o on openai and openrouter").text
    assert "gpt-4o (OpenAI) costs" in text
    assert "(OpenRouter) costs" in text


def test_a_model_that_the_seller_named_does_not_have_is_said_to_be_anothers(live: Reader) -> None:
    said = ask(live, "price of gpt-4o on bedrock").text.split("\n")
    assert said[0] == "gpt-4o has no price at AWS in this snapshot."
    assert said[1].startswith("gpt-4o is sold by OpenAI alone here: 2.50 USD input")
