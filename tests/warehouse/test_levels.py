"""Few vectors are touched: broad questions go through families to their members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warehouse.contracts import Document
from warehouse.knowledge import Knowledge

PROVIDERS = ("aws", "azure", "gcp", "oci", "lambda", "runpod")
USES = {
    "aws": "graphics cards for training neural networks",
    "azure": "databases that need a lot of memory",
    "gcp": "web servers with bursts of traffic",
    "oci": "video encoding and streaming",
    "lambda": "genome sequencing in hospitals",
    "runpod": "rendering of animated films",
}


def family(provider: str) -> list[Document]:
    use, name = USES[provider], f"{provider[0]}9"
    card = Document(
        f"family/{provider}/{name}/en", "family", "en", f"{provider} {name} family",
        f"The {name} family of {provider} is for {use}.", "test", provider, name,
    )  # fmt: skip
    members = [
        Document(
            f"machine/{provider}/{name}.{size}/en", "machine", "en", f"{provider} {name}.{size}",
            f"{name}.{size} is a machine of {provider} with {size} vCPUs for {use}.", "test", provider,
            f"{name}.{size}", parent=f"family/{provider}/{name}",
        )
        for size in (2, 4, 8)
    ]  # fmt: skip
    return [card, *members]


MODELS = [
    Document(
        "family/models/acme/en", "family", "en", "Models of Acme",
        "Acme makes language models that write poetry and chat.", "test",
    ),
    Document(
        "model/acme-poet/en", "model", "en", "Acme Poet",
        "Poet is a language model that writes poetry.", "test", parent="family/models/acme",
    ),
]  # fmt: skip
ABOUT_SPOT = Document(
    "guide/spot/en", "guide", "en", "When to use spot", "Spot is spare capacity at a discount.", "test"
)


@pytest.fixture(scope="module")
def knowledge(
    publish: Callable[..., Path], urls: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Knowledge]:
    documents = [*(card for provider in PROVIDERS for card in family(provider)), *MODELS, ABOUT_SPOT]
    folder = publish(tmp_path_factory.mktemp("levels") / f"levels-{len(urls)}", documents, *urls)
    with Knowledge.open(folder, tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def test_a_broad_question_opens_at_most_three_shards_below(knowledge: Knowledge) -> None:
    found = knowledge.find("a machine for training neural networks", language="en")
    assert found.shards[:2] == ("docs_guides", "docs_overview")
    assert 1 <= len(found.shards[2:]) <= 3
    assert found.shards[2] == "docs_aws"
    assert found.hits[0].document.provider == "aws"
    assert "machine/aws/a9.2/en" in {hit.document.document_id for hit in found.hits}


def test_a_language_model_is_below_its_maker(knowledge: Knowledge) -> None:
    found = knowledge.find("language model that writes poetry")
    assert "docs_models" in found.shards
    assert found.hits[0].document.document_id in {"model/acme-poet/en", "family/models/acme/en"}


def test_a_provider_filter_goes_to_its_shard_alone(knowledge: Knowledge) -> None:
    found = knowledge.find("a machine for encoding video", provider="oci")
    assert found.shards == ("docs_guides", "docs_overview", "docs_oci")
    assert {hit.document.provider for hit in found.hits} <= {"oci", None}
    assert any(hit.document.kind == "machine" for hit in found.hits)


def test_what_is_named_is_looked_for_where_it_is(knowledge: Knowledge) -> None:
    found = knowledge.find("what is r9.4 good for?")
    assert found.shards[2] == "docs_runpod"
    assert found.hits[0].document.document_id == "machine/runpod/r9.4/en"


def test_kinds_of_level_1_touch_nothing_below(knowledge: Knowledge) -> None:
    assert knowledge.find("capacity at a discount", kinds={"guide"}).shards == ("docs_guides",)
    assert knowledge.find("films", kinds={"family"}).shards == ("docs_overview",)


def test_members_are_found_though_only_they_are_wanted(knowledge: Knowledge) -> None:
    found = knowledge.find("rendering of animated films", kinds={"machine"}, limit=3)
    assert "docs_runpod" in found.shards
    assert {hit.document.kind for hit in found.hits} == {"machine"}
    assert found.hits[0].document.provider == "runpod"
