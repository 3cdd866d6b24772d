"""Documents by their names and words, in SQLite: what vectors are bad at.

A name is a thing's own code or title, or one of its keywords: `p5.48xlarge`, `H100`, `São Paulo`.
It matches whatever its case, accents, spaces, hyphens and underscores. Words are ranked by BM25.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warehouse.contracts import Document
from warehouse.statements import statement

_TOKEN = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
_PART = re.compile(r"[a-z0-9]+")
_KEYWORD_END = re.compile(r"[,;|\n]")
_LONGEST_NAME = 5  # tokens
_QUESTION = 3  # spaces
_LONGEST_QUESTION = 200  # tokens; SQLite reads no query of thousands
_DEPTH = 40
_CODE = 0.5
_MENTIONED = 0.5  # of what a thing's own name counts
_LANGUAGE_SUFFIX = re.compile(r"/(?:en|pt)$")
# Too frequent in questions to tell documents apart; folded, English and Portuguese.
_STOP = frozenset(
    re.findall(
        r"[a-z]+",
        """
    a about all also am an and any are as at be by can cost could do does for from get give had has have
    how i if in is it its like list many me more most much my need of on one or other our per price
    should show so some tell than that the their them there these this to use using want was we were what
    when where which who why will with would you your
    ao aos as ate com como custa da das de dela dele do dos e ela ele em entre era essa esse esta
    este eu faz foi ha isso isto la mais mas me mesmo meu minha muito na nas nao nem no nos num numa o os
    ou para pela pelo por porque posso preco quais qual quando quanta quantas quanto quantos que quem
    quero sao se sem ser seu sobre sua tem ter tudo um uma umas uns usar uso vou voce
        """,
    )
)


@dataclass(frozen=True)
class Entry:
    """One document as the catalogue lists it; `subject` is its id without the language."""

    document_id: str
    subject: str
    kind: str
    provider: str | None
    language: str


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def words_of(text: str) -> Iterator[str]:
    """The words that tell texts apart; `p5.48xlarge` is one, and so are its parts."""
    for token in _TOKEN.findall(fold(text)):
        parts = _PART.findall(token)
        for word in (token, *parts) if len(parts) > 1 else (token,):
            singular = _singular(word)
            if len(word) > 1 and not {word, singular} & _STOP:
                yield singular


def _singular(word: str) -> str:
    # Crude on purpose, for both languages at once: regiões/região, máquinas/máquina, regions/region.
    if len(word) > 4 and word.endswith("oes"):
        return word[:-3] + "ao"
    return word[:-1] if len(word) > 3 and word.isalpha() and word[-1] == "s" and word[-2] != "s" else word


def _name_key(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", fold(text)).strip(".")


def build(path: Path, documents: Iterable[Document]) -> None:
    """Write the index of `documents` to a new file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement("lexicon/schema"))
        for number, document in enumerate(documents, 1):
            _add(connection, number, document)
        connection.commit()


def _add(connection: sqlite3.Connection, number: int, document: Document) -> None:
    record = asdict(document)
    subject = _LANGUAGE_SUFFIX.sub("", document.document_id)
    stored = {"id": number, "subject": subject, "document": json.dumps(record), **record}
    connection.execute(statement("lexicon/add_document"), stored)
    names = _names(document).items()
    connection.executemany(
        statement("lexicon/add_name"), [{"id": number, "name": name, "own": own} for name, own in names]
    )
    # The sentences of a machine's card are those of every other machine's card.
    body = document.summary if document.kind == "machine" else f"{document.summary} {document.text}"
    texts = {"title": document.title, "keywords": document.keywords, "body": body}
    indexed = {column: " ".join(words_of(text)) for column, text in texts.items()}
    connection.execute(statement("lexicon/add_words"), {"id": number, **indexed})


def _names(document: Document) -> dict[str, bool]:
    """Names by key; true where it is the thing's own name, not one it only mentions."""
    keywords = _KEYWORD_END.split(document.keywords)
    if document.kind == "guide":
        # Its topics are words; the questions it answers are its own, asked as they stand.
        names = {_name_key(keyword): True for keyword in keywords if keyword.count(" ") >= _QUESTION}
    else:
        names = {_name_key(keyword): False for keyword in keywords}
    names[_name_key(document.title)] = True
    names[_name_key(document.entity or document.title)] = True
    names.pop("", None)
    return names


class Lexicon:
    """An index that `build` wrote, opened read-only. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        try:
            entries = [Entry(*row) for row in self._rows("catalogue", {})]
        except sqlite3.Error:
            self._connection.close()
            raise
        self.catalogue: Mapping[str, Entry] = {entry.document_id: entry for entry in entries}

    def close(self) -> None:
        self._connection.close()

    def document(self, document_id: str) -> Document | None:
        rows = self._rows("document", {"document_id": document_id})
        return Document(**json.loads(rows[0][0])) if rows else None

    def worded(self, text: str, provider: str | None, kinds: Collection[str] | None) -> dict[str, float]:
        """Documents with words of `text`, by their BM25 score."""
        words = list(dict.fromkeys(words_of(text)))[:_LONGEST_QUESTION]
        if not words:
            return {}
        query = " OR ".join(f'"{word}"' for word in words)
        return dict(self._rows("worded", {"query": query, "depth": _DEPTH, **_wanted(provider, kinds)}))

    def named(self, text: str, provider: str | None, kinds: Collection[str] | None) -> dict[str, float]:
        """Documents named in `text`, by how surely it is them that it asks for, from 0 to 1."""
        tokens = _TOKEN.findall(fold(text))[:_LONGEST_QUESTION]
        spans = _spans(tokens)
        rows = self._rows("named", {"names": json.dumps(list(spans)), **_wanted(provider, kinds)})
        places: dict[str, set[int]] = {}
        least: dict[str, float] = {}
        weight: dict[str, float] = {}
        for document_id, name, own in rows:
            places.setdefault(document_id, set()).update(spans[name])
            # A code (`h100`, `us-east-1`) is meant, however long the question around it.
            least[document_id] = max(least.get(document_id, 0), _CODE if _is_code(name) else 0)
            weight[document_id] = max(weight.get(document_id, 0), 1 if own else _MENTIONED)
        letters = sum(len(token) for token in tokens if token not in _STOP) or 1
        share = {key: sum(len(tokens[place]) for place in held) / letters for key, held in places.items()}
        # Squared: a name in passing (`… on Google Cloud?`) is seldom what a question is about.
        return {key: weight[key] * min(1, max(share[key] ** 2, least[key])) for key in share}

    def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement(f"lexicon/{name}"), parameters).fetchall()


def _is_code(name: str) -> bool:
    return len(name) > 1 and not name.isalpha() and not name.isdigit()


def _spans(tokens: list[str]) -> dict[str, set[int]]:
    """Every run of up to five tokens that could be a name, and the places of its tokens."""
    spans: dict[str, set[int]] = {}
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + _LONGEST_NAME, len(tokens)) + 1):
            run = tokens[first:last]
            if not all(token in _STOP for token in run):
                spans.setdefault(_name_key("".join(run)), set()).update(range(first, last))
    spans.setdefault(_name_key("".join(tokens)), set()).update(range(len(tokens)))
    return spans


def _wanted(provider: str | None, kinds: Collection[str] | None) -> dict[str, Any]:
    return {"provider": provider, "kinds": None if kinds is None else json.dumps(sorted(kinds))}
