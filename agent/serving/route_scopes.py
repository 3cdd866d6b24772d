"""What a caller must be allowed to do, for each part of the server. What is not named here is nobody's."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from agent.serving.caller import Right

# The longest beginning of a path decides. None: open, because it tells nothing of the store: the page is
# an empty form, the description is the same for everyone, and probes have no key.
_SCOPES: Mapping[str, Right | None] = {
    "/assets": None,
    "/docs": None,
    "/openapi.json": None,
    "/healthz": None,
    "/readyz": None,
    "/v1": "ask",
    "/v1/sql": "sql",
    "/mcp": "ask",
    "/agno": "ask",
    "/metrics": "admin",
}
PROBED = ("/healthz", "/readyz")  # by machines that know no name of the server, as often as they like


def needed(path: str) -> Right | None:
    """The scope that a path asks for; `admin` where nobody has thought of it."""
    if path == "/":
        return None
    while path not in _SCOPES:
        path = path.rpartition("/")[0]
        if not path:
            return "admin"
    return _SCOPES[path]


def describe(app: FastAPI, *, required: bool) -> None:
    """Has the OpenAPI document say how a key is sent, and which scope each operation asks for."""
    written, writing = app.openapi, threading.Lock()

    def openapi() -> dict[str, Any]:
        with writing:  # FastAPI's own is not made for two first requests at once
            return app.openapi_schema or _with_keys(written(), required)

    app.openapi = openapi  # type: ignore[method-assign]


def _with_keys(document: dict[str, Any], required: bool) -> dict[str, Any]:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    about = "A key that `cloud-pricing keys create` made."
    schemes["bearer"] = {"type": "http", "scheme": "bearer", "description": about}
    schemes["apiKey"] = {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": about}
    for path, operations in document["paths"].items():
        scope = needed(path)
        for operation in operations.values():
            ways = [{"bearer": [scope]}, {"apiKey": [scope]}, *([] if required else [{}])]
            operation["security"] = ways if scope else []
    return document
