"""Vectors on Chroma servers: versions side by side, spread over several, and servers that are away."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from warehouse import knowledge as door
from warehouse.chroma_clients import client_of
from warehouse.contracts import Document
from warehouse.errors import InvalidInput, KnowledgeUnavailable
from warehouse.knowledge import Knowledge, Servers, logical_digest
from warehouse.settings import settings
from warehouse.shards import server_of

Publish = Callable[..., Path]
ONE, TWO = "20261122T190000Z-00000001", "20261122T200000Z-00000002"


def held(url: str, snapshot: str) -> dict[str, int]:
    with client_of(url) as client:
        return {
            one.name.removeprefix(f"{snapshot}."): one.count()
            for one in client.list_collections()
            if one.name.startswith(f"{snapshot}.")
        }


def told(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["knowledge"]


@pytest.fixture
def urls(servers: Any) -> tuple[str, ...]:
    return tuple(server.url for server in servers)


@pytest.fixture
def folder(publish: Publish, documents: list[Document], urls: tuple[str, ...], tmp_path: Path) -> Path:
    return publish(tmp_path / ONE, documents, *urls)


def test_collections_are_spread_and_nothing_is_in_the_folder(folder: Path, urls: tuple[str, ...]) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["lexicon.sqlite3", "manifest.json"]
    assert told(folder)["servers"] == list(urls)
    where = {shard: url for url in urls for shard in held(url, ONE)}
    assert where.keys() == {"docs_guides", "docs_overview", "docs_aws", "docs_azure"}
    assert where == {shard: server_of(shard, urls) for shard in where}


def test_the_digest_is_that_of_the_folder_store(
    folder: Path, knowledge_folder: Path, urls: tuple[str, ...]
) -> None:
    assert told(folder)["digest"] == logical_digest(Servers(urls, ONE))
    assert told(folder)["digest"] == told(knowledge_folder)["digest"]


def test_versions_live_side_by_side(
    folder: Path, publish: Publish, documents: list[Document], urls: tuple[str, ...], tmp_path: Path
) -> None:
    publish(tmp_path / TWO, documents[:4], *urls)
    with Knowledge.open(folder, tmp_path / "c") as one, Knowledge.open(tmp_path / TWO, tmp_path / "c") as two:
        assert (one.degraded, two.degraded) == (None, None)
        assert {hit.snapshot for hit in one.search("p5.48xlarge")} == {ONE}
        assert {hit.document.entity for hit in two.search("p5.48xlarge")} <= {"p5.48xlarge", "g5.48xlarge"}
        assert one.search("Standard_D4s_v3")
        assert two.search("Standard_D4s_v3") == []


@contextmanager
def silent_server() -> Iterator[str]:
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepted: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    accepted.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in accepted:
            one.close()


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_server_that_is_away_is_named(publish: Publish, documents: list[Document], tmp_path: Path) -> None:
    url = closed_port()
    with pytest.raises(KnowledgeUnavailable, match=url) as caught:
        publish(tmp_path / ONE, documents, url)
    assert "CLOUD_PRICING_CHROMA_URLS" in caught.value.hint


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with silent_server() as url:
        started = time.monotonic()
        with pytest.raises(KnowledgeUnavailable, match=url), client_of(url):
            pass
        assert time.monotonic() - started < 30  # it would wait for ever


def test_reading_goes_on_without_a_server(
    publish: Publish, documents: list[Document], servers: Any, tmp_path: Path
) -> None:
    from tests.warehouse.conftest import chroma_servers

    with chroma_servers(tmp_path / "own", 2) as own:
        urls = tuple(server.url for server in own)
        folder = publish(tmp_path / ONE, documents, *urls)
        with Knowledge.open(folder, tmp_path / "cache") as opened:
            assert opened.degraded is None
            lost = next(server for server in own if server.url == server_of("docs_guides", urls))
            lost.stop()
            hits = opened.search("savings plans", language="pt")
            assert hits[0].document.document_id == "guide/savings-plans/pt"
            assert opened.degraded
        with Knowledge.open(folder, tmp_path / "cache") as opened:
            assert lost.url in (opened.degraded or "")
            assert opened.search("savings plans", language="pt")[0].matched == ("words", "name")
        own.append(lost.again())
        with Knowledge.open(folder, tmp_path / "cache") as opened:
            assert opened.degraded is None


def test_a_server_may_move(
    folder: Path, urls: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest names where it was; the settings where it is."""
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    record["knowledge"]["servers"] = [closed_port()]
    (folder / "manifest.json").write_text(json.dumps(record), encoding="utf-8")
    with Knowledge.open(folder, tmp_path / "cache") as opened:
        assert opened.degraded
    monkeypatch.setenv("CLOUD_PRICING_CHROMA_URLS", json.dumps(urls))
    settings.cache_clear()
    try:
        with Knowledge.open(folder, tmp_path / "cache") as opened:
            assert opened.degraded is None
    finally:
        settings.cache_clear()


def test_what_is_no_longer_kept_is_removed_and_nothing_else(
    folder: Path, publish: Publish, documents: list[Document], urls: tuple[str, ...], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    publish(tmp_path / TWO, documents, *urls)
    for name in (ONE, TWO):
        door.promise(store, Servers(urls, name))
    with client_of(urls[0]) as client:
        client.get_or_create_collection("somebody.elses", embedding_function=None)
    assert door.sweep(store, [TWO]) == [ONE]
    assert [held(url, ONE) for url in urls] == [{}, {}]
    assert sum(sum(held(url, TWO).values()) for url in urls) == len(documents)
    assert held(urls[0], "somebody") == {"elses": 0}
    assert door.sweep(store, [TWO]) == []


def test_a_server_that_is_away_keeps_its_share_until_the_next_time(tmp_path: Path) -> None:
    door.promise(tmp_path, Servers((closed_port(),), ONE))
    assert door.sweep(tmp_path, []) == []
    assert [path.stem for path in (tmp_path / "servers").iterdir()] == [ONE]


@pytest.mark.parametrize("url", ["http://me:secret@host:8000", "ftp://host", "host:8000", "https://"])
def test_a_url_holds_an_address_and_nothing_else(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICING_CHROMA_URLS", json.dumps([url]))
    settings.cache_clear()
    with pytest.raises(InvalidInput, match="CLOUD_PRICING_CHROMA_URLS") as caught:
        settings()
    assert "secret" not in str(caught.value)
    monkeypatch.undo()
    settings.cache_clear()
