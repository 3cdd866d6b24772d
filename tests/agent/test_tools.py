from __future__ import annotations

from decimal import Decimal

import pytest

from agent import compare_tools, fact_tools, history_tools, knowledge_tools, token_tools, tools
from agent.context import Context
from agent.toolbox import TOOLS, arguments_of, bound, call
from warehouse.contracts import LiveAsk, LiveReply
from warehouse.errors import InvalidInput, UnknownName


def test_offers_meet_every_condition(context: Context) -> None:
    found = tools.find_offers(
        context, places=["Europe"], min_gpus=8, min_gpu_memory_gib=40, best_per="machine"
    )
    assert [row["instance_type"] for row in found.rows] == [
        "a2-highgpu-8g",
        "Standard_ND96asr_v4",
        "p4d.24xlarge",
        "a2-ultragpu-8g",
        "p5.48xlarge",
    ]
    assert all(row["tenancy"] == "shared" for row in found.rows)


def test_excluded_providers_and_places_are_left_out(context: Context) -> None:
    found = tools.find_offers(context, min_vcpus=4, not_providers=["aws"], not_places=["Brazil", "Europe"])
    assert {row["provider"] for row in found.rows} == {"azure", "gcp"}
    assert {row["region"] for row in found.rows} == {"eastus", "us-east4"}


def test_the_row_limit_is_said_aloud(context: Context) -> None:
    found = tools.find_offers(context, rows=2)
    assert len(found.rows) == 2
    assert found.truncated
    counted = context.reader.query(
        "SELECT count(*), count(DISTINCT (provider, instance_type)) FROM offers WHERE operating_system = 'linux' "
        "AND tenancy = 'shared' AND purchase_option = 'on_demand' AND price_type = 'list' AND price_usd_hour > 0 "
        "AND region NOT IN (SELECT region FROM regions WHERE kind = 'government')"
    )
    assert [(found.figures["found"], found.figures["machines"])] == list(counted.rows)


def test_what_two_tools_ask_is_asked_once(context: Context) -> None:
    first = context.named("converted", amount=1, from_currency="USD", to_currency="BRL", day=None)
    assert context.named("converted", amount=1, from_currency="USD", to_currency="BRL", day=None) is first
    other = context.named("converted", amount=2, from_currency="USD", to_currency="BRL", day=None)
    assert other.rows != first.rows


def test_price_of_tells_the_spread(context: Context) -> None:
    found = tools.price_of(context, "R5.4XLARGE")
    assert found.figures["regions"] == 2
    assert found.figures["dearest_is_dearer_percent"] == Decimal("59.5")


def test_every_row_carries_its_evidence(context: Context) -> None:
    for row in tools.price_of(context, "m5.large").rows:
        assert row["price_id"]
        assert row["source"] == "libcloud"
        assert row["source_url"].startswith("https://")
        assert row["as_of"] is not None
        assert row["observed_at"] is not None


def test_estimates_are_exact(context: Context) -> None:
    row = tools.estimate(context, "m5.large", machines=5, hours=Decimal(200), places=["us-east-1"]).rows[0]
    assert row["total"] == Decimal("96")


@pytest.mark.parametrize("hours", [Decimal(0), Decimal(-5)])
def test_an_estimate_of_no_time_is_refused(context: Context, hours: Decimal) -> None:
    with pytest.raises(InvalidInput):
        tools.estimate(context, "m5.large", hours=hours)


def test_compare_by_place_names_each_side(context: Context) -> None:
    found = compare_tools.compare(context, "place", machines=["m5.xlarge"], places=["Virginia", "São Paulo"])
    assert [(row["side"], row["region"]) for row in found.rows] == [
        ("Virginia", "us-east-1"),
        ("São Paulo", "sa-east-1"),
    ]
    assert found.rows[1]["dearer_percent"] == Decimal("59.4")


