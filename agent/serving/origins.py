"""By which names the server is asked, and by whose pages: what keeps other web pages out of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from agent.serving.problems import RejectedError
from agent.serving.settings import ServingSettings, is_loopback

_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded")


class Origins:
    """A page that a browser shows must not read a server that asks for no key.

    Not by its own name, which it has made point to this machine (DNS rebinding), and not by ours.
    """

    def __init__(self, given: ServingSettings) -> None:
        self._on_loopback, self._keys_required = given.on_loopback, given.keys_required
        self._pages = frozenset(given.cors_origins)
        self._hosts = {name.lower() for name in given.allowed_hosts}

    def check(self, headers: Mapping[str, str], method: str) -> None:
        """Raises RejectedError: 421 for another name, 403 for another page."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            raise RejectedError(
                421,
                "The server does not answer to the name in `Host`.",
                "Ask it as localhost, or name it in CLOUD_PRICING_ALLOWED_HOSTS.",
            )
        if not self._keys_required and any(name in headers for name in _FORWARDED):
            raise RejectedError(
                403,
                "The request came through a proxy, and the server asks for no key.",
                "Set CLOUD_PRICING_REQUIRE_KEYS=true; `cloud-pricing keys create NAME` makes a key.",
            )
        if self._is_foreign(headers, host, method):
            raise RejectedError(
                403,
                "Pages of other origins may not ask this server.",
                "Name the page's origin in CLOUD_PRICING_CORS_ORIGINS.",
            )

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        if name in self._hosts or not (self._hosts or self._on_loopback):
            return True
        return self._on_loopback and is_loopback(name)

    def _is_foreign(self, headers: Mapping[str, str], host: str, method: str) -> bool:
        origin = headers.get("origin")
        if origin is not None:
            own = origin.partition("://")[2] == host  # a proxy may have taken the s off https
            return not own and origin not in self._pages
        # Browsers send no `Origin` for what a page embeds; following a link is the user's own act.
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return False
        return method != "GET" or headers.get("sec-fetch-mode") != "navigate"


@lru_cache(maxsize=256)
def _name(host: str) -> str:
    """Without its port; empty where it is more than a name and a port."""
    try:
        return "" if set(host) & set("/?#@\\ ") else urlsplit(f"//{host}").hostname or ""
    except ValueError:  # a bracket alone
        return ""
