"""Words of everyday English: one that no document has is no slip of the pen."""

from __future__ import annotations

from functools import cache

from warehouse.embed import bundled_folder

_VOCABULARY = "vocab.txt"


@cache
def common_words() -> frozenset[str]:
    """What the packaged model knows as whole words, about 24,000; none where its files are away."""
    path = bundled_folder() / _VOCABULARY
    if not path.is_file():
        return frozenset()
    return frozenset(word for word in path.read_text(encoding="utf-8").split() if word.isalpha())
