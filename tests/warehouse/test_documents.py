"""The cards that SQL writes: read alone they must be true, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.cards import write_documents
from warehouse.contracts import Document
from warehouse.statements import statement, statements

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"

MACHINES = """
CREATE TABLE instance_types AS
SELECT *, NULL::VARCHAR AS cpu_model, TIMESTAMPTZ '2025-03-12 00:00:00+00' AS as_of FROM (VALUES
    ('aws', 'p5.48xlarge', 'p5', 192, 2048, 'x86_64', 'H100', 8, 80, 30400, 3200, 'libcloud'),
    ('aws', 't4g.nano', 't4g', 1, 0.5, 'arm64', NULL, NULL, NULL, 0, NULL, 'libcloud'),
    ('aws', 'inf1.xlarge', 'inf1', 4, 8, 'x86_64', 'Newchip', NULL, 8, NULL, NULL, 'libcloud'),
    ('azure', 'Standard_D4s_v3', 'D', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'libcloud'),
    ('azure', 'Standard_D9_v9', 'D', 9, 9, 'x86_64', NULL, NULL, NULL, NULL, NULL, 'libcloud')
) AS v (provider, instance_type, family, vcpus, memory_gib, architecture, accelerator, accelerator_count,
        accelerator_memory_gib, local_storage_gb, network_gbps, source)
"""

OFFERS = """
CREATE TABLE offers AS
SELECT
    v.*, i.family, i.accelerator, i.accelerator_count, i.accelerator_memory_gib,
    NULL::DOUBLE AS latitude, NULL::DOUBLE AS longitude,
    'libcloud' AS source, TIMESTAMPTZ '2025-03-12 00:00:00+00' AS as_of
FROM (VALUES
    ('aws', 'p5.48xlarge', 'us-east-1', 'on_demand', 'linux', 'shared', 'list', 98.32::DECIMAL(20, 10)),
    ('aws', 'p5.48xlarge', 'us-east-2', 'on_demand', 'linux', 'shared', 'list', 98.32),
    ('aws', 'p5.48xlarge', 'sa-east-1', 'on_demand', 'linux', 'shared', 'list', 165.1776),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'linux', 'dedicated', 'list', 11.0),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'windows', 'shared', 'list', 12.0),
    ('aws', 'p5.48xlarge', 'us-west-2', 'on_demand', 'linux', 'shared', 'contracted', 13.0),
    ('aws', 'p5.48xlarge', 'us-east-2', 'spot', 'linux', 'shared', 'list', 30.5),
    ('azure', 'Standard_D4s_v3', 'brazilsouth', 'on_demand', 'windows', 'shared', 'list', 0.5),
    ('aws', 't4g.nano', 'us-east-1', 'on_demand', 'linux', 'shared', 'list', 0.0042),
    ('aws', 't4g.nano', 'sa-east-1', 'on_demand', 'linux', 'shared', 'list', 0.0067)
) AS v (provider, instance_type, region, purchase_option, operating_system, tenancy, price_type, price_usd_hour)
LEFT JOIN instance_types AS i USING (provider, instance_type)
"""

TOKENS = """
CREATE TABLE token_prices AS
SELECT 'openai' AS provider, 'model-' || n AS model, 'genai_prices' AS source,
       TIMESTAMPTZ '2026-10-01 00:00:00+00' AS as_of
