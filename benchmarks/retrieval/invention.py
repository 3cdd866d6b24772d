"""Documents that look like real ones and are about things that do not exist.

Their names and figures are invented, their sentences stay. Each vector leaves its original by as much as
two real cards of that kind and language differ (the median cosine of such pairs), in a random direction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warehouse.contracts import Document
from warehouse.shards import subject_of

Matrix = NDArray[np.float32]

_TOKEN = re.compile(r"[^\W_]+(?:[._/:@-][^\W_]+)*")
_RUN = re.compile(r"[^\W\d_]+|\d+")
_SIZES = {"large", "xlarge", "metal", "medium", "small", "standard"}
_PAIRS = 2000
_NAMED = ("title", "entity", "keywords")
_TEXTS = ("title", "text", "keywords", "summary")


class Inventor:
    """Knows which words are names: those of titles, entities and keywords, unless guides use them too."""

    def __init__(self, documents: Iterable[Document]) -> None:
        guides: list[Document] = []
        cards: list[Document] = []
        for document in documents:
            (guides if document.kind == "guide" else cards).append(document)
        usual = {word for one in guides for word in _words(one.text) if word.islower()}
        named = {
            word.lower() for one in cards for field in _NAMED for word in _words(getattr(one, field) or "")
        }
        self._names = named - usual
        self.originals: dict[str, str] = {}  # by invented subject

    def copy(self, document: Document, number: int) -> Document:
        """The `number`th invention after a card; what it names is named alike in the other cards of it."""
        language = document.document_id.rpartition("/")[2]
        subject = self._path(subject_of(document.document_id), number)
        self.originals[subject] = subject_of(document.document_id)
        texts: dict[str, Any] = {field: self._text(getattr(document, field), number) for field in _TEXTS}
        return replace(
            document,
            document_id=f"{subject}/{language}",
            provider=document.provider and self._word(document.provider, number),
            entity=document.entity and self._text(document.entity, number),
            parent=document.parent and self._path(document.parent, number),
            **texts,
        )

    def _path(self, subject: str, number: int) -> str:
        kind, _, rest = subject.partition("/")
        return f"{kind}/" + "/".join(self._word(part, number) for part in rest.split("/"))

    def _text(self, text: str, number: int) -> str:
        return _TOKEN.sub(lambda found: self._token(found[0], number), text)

    def _token(self, token: str, number: int) -> str:
        if token.isdigit() or not any(char.isalpha() for char in token):
            return "".join(str((int(char) + number) % 9 + 1) if char.isdigit() else char for char in token)
        if token.lower() in self._names or any(char.isdigit() for char in token):
            return self._word(token, number)
        return token

    def _word(self, word: str, number: int) -> str:
        """Letters become others, so that no name of a query is met; digits stay, and sizes with them."""
        return _RUN.sub(lambda found: _invented(found[0], number), word) + f"q{number}"


def _invented(run: str, number: int) -> str:
    return run if run.isdigit() or run in _SIZES else run.translate(_letters(number))


@lru_cache
def _letters(number: int) -> dict[int, int]:
    """Each letter becomes another's, so that two names stay two."""
    order = sorted(ascii_lowercase, key=lambda letter: sha256(f"{letter} {number}".encode()).digest())
    others = "".join(order)
    return str.maketrans(ascii_lowercase + ascii_uppercase, others + others.upper())


def _words(text: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(text)]


def likeness(documents: Sequence[Document], vectors: Matrix, seed: int = 1) -> Mapping[str, float]:
    """By kind: the median cosine of two different cards of that kind in one language."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, document in enumerate(documents):
        places[document.kind, document.language].append(place)
    random = np.random.default_rng(seed)
    found: dict[str, list[float]] = defaultdict(list)
    for (kind, _), held in places.items():
        if len(held) > 1:
            left, right = (random.choice(held, _PAIRS) for _ in range(2))
            cosines = np.einsum("ij,ij->i", vectors[left], vectors[right])[left != right]
            found[kind].append(float(np.median(cosines)))
    return {kind: float(np.mean(medians)) for kind, medians in found.items()}


def moved(vectors: Matrix, cosines: NDArray[np.float64], seed: int) -> Matrix:
    """Unit vectors at these cosines from the given ones."""
    random = np.random.default_rng(seed)
    aside = random.standard_normal(vectors.shape)
    aside -= np.einsum("ij,ij->i", aside, vectors)[:, None] * vectors
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    mixed = cosines[:, None] * vectors + np.sqrt(1 - cosines**2)[:, None] * aside
    return np.asarray(mixed, np.float32)
