"""Addresses: whose they are, where they are asked for, and how they are shown."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from warehouse.errors import PayloadInvalid

_PORTS = {"http": 80, "https": 443}
_SHOWN = 300
_CHANGED = "The feed may have moved or changed; the last good data stays in force."


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises PayloadInvalid for what is no plain address of the web."""
    try:
        parts = urlsplit(url)
        scheme, name, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, name, port = "", None, None
    if scheme not in _PORTS or not name or "@" in parts.netloc:
        raise PayloadInvalid(f"{shown(url)} is no address that is followed.", _CHANGED)
    return scheme, name, port or _PORTS[scheme]


def joined(url: str, link: str) -> str:
    """The address a link at `url` leads to. Raises PayloadInvalid as `origin` does."""
    try:
        target = urljoin(url, link)
    except ValueError:
        target = link
    origin(target)
    return target


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent there: encrypted, or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def mirrored(url: str, mirrors: Mapping[str, str]) -> str:
    """The address to ask: the longest prefix of `url` among the mirrors, replaced.

    A prefix ends where a part of an address does: https://a.example is none of https://a.example.org.
    """
    fitting = [one for one in mirrors if _begins(url, one)]
    if not fitting:
        return url
    prefix = max(fitting, key=len)
    slash = "/" if prefix.endswith("/") else ""
    return mirrors[prefix].rstrip("/") + slash + url[len(prefix) :]


def _begins(url: str, prefix: str) -> bool:
    return url.startswith(prefix) and (prefix.endswith("/") or url[len(prefix) :][:1] in ("", "/", "?", "#"))


def shown(text: str) -> str:
    """What a feed may have written, as a message can hold it: not endless, nothing that steers a terminal."""
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(letter if letter.isprintable() else "�" for letter in cut)
