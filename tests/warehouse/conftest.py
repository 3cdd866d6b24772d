"""A small knowledge base that the tests of this room share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from warehouse import embed
from warehouse.contracts import Document
from warehouse.knowledge import fill
from warehouse.statements import statement

Publish = Callable[[Path, list[Document]], Path]


def machine(provider: str, name: str, english: str, keywords: str = "") -> list[Document]:
    texts = {"en": f"{name} is a machine with {english}.", "pt": f"{name} é uma máquina com {english}."}
    return [
        Document(
            document_id=f"machine/{provider}/{name}/{language}",
            kind="machine",
            language=language,
            title=f"{provider} {name}",
            text=text,
            source="test",
            provider=provider,
            entity=name,
            keywords=f"{name}, {keywords}",
            summary=english,
        )
        for language, text in texts.items()
    ]


def guide(name: str, language: str, title: str, text: str, keywords: str) -> Document:
    return Document(f"guide/{name}/{language}", "guide", language, title, text, "test", keywords=keywords)


REGIONS = {"aws/sa-east-1": "São Paulo", "azure/brazilsouth": "São Paulo", "aws/us-east-1": "Virginia"}
DOCUMENTS = [
    *machine("aws", "p5.48xlarge", "192 vCPUs and 8 NVIDIA H100", "H100, NVIDIA H100"),
    *machine("aws", "g5.48xlarge", "192 vCPUs and 8 NVIDIA A10G", "A10G"),
    *machine("aws", "m5.xlarge", "4 vCPUs and 16 GiB of memory"),
    *machine("aws", "m5.2xlarge", "8 vCPUs and 32 GiB of memory"),
    *machine("azure", "Standard_D4s_v3", "4 vCPUs and 16 GiB of memory", "D4s_v3"),
    *[
        Document(
            f"region/{key}/{language}",
            "region",
            language,
            key.split("/")[1],
            f"{key.split('/')[1]}: {city}",
            "test",
            provider=key.split("/")[0],
            entity=key.split("/")[1],
            keywords=f"{city}, Brasil" if city == "São Paulo" else city,
        )
        for key, city in REGIONS.items()
        for language in ("en", "pt")
    ],
    *[
        Document(
            f"provider/{name}/{language}", "provider", language, name, f"{name} sells.", "test", name, name
        )
        for name in ("aws", "azure", "openai")
        for language in ("en", "pt")
    ],
    *[
        Document(
            f"accelerator/H100/{language}",
            "accelerator",
            language,
            "NVIDIA H100",
            "80 GiB of HBM3",
            "test",
            entity="H100",
            keywords="H100, NVIDIA H100, nvidia-h100-80gb",
        )
        for language in ("en", "pt")
    ],
    guide("spot-instances", "en", "When to use spot", "Spot is spare capacity.", "When is spot worth it?"),
    guide(
        "spot-instances",
        "pt",
        "Quando usar spot",
        "Capacidade ociosa.",
        "Quando vale a pena usar spot?, preemptível",
    ),
    guide("savings-plans", "en", "Savings plans", "Commit to spend per hour.", "savings plan, commitment"),
    guide(
        "savings-plans",
        "pt",
        "Savings plans",
        "Compromisso de gasto.",
        "savings plan, Vale a pena?, compromisso",
    ),
    guide(
        "egress", "en", "Data leaving the cloud", "Egress is billed by the gigabyte.", "egress, data transfer"
    ),
]


def warehouse(documents: list[Document]) -> duckdb.DuckDBPyConnection:
    """Documents and their vectors, made by the quick model: it agrees with the one for documents."""
    connection = duckdb.connect()
    for table in ("08_documents", "09_embeddings"):
        connection.execute(statement(f"schema/{table}"))
    quick = embed.query_embedder(embed.BUNDLED_ID)
    for document in documents:
        content = hashlib.sha256(repr(document).encode()).hexdigest()
        row = {**asdict(document), "content_hash": content}
        names = ", ".join(f"${name} AS {name}" for name in row)
        connection.execute(f"INSERT INTO documents BY NAME SELECT {names}", row)
        vector = quick.encode_query(f"{document.title}\n{document.keywords}\n{document.text}").tolist()
        connection.execute("INSERT INTO embeddings VALUES (?, ?, ?)", [content, embed.BUNDLED_ID, vector])
    return connection


def published(folder: Path, documents: list[Document]) -> Path:
    with warehouse(documents) as connection:
        fill(connection, folder / "chroma", embed.BUNDLED_ID)
    return folder


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return DOCUMENTS


@pytest.fixture(scope="session")
def publish() -> Publish:
    """Writes the `chroma` folder of a snapshot that holds the given documents."""
    return published


@pytest.fixture(scope="session")
def knowledge_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("snapshots") / "20261122T190000Z-0a1b2c3d", DOCUMENTS)
