"""Everything a feed can do wrong, from the socket to the prices it sends, and what may come of it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from tests.ingest import wire_faults
from tests.ingest.replay import Fault, Request, Response

FETCHED = "collected"  # the batch was taken whole, or nothing was new
FAILED = "failed"  # one clear error, no batch
REFUSED = "refused"  # the gate refused the batch
QUARANTINED = "quarantined"  # the gate set rows aside and took the rest

Wire: TypeAlias = dict[str, Any]
_HUGE = 10 << 30
_PATIENCE = 0.2
_NOBODY = "http://127.0.0.1:9/"  # the discard port, where nothing listens


@dataclass(frozen=True)
class Trouble:
    """A fault by name, what may come of it, and how it is made for a source's `wire`.

    `needs` are keys of `wire`, one of which it takes. `dated` and `own` are what else may come of it where
    the rows are rates of a day, each of which stays as it is whatever a later list says, and where they are
    the user's own. `settings` hold while it happens. `first`: to a source of which nothing is known yet.
    """

    name: str
    expected: frozenset[str]
    make: Callable[[Wire], Fault]
    needs: tuple[str, ...] = ()
    dated: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)
    first: bool = False

    def may_end(self, wire: Wire) -> frozenset[str]:
        dated = self.dated if wire.get("dated") else frozenset[str]()
        return self.expected | dated | (self.own if wire.get("own") else frozenset[str]())

    def can_meet(self, wire: Wire) -> bool:
        return not self.needs or any(wire.get(key) for key in self.needs)


def _always(response: Response | None) -> Callable[[Wire], Fault]:
    return lambda wire: lambda request, _: response


def _once(*responses: Response) -> Callable[[Wire], Fault]:
    def make(wire: Wire) -> Fault:
        left = list(responses)
        return lambda request, response: left.pop(0) if left else response

    return make


def _each(change: Callable[[Response], Response]) -> Callable[[Wire], Fault]:
    return lambda wire: lambda request, response: change(response)


def _changed(response: Response, **changes: Any) -> Response:
    """An answer the client cannot take for the one it knows."""
    headers = {key: value for key, value in response.headers.items() if key not in ("etag", "last-modified")}
    return replace(response, **{"headers": headers, **changes})


def _silent(request: Request, response: Response) -> Response | None:
    time.sleep(_PATIENCE * 1.5)
    return None


def _cut(response: Response) -> Response:
    return _changed(response, drop=max(1, len(response.body) // 2))


def _cut_gzip(response: Response) -> Response:
    packed = gzip.compress(response.body) if "content-encoding" not in response.headers else response.body
    torn = _changed(response, body=packed[: len(packed) * 2 // 3])
    return replace(torn, headers={**torn.headers, "content-encoding": "gzip"})


def _hostile_size(response: Response) -> Response:
    return _changed(response, declared=_HUGE)


def _circle(wire: Wire) -> Fault:
    """The page's link to the next one leads to the page itself."""

    def fault(request: Request, response: Response) -> Response:
        old, new = wire["circle"]
        body = _plain(response).replace(old.encode(), new.replace("{url}", request.url).encode())
        return Response(body=body, headers={"content-type": response.headers["content-type"]})

    return fault


def _rows(change: wire_faults.Change) -> Callable[[Wire], Fault]:
    """The file with the prices changed and published as a later one."""

    def make(wire: Wire) -> Fault:
        def fault(request: Request, response: Response) -> Response:
            body = wire_faults.later(_plain(response), wire)
            body = wire_faults.changed(response.file, body, wire, change)
            bare = _changed(response, body=body)
            return replace(bare, headers={k: v for k, v in bare.headers.items() if k != "content-encoding"})

        return fault

    return make


def _plain(response: Response) -> bytes:
    packed = response.headers.get("content-encoding") == "gzip"
    return gzip.decompress(response.body) if packed else response.body


def _may(*words: str) -> frozenset[str]:
    return frozenset(words)


_GONE = {"MIRRORS": json.dumps({"https://": _NOBODY, "http://": _NOBODY})}
_IMPATIENT = {"HTTP_TIMEOUT": str(_PATIENCE)}
_THOUSANDTH = _rows(wire_faults.times("0.001"))

TROUBLES = (
    Trouble("connection refused", _may(FAILED), _always(None), settings=_GONE),
    Trouble("connection lost", _may(FAILED), _always(None)),
    Trouble("time-out", _may(FAILED), lambda wire: _silent, settings=_IMPATIENT),
    Trouble("429", _may(FETCHED), _once(Response(429))),
    Trouble("429, Retry-After", _may(FETCHED), _once(Response(429, headers={"retry-after": "0.05"}))),
    Trouble("500, then 200", _may(FETCHED), _once(Response(500))),
    Trouble("500 for good", _may(FAILED), _always(Response(500))),
    Trouble("truncated body", _may(FAILED), _each(_cut)),
    Trouble("truncated gzip", _may(FAILED), _each(_cut_gzip)),
    Trouble("web page", _may(FAILED), _always(Response(body=b"<!doctype html><h1>Busy</h1>"))),
    Trouble("10 GB declared", _may(FAILED), _each(_hostile_size)),
    Trouble("page links to itself", _may(FAILED), _circle, ("circle",)),
    Trouble("empty list", _may(FAILED, REFUSED), _rows(wire_faults.empty), ("file",)),
    Trouble("missing column", _may(FAILED, REFUSED), _rows(wire_faults.without_column), ("column",)),
    Trouble("renamed column", _may(FAILED, REFUSED), _rows(wire_faults.with_price_renamed), ("column",)),
    Trouble(
        "doubled row", _may(FETCHED, QUARANTINED), _rows(wire_faults.doubled), ("file",), own=_may(FAILED)
    ),
    Trouble("one price x10", _may(QUARANTINED), _rows(wire_faults.times("10", every=False)), ("price",)),
    # Of rates a list holds many days: those that were known stay, the new one is set aside.
    Trouble("prices /1000", _may(REFUSED), _THOUSANDTH, ("price",), dated=_may(QUARANTINED)),
    Trouble("/1000 at first", _may(FAILED, REFUSED), _THOUSANDTH, ("price",), first=True),
    Trouble(
        "all zero", _may(FAILED, REFUSED), _rows(wire_faults.times("0")), ("price", "figures"),
        dated=_may(QUARANTINED),
    ),
    # A rate that a later list leaves out stays what it was on its day.
    Trouble(
        "half the rows gone", _may(FAILED, REFUSED), _rows(wire_faults.half), ("file",), dated=_may(FETCHED)
    ),
)  # fmt: skip
