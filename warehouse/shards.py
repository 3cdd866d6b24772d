"""Which collection holds a document, and which server holds a collection.

Level 1 is two collections: `docs_guides`, and `docs_overview` of providers, families, services, regions,
digests and accelerators. Level 2 holds the many: the machine cards of a
provider in `docs_<provider>`, and the cards of language models in `docs_models`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

GUIDES = "docs_guides"
OVERVIEW = "docs_overview"
MODELS = "docs_models"
LEVEL_1 = (GUIDES, OVERVIEW)
_SUBJECT = re.compile(r"/(?:en|pt)$")
_TAKEN = {GUIDES, OVERVIEW, MODELS}


def shard_of(kind: str, provider: str | None) -> str:
    """The collection of a document of this kind and provider."""
    if kind == "model":
        return MODELS
    if kind == "guide":
        return GUIDES
    return shard_of_provider(provider) if kind == "machine" and provider is not None else OVERVIEW


def shard_of_provider(provider: str) -> str:
    """The collection of a provider's machine cards."""
    name = "docs_" + (re.sub(r"[^a-z0-9.-]+", "_", provider.lower()).strip("_.-") or "other")
    return f"{name}.machines" if name in _TAKEN else name


def shard_of_members(provider: str | None) -> str:
    """The collection of the cards below a provider's family, or below a maker of language models."""
    return MODELS if provider is None else shard_of_provider(provider)


def subject_of(document_id: str) -> str:
    """The id without its language."""
    return _SUBJECT.sub("", document_id)


def server_of(shard: str, urls: Sequence[str]) -> str:
    """The server of a collection. One more server takes its share of the collections and moves no other."""
    return max(urls, key=lambda url: hashlib.sha256(f"{url}\n{shard}".encode()).digest())
