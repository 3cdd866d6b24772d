"""A small knowledge base that the tests of this room share."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb
import httpx
import pytest

from warehouse import embed
from warehouse.contracts import Document
from warehouse.knowledge import Servers, fill
from warehouse.statements import statement

ROOT = Path(__file__).resolve().parents[2]
Publish = Callable[..., Path]  # folder of the snapshot, documents, URLs of servers


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
    for table in ("08_documents", "09_embeddings", "20_projections"):
        connection.execute(statement(f"schema/{table}"))
    quick = embed.query_embedder(embed.BUNDLED_ID)
    for document in documents:
        content = hashlib.sha256(repr(document).encode()).hexdigest()
        row = {**asdict(document), "content_hash": content}
        names = ", ".join(f"${name} AS {name}" for name in row)
        connection.execute(f"INSERT INTO documents BY NAME SELECT {names}", row)
        vector = quick.encode_query(f"{document.title}\n{document.keywords}\n{document.text}")
        values = [content, embed.BUNDLED_ID, vector.astype("<f4").tobytes()]
        connection.execute("INSERT INTO embeddings VALUES (?, ?, ?)", values)
    return connection


def published(folder: Path, documents: list[Document], *urls: str, synonyms: Path | None = None) -> Path:
    """The knowledge base in the folder of a snapshot, its vectors on the servers at `urls` if there are any."""
    servers = Servers(urls, folder.name) if urls else None
    with warehouse(documents) as connection:
        known = fill(connection, folder, embed.BUNDLED_ID, servers=servers, synonyms=synonyms)
    (folder / "manifest.json").write_text(json.dumps({"knowledge": known}), encoding="utf-8")
    return folder


class ChromaServer:
    """Chroma's own server on a free port of this machine, with its data in a folder."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = port or free.getsockname()[1]
        self.url, self._folder = f"http://127.0.0.1:{self.port}", folder
        code = "from chromadb.cli.cli import app; app()"
        options = ["run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "the Chroma server ended"
            assert time.monotonic() < deadline, "the Chroma server does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).is_success
        return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(30)

    def again(self) -> ChromaServer:
        return ChromaServer(self._folder, self.port)


@contextlib.contextmanager
def chroma_servers(folder: Path, count: int) -> Iterator[list[ChromaServer]]:
    started: list[ChromaServer] = []
    try:
        for number in range(count):
            started.append(ChromaServer(folder / f"server{number}"))
        yield started
    finally:
        for server in started:
            server.stop()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ChromaServer]]:
    """Two servers; what tests put there is named by their snapshots."""
    with chroma_servers(tmp_path_factory.mktemp("chroma"), 2) as started:
        yield started


@pytest.fixture(scope="session", params=["folder", "one server", "two servers"])
def urls(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Where vectors are kept: no URL for the snapshot's own folder."""
    if request.param == "folder":
        return ()
    started = request.getfixturevalue("servers")
    return tuple(one.url for one in started[: 1 if request.param == "one server" else 2])


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return DOCUMENTS


@pytest.fixture(scope="session")
def publish() -> Publish:
    """Writes the knowledge base of a snapshot that holds the given documents."""
    return published


@pytest.fixture(scope="session")
def knowledge_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("snapshots") / "20261122T190000Z-0a1b2c3d", DOCUMENTS)


@pytest.fixture(scope="session")
def stored_folder(tmp_path_factory: pytest.TempPathFactory, urls: tuple[str, ...]) -> Path:
    """The same in every kind of store."""
    name = f"20261122T19000{len(urls)}Z-0a1b2c3e"
    folder = tmp_path_factory.mktemp("snapshots") / name
    return published(folder, DOCUMENTS, *urls, synonyms=ROOT / "data" / "knowledge")