FROM range(14) AS r (n)
"""

P5_EN = (
    "AWS p5.48xlarge is a machine of the p5 family. It has 192 vCPUs, 2,048 GiB of memory, 8 × NVIDIA H100 "
    "(80 GiB each, 640 GiB in all), 30,400 GB of local disk, 3,200 Gbit/s of network, x86_64 architecture. "
    "On demand with Linux on shared hardware it is priced in 3 regions: cheapest in us-east-1 (Ashburn, United "
    "States), us-east-2 (Columbus, United States) at 98.32 USD per hour (71,773.60 USD per month of 730 hours), "
    "dearest in sa-east-1 (São Paulo, Brazil) at 165.1776 USD per hour. Spot with Linux: from 30.50 USD per hour "
    "in us-east-2 (Columbus, United States) (priced regions: 1). Prices of 2025-03-12 (source libcloud)."
)
P5_PT = (
    "p5.48xlarge é uma máquina AWS da família p5. Tem 192 vCPUs, 2.048 GiB de memória, 8 × NVIDIA H100 "
    "(80 GiB cada, 640 GiB no total), 30.400 GB de disco local, rede de 3.200 Gbit/s, arquitetura x86_64. "
    "Sob demanda com Linux em hardware compartilhado tem preço em 3 regiões: mais barata em us-east-1 (Ashburn, "
    "Estados Unidos), us-east-2 (Columbus, Estados Unidos), por 98,32 USD por hora (71.773,60 USD por mês de 730 "
    "horas), mais cara em sa-east-1 (São Paulo, Brasil), por 165,1776 USD por hora. Spot com Linux: a partir de "
    "30,50 USD por hora em us-east-2 (Columbus, Estados Unidos) (regiões com preço: 1). Preços de 12/03/2025 "
    "(fonte libcloud)."
)

GUIDE = Document("guide/spot/en", "guide", "en", "When to use spot", "Use it when…", "https://example.com")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(statement("schema/08_documents"))
        for table in ("regions", "countries", "accelerators"):
            opened.execute(statement(f"reference/{table}"), {"path": str(REFERENCE / f"{table}.csv")})
        opened.execute(statement("schema/07_sources"))
        for sql in (MACHINES, OFFERS, TOKENS, statement("views/41_gpu_offers")):
            opened.execute(sql)
        yield opened


def card(connection: duckdb.DuckDBPyConnection, document_id: str) -> dict[str, str]:
    relation = connection.execute("SELECT * FROM documents WHERE document_id = ?", [document_id])
    names = [column[0] for column in relation.description]
    (row,) = relation.fetchall()
    return dict(zip(names, row, strict=True))


def test_a_card_names_whose_the_specifications_are_where_their_licence_asks_for_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "INSERT INTO sources VALUES ('libcloud', 'Specs of somebody', 'weekly', 90, 60, 'CC-BY-SA-4.0', 'https://e.org')"
    )
    write_documents(connection, [])
    for language, line in (("en", "Specifications"), ("pt", "Especificações")):
        text = card(connection, f"machine/aws/p5.48xlarge/{language}")["text"]
        assert text.endswith(f" {line}: Specs of somebody, CC-BY-SA-4.0.")


def hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT document_id, content_hash FROM documents").fetchall())


@pytest.mark.parametrize(("language", "text"), [("en", P5_EN), ("pt", P5_PT)])
def test_a_machine_card_says_what_it_has_and_where_it_is_cheapest(
    connection: duckdb.DuckDBPyConnection, language: str, text: str
) -> None:
    write_documents(connection, [])
    found = card(connection, f"machine/aws/p5.48xlarge/{language}")
    assert found["text"] == text
    assert (found["provider"], found["entity"], found["source"]) == ("aws", "p5.48xlarge", "libcloud")
    assert found["keywords"] == "p5.48xlarge, AWS p5.48xlarge, H100, NVIDIA H100"


def test_a_missing_spec_drops_its_sentence_and_not_the_card(connection: duckdb.DuckDBPyConnection) -> None:
    write_documents(connection, [])
    assert card(connection, "machine/azure/Standard_D4s_v3/en")["text"] == (
        "Azure Standard_D4s_v3 is a machine of the D family. "
        "No on-demand Linux list price on shared hardware is in force for it in this data."
    )
    assert "D4s_v3" in card(connection, "machine/azure/Standard_D4s_v3/pt")["keywords"].split(", ")
    newchip = card(connection, "machine/aws/inf1.xlarge/en")["text"]
    assert "It has 4 vCPUs, 8 GiB of memory, Newchip, x86_64 architecture." in newchip
    nano = card(connection, "machine/aws/t4g.nano/pt")["text"]
    assert "Tem 1 vCPU, 0,5 GiB de memória, arquitetura arm64." in nano
    assert "por 0,0042 USD por hora (3,07 USD por mês" in nano


def test_only_offered_machines_and_those_with_an_accelerator_have_a_card(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_documents(connection, [])
    cards = hashes(connection)
    assert "machine/aws/inf1.xlarge/en" in cards
    assert "machine/azure/Standard_D9_v9/en" not in cards


def test_an_accelerator_card_names_its_machines_and_the_price_of_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_documents(connection, [])
    found = card(connection, "accelerator/H100/pt")
    assert found["provider"] is None
    assert "80 GiB de HBM3" in found["text"]
    assert "Tipos de máquina com ele: 1 (AWS p5.48xlarge (8))." in found["text"]
    assert "por uma hora: AWS 12,29 USD (p5.48xlarge em us-east-1, 12/03/2025)." in found["text"]
    assert "NVIDIA H100" in found["keywords"].split(", ")


def test_a_region_card_tells_its_price_level(connection: duckdb.DuckDBPyConnection) -> None:
    write_documents(connection, [])
    dear = card(connection, "region/aws/sa-east-1/en")["text"]
    # 165.1776 / 98.32 = 1.68 and 0.0067 / 0.0042 = 1.595: their median is 1.638.
    assert "the median of 2 machines costs 64% more there" in dear
    cheap = card(connection, "region/aws/us-east-1/pt")["text"]
    assert "a mediana de 2 máquinas custa nela o mesmo que na região AWS mais barata" in cheap
    assert "Virgínia" in card(connection, "region/aws/us-east-1/pt")["keywords"]
    assert "preço de lista" in card(connection, "region/aws/eu-west-1/pt")["text"]
    rows = connection.execute("SELECT DISTINCT provider FROM documents WHERE kind = 'region'").fetchall()
    assert {provider for (provider,) in rows} == {"aws", "azure"}  # no other sells machines here


def test_a_provider_card_dates_its_data(connection: duckdb.DuckDBPyConnection) -> None:
    write_documents(connection, [])
    aws = card(connection, "provider/aws/en")["text"]
    assert "AWS sells machines by the hour: 2 machine types in 4 regions, 9 prices in force" in aws
    assert "Purchase options: on demand, spot." in aws
    assert "libcloud (2025-03-12)" in aws
    openai = card(connection, "provider/openai/pt")["text"]
    assert openai.startswith("OpenAI vende modelos de linguagem por token: preços de 14 modelos (model-0, ")
    assert openai.endswith("e mais 2). Fontes e datas dos dados: genai_prices (01/10/2026).")


def test_every_card_has_both_languages_and_no_hole(connection: duckdb.DuckDBPyConnection) -> None:
    written = write_documents(connection, [GUIDE])
    held = hashes(connection)
    assert written == len(held)
    cards = {key for key in held if not key.startswith("guide/")}
    assert {key.removesuffix("/en") for key in cards if key.endswith("/en")} == {
        key.removesuffix("/pt") for key in cards if key.endswith("/pt")
    }
    holes = "regexp_matches(concat_ws(' ', title, summary, text), 'None|NULL|\\bnan\\b|\\{|\\}|  | \\.')"
    query = f"SELECT document_id FROM documents WHERE kind <> 'guide' AND {holes}"
    assert connection.execute(query).fetchall() == []
    assert card(connection, "guide/spot/en")["text"] == "Use it when…"


def test_unchanged_data_gives_unchanged_hashes_in_any_time_zone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_documents(connection, [GUIDE])
    first = hashes(connection)
    connection.execute("SET TimeZone = 'America/Sao_Paulo'")
    write_documents(connection, [GUIDE])
    assert hashes(connection) == first


def test_a_new_price_changes_only_the_cards_it_is_on(connection: duckdb.DuckDBPyConnection) -> None:
    write_documents(connection, [GUIDE])
    first = hashes(connection)
    connection.execute("UPDATE offers SET price_usd_hour = 0.0043 WHERE price_usd_hour = 0.0042")
    write_documents(connection, [GUIDE])
    changed = {key.rpartition("/")[0] for key, value in hashes(connection).items() if first[key] != value}
    assert changed == {"machine/aws/t4g.nano", "region/aws/sa-east-1"}


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
        query = "SELECT money_text($value, 'en'), money_text($value, 'pt')"
        assert connection.execute(query, {"value": value}).fetchall() == [(english, portuguese)]
