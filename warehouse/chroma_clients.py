"""Clients of Chroma, on a folder or on a server; whatever they raise becomes KnowledgeUnavailable."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import CloudPricingError, KnowledgeUnavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

FROM_FOLDER = "Run `cloud-pricing refresh` for a new snapshot, or `cloud-pricing snapshots rollback`."
FROM_SERVER = "Start it, or correct CLOUD_PRICING_CHROMA_URLS and run `cloud-pricing refresh`."
ASKING = 5.0  # seconds a server may take to answer a search
WRITING = 120.0  # seconds for a batch of vectors
# Chroma keeps its open folders in a table of the process that it does not lock.
_OPENING = threading.Lock()


@contextmanager
def translated(doing: str, hint: str = FROM_FOLDER) -> Iterator[None]:
    """Whatever Chroma, its Rust part, its HTTP client or SQLite raise becomes KnowledgeUnavailable."""
    try:
        yield
    except CloudPricingError:
        raise
    except Exception as error:
        line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise KnowledgeUnavailable(f"{doing} failed: {line}", hint) from error


def open_client(place: Path | str, seconds: float = ASKING) -> ClientAPI:
    """A client on a folder, which is made where it is missing, or on the server at a URL.

    `seconds` is how long a server may be silent. Close the client: the process keeps it open otherwise.
    """
    return _on_folder(place) if isinstance(place, Path) else _on_server(place, seconds)


def close_client(client: ClientAPI) -> None:
    closing: Any = client  # the protocol that Chroma declares lacks it
    # Chroma leaves the connections to a server open, those of the client and of its administration.
    servers = [closing._server, closing._admin_client._server]
    with _OPENING:
        closing.close()
    for server in servers:
        if (session := getattr(server, "_session", None)) is not None:
            session.close()


@contextmanager
def client_of(place: Path | str, seconds: float = ASKING) -> Iterator[ClientAPI]:
    client = open_client(place, seconds)
    try:
        yield client
    finally:
        close_client(client)


def _on_folder(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    with _OPENING, translated(f"Opening the vectors in {folder}"):
        try:
            return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        except Exception:
            # It remembers a folder that it failed to open, and would fail on its replacement.
            if str(folder) not in SharedSystemClient._identifier_to_refcount:
                SharedSystemClient._identifier_to_system.pop(str(folder), None)
            raise


def _on_server(url: str, seconds: float) -> ClientAPI:
    import chromadb
    import httpx
    from chromadb.config import Settings

    with translated(f"Asking the Chroma server {url}", FROM_SERVER):
        # Chroma's client waits for ever until it is made: a server that hangs is met here.
        httpx.get(f"{url}/api/v2/heartbeat", timeout=min(seconds, ASKING)).raise_for_status()
        client = chromadb.HttpClient(url, settings=Settings(anonymized_telemetry=False))
        inner: Any = client
        inner._server._session.timeout = httpx.Timeout(seconds)
        return client
