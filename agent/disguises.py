"""What a message says under a disguise: unseen letters, look-alikes, encodings, letters apart or reversed."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_MOST_TEXTS = 24
MOST_CHARACTERS = 4_000
_MOST_ALTOGETHER = 40_000
_DEEPEST = 3  # an encoding in an encoding in an encoding

_TAGS = range(0xE0020, 0xE007F)
_KEPT = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_BASE32 = re.compile(r"\b[A-Z2-7]{16,}={0,6}")
_HEX = re.compile(r"\b(?:0x)?((?:[0-9a-fA-F]{2}[\s:,]{0,2}){7,}[0-9a-fA-F]{2})\b")
_BINARY = re.compile(r"\b(?:[01]{8}[\s,]*){6,}")
_CODES = re.compile(r"\b(?:\d{2,3}[\s,;]+){6,}\d{2,3}\b")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4,6})\}?)")
_QUOTED = re.compile(r"([\"'“”‘’`])([^\"'“”‘’`\n]{1,60})[\"'“”‘’`]")
_LETTERS = r"(?<![^\W_])(?:[^\W\d_](?:[ .\-_*|/,~]{1,3}|\n))%s[^\W\d_](?![^\W_])"
_APART = re.compile(_LETTERS % "{4,}")
_APART_AT_ALL = re.compile(_LETTERS % "+")
_BETWEEN = re.compile(r"[ .\-_*|/,~\n]")
_READABLE = 0.9


def visible(text: str) -> str:
    """The text without the characters that nobody sees, among them tags and marks of direction."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _UNSEEN)


def undisguised(text: str) -> Iterator[str]:
    """Other texts that a text may stand for, decoded at most three times; few, and never endless."""
    waiting = [(visible(text), 0), *((found, 1) for found in _tagged(text))]
    seen = {text}
    yield from (found for found, depth in waiting if depth)
    while waiting and len(seen) < _MOST_TEXTS and sum(map(len, seen)) < _MOST_ALTOGETHER:
        one, depth = waiting.pop(0)
        for decode in _DECODERS if depth < _DEEPEST else ():
            for found in decode(one):
                found = found[:MOST_CHARACTERS]
                if len(found.strip()) > 3 and found not in seen:
                    seen.add(found)
                    waiting.append((found, depth + 1))
                    yield found
        # Games with letters are not played upon each other: any text would become any other.
        yield from (game(one) for game in _GAMES)


def letters_apart(text: str) -> str | None:
    """`i g n o r e  t h i s` → `ignore this`, where letters do stand apart; words may have run together."""
    found = _APART.search(text)
    if not found:
        return None
    wide = re.sub(r" {2,}|\n\n+|\s[|/]\s", "\0", text)  # what parts the words
    joined = _APART_AT_ALL.sub(lambda match: _BETWEEN.sub("", match.group()), wide)
    return joined.replace("\0", " ")


def _tagged(text: str) -> Iterator[str]:
    found = "" if text.isascii() else "".join(chr(ord(c) - 0xE0000) for c in text if ord(c) in _TAGS)
    if found:
        yield found


def _unescaped(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="ignore")
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPE.sub(lambda match: _character(int(match[1] or match[2], 16)), text)


def _base64(text: str) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        yield from _decoded(_of_base64, match.group())
    together = "".join(re.findall(r"[A-Za-z0-9+/_=-]{4,}", text))
    if together != text and len(together) > 0.8 * len(text):
        yield from _decoded(_of_base64, together)


def _of_base64(found: str) -> bytes:
    letters = found.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _base32(text: str) -> Iterator[str]:
    for match in _BASE32.finditer(text):
        letters = match.group().rstrip("=")
        yield from _decoded(base64.b32decode, letters + "=" * (-len(letters) % 8))


def _numbers(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        yield from _decoded(bytes.fromhex, re.sub(r"[^0-9a-fA-F]", "", match[1]))
    for match in _BINARY.finditer(text):
        bits = re.sub(r"[^01]", "", match.group())
        yield from _decoded(lambda b: int(b, 2).to_bytes(len(b) // 8, "big"), bits)
    for match in _CODES.finditer(text):
        codes = [int(code) for code in re.findall(r"\d+", match.group())]
        if all(32 <= code < 256 for code in codes):
            yield "".join(map(chr, codes))


def _pieces(text: str) -> Iterator[str]:
    """`'ig' + 'nore'` → `ignore`: what stands in quotes, put together."""
    pieces = [match[2] for match in _QUOTED.finditer(text)]
    if len(pieces) > 1:
        yield "".join(pieces)
        yield " ".join(pieces)


def _decoded(decode: Callable[[str], bytes], found: str) -> Iterator[str]:
    try:
        text = decode(found).decode("utf-8", errors="replace")
    except (ValueError, binascii.Error):
        return
    readable = sum((c.isprintable() and c != "\ufffd") or c in "\n\t" for c in text)
    if text and readable >= _READABLE * len(text):
        yield text


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""


_DECODERS = (_unescaped, _base64, _base32, _numbers, _pieces)
_DIGITS = str.maketrans("013457@$!|", "oieastasil")
_DIGITS_ONE_IS_L = str.maketrans("013457@$!|", "oleastasil")
_GAMES: tuple[Callable[[str], str], ...] = (
    lambda text: codecs.encode(text, "rot13"),
    lambda text: text[::-1],
    lambda text: " ".join(word[::-1] for word in text.split()),
    lambda text: text.translate(_DIGITS),
    lambda text: text.translate(_DIGITS_ONE_IS_L),
)
