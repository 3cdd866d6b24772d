"""Writes the index of names and words of a snapshot: one SQLite file, the same for the same documents."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from warehouse.asked import Synonym
from warehouse.contracts import Document
from warehouse.errors import InvalidInput
from warehouse.shards import LEVEL_1, shard_of, subject_of
from warehouse.statements import statement
from warehouse.words import name_key, stems_of, tokens_of, words_of

SYNONYMS = "synonyms.csv"
GLOSSARY = "glossary.csv"
_KEYWORD_END = re.compile(r"[,;|\n]")
_QUESTION = 3  # spaces
_WEEK = re.compile(r"/(\d{4}-W\d{2})$")


def read_synonyms(folder: Path) -> list[Synonym]:
    """The lines of `synonyms.csv`: language, term, expansion. Raises InvalidInput."""
    return [Synonym(*row) for row in _table(folder / SYNONYMS, Synonym._fields)]


def read_glossary(folder: Path) -> dict[str, str]:
    """The lines of `glossary.csv`: Portuguese, and the same in English. Raises InvalidInput."""
    return {row[0]: row[1] for row in _table(folder / GLOSSARY, ("portuguese", "english"))}


def _table(path: Path, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The rows of a table that has these columns and no empty cell; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for number, row in enumerate(rows, 2):
        if set(row) != set(columns) or not all(row.values()):
            raise InvalidInput(
                f"{path}, line {number}: not {' and '.join(columns)}.",
                f"Write `{','.join(columns)}` as the first line does.",
            )
    return [tuple(row[column] for column in columns) for row in rows]


def build(
    path: Path,
    documents: Iterable[Document],
    synonyms: Iterable[Synonym] = (),
    about: Mapping[str, str] | None = None,
    glossary: Mapping[str, str] | None = None,
) -> None:
    """Write the index of `documents` to a new file; `about` is what it tells of itself."""
    # The many machine cards come last: what ties goes to the cards that speak of many.
    ordered = sorted(documents, key=lambda one: (_shard(one) not in LEVEL_1, one.document_id))
    spellings: dict[str, Counter[str]] = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement("lexicon/schema"))
        for number, document in enumerate(ordered, 1):
            _add(connection, number, document, spellings)
        shards = Counter((_shard(one), one.kind) for one in ordered)
        _many(
            connection,
            "add_shards",
            ({"shard": s, "kind": k, "documents": n} for (s, k), n in shards.items()),
        )
        _many(connection, "add_synonym", (synonym._asdict() for synonym in synonyms))
        pairs = (glossary or {}).items()
        _many(connection, "add_gloss", ({"portuguese": said, "english": meant} for said, meant in pairs))
        _many(connection, "add_about", ({"name": key, "value": said} for key, said in (about or {}).items()))
        guides = (one for one in ordered if one.kind == "guide")
        topics = {stem for one in guides for stem in words_of(f"{one.title} {one.keywords}")}
        usual = (
            {
                "term": term,
                "spelling": min(found, key=lambda one: (-found[one], one)),
                "topic": term in topics,
            }
            for term, found in spellings.items()
        )
        _many(connection, "add_spelling", usual)
        connection.execute(statement("lexicon/add_terms"))
        connection.commit()
        connection.execute(statement("lexicon/optimize"))
        connection.commit()


def _shard(document: Document) -> str:
    return shard_of(document.kind, document.provider)


def _many(connection: sqlite3.Connection, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    connection.executemany(statement(f"lexicon/{name}"), rows)


def _add(
    connection: sqlite3.Connection,
    number: int,
    document: Document,
    spellings: dict[str, Counter[str]],
) -> None:
    record = asdict(document)
    week = _WEEK.search(subject_of(document.document_id)) if document.kind == "digest" else None
    stored = {
        **record,
        "id": number,
        "subject": subject_of(document.document_id),
        "week": week[1] if week else None,
        "valid_from": document.valid_from.isoformat() if document.valid_from else None,
        "document": json.dumps(record, ensure_ascii=False, default=str),
    }
    connection.execute(statement("lexicon/add_document"), stored)
    names = ({"name": name, "mentioned": not own, "id": number} for name, own in _names(document).items())
    _many(connection, "add_name", names)
    texts = {"title": document.title, "keywords": document.keywords, "body": _body(document)}
    indexed = {column: " ".join(_stems(text, spellings)) for column, text in texts.items()}
    connection.execute(statement("lexicon/add_words"), {"id": number, **indexed})


def _body(document: Document) -> str:
    # The sentences of a machine's card are those of every other machine's card.
    return document.summary if document.kind == "machine" else f"{document.summary} {document.text}"


def _stems(text: str, spellings: dict[str, Counter[str]]) -> Iterator[str]:
    for token in tokens_of(text):
        for place, stem in enumerate(stems_of(token)):
            if place == 0:
                spellings.setdefault(stem, Counter())[token] += 1
            yield stem


def _names(document: Document) -> dict[str, bool]:
    """Names by key; true where it is the thing's own name, not one it only mentions."""
    keywords = _KEYWORD_END.split(document.keywords)
    if document.kind == "guide":
        # Its topics are words; the questions it answers are its own, asked as they stand.
        names = {name_key(keyword): True for keyword in keywords if keyword.count(" ") >= _QUESTION}
    else:
        names = {name_key(keyword): False for keyword in keywords}
    names[name_key(document.title)] = True
    names[name_key(document.entity or document.title)] = True
    names.pop("", None)
    return names
