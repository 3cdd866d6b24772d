"""Texts as the words and names that tell them apart, in English and Portuguese at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

TOKEN = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_PART = re.compile(r"[a-z0-9]+")
# Too frequent in questions to tell documents apart; folded, English and Portuguese.
STOP = frozenset(
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


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold()


def tokens_of(text: str) -> list[str]:
    """The tokens in their order; `p5.48xlarge` is one."""
    return TOKEN.findall(fold(text))


def words_of(text: str) -> Iterator[str]:
    """The stems that tell texts apart; a code is one, and so are its parts."""
    for token in tokens_of(text):
        yield from stems_of(token)


@lru_cache(maxsize=65536)
def stems_of(token: str) -> tuple[str, ...]:
    """The stems of a token; none for a word of the stop list."""
    parts = _PART.findall(token)
    words = (token, *parts) if len(parts) > 1 else (token,)
    return tuple(
        _stem(singular) for word in words if len(word) > 1 and not {word, singular := _singular(word)} & STOP
    )


def name_key(text: str) -> str:
    """A name whatever its case, accents, spaces, hyphens, underscores and dots."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _singular(word: str) -> str:
    # Crude on purpose, for both languages at once: regiões/região, máquinas/máquina, regions/region.
    if len(word) > 4 and word.endswith("oes"):
        return word[:-3] + "ao"
    if len(word) > 5 and word.endswith(("ais", "eis")):
        return word[:-2] + "l"
    if len(word) > 5 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.isalpha() and word[-1] == "s" and word[-2] != "s" else word


def _stem(word: str) -> str:
    # reservada, reservado, reserve and reserved are one; so are price and pricing.
    if len(word) < 5 or not word.isalpha():
        return word
    for ending, least in (("mente", 9), ("ing", 7), ("ed", 6)):
        if len(word) >= least and word.endswith(ending):
            word = word.removesuffix(ending)
            break
    word = word[:-1] if len(word) > 4 and word[-1] in "aeo" else word
    return word[:-2] if len(word) > 6 and word.endswith(("ad", "id")) else word
