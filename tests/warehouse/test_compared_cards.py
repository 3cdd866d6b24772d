"""Cards about several things at once: families, comparisons, language models over their sellers, digests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from tests.warehouse.cards_warehouse import add_source, add_spans, changed, opened_cards, written
from warehouse.statements import statements


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with opened_cards() as opened:
        yield opened


@pytest.fixture(scope="module")
def cards() -> dict[str, dict[str, Any]]:
    with opened_cards() as opened:
        return written(opened)


def test_a_family_lists_its_members_from_the_smallest_that_have_a_card(
    cards: dict[str, dict[str, Any]],
) -> None:
    # t4g.small is known, but nobody offers it.
    card = cards["family/aws/t4g/en"]
    assert card["text"].startswith(
        "AWS t4g is a family of 2 machine types, from t4g.nano (1 vCPU, 0.5 GiB) to t4g.micro (2 vCPUs, 1 GiB)."
    )
    assert "t4g.small" not in card["text"]
    assert (card["parent"], card["valid_from"]) == ("provider/aws", date(2025, 3, 12))
    assert {"t4g", "AWS t4g", "t4g family"} <= set(card["keywords"].split(", "))


def test_a_dearer_price_in_the_family_leaves_its_card(connection: duckdb.DuckDBPyConnection) -> None:
    first = written(connection)
    connection.execute(
        "UPDATE offers SET price_usd_hour = 0.009, price_hour = 0.009 WHERE price_hour = 0.0084"
    )
    assert changed(first, written(connection)) == {"machine/aws/t4g.micro"}


def test_a_comparison_ranks_providers_with_spot_beside(connection: duckdb.DuckDBPyConnection) -> None:
    cards = written(connection)
    assert [key for key in cards if key.startswith("comparison/")] == [
        f"comparison/accelerator/H100/{language}" for language in ("en", "pt")
    ]
    assert (
        "1. Azure 10.00 USD (Standard_ND96 in eastus, since 2026-06-01); 2. AWS 12.29 USD (p5.48xlarge in us-east-1, "
        "since 2025-03-12), spot 3.8125 USD (p5.48xlarge in us-east-2, since 2026-11-19)."
    ) in cards["comparison/accelerator/H100/en"]["text"]
    connection.execute(
        "UPDATE offers SET price_usd_hour = 98.32, price_hour = 98.32 WHERE provider = 'azure'"
    )
    assert "2 provedores pedem o mesmo" in written(connection)["comparison/accelerator/H100/pt"]["text"]
    connection.execute("DELETE FROM offers WHERE provider = 'azure'")
    assert not [key for key in written(connection) if key.startswith("comparison/")]


def test_one_model_under_the_names_of_its_sellers_is_one_card(cards: dict[str, dict[str, Any]]) -> None:
    card = cards["model/claude-haiku-4-5/en"]
    assert (
        "at OpenRouter: 0.90 USD input, 5.00 USD output (in force in this data since 2026-11-09)"
        in card["text"]
    )
    # Of the two ids of AWS the cheaper; no batch prices.
    assert "OpenRouter: 0.90" in card["text"]
    assert "; AWS: 1.00 USD input (since 2026-11-09)" in card["text"]
    assert "up to 200,000 tokens" in card["text"]
    assert {"claude-haiku-4-5", "anthropic/claude-haiku-4.5"} <= set(card["keywords"].split(", "))
    assert card["parent"] == "family/models/anthropic"
    assert [key for key in cards if key.startswith("model/claude-haiku")] == [
        f"model/claude-haiku-4-5/{language}" for language in ("en", "pt")
    ]


def test_the_maker_of_a_model_is_told_where_somebody_says_it(cards: dict[str, dict[str, Any]]) -> None:
    glm = cards["model/glm-5-2/pt"]
    assert glm["text"].startswith("glm-5-2 é um modelo de linguagem da Z.AI.")
    assert cards["model/llama-3-1-nemotron/en"]["parent"] == "family/models/nvidia"
    assert (cards["model/jev-1-14-0/en"]["parent"], cards["model/jev-1-14-0/en"]["title"]) == (
        None,
        "jev-1.14.0",
    )
    assert cards["model/jev-1-14-0/en"]["text"].startswith(
        "jev-1.14.0 is a language model. In this data it is sold only"
    )


@pytest.mark.parametrize(
    ("model", "provider", "key"),
    [
        ("anthropic/claude-haiku-4.5", "openrouter", "claude-haiku-4-5"),
        ("regional.anthropic.claude-haiku-4-5-v1:0", "aws", "claude-haiku-4-5"),
        ("deepseek.r1-v1:0", "aws", "deepseek-r1"),
        ("meta.llama3-1-70b-instruct-v1:0", "aws", "llama-3-1-70b-instruct"),
        ("Meta-Llama-3_1-70B-Instruct", "ovhcloud", "llama-3-1-70b-instruct"),
        ("databricks-meta-llama-3-1-70b-instruct", "databricks", "llama-3-1-70b-instruct"),
        ("llama-v3p1-70b-instruct", "fireworks", "llama-3-1-70b-instruct"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("gpt-4o:extended", "openrouter", "gpt-4o-extended"),
    ],
)
def test_a_model_has_one_key_whoever_spells_it(model: str, provider: str, key: str) -> None:
    with duckdb.connect() as connection:
        for macro in statements("phrases"):
            connection.execute(macro)
        assert connection.execute("SELECT model_key($1, $2)", [model, provider]).fetchone() == (key,)


def digests(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    found = {key: card for key, card in written(connection).items() if card["kind"] == "digest"}
    return {key.removesuffix("/en"): card for key, card in found.items() if key.endswith("/en")}


def test_a_digest_tells_the_changes_of_a_week_the_biggest_first(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "aws_list")
    machine = {"instance_type": "m5.large", "operating_system": "linux", "tenancy": "shared"}
    for region in ("us-east-1", "us-east-2", "sa-east-1"):
        add_spans(connection, {"2026-01-01": 0.1, "2026-11-04": 0.096}, region=region, **machine)
    add_spans(connection, {"2026-01-01": 2, "2026-11-08": 3}, instance_type="p3", operating_system="windows")
    add_spans(connection, {"2026-01-01": 5, "2026-11-05": None})
    add_spans(connection, {"2026-11-06": 5})
    found = digests(connection)
    assert list(found) == ["digest/aws/2026-W45"]
    text = found["digest/aws/2026-W45"]["text"]
    assert "(2026-11-02 to 2026-11-08): 3 fell, 1 rose, 1 new, 1 withdrawn." in text
    assert (
        "p3 (Windows, on demand) in us-east-1: from 2.00 USD to 3.00 USD per hour (+50%, 2026-11-08); "
        "m5.large (Linux, on demand) in sa-east-1, us-east-1 and 1 more: from 0.10 USD to 0.096 USD per hour "
        "(-4%, 2026-11-04)."
    ) in text


def test_a_first_load_spot_markets_and_own_prices_are_no_changes(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "aws_list")
    add_source(connection, "vast", "hourly")
    moving = {"2026-11-01": 1.0, "2026-11-04": 2.0}
    add_spans(connection, {"2026-11-01": 1.0})
    add_spans(connection, moving, purchase_option="spot")
    add_spans(connection, moving, price_type="contracted")
    add_spans(connection, moving, source="vast")
    assert digests(connection) == {}
    # A load that more than doubles what was known is none either, whatever changes beside it.
    add_spans(connection, moving, sku_id="one")
    for number in range(5):
        add_spans(connection, {"2026-11-05": 1.0}, sku_id=str(number))
    assert "0 fell, 1 rose, 0 new, 0 withdrawn" in digests(connection)["digest/aws/2026-W45"]["text"]


def test_only_the_latest_weeks_have_a_digest_and_past_ones_stay(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "aws_list")
    days = [date.fromordinal(date(2026, 1, 5).toordinal() + 7 * week).isoformat() for week in range(30)]
    add_spans(connection, {day: float(number + 1) for number, day in enumerate(days)})
    first = written(connection)
    weeks = sorted(key for key in first if key.startswith("digest/") and key.endswith("/en"))
    assert (len(weeks), weeks[0], weeks[-1]) == (26, "digest/aws/2026-W06/en", "digest/aws/2026-W31/en")
    add_spans(connection, {days[0]: 1.0, "2026-08-05": 2.0})
    assert changed(first, written(connection)) == {"digest/aws/2026-W06", "digest/aws/2026-W32"}
