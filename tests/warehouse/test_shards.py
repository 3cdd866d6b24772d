"""Which collection holds a document, and which server a collection."""

from __future__ import annotations

import re

import pytest

from warehouse.shards import server_of, shard_of, shard_of_provider

SHARDS = [f"docs_{name}" for name in ("guides", "overview", "models", *(f"provider{i}" for i in range(97)))]


@pytest.mark.parametrize(
    ("kind", "provider", "shard"),
    [
        ("guide", None, "docs_guides"),
        ("accelerator", None, "docs_overview"),
        ("comparison", None, "docs_overview"),
        ("family", None, "docs_overview"),
        ("family", "aws", "docs_overview"),
        ("provider", "aws", "docs_overview"),
        ("region", "aws", "docs_overview"),
        ("service", "aws", "docs_overview"),
        ("digest", "aws", "docs_overview"),
        ("machine", "aws", "docs_aws"),
        ("model", None, "docs_models"),
    ],
)
def test_many_cards_are_on_a_level_of_their_own(kind: str, provider: str | None, shard: str) -> None:
    assert shard_of(kind, provider) == shard


def test_a_provider_of_any_name_has_a_collection_that_chroma_can_name() -> None:
    names = [shard_of_provider(name) for name in ("Acme Cloud!", "guides", "models", "_", "a" * 40, "wörld")]
    assert len(set(names)) == len(names)
    assert not {"docs_guides", "docs_overview", "docs_models"} & set(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,510}[a-z0-9]", name) for name in names)


def test_one_more_server_takes_its_share_and_moves_nothing_else() -> None:
    two = ("http://one:8000", "http://two:8000")
    three = (*two, "http://three:8000")
    before = {shard: server_of(shard, two) for shard in SHARDS}
    after = {shard: server_of(shard, three) for shard in SHARDS}
    moved = {shard for shard in SHARDS if before[shard] != after[shard]}
    assert {after[shard] for shard in moved} == {"http://three:8000"}
    assert 20 < len(moved) < 47  # a third, give or take
    assert all(30 < list(before.values()).count(url) < 70 for url in two)


def test_the_order_of_the_servers_does_not_matter() -> None:
    urls = ("http://one", "http://two", "http://three")
    assert all(server_of(shard, urls) == server_of(shard, urls[::-1]) for shard in SHARDS)
