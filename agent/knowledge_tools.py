"""Search in the guides and cards, with a plain word search where the vectors cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.context import Context, Degraded
from agent.evidence import Finding
from agent.understand.fold import phrase
from agent.understand.lexicon import lexicon
from warehouse.contracts import Hit
from warehouse.errors import KnowledgeUnavailable

# How much less of the question the nearest guide may tell in one passage, and each one after it.
_NEAREST, _NEARER = 0.1, 0.02
_LEAST_LETTERS = 3
_SURE = 6  # a word of the title or the keywords, and one more in the text
INDEX = "lexicon.sqlite3"  # names and words; all other files are of the vectors
_WITHOUT_VECTORS = ("words", "name")


def search_knowledge(
    context: Context,
    text: str,
    language: str | None = None,
    kinds: list[str] | None = None,
    provider: str | None = None,
    limit: int = 4,
    surely: bool = False,
) -> Finding:
    """Guides and cards about buying compute: on demand, spot, reserved, GPUs, regions, reading prices."""
    spoken = language or context.language
    if "knowledge" in context.off:
        return _found_by_words(context, text, spoken, kinds, limit, surely)
    damaged = context.reader.knowledge_damage()
    untrusted = any(name != INDEX for name in damaged)
    how: dict[str, Any] = {"limit": limit, "provider": provider, "language": spoken, "kinds": kinds or None}
    how["surely"] = surely
    if untrusted:
        how["signals"] = _WITHOUT_VECTORS
    try:
        found = context.knowledge().find(text, **how)
    except KnowledgeUnavailable as error:
        context.degraded = Degraded("words", damaged, error.message)
        return _found_by_words(context, text, spoken, kinds, limit, surely)
    if untrusted or found.degraded:
        partly = any("vector" in hit.matched for hit in found.hits)
        context.degraded = Degraded("partly" if partly else "names", damaged, found.degraded or "")
    elif damaged:
        context.degraded = Degraded("index", damaged)
    return Finding("search_knowledge", {}, tuple(_row(hit) for hit in _told_best(found.hits)))


def _told_best(hits: Sequence[Hit]) -> list[Hit]:
    """A guide that has more of the question in one passage goes before one that is nearer as a whole."""

    def behind(rank: int, hit: Hit) -> float:
        return (_NEAREST if rank else 0) + rank * _NEARER - hit.told

    return [hit for _, hit in sorted(enumerate(hits), key=lambda one: behind(*one))]


def _row(hit: Hit) -> dict[str, Any]:
    document = hit.document
    return {
        "document_id": document.document_id,
        "kind": document.kind,
        "title": document.title,
        "summary": document.summary,
        "text": document.text,
        "source": document.source,
        "entity": document.entity,
        "provider": document.provider,
        "score": hit.score,
        "passages": hit.passages,
    }


def _found_by_words(
    context: Context, text: str, language: str, kinds: list[str] | None, limit: int, surely: bool
) -> Finding:
    ordinary = {*lexicon().entries["language"]["en"], *lexicon().entries["language"]["pt"]}
    words = [word for word in phrase(text).split() if len(word) >= _LEAST_LETTERS and word not in ordinary]
    result = context.named(
        "search_documents", words=words, language=language, kinds=kinds or None, rows=limit
    )
    rows = tuple(row for row in result.records() if row["score"] >= _SURE * surely)
    return Finding("search_knowledge", {}, rows)
