"""What is odd about OpenRouter's list of models."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.client import Client
from ingest.source import Payload, Selection
from ingest.sources import openrouter
from warehouse.contracts import Scope
from warehouse.errors import PayloadInvalid

Rows = list[dict[str, Any]]
MODELS = Path(__file__).parents[1] / "fixtures" / "openrouter" / "models.json"
SCOPE = Scope("openrouter", "tokens")


@pytest.fixture
def rows(recorded: Callable[[str], Sequence[tuple[Scope, list[Payload]]]]) -> Rows:
    ((scope, payloads),) = recorded("openrouter")
    assert scope == SCOPE
    (tables,) = openrouter.parse(payloads)
    assert tables.as_of is None
    listed: Rows = tables.tables["prices"].to_pylist()
    for row in listed:
        row["attributes"] = json.loads(row["attributes"])
    return listed


def of_model(rows: Rows, model: str) -> dict[str, Decimal]:
    """Prices by kind and start of the tier."""
    return {
        f"{row['attributes']['kind']}@{row['tier_from']:.0f}": row["price"]
        for row in rows
        if row["attributes"]["model"] == model
    }


def test_dollars_per_token_are_dollars_per_million(rows: Rows) -> None:
    assert of_model(rows, "acme/orator-4") == {
        "input@0": Decimal(3),
        "output@0": Decimal(15),
        "cached_input@0": Decimal("0.3"),
        "cache_write@0": Decimal("3.75"),
        "cache_write_1h@0": Decimal(6),
        "web_searches@0": Decimal(10),
    }
    assert of_model(rows, "acme/orator-mini") == {"input@0": Decimal("0.037"), "output@0": Decimal("0.12345")}
    searches = next(row for row in rows if row["sku_id"] == "acme/orator-4:web_searches")
    assert (searches["unit"], searches["unit_raw"]) == ("thousand_requests", "web_search")


def test_only_free_variants_are_free(rows: Rows) -> None:
    zeros = {
        (row["attributes"]["model"], row["attributes"].get("free_tier", False))
        for row in rows
        if not row["price"]
    }
    assert zeros == {("acme/orator-mini:free", True), ("stealth/unnamed", False)}


def test_longer_prompts_cost_what_the_last_fitting_entry_says(rows: Rows) -> None:
    lens = of_model(rows, "bolt/lens-2")
    assert [lens[f"input@{start}"] for start in (0, 200000, 500000)] == [
        Decimal("1.25"),
        Decimal("2.5"),
        Decimal(5),
    ]
    assert (lens["output@200000"], "output@500000" in lens) == (Decimal(15), False)
    tiers = [row for row in rows if row["sku_id"] == "bolt/lens-2:input"]
    assert sorted(row["tier_to"] or 0 for row in tiers) == [0, 200000, 500000]
    assert all(row["attributes"]["tier_of"] == "input tokens of the request" for row in tiers)
    audio = [lens[f"{kind}@0"] for kind in ("input_audio", "output_audio", "cache_audio_read")]
    assert audio == [Decimal(2), Decimal(40), Decimal("0.25")]


def test_a_window_of_time_is_a_kind_of_its_own(rows: Rows) -> None:
    assert of_model(rows, "dusk/night-1") == {
        "input@0": Decimal("0.6"),
        "output@0": Decimal("2.4"),
        "input:16:30-00:30@0": Decimal("0.3"),
        "output:16:30-00:30@0": Decimal("1.2"),
        "input:sat+sun@0": Decimal("0.2"),
    }
    by_sku = {row["sku_id"]: row["attributes"] for row in rows}
    assert by_sku["dusk/night-1:input:16:30-00:30"]["condition"] == {"time_of_day_utc": "16:30-00:30"}
    assert by_sku["dusk/night-1:input:sat+sun"]["condition"] == {"days_utc": ["saturday", "sunday"]}


def test_what_is_no_price_is_left_out(rows: Rows) -> None:
    models = {row["attributes"]["model"] for row in rows}
    assert models.isdisjoint({"openrouter/auto", "~acme/orator-latest", "acme/painter-1"})
    assert of_model(rows, "acme/embed-1") == {"input@0": Decimal("0.02")}
    assert not [row for row in rows if "image" in row["unit_raw"]]


def test_a_part_of_the_list_is_not_taken_for_the_whole(keep: Callable[..., list[Payload]]) -> None:
    document = json.loads(MODELS.read_bytes())
    document["data"] = document["data"][:5]
    payloads = keep("openrouter", SCOPE, {"models.json": json.dumps(document).encode()})
    with pytest.raises(PayloadInvalid, match="brought 5 of 22 models"):
        list(openrouter.parse(payloads))


def test_a_price_that_is_no_number_is_refused(keep: Callable[..., list[Payload]]) -> None:
    content = MODELS.read_bytes().replace(b'"0.000015"', b'"call us"')
    with pytest.raises(PayloadInvalid, match="call us"):
        list(openrouter.parse(keep("openrouter", SCOPE, {"models.json": content})))


def test_the_service_narrows_the_scopes() -> None:
    with Client(()) as client:
        assert list(openrouter.scopes(client, Selection(services=("machines",)))) == []
        assert list(openrouter.scopes(client, Selection(services=("tokens",)))) == [SCOPE]
