"""Who asks: what the protection finds out, and what the log, the queue and the audit say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.types import Scope

Right = Literal["ask", "sql", "admin"]
RIGHTS: tuple[Right, ...] = ("ask", "sql", "admin")


@dataclass(frozen=True)
class Caller:
    """`id` is `key:` and the key's name, or `address:` and where the request is from."""

    id: str
    scopes: frozenset[Right] = frozenset()

    def __str__(self) -> str:
        return self.id


def caller_of(scope: Scope) -> Caller:
    """Of an ASGI scope; nobody in particular, without any right, where the protection has not seen it."""
    found = scope.get("caller")
    return found if isinstance(found, Caller) else Caller(f"address:{(scope.get('client') or ('',))[0]}")