def test_differences_are_from_the_least(context: Context) -> None:
    found = compare_tools.differences(context, {"a": Decimal(100), "b": Decimal(40)})
    least, most = found.rows
    assert (least["name"], least["more_usd"], least["times"]) == ("b", 0, 1)
    assert (most["more_usd"], most["dearer_percent"], most["saving_percent"]) == (60, 150, 60)
    assert most["times"] == Decimal("2.5")
    with pytest.raises(InvalidInput):
        compare_tools.differences(context, {"a": Decimal(100), "b": Decimal(0)})


def test_history_has_every_step_and_its_change(context: Context) -> None:
    rows = history_tools.price_history(context, ["m5.large"], places=["us-east-1"]).rows
    assert [row["price"] for row in rows] == [Decimal("0.107"), Decimal("0.096")]
    assert rows[1]["change_percent"] == Decimal("-10.3")


def test_refused_prices_say_why_and_what_is_likely(context: Context) -> None:
    row = fact_tools.refused_prices(context, ["p4d.24xlarge"], places=["us-east-1"]).rows[0]
    assert row["reason"] == "dedicated_tenancy"
    assert row["likely_price"] == Decimal("32.7726")


def test_the_nearest_price_is_in_the_same_country_first(context: Context) -> None:
    rows = fact_tools.nearest_prices(context, "p4d.24xlarge", "us-east-1").rows
    assert [row["region"] for row in rows] == ["us-east-2", "us-west-2", "eu-west-1"]


def test_tokens_cost_what_the_makers_price_list_says(context: Context) -> None:
    rows = token_tools.token_cost(context, "GPT 4o", Decimal(3_000_000), Decimal(1_000_000)).rows
    assert rows[0]["provider"] == "openai"
    assert rows[0]["total_usd"] == Decimal("17.5")
    assert {row["provider"] for row in rows} == {"openai", "azure"}


def test_cached_tokens_without_a_rate_are_charged_as_input(context: Context) -> None:
    rows = token_tools.token_cost(context, "gpt-4o-mini", cached_input_tokens=Decimal(1_000_000)).rows
    assert rows[0]["total_usd"] == Decimal("0.15")


@pytest.mark.parametrize(
    ("tool", "arguments", "hint"),
    [
        (tools.price_of, {"machine": "m5.larg3"}, "m5.large"),
        (tools.find_offers, {"places": ["Atlantis"]}, "us-east-1"),
        (tools.find_offers, {"accelerators": ["Z9000"]}, "H100"),
        (token_tools.token_cost, {"model": "claude-nine"}, "Claude Sonnet 4.5"),
    ],
)
def test_unknown_names_come_with_a_hint(
    context: Context, tool: object, arguments: dict[str, object], hint: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        call(context, tool, arguments)
    assert hint in caught.value.hint
    assert context.failures == [caught.value]
    assert context.findings == []


def test_arguments_are_checked_and_coerced(context: Context) -> None:
    found = call(context, tools.estimate, {"machine": "m5.large", "machines": "2", "places": ["us-east-1"]})
    assert found.rows[0]["total"] == Decimal("140.16")
    with pytest.raises(InvalidInput, match="tenancy"):
        call(context, tools.find_offers, {"tenancy": "mine"})
    with pytest.raises(InvalidInput, match="colour"):
        call(context, tools.find_offers, {"colour": "red"})


class AllFeedsDown:
    def ask(self, asked: LiveAsk) -> LiveReply:
        return LiveReply(why="late")


def test_every_tool_has_one_line_of_documentation_and_a_schema(context: Context) -> None:
    context.live = AllFeedsDown()
    for tool, function in zip(TOOLS, bound(context), strict=True):
        assert function.description
        assert "\n" not in function.description
        assert set(function.parameters["properties"]) == set(arguments_of(tool).model_fields)


def test_knowledge_searches_in_the_contexts_language(context: Context) -> None:
    context.language = "pt"
    assert knowledge_tools.search_knowledge(context, "spot").rows[0]["title"] == "Quando usar spot"


def test_the_dearest_machine_is_the_dearest_offer_not_the_dearest_of_the_cheapest(context: Context) -> None:
    found = tools.find_offers(context, providers=["aws"], families=["r5"], best_per="machine", dearest=True)
    assert [str(row["price_usd_hour"]) for row in found.rows] == ["1.6080000000"]
