"""What lets clients and proxies keep a response: its ETag, and 304 where theirs is still right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import metadata

from fastapi import FastAPI, Request, Response

from agent.serving.parts import SNAPSHOT
from warehouse.reader import Reader

_KEPT = 86_400  # seconds


class UnchangedError(Exception):
    """The client has it already."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__()
        self.headers = dict(headers)


def headers_of(request: Request, reader: Reader, form: str = "json", clock: str = "") -> dict[str, str]:
    """The headers of what depends on the snapshot, on this release and on the `clock`, as far as it is told.

    Where the address itself names the snapshot, nothing asks again for a day. Raises UnchangedError.
    """
    snapshot = reader.snapshot.id
    asked = request.query_params
    named = not clock and ("cursor" in asked or asked.get("snapshot") == snapshot)
    headers = {
        SNAPSHOT: snapshot,
        "ETag": f'W/"{"-".join(filter(None, (snapshot, _release(), form, clock)))}"',
        "Cache-Control": f"private, max-age={_KEPT}" if named else "private, max-age=0, must-revalidate",
        "Vary": "Accept",
    }
    if _names(request.headers.get("if-none-match", ""), headers["ETag"]):
        raise UnchangedError(headers)
    return headers


def install(app: FastAPI) -> None:
    app.add_exception_handler(UnchangedError, _unchanged)


async def _unchanged(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnchangedError)  # noqa: S101 - how Starlette types its handlers
    return Response(status_code=304, headers=error.headers)


def _names(given: str, tag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in given.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


@cache
def _release() -> str:
    return metadata.version("cloud-pricing-agent")
