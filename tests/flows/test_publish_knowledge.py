"""The knowledge base is published anew where it is damaged or belongs elsewhere, and embedded once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.publish import Published
from tests.flows.conftest import TWO
from tests.warehouse.conftest import ChromaServer, chroma_servers
from warehouse import log, snapshots
from warehouse.chroma_clients import client_of
from warehouse.errors import KnowledgeUnavailable
from warehouse.knowledge import Knowledge, Servers, logical_digest
from warehouse.settings import settings


def lost_folder(folder: Path) -> None:
    shutil.rmtree(folder / "chroma")


def changed_vectors(folder: Path) -> None:
    with (folder / "chroma" / "chroma.sqlite3").open("r+b") as stream:
        stream.write(b"damaged")


def lost_index(folder: Path) -> None:
    (folder / "lexicon.sqlite3").unlink()


def cut_index(folder: Path) -> None:
    whole = (folder / "lexicon.sqlite3").read_bytes()
    (folder / "lexicon.sqlite3").write_bytes(whole[: len(whole) // 2])


def search(house: Any) -> Knowledge:
    store = house.limits.store
    with Knowledge.open(snapshots.load(store).folder, store / "cache" / "chroma") as opened:
        (hit,) = opened.search("when is spot worth it", limit=1, language="en")
        assert hit.document.document_id == "guide/spot-instances/en"
        assert opened.degraded is None
        return opened


@pytest.mark.parametrize("damage", [lost_folder, changed_vectors, lost_index, cut_index])
def test_a_damaged_knowledge_base_is_published_anew(
    house: Any, first: Published, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    log.configure(tmp_path / "logs")
    damage(snapshots.load(house.limits.store).folder)
    house.embedder.texts.clear()
    second = house.refresh(TWO)
    assert second.changed
    assert (second.embedded, house.embedder.texts) == (0, [])
    assert second.snapshot != first.snapshot
    assert second.rows == first.rows
    assert snapshots.verify(snapshots.load(house.limits.store)) == []
    search(house)
    lines = (tmp_path / "logs" / "cloud-pricing.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    (told,) = [event for event in events if event["event"] == "knowledge_published_anew"]
    assert told["snapshot"] == first.snapshot
    assert told["problem"].startswith(("chroma/", "lexicon.sqlite3"))
    assert not house.refresh(TWO).changed


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ChromaServer]]:
    with chroma_servers(tmp_path_factory.mktemp("chroma"), 1) as started:
        yield started


@pytest.fixture
def on_server(house: Any, servers: list[ChromaServer], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CLOUD_PRICING_CHROMA_URLS", json.dumps([servers[0].url]))
    monkeypatch.setenv("CLOUD_PRICING_KEEP_SNAPSHOTS", "2")
    settings.cache_clear()
    house.limits = settings()
    return house


def names(server: ChromaServer) -> set[str]:
    with client_of(server.url) as client:
        return {one.name.partition(".")[0] for one in client.list_collections()}


def test_vectors_on_a_server_live_as_long_as_their_snapshot(
    on_server: Any, servers: list[ChromaServer]
) -> None:
    house, before = on_server, names(servers[0])
    published = [house.refresh({**TWO, "m5.xlarge@us-east-1": 0.2 + number / 100}) for number in range(3)]
    kept = [one.snapshot for one in published[1:]]
    assert snapshots.published(house.limits.store) == kept
    assert names(servers[0]) - before == set(kept)
    current = snapshots.load(house.limits.store)
    assert not (current.folder / "chroma").exists()
    assert current.manifest.knowledge["servers"] == [servers[0].url]
    assert current.manifest.knowledge["digest"] == logical_digest(Servers((servers[0].url,), current.id))
    assert not house.publish().changed
    search(house)


def test_what_a_server_has_lost_is_published_anew(on_server: Any, servers: list[ChromaServer]) -> None:
    house = on_server
    first = house.refresh(TWO)
    with client_of(servers[0].url) as client:
        client.delete_collection(f"{first.snapshot}.docs_guides")
    second = house.publish()
    assert (second.changed, second.embedded) == (True, 0)
    search(house)


def test_leftovers_of_a_killed_publisher_are_removed(on_server: Any, servers: list[ChromaServer]) -> None:
    house, killed = on_server, "20260101T000000Z-dead0000"
    ledger = house.limits.store / "servers"
    ledger.mkdir(parents=True)
    (ledger / f"{killed}.json").write_text(json.dumps({"servers": [servers[0].url]}), encoding="utf-8")
    with client_of(servers[0].url) as client:
        client.create_collection(f"{killed}.docs_guides", embedding_function=None)
    house.refresh(TWO)
    assert killed not in names(servers[0])
    assert not (ledger / f"{killed}.json").exists()


def test_vectors_move_to_a_server_when_the_setting_does(
    house: Any, first: Published, servers: list[ChromaServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_CHROMA_URLS", json.dumps([servers[0].url]))
    settings.cache_clear()
    house.limits = settings()
    second = house.publish()
    assert (second.changed, second.embedded) == (True, 0)
    one, two = (snapshots.load(house.limits.store, each.snapshot).manifest for each in (first, second))
    assert one.knowledge["digest"] == two.knowledge["digest"]
    search(house)


def test_a_server_that_is_away_stops_publishing_and_leaves_what_is_in_force(
    house: Any, first: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_PRICING_CHROMA_URLS", '["http://127.0.0.1:9"]')
    settings.cache_clear()
    house.limits = settings()
    with pytest.raises(KnowledgeUnavailable, match=r"http://127\.0\.0\.1:9"):
        house.publish()
    assert snapshots.current_id(house.limits.store) == first.snapshot
