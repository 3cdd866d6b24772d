"""What readers of a snapshot make beside it: a copy of its vectors, and its index where that is lost.

Opening a Chroma folder rewrites files in it, so readers share one copy of it in the cache. The index
of names and words is opened where it was published; only where it cannot be read is it made again
from the texts that the vectors carry.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from warehouse import lexicon_build
from warehouse.chroma_clients import translated
from warehouse.contracts import Document
from warehouse.errors import KnowledgeUnavailable
from warehouse.lexicon import Lexicon
from warehouse.vectors import DATABASE, Place, collections_in, copy_of, identity_of, read, untouched

CHROMA = "chroma"
LEXICON = "lexicon.sqlite3"
_FIELDS = [column.name for column in fields(Document)]


def vectors_of(folder: Path, cache: Path, again: bool = False) -> Path:
    """The working copy of a snapshot's vectors, made by the first that asks; `again` makes a new one.

    Raises KnowledgeUnavailable where the snapshot has no vectors.
    """
    copy = cache / folder.name / CHROMA
    if again or not (copy / DATABASE).is_file():
        _put(copy, lambda aside: copy_of(folder / CHROMA, aside), again)
    return copy


def lexicon_of(folder: Path, cache: Path, place: Place) -> Lexicon:
    """The index of a snapshot, opened; `place` is where its vectors can be read.

    Raises KnowledgeUnavailable where neither is of use.
    """
    made_again = cache / folder.name / LEXICON
    for path in (folder / LEXICON, made_again):
        if path.is_file():
            with suppress(KnowledgeUnavailable), translated(f"Opening {path}"):
                return Lexicon(path)
    _put(made_again, lambda aside: _index(place, aside), again=True)
    with translated(f"Opening {made_again}"):
        return Lexicon(made_again)


def _put(target: Path, make: Callable[[Path], None], again: bool) -> None:
    """Make it aside, then rename: no process sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    old = aside.with_name(f"{aside.name}.old")
    try:
        make(aside)
        if again and target.exists():
            target.rename(old)
        aside.rename(target)
    except OSError:
        if not target.exists():  # another process was faster otherwise
            raise
    finally:
        for left in (aside, old):
            shutil.rmtree(left, ignore_errors=True)
            left.unlink(missing_ok=True) if left.is_file() else None


def _index(place: Place, path: Path) -> None:
    with untouched(place) as readable, collections_in(readable) as held:
        documents = [
            Document(**{name: row[name] for name in _FIELDS})
            for collection in held.values()
            for page in read(collection)
            for row in page.select(_FIELDS).to_pylist()
        ]
        with translated(f"Indexing the documents of {place}"):
            lexicon_build.build(path, documents, about={"model": identity_of(held)})
