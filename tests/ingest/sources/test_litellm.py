"""What is odd about LiteLLM's table of model prices."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import litellm
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
TABLE = Path(__file__).parents[1] / "fixtures" / "litellm" / "model_prices.json"
SCOPE = Scope(service="tokens")


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Rows:
    ((scope, payloads),) = recorded("litellm")
    assert scope == SCOPE
    (tables,) = litellm.parse(payloads)
    listed: Rows = tables.tables["prices"].to_pylist()
    for row in listed:
        row["attributes"] = json.loads(row["attributes"])
    return listed


def of_model(rows: Rows, provider: str, model: str, region: str = "global") -> dict[str, Decimal]:
    """Prices by kind and start of the tier."""
    return {
        f"{row['attributes']['kind']}@{row['tier_from']:.0f}": row["price"]
        for row in rows
        if (row["provider"], row["attributes"]["model"], row["region"]) == (provider, model, region)
    }


def test_the_suffixes_of_a_field_are_tiers_and_ways_of_processing(rows: Rows) -> None:
    assert of_model(rows, "openai", "orator-5") == {
        "input@0": Decimal("1.25"),
        "input@272000": Decimal("2.5"),
        "output@0": Decimal(10),
        "cached_input@0": Decimal("0.125"),
        "input:batch@0": Decimal("0.625"),
        "input:batch@272000": Decimal("1.25"),
        "output:batch@0": Decimal(5),
        "input:priority@0": Decimal("2.5"),
        "input:flex@0": Decimal("0.625"),
    }
    batch = next(
        row for row in rows if row["sku_id"] == "openai/orator-5:input:batch" and not row["tier_from"]
    )
    assert (batch["tier_to"], batch["unit_raw"]) == (272000, "input_cost_per_token_batches")
    assert batch["attributes"]["condition"] == {"processing": "batch"}
    assert batch["attributes"]["context_window"] == 400000


def test_how_long_a_cache_holds_is_a_kind(rows: Rows) -> None:
    poet = of_model(rows, "anthropic", "poet-sonnet-9")
    assert (poet["cache_write@0"], poet["cache_write_1h@0"], poet["cache_write_1h@200000"]) == (
        Decimal("3.75"),
        Decimal(6),
        Decimal(12),
    )


def test_numbers_are_exact(rows: Rows) -> None:
    assert of_model(rows, "novita", "nova-mill/noisy") == {
        "input@0": Decimal(3),
        "output@0": Decimal("0.0012345"),
    }


def test_a_region_in_the_key_is_the_region(rows: Rows) -> None:
    of_region = {
        region: of_model(rows, "aws", "poet.sonnet-9-v1:0", region)["input@0"]
        for region in ("global", "us-gov-west-1", "ap-northeast-1")
    }
    assert of_region == {
        "global": Decimal(3),
        "us-gov-west-1": Decimal("3.6"),
        "ap-northeast-1": Decimal("3.5"),
    }
    # A geography is no region: these are models of their own.
    assert of_model(rows, "aws", "us.poet.sonnet-9-v1:0")["input@0"] == Decimal("3.3")
    assert of_model(rows, "azure", "eu/orator-5")["input@0"] == Decimal("1.375")


def test_one_seller_with_two_doors(rows: Rows) -> None:
    assert of_model(rows, "google", "gemma-9-pro")["input@0"] == Decimal("1.4")
    vertex = of_model(rows, "google", "vertex_ai/gemma-9-pro")
    assert vertex["input@0"] == Decimal("1.6"), "the longer of two spellings"
    assert of_model(rows, "azure", "azure_ai/orator-5")["input@0"] == Decimal("1.3")
    assert {row["sku_id"] for row in rows if row["attributes"]["model"] == "gemma-9-pro"} == {
        "gemini/gemma-9-pro:input",
        "gemini/gemma-9-pro:output",
    }


def test_sellers_have_the_names_of_genai_prices(rows: Rows) -> None:
    assert {row["provider"] for row in rows} == {
        "openai", "anthropic", "aws", "azure", "google", "x-ai", "fireworks", "alibaba", "deepseek", "novita",
        "publicai",
    }  # fmt: skip
    assert of_model(rows, "fireworks", "llama-x")
    assert of_model(rows, "openai", "text-old-1")


def test_tiers_by_range_and_prices_by_time(rows: Rows) -> None:
    assert of_model(rows, "alibaba", "qwill-flash") == {
        "input@0": Decimal("0.05"),
        "input@256000": Decimal("0.25"),
        "output@0": Decimal("0.4"),
        "output@256000": Decimal(2),
    }
    dive = of_model(rows, "deepseek", "dive-chat")
    assert (dive["cached_input@0"], dive["input:off-peak@0"]) == (Decimal("0.028"), Decimal("0.14"))
    off_peak = next(row for row in rows if row["attributes"]["kind"] == "output:off-peak")
    assert off_peak["attributes"]["condition"]["windows"][0]["hours_utc"] == "16:30-00:30"


def test_what_is_no_price_per_token_is_left_out(rows: Rows) -> None:
    assert {row["attributes"]["model"] for row in rows if not row["price"]} == {"gift"}
    assert set(of_model(rows, "openai", "embed-large")) == {"input@0"}
    kept = {row["attributes"]["key"] for row in rows}
    assert kept.isdisjoint({"sample_spec", "ollama/llama-x", "scaleway/llama-x", "some-file"})
    assert not [key for key in kept if "commitment" in key]
    assert {row["unit_raw"] for row in rows if row["attributes"]["model"] == "orator-audio"} == {
        "input_cost_per_token",
        "output_cost_per_token",
        "input_cost_per_audio_token",
        "output_cost_per_audio_token",
        "cache_read_input_audio_token_cost",
    }


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [("litellm_provider", "vendor", "litellm_provider"), ("1.25e-06", '"ask us"', "ask us")],
)
def test_a_table_of_another_form_is_refused(
    old: str, new: str, named: str, keep: Callable[..., list[Payload]]
) -> None:
    content = TABLE.read_bytes().replace(old.encode(), new.encode())
    with pytest.raises(PayloadInvalid, match=named):
        list(litellm.parse(keep("litellm", SCOPE, {"model_prices.json": content})))


def test_the_service_narrows_the_scopes() -> None:
    with Client(()) as client:
        assert list(litellm.scopes(client, Selection(services=("machines",)))) == []
        assert list(litellm.scopes(client, Selection(regions=("us-east-1",)))) == [SCOPE]
