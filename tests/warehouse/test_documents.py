"""The cards that SQL writes: read alone they must be true, in both languages, and stay as long as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.warehouse.cards_warehouse import add_source, add_spans, changed, opened_cards, written
from warehouse.cards import write_documents
from warehouse.contracts import Document
from warehouse.statements import statements

P5_EN = (
    "AWS p5.48xlarge is a machine of the p5 family. It has 192 vCPUs, 2,048 GiB of memory, 8 × NVIDIA H100 "
    "(80 GiB each, 640 GiB in all), 30,400 GB of local disk, 3,200 Gbit/s of network, x86_64 architecture. "
    "On demand with Linux on shared hardware it is priced in 4 regions: cheapest in us-east-1 (Ashburn, United "
    "States), us-east-2 (Columbus, United States) at 98.32 USD per hour (71,773.60 USD per month of 730 hours), "
    "dearest in sa-east-1 (São Paulo, Brazil) at 165.1776 USD per hour; these prices are in force in this data "
    "since dates between 2025-03-12 and 2026-01-31 (source libcloud). Spot with Linux: from 30.50 USD per hour in "
    "us-east-2 (Columbus, United States), in force in this data since 2026-11-19 (regions with a spot price: 2; "
    "source libcloud)."
)
P5_PT = (
    "p5.48xlarge é uma máquina AWS da família p5. Tem 192 vCPUs, 2.048 GiB de memória, 8 × NVIDIA H100 "
    "(80 GiB cada, 640 GiB no total), 30.400 GB de disco local, rede de 3.200 Gbit/s, arquitetura x86_64. "
    "Sob demanda com Linux em hardware compartilhado tem preço em 4 regiões: mais barata em us-east-1 (Ashburn, "
    "Estados Unidos), us-east-2 (Columbus, Estados Unidos), por 98,32 USD por hora (71.773,60 USD por mês de 730 "
    "horas); mais cara em sa-east-1 (São Paulo, Brasil), por 165,1776 USD por hora; preços em vigor nestes dados "
    "desde datas entre 12/03/2025 e 31/01/2026 (fonte libcloud). Spot com Linux: a partir de 30,50 USD por hora em "
    "us-east-2 (Columbus, Estados Unidos), em vigor nestes dados desde 19/11/2026 (regiões com preço spot: 2; "
    "fonte libcloud)."
)
GUIDE = Document("guide/spot/en", "guide", "en", "When to use spot", "Use it when…", "https://example.com")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with opened_cards() as opened:
        yield opened


@pytest.fixture(scope="module")
def cards() -> dict[str, dict[str, Any]]:
    """All cards of the small tables, and one change of a price."""
    with opened_cards() as opened:
        add_source(opened, "aws_list")
        machine = {"instance_type": "m5.large", "operating_system": "linux"}
        add_spans(opened, {"2026-01-01": 0.1, "2026-11-03": 0.096}, **machine)
        return written(opened)


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize(
    "subject",
    [
        "accelerator/H100",
        "comparison/accelerator/H100",
        "digest/aws/2026-W45",
        "family/aws/t4g",
        "family/models/anthropic",
        "model/claude-haiku-4-5",
        "provider/aws",
        "region/aws/sa-east-1",
        "service/aws/AmazonEC2",
        "service/openrouter/tokens",
    ],
)
def test_whole_cards(
    cards: dict[str, dict[str, Any]], subject: str, language: str, snapshot: SnapshotAssertion
) -> None:
    card = cards[f"{subject}/{language}"]
    assert {name: value for name, value in card.items() if name != "content_hash"} == snapshot


@pytest.mark.parametrize(("language", "text"), [("en", P5_EN), ("pt", P5_PT)])
def test_a_machine_card_says_what_it_has_and_since_when_it_costs_what(
    cards: dict[str, dict[str, Any]], language: str, text: str
) -> None:
    card = cards[f"machine/aws/p5.48xlarge/{language}"]
    assert card["text"] == text
    assert (card["provider"], card["entity"], card["source"]) == ("aws", "p5.48xlarge", "libcloud")
    assert card["keywords"] == "p5.48xlarge, AWS p5.48xlarge, H100, NVIDIA H100"
    # Of the prices it states; that of eu-west-1 is none of them.
    assert (card["valid_from"], card["valid_to"]) == (date(2025, 3, 12), date(2026, 11, 20))


def test_a_missing_spec_drops_its_sentence_and_not_the_card(cards: dict[str, dict[str, Any]]) -> None:
    assert cards["machine/azure/Standard_D4s_v3/en"]["text"] == (
        "Azure Standard_D4s_v3 is a machine of the D family. "
        "No on-demand Linux list price on shared hardware is in force for it in this data."
    )
    assert cards["machine/azure/Standard_D4s_v3/en"]["valid_from"] is None
    assert "D4s_v3" in cards["machine/azure/Standard_D4s_v3/pt"]["keywords"].split(", ")
    newchip = cards["machine/aws/inf1.xlarge/en"]["text"]
    assert "It has 4 vCPUs, 8 GiB of memory, Newchip, x86_64 architecture." in newchip
    nano = cards["machine/aws/t4g.nano/pt"]["text"]
    assert "Tem 1 vCPU, 0,5 GiB de memória, arquitetura arm64." in nano
    assert "por 0,0042 USD por hora (3,07 USD por mês" in nano


def test_a_machine_without_a_family_has_no_parent_and_still_says_what_it_is(
    cards: dict[str, dict[str, Any]],
) -> None:
    assert cards["machine/linode/solo/en"]["parent"] is None
    assert cards["machine/linode/solo/en"]["text"].startswith(
        "Akamai Linode solo is a machine type. It has 1 vCPU"
    )
    assert cards["machine/linode/solo/pt"]["text"].startswith(
        "solo é um tipo de máquina (Akamai Linode). Tem 1 vCPU"
    )
    assert not [key for key in cards if key.startswith("family/linode/")]


def test_only_offered_machines_and_those_with_an_accelerator_have_a_card(
    cards: dict[str, dict[str, Any]],
) -> None:
    assert "machine/aws/inf1.xlarge/en" in cards
    assert "machine/azure/Standard_D9_v9/en" not in cards


def test_a_card_names_whose_the_specifications_are_where_their_licence_asks_for_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "libcloud", "weekly")
    cards = written(connection)
    for language, line in (("en", "Specifications"), ("pt", "Especificações")):
        text = cards[f"machine/aws/p5.48xlarge/{language}"]["text"]
        assert text.endswith(f" {line}: Specs of somebody, CC-BY-SA-4.0.")


def test_a_price_is_stated_in_the_currency_of_its_list(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "UPDATE offers SET currency = 'EUR', price_hour = 0.0037 WHERE instance_type = 't4g.nano' AND region = 'us-east-1'"
    )
    first = written(connection)
    assert "at 0.0037 EUR per hour" in first["machine/aws/t4g.nano/en"]["text"]
    # Another rate of the day is another price in dollars, and no other text.
    connection.execute("UPDATE offers SET price_usd_hour = price_usd_hour * 1.001 WHERE currency = 'EUR'")
    assert changed(first, written(connection)) == set()


def test_a_region_card_tells_its_price_level(cards: dict[str, dict[str, Any]]) -> None:
    # 165.1776 / 98.32 = 1.68 and 0.0067 / 0.0042 = 1.595: their median is 1.638.
    assert "the median of 2 machines costs about 65% more there" in cards["region/aws/sa-east-1/en"]["text"]
    cheap = cards["region/aws/us-east-1/pt"]
    assert "na mediana de 2 máquinas, o preço nela é quase o mesmo da região AWS mais barata" in cheap["text"]
    assert "Virgínia" in cheap["keywords"]
    assert "preço de tabela" in cards["region/aws/ap-south-1/pt"]["text"]
    assert {card["provider"] for card in cards.values() if card["kind"] == "region"} == {
        "aws",
        "azure",
        "linode",
    }


def test_every_card_has_both_languages_no_hole_and_a_parent_that_exists(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "aws_list")
    add_spans(connection, {"2026-01-01": 0, "2026-11-03": 0.096}, instance_type="m5.large")
    count = write_documents(connection, [GUIDE])
    cards = written(connection)
    assert count == len(cards) + 1
    subjects = {key.removesuffix("/en") for key in cards if key.endswith("/en")}
    assert subjects == {key.removesuffix("/pt") for key in cards if key.endswith("/pt")}
    assert {card["parent"] for card in cards.values()} - {None} <= subjects
    kinds = {card["kind"] for card in cards.values()}
    assert kinds == {
        "accelerator", "comparison", "digest", "family", "machine", "model", "provider", "region", "service",
    }  # fmt: skip
    holes = r"regexp_matches(concat_ws(' ', title, summary, text), 'None|NULL|\bnan\b|\{|\}|  | \.')"
    assert connection.execute(f"SELECT document_id FROM documents WHERE {holes}").fetchall() == []


def test_unchanged_data_gives_unchanged_hashes_in_any_time_zone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    add_source(connection, "aws_list")
    add_spans(connection, {"2026-01-01": 0.1, "2026-11-02": 0.096}, instance_type="m5.large")
    first = written(connection)
    connection.execute("SET TimeZone = 'America/Sao_Paulo'")
    assert written(connection) == first


def test_a_new_price_changes_only_the_cards_it_is_on(connection: duckdb.DuckDBPyConnection) -> None:
    first = written(connection)
    price = (
        "price_usd_hour = 0.00421, price_hour = 0.00421, valid_from = TIMESTAMPTZ '2026-11-20 00:00:00+00'"
    )
    connection.execute(f"UPDATE offers SET {price} WHERE price_hour = 0.0042")
    assert changed(first, written(connection)) == {"machine/aws/t4g.nano", "family/aws/t4g"}
    connection.execute("UPDATE offers SET price_usd_hour = 109, price_hour = 109 WHERE price_hour = 110")
    assert changed(first, written(connection)) == {"machine/aws/t4g.nano", "family/aws/t4g"}  # none states it


def test_a_later_confirmation_changes_no_text(connection: duckdb.DuckDBPyConnection) -> None:
    first = written(connection)
    for table in ("offers", "token_prices", "prices"):
        connection.execute(f"UPDATE {table} SET confirmed_at = confirmed_at + INTERVAL 1 DAY")
    connection.execute("UPDATE offers SET as_of = as_of + INTERVAL 1 DAY")
    second = written(connection)
    assert changed(first, second) == set()
    assert second["machine/aws/p5.48xlarge/en"]["valid_to"] == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "english", "portuguese"),
    [
        (1234.5, "1,234.50 USD", "1.234,50 USD"),
        (0.0042, "0.0042 USD", "0,0042 USD"),
        (1000000, "1,000,000.00 USD", "1.000.000,00 USD"),
        (36.04986, "36.04986 USD", "36,04986 USD"),
        (None, None, None),
    ],
)
def test_money_is_written_as_its_readers_write_it(
    value: float | None, english: str | None, portuguese: str | None
) -> None:
    with duckdb.connect() as connection:
        for macro in statements("phrases"):
            connection.execute(macro)
        query = "SELECT money_text($value, 'USD', 'en'), money_text($value, 'USD', 'pt')"
        assert connection.execute(query, {"value": value}).fetchall() == [(english, portuguese)]
