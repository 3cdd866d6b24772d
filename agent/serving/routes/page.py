"""The web page at `/`: files of this package, named by a digest of them all, and Vega for its charts."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
_WEB = Path(__file__).resolve().parent.parent / "web"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_VEGA = "vega.js"
_MAKE_VEGA = """
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode())
"""
_making = threading.Lock()
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"  # the page names its files by their digest, so it alone must be fresh


@dataclass(frozen=True)
class _Asset:
    content: bytes
    media_type: str

    @cached_property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)


@cache
def _files() -> dict[str, _Asset]:
    """Every file under web/ by its path there; nothing else can be asked for."""
    return {
        file.relative_to(_WEB).as_posix(): _Asset(file.read_bytes(), _TYPES[file.suffix])
        for file in sorted(_WEB.rglob("*"))
        if file.suffix in _TYPES
    }


@cache
def _digest() -> str:
    """Of all that a page loads: one changed file gives every file another address."""
    found = hashlib.sha256(metadata.version("vl-convert-python").encode())
    for name, file in _files().items():
        found.update(name.encode() + b"\0" + file.content)
    return found.hexdigest()[:16]


def _vega() -> _Asset:
    """Vega, Vega-Lite and Vega-Embed in one script, which vl-convert puts together in a second or two."""
    with _making:
        return _made_vega()


@cache
def _made_vega() -> _Asset:
    # In a process of its own: the JavaScript engine it takes would keep 90 MB of this one's memory.
    made = subprocess.run([sys.executable, "-c", _MAKE_VEGA], capture_output=True, check=True)  # noqa: S603
    return _Asset(made.stdout, _TYPES[".js"])


@cache
def _index() -> _Asset:
    page = _files()["index.html"].content.decode()
    modules = "\n".join(
        f'<link rel="modulepreload" href="assets/{_digest()}/{name}">'
        for name in _files()
        if name.endswith(".js") and name != "before.js"
    )
    page = page.replace("<!-- modules -->", modules).replace("{assets}", f"assets/{_digest()}")
    return _Asset(page.encode(), _TYPES[".html"])


@router.api_route("/", methods=["GET", "HEAD"])
def index(
    accept_encoding: Annotated[str, Header()] = "", if_none_match: Annotated[str, Header()] = ""
) -> Response:
    return _sent(_index(), _ASK_AGAIN, accept_encoding, if_none_match)


@router.api_route("/assets/{digest}/{name:path}", methods=["GET", "HEAD"])
def asset(
    digest: str,
    name: str,
    accept_encoding: Annotated[str, Header()] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """A page of an earlier version finds nothing: its files would not fit together with these."""
    known = name == _VEGA or name in _files()
    if digest != _digest() or not known:
        raise HTTPException(404, "No such file of the page; reload it.")
    return _sent(_vega() if name == _VEGA else _files()[name], _FOR_EVER, accept_encoding, if_none_match)


def _sent(asset: _Asset, kept: str, accept_encoding: str, if_none_match: str) -> Response:
    headers = {"ETag": asset.tag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if asset.tag in if_none_match:
        return Response(status_code=304, headers=headers)
    if "gzip" in accept_encoding:
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.media_type, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
